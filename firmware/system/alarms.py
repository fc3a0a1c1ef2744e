"""Alarms: faults are logged when they occur, so that they appear in the system's journal and on the laptop."""

import logging

from firmware.contract import protocol

from .shared_memory import SharedMemory

log = logging.getLogger(__name__)

#: Group (`SharedMemory.counters` or `.engine`), name and meaning of each counter that is watched.
_COUNTERS = (
    ("counters", "xruns", "the sound card had an underrun or overrun; both streams were restarted"),
    ("counters", "overloads", f"a block took more than {protocol.OVERLOAD_PCT} % of its time"),
    ("counters", "host_stalls", "this computer did not run the simulated box in time, so its card waited; no sound is lost; close "
     "other programs or give a longer --period"),
    ("engine", "bad_blocks", "blocks with invalid samples were silenced"),
    ("engine", "clamps", "the safety clamp after the limiter had to limit the signal"),
)  # fmt: skip
#: Counters that are reported only the first time, because a busy computer increases them every second.
_ONCE = ("host_stalls",)


class Alarms:
    """Logs counters that have increased. [control]"""

    def __init__(self, shared: SharedMemory):
        self._parts = {"counters": shared.counters, "engine": shared.engine}
        self._seen = {name: self._parts[part][name] for part, name, _ in _COUNTERS}
        self._reported: set[str] = set()

    def tick(self) -> None:
        """Log the counters that have increased since the last call. Call this about once a second."""
        for part, name, meaning in _COUNTERS:
            count = self._parts[part][name]
            if count > self._seen[name] and not (name in _ONCE and name in self._reported):
                self._reported.add(name)
                log.warning("%s: %d more, %d in all (%s)", name, count - self._seen[name], count, meaning)
            self._seen[name] = count
