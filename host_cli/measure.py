"""Figures of a whole file, by the meters of the engine."""

import numpy as np

from dsp_ext.meter import Meter

_BLOCK = 4096


def figures(words: np.ndarray, rate_hz: int) -> dict[str, float]:
    """Loudness, range and peaks of int32 words (frames, 2): the fields of `dsp_ext.meter`, after the last frame."""
    meter = Meter(rate_hz, _BLOCK)
    samples = np.ascontiguousarray((words.T * 2.0**-31).astype(np.float32))
    meter.process(samples)
    return meter.values()
