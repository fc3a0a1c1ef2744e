"""Recorder: records at which frame the audio process applied which change, so that a file render can repeat the run bit for
bit.

The engine records the frames, the control process the values of each version; the run log combines both.
"""

from pathlib import Path

import numpy as np

from dsp_ext import Engine
from dsp_ext.core import partition_frames
from firmware.contract import params
from firmware.engine import FORMAT, SCHEMA, designer
from firmware.system import HISTORY, SharedMemory

from .run_log import RunLog

#: The largest number of events: about an hour of turning knobs without a pause. After that, recording stops and `complete`
#: becomes false.
MOST_EVENTS = 20_000

_KINDS = Engine.EVENT_KINDS
#: The keys of the first line of the run log. Everything else except the events is in the lines of the state.
_START = ("format", "schema", "params", "rate_hz", "partition_frames", "latency_frames", "prefill_frames", "audio_starts",
          "start")  # fmt: skip
_FIRST_VALUE = HISTORY.index("version") + 1


def note_version(shared: SharedMemory, kind: str, version: int, values: dict[str, float]) -> None:
    """[control] Note the values (all parameters) of `version` of `kind`. Call this before that version is published."""
    row = [_KINDS.index(kind), version, *(values[id] for id in HISTORY[_FIRST_VALUE:])]
    shared.history.append(np.array(row, float))


class Recorder:
    """Collects the events of the current audio process. Call `collect` often enough that no ring overflows. [control]

    A restart of the control process loses nothing: history and events are in shared memory, and earlier events are read
    from the run log if it belongs to the same audio process.
    """

    def __init__(self, shared: SharedMemory, path: Path):
        self._shared = shared
        self._log = RunLog(path)
        self._known: dict[tuple[str, int], dict[str, float]] = {}
        self._history_place = 0
        self._event_place = 0
        self._begun = 0  # the start of the audio process that is being recorded
        self._run: dict = {}
        self._running: dict[str, float] = {}  # the current values of the settings
        self._saved_place = -1
        self._saved_events: int | None = None  # events in the file; None before the file of this run exists
        self._resume()

    @property
    def run(self) -> dict:
        """The run so far, as `read_run_log` returns it; empty before the audio process has started."""
        return self._run

    def collect(self) -> None:
        """Read the new rows of the rings."""
        starts = self._shared.counters["audio_starts"]
        # Events are read before the history, because a version is noted in the history before its event.
        events, event_place = self._shared.events.since(self._event_place)
        self._learn()
        if starts != self._begun:
            self._begin(starts)
            events, event_place = self._shared.events.since(self._event_place)
            self._learn()
        if not self._run:
            return
        if len(events) < event_place - self._event_place:
            self._run["complete"] = False  # the ring has overflowed
        self._event_place = event_place
        for frame, kind, version in events.astype(int).tolist():
            self._take(frame, _KINDS[kind], version)
        for name in ("frames", "bad_blocks", "clamps"):
            self._run[name] = self._shared.engine[name]
        for name in ("xruns", "host_stalls", "overloads", "load_max_ppm"):
            self._run[name] = self._shared.counters[name]

    def _learn(self) -> None:
        """Read the new rows of the history: the values of the versions."""
        rows, self._history_place = self._shared.history.since(self._history_place)
        for row in rows.tolist():
            values = dict(zip(HISTORY[_FIRST_VALUE:], row[_FIRST_VALUE:], strict=True))
            self._known[_KINDS[int(row[0])], int(row[1])] = values

    def _begin(self, starts: int) -> None:
        """Begin to record a new run, after the audio process has started."""
        counters = self._shared.counters
        values = dict(params.DEFAULTS)
        for kind in ("settings", *designer.DESIGN_IDS):
            known = self._known.get((kind, counters[f"start_{kind}"]), values)
            values |= {id: known[id] for id in designer.IDS[kind]}
        self._begun = starts
        self._event_place = counters["start_event"]
        self._running = {id: values[id] for id in Engine.SETTINGS}
        self._saved_place, self._saved_events = -1, None
        rate_hz = self._shared.rate_hz
        self._run = {
            "format": FORMAT,
            "schema": SCHEMA,
            "params": params.digest(),
            "rate_hz": rate_hz,
            "partition_frames": partition_frames(rate_hz),
            "latency_frames": counters["latency_frames"],
            "prefill_frames": counters["prefill_frames"],
            "audio_starts": starts,
            "complete": True,
            "start": values,
            "events": [],
        }

    def _take(self, frame: int, kind: str, version: int) -> None:
        events = self._run["events"]
        known = self._known.get((kind, version))
        if kind in ("fade", "fade_out"):
            events.append({"frame": frame, "kind": kind, "values": {}})
        elif known is None or len(events) >= MOST_EVENTS:
            self._run["complete"] = False
        elif kind == "settings":
            changed = {id: known[id] for id in Engine.SETTINGS if known[id] != self._running[id]}
            self._running |= changed
            if changed:
                events.append({"frame": frame, "kind": kind, "values": changed})
        else:
            events.append({"frame": frame, "kind": kind, "values": {id: known[id] for id in designer.IDS[kind]}})
        for old in [key for key in self._known if key[0] == kind and key[1] < version]:
            del self._known[old]

    def save_news(self) -> None:
        """Save, if anything has changed since the last time. Raises OSError."""
        if self._run and self._saved_place != self._event_place:
            self.save()

    def save(self) -> None:
        """Append new events and the counters to the run log. Raises OSError, and may then be called again."""
        if not self._run:
            return
        if self._saved_events is None:
            self._log.begin({name: self._run[name] for name in _START})
            self._saved_events = 0
        events = self._run["events"]
        state = {name: self._run[name] for name in self._run if name not in (*_START, "events")}
        self._log.append(events[self._saved_events :], state | {"place": self._event_place})
        self._saved_events, self._saved_place = len(events), self._event_place

    def _resume(self) -> None:
        """Continue the run log of a control process that died, if the audio process of that run is still running."""
        counters = self._shared.counters
        starts = counters["audio_starts"]
        if not starts or counters["control_starts"] <= 1:
            return
        try:
            run = self._log.resume()
            if run["audio_starts"] != starts:
                return
            running = {id: run["start"][id] for id in Engine.SETTINGS}
            for event in run["events"]:
                running |= event["values"] if event["kind"] == "settings" else {}
            self._event_place, self._begun = int(run.pop("place")), starts
        except (OSError, ValueError, KeyError, TypeError):
            return  # Record the rows that the rings still contain; `complete` stays true only if none is missing.
        self._run, self._running, self._saved_events = run, running, len(run["events"])
