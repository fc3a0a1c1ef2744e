"""A run of the box, repeated from its session: the same settings and kernels at the same frames, so the same bits.

Shared with the laptop, whose renders are runs without a box.
"""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from dsp_ext import Engine
from firmware.contract import params

from .offline import OfflineRun

FORMAT, SCHEMA = "burnish-session", 1


def read_run_log(path: Path | str) -> dict:
    """A session from its file (`firmware/settings/recorder.py` writes it). Raises OSError, and ValueError for what is none or of
    another version."""
    session = json.loads(Path(path).read_text())
    if not isinstance(session, dict) or session.get("format") != FORMAT:
        raise ValueError(f"{path} is not a session of Burnish")
    if session.get("schema") != SCHEMA:
        raise ValueError(f"{path} is a session of schema {session.get('schema')}, this version reads {SCHEMA}")
    session["start"] = _renamed(session.get("start", {}))
    session["events"] = [event | {"values": _renamed(event["values"])} for event in session.get("events", ())]
    return session


def _renamed(values: dict[str, float]) -> dict[str, float]:
    """`values` under the present ids of the parameters."""
    return {params.RENAMED.get(id, id): value for id, value in values.items()}


def perform(words: np.ndarray, rate_hz: int, start: dict[str, float], events: Iterable[dict] = ()) -> Engine:
    """Process `words` (int32, shape (frames, 2)) in place by a fresh engine, which is returned for its counters.

    It starts with `start` (all parameters); each event {"frame", "kind", "values"}, in order, is done before its frame.
    """
    run = OfflineRun(rate_hz)
    run.begin(start, events)
    run.process(words)
    return run.engine


def replay(session: dict, words: np.ndarray) -> np.ndarray:
    """What the box made of `words` (int32, shape (frames, 2)) in `session`: as many frames, latency included."""
    out = words.copy()
    perform(out, session["rate_hz"], session["start"], session["events"])
    return out
