"""Merges the meter rows that the engine writes every 10 ms. Shared with the laptop."""

import numpy as np

from dsp_ext import Engine

_NAMES = tuple(name for name, _ in Engine.METERS)


def _furthest(rows: np.ndarray, axis: int) -> np.ndarray:
    """The values that are furthest from 0, with their sign."""
    return np.take_along_axis(rows, np.argmax(np.abs(rows), axis=axis, keepdims=True), axis).squeeze(axis)


_MERGE = {"max": np.max, "min": np.min, "furthest": _furthest}
_COLUMNS = {how: [i for i, (_, merge) in enumerate(Engine.METERS) if merge == how] for how in _MERGE}


def merged_meters(rows: np.ndarray) -> dict[str, float]:
    """Name to value (`Engine.METERS`) over `rows` (shape (n, columns), n ≥ 1): peaks by maximum, reductions by minimum,
    changes of gain by the one furthest from 0, all others the newest."""
    merged = rows[-1].copy()
    for how, columns in _COLUMNS.items():
        merged[columns] = _MERGE[how](rows[:, columns], axis=0)
    return dict(zip(_NAMES, merged.tolist(), strict=True))
