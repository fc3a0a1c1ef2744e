# cython: boundscheck=False, wraparound=False, cdivision=True
# The caller guarantees that `frames` is even and at most `longest`. Each row has KEPT more samples.
"""Halfbands: halves the sampling rate of a signal, for the analysis of frequencies far below the new rate.

The filter has 19 taps, fitted by least squares; every second tap is zero, except the middle one. It is flat within 0.001 dB
up to 0.107 of the old rate. Frequencies that alias to this range are attenuated by 90 dB. A test measures both.
"""

import numpy as np

from libc.string cimport memcpy, memmove

cdef enum:
    TAPS = 19
    KEPT = TAPS - 1

#: The highest frequency without aliases, as a part of the old rate.
PASS = 0.107


def taps():
    """The filter, float64, shape (19,)."""
    offsets = np.arange(1, 10, 2)
    # In the stop band, the sum over the odd taps must cancel the middle tap. The pass band mirrors the stop band.
    stop = np.linspace(0.5 - PASS, 0.5, 200)
    sides, *_ = np.linalg.lstsq(2 * np.cos(2 * np.pi * np.outer(stop, offsets)), np.full(200, -0.5), rcond=None)
    h = np.zeros(TAPS)
    h[9 + offsets] = h[9 - offsets] = sides
    h[9] = 0.5
    return h


cdef class Halfbands:
    """`rows` independent signals. [control] creates it for blocks of up to `longest` frames; [audio] runs it."""

    def __init__(self, Py_ssize_t rows, Py_ssize_t longest):
        self.longest = longest
        self._x = np.zeros((rows, KEPT + longest), np.float32)
        self._taps = taps()[:9:2].astype(np.float32)

    cdef void clear(self) noexcept nogil:
        """[audio] Clear the history."""
        self._x[:, :] = 0.0

    cdef void run(self, Py_ssize_t row, const float *x, float *out, Py_ssize_t frames) noexcept nogil:
        """[audio] Read `frames` (even) samples of signal `row` and write half as many. O(frames)."""
        cdef float *b = &self._x[row, 0]
        cdef float h0 = self._taps[0], h1 = self._taps[1], h2 = self._taps[2], h3 = self._taps[3], h4 = self._taps[4]
        cdef Py_ssize_t i
        memcpy(b + KEPT, x, frames * sizeof(float))
        for i in range(frames // 2):
            out[i] = (
                (h0 * (b[2 * i] + b[2 * i + 18]) + h1 * (b[2 * i + 2] + b[2 * i + 16]))
                + (h2 * (b[2 * i + 4] + b[2 * i + 14]) + h3 * (b[2 * i + 6] + b[2 * i + 12]))
                + (h4 * (b[2 * i + 8] + b[2 * i + 10]) + <float> 0.5 * b[2 * i + 9])
            )
        memmove(b, b + frames, KEPT * sizeof(float))

    def halve(self, const float[::1] x not None):
        """[any] For tests: `x` (an even number of samples, at most `longest`) through row 0, at half the rate, float32."""
        out = np.empty(x.shape[0] // 2, np.float32)
        cdef float[::1] view = out
        self.run(0, &x[0], &view[0], x.shape[0])
        return out
