"""Sound through a limiter, aligned with its input."""

import numpy as np

from dsp_ext.limiter.limiter import Limiter


def limited(x, rate=48000, tail=64, **settings):
    """Returns the output for `x`, aligned with `x` and followed by `tail` frames, and the limiter."""
    limiter = Limiter(rate)
    limiter.set(settle=True, **settings)
    flush = np.zeros((2, limiter.latency + tail), np.float32)
    y = np.concatenate([np.asarray(x, np.float32), flush], axis=1)
    limiter.process(y)
    return np.ascontiguousarray(y[:, limiter.latency :]), limiter
