"""Alarms: what should not happen is logged when it happens, and so reaches the system's journal and the laptop."""

import logging

from firmware.contract import protocol

from .shared_memory import SharedMemory

log = logging.getLogger(__name__)

#: Counter (of `SharedMemory.counters` or `SharedMemory.engine`) and what it means, for the log.
_COUNTERS = (
    ("counters", "xruns", "the sound card ran dry or over; both streams were restarted"),
    ("counters", "overloads", f"a block took more than {protocol.OVERLOAD_PCT} % of its time"),
    ("engine", "bad_blocks", "samples that are no sound were silenced"),
    ("engine", "clamps", "the safety clamp behind the limiter had to act"),
)


class Alarms:
    """[control] Looks at the counters; `tick` logs each that has grown, at most once per call."""

    def __init__(self, shared: SharedMemory):
        self._parts = {"counters": shared.counters, "engine": shared.engine}
        self._seen = {name: self._parts[part][name] for part, name, _ in _COUNTERS}

    def tick(self) -> None:
        """Call about once a second."""
        for part, name, meaning in _COUNTERS:
            count = self._parts[part][name]
            if count > self._seen[name]:
                log.warning("%s: %d more, %d in all (%s)", name, count - self._seen[name], count, meaning)
            self._seen[name] = count
