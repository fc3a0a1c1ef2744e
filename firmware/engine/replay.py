"""Repeats a run of the box from its run log: the same settings and kernels at the same frames give the same bits.

Shared with the laptop, whose renders are runs without a box.
"""

from collections.abc import Iterable

import numpy as np

from dsp_ext import Engine

from .offline import OfflineRun
from .run_log import read_run_log

__all__ = ["perform", "read_run_log", "replay"]


def perform(words: np.ndarray, rate_hz: int, start: dict[str, float], events: Iterable[dict] = ()) -> Engine:
    """Process `words` (int32, shape (frames, 2)) in place by a fresh engine, which is returned for its counters.

    It starts with `start` (all parameters); each event {"frame", "kind", "values"}, in order, is applied before its frame.
    """
    run = OfflineRun(rate_hz)
    run.begin(start, events)
    run.process_words(words)
    return run.engine


def replay(run: dict, words: np.ndarray) -> np.ndarray:
    """The output of the box for the input `words` (int32, shape (frames, 2)) in `run`: as many frames, with the latency at
    the start."""
    out = words.copy()
    perform(out, run["rate_hz"], run["start"], run["events"])
    return out
