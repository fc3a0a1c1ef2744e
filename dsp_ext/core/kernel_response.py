"""The response of a FIR kernel, or of an impulse response, at any frequencies. Imports NumPy only."""

import numpy as np

#: Frequencies that are computed at once. This limits the memory of the tables.
_AT_ONCE = 256


def kernel_response(kernel: np.ndarray, rate_hz: float, freqs_hz) -> np.ndarray:
    """The complex response of `kernel` (shape (taps,)) at `freqs_hz` (any shape). Its first tap is time 0. complex128.

    Time t is a multiple of `step` plus a rest, so that exp(-j w t) is a product of two factors from small tables. The sum over
    the taps is then a product of matrices.
    """
    freqs_hz = np.asarray(freqs_hz, float)
    step = max(1, round(np.sqrt(kernel.size)))
    rows = -(-kernel.size // step)
    taps = np.zeros(rows * step, complex)
    taps[: kernel.size] = kernel
    taps = taps.reshape(rows, step).T
    turns = -2j * np.pi / rate_hz * freqs_hz.ravel()
    out = np.empty(turns.size, complex)
    for at in range(0, turns.size, _AT_ONCE):
        turn = turns[at : at + _AT_ONCE, None]
        within = np.exp(turn * np.arange(step)) @ taps
        out[at : at + _AT_ONCE] = np.sum(within * np.exp(turn * (step * np.arange(rows))), axis=1)
    return out.reshape(freqs_hz.shape)
