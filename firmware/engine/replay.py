"""A run of the box, repeated from its session: the same settings and kernels at the same frames, so the same bits.

Shared with the laptop, whose renders are runs without a box.
"""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from dsp_ext import Engine
from firmware.contract import params

from . import designer

FORMAT, SCHEMA = "burnish-session", 1

#: Frames given to the engine at once; of no influence on the result.
BLOCK = 4096


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
    engine = Engine(rate_hz, BLOCK)
    designer.begin(engine, start)
    at = 0
    for event in events:
        at = _run(engine, words, at, min(event["frame"], len(words)))
        designer.apply(engine, event["kind"], event["values"])
    _run(engine, words, at, len(words))
    return engine


def latency(rate_hz: int, values: dict[str, float]) -> int:
    """Frames by which the chain's output lags its input with `values` (all parameters)."""
    engine = Engine(rate_hz, 1)
    designer.begin(engine, values)
    return engine.latency


def _run(engine: Engine, words: np.ndarray, at: int, end: int) -> int:
    for start in range(at, end, BLOCK):
        engine.process_words(words[start : min(start + BLOCK, end)])
    return max(at, end)


def replay(session: dict, words: np.ndarray) -> np.ndarray:
    """What the box made of `words` (int32, shape (frames, 2)) in `session`: as many frames, latency included."""
    out = words.copy()
    perform(out, session["rate_hz"], session["start"], session["events"])
    return out
