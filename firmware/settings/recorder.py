"""Recorder: at which frame the audio process took which change, so that a file render can repeat the run bit for bit.

The engine notes the frames, the control process knows what each version was; `run.json` has both.
"""

import json
from pathlib import Path

import numpy as np

from dsp_ext import Engine
from dsp_ext.core import partition_frames
from firmware.contract import params, write_atomic
from firmware.engine import FORMAT, SCHEMA, designer, read_run_log
from firmware.system import HISTORY, SharedMemory

#: A session stops taking changes here, and says so: an hour of turning knobs without a pause.
MOST_EVENTS = 20_000

_KINDS = Engine.EVENT_KINDS
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
        self._path = path
        self._known: dict[tuple[str, int], dict[str, float]] = {}
        self._history_place = 0
        self._event_place = 0
        self._begun = 0  # which of the audio process's starts the session is of
        self._session: dict = {}
        self._running: dict[str, float] = {}  # values of the settings in force
        self._saved_place = -1
        self._resume()

    @property
    def session(self) -> dict:
        """The session so far, as `run.json` has it; empty before the audio process has begun."""
        return self._session

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
        if not self._session:
            return
        if len(events) < event_place - self._event_place:
            self._session["complete"] = False  # the ring went round before it was read
        self._event_place = event_place
        for frame, kind, version in events.astype(int).tolist():
            self._take(frame, _KINDS[kind], version)
        for name in ("frames", "bad_blocks", "clamps"):
            self._session[name] = self._shared.engine[name]
        for name in ("xruns", "host_stalls", "overloads", "load_max_ppm"):
            self._session[name] = self._shared.counters[name]

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
        self._saved_place = -1
        rate_hz = self._shared.rate_hz
        self._session = {
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
        events = self._session["events"]
        known = self._known.get((kind, version))
        if kind in ("fade", "fade_out"):
            events.append({"frame": frame, "kind": kind, "values": {}})
        elif known is None or len(events) >= MOST_EVENTS:
            self._session["complete"] = False
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
        """`save`, if something has been taken since the last time."""
        if self._session and self._saved_place != self._event_place:
            self.save()

    def save(self) -> None:
        """Write `run.json`, whole or not at all."""
        if self._session:
            self._saved_place = self._event_place
            state = {"place": self._event_place, "running": self._running}
            write_atomic(self._path, json.dumps(self._session | {"recorder": state}, indent=1).encode())

    def _resume(self) -> None:
        """Go on with the session of a control process that died, if it is of the audio process that still runs."""
        starts = self._shared.counters["audio_starts"]
        try:
            session = read_run_log(self._path) if starts and self._shared.counters["control_starts"] > 1 else {}
            if session.get("audio_starts") == starts:
                state = session.pop("recorder")
                self._event_place, self._running = int(state["place"]), state["running"]
                self._session, self._begun = session, starts
        except (OSError, ValueError, KeyError, TypeError):
            pass  # begins anew from what the rings still hold, and says `complete` only if that is everything
