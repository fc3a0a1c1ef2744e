"""Recorder: at which frame the audio process took which change, so that a file render can repeat the run bit for bit.

The engine notes the frames, the control process knows what each version was; `run.json` has both.
"""

from pathlib import Path

import numpy as np

from dsp_ext import Engine
from dsp_ext.core import partition_frames
from firmware.contract import params
from firmware.engine import FORMAT, SCHEMA, designer
from firmware.system import HISTORY, SharedMemory

from .run_log import RunLog

#: A session stops taking changes here, and says so: an hour of turning knobs without a pause.
MOST_EVENTS = 20_000

_KINDS = Engine.EVENT_KINDS
#: What the first line of the run log holds; everything else but the events is in the lines of the state.
_START = ("format", "schema", "params", "rate_hz", "partition_frames", "latency_frames", "prefill_frames", "audio_starts",
          "start")  # fmt: skip
_FIRST_VALUE = HISTORY.index("version") + 1


def note_version(shared: SharedMemory, kind: str, version: int, values: dict[str, float]) -> None:
    """[control] Before `version` of `kind` is published: what it is made from (all parameters)."""
    row = [_KINDS.index(kind), version, *(values[id] for id in HISTORY[_FIRST_VALUE:])]
    shared.history.append(np.array(row, float))


class Recorder:
    """[control] Gathers the events of the present audio process. `collect` often enough that no ring overflows.

    A restart of the control process loses nothing: history and events are in shared memory, and what had been gathered
    is read from `path` if it belongs to the same audio process.
    """

    def __init__(self, shared: SharedMemory, path: Path):
        self._shared = shared
        self._log = RunLog(path)
        self._known: dict[tuple[str, int], dict[str, float]] = {}
        self._history_place = 0
        self._event_place = 0
        self._begun = 0  # which of the audio process's starts the session is of
        self._run: dict = {}
        self._running: dict[str, float] = {}  # values of the settings in force
        self._saved_place = -1
        self._saved_events: int | None = None  # events in the file; None before the file of this run exists
        self._resume()

    @property
    def run(self) -> dict:
        """The session so far, as `run.json` has it; empty before the audio process has begun."""
        return self._run

    def collect(self) -> None:
        """Take what is new in the rings."""
        starts = self._shared.counters["audio_starts"]
        # Events before history: what an event names has been noted before.
        events, event_place = self._shared.events.since(self._event_place)
        self._learn()
        if starts != self._begun:
            self._begin(starts)
            events, event_place = self._shared.events.since(self._event_place)
            self._learn()
        if not self._run:
            return
        if len(events) < event_place - self._event_place:
            self._run["complete"] = False  # the ring went round before it was read
        self._event_place = event_place
        for frame, kind, version in events.astype(int).tolist():
            self._take(frame, _KINDS[kind], version)
        for name in ("frames", "bad_blocks", "clamps"):
            self._run[name] = self._shared.engine[name]
        for name in ("xruns", "host_stalls", "overloads", "load_max_ppm"):
            self._run[name] = self._shared.counters[name]

    def _learn(self) -> None:
        """Take what is new in the history: what the versions are made from."""
        rows, self._history_place = self._shared.history.since(self._history_place)
        for row in rows.tolist():
            values = dict(zip(HISTORY[_FIRST_VALUE:], row[_FIRST_VALUE:], strict=True))
            self._known[_KINDS[int(row[0])], int(row[1])] = values

    def _begin(self, starts: int) -> None:
        """A new session, of the audio process that began last."""
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
        """`save`, if the run has begun or something has been taken since the last time. Raises OSError."""
        if self._run and self._saved_place != self._event_place:
            self.save()

    def save(self) -> None:
        """Append to the run log what is not in it yet, and the counters. Raises OSError, and may then be called again."""
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
            return  # Record what the rings still hold; `complete` stays true only if that is everything.
        self._run, self._running, self._saved_events = run, running, len(run["events"])
