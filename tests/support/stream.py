"""Passes a stream of blocks through a processor."""

import itertools

import numpy as np


def through(processor, x: np.ndarray, cuts=()) -> np.ndarray:
    """`x` (float32, shape (2, frames)) through `processor`, cut at `cuts`. `x` itself does not change."""
    y = x.copy()
    for start, end in itertools.pairwise((0, *cuts, x.shape[1])):
        part = np.ascontiguousarray(y[:, start:end])
        processor.process(part)
        y[:, start:end] = part
    return y
