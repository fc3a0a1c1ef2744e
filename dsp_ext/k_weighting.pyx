# cython: boundscheck=False, wraparound=False, cdivision=True
# Indices run from 0 to a length the caller gives.
"""K-weighting of ITU-R BS.1770-5, Annex 1: a high shelf and a high-pass in series.

The standard gives coefficients at 48 kHz and asks for "the same frequency response" at other rates. They are the
bilinear transform of the analog prototypes below, which gives the 48 kHz table to 1e-14. The table's high-pass has the
numerator [1, -2, 1]: a gain of a0(48 kHz) above the pass-band's 1. To keep that gain at every rate the numerator is
scaled by a0(48 kHz) / a0(rate); left at [1, -2, 1], a meter would read 0.02 dB low at 96 kHz and 0.03 dB at 192 kHz.
"""

import numpy as np

SHELF_HZ = 1681.974450955533
SHELF_DB = 3.999843853973347
SHELF_Q = 0.7071752369554196
HIGH_PASS_HZ = 38.13547087602444
HIGH_PASS_Q = 0.5003270373238773
#: Exponent of the shelf's gain at its corner; close to 1/2, fitted to the standard's table.
SHELF_CORNER = 0.4996667741545416


def coefficients(rate_hz):
    """Two second-order sections, float64, shape (2, 6): b0 b1 b2 a0 a1 a2 with a0 = 1 (shelf, then high-pass)."""
    k = np.tan(np.pi * SHELF_HZ / rate_hz)
    high = 10 ** (SHELF_DB / 20)
    corner = high**SHELF_CORNER
    a0 = 1 + k / SHELF_Q + k * k
    shelf = [
        (high + corner * k / SHELF_Q + k * k) / a0,
        2 * (k * k - high) / a0,
        (high - corner * k / SHELF_Q + k * k) / a0,
        1,
        2 * (k * k - 1) / a0,
        (1 - k / SHELF_Q + k * k) / a0,
    ]
    k = np.tan(np.pi * HIGH_PASS_HZ / rate_hz)
    a0 = _high_pass_a0(rate_hz)
    gain = _high_pass_a0(48000) / a0
    high_pass = [gain, -2 * gain, gain, 1, 2 * (k * k - 1) / a0, (1 - k / HIGH_PASS_Q + k * k) / a0]
    return np.array([shelf, high_pass])


def _high_pass_a0(rate_hz):
    k = np.tan(np.pi * HIGH_PASS_HZ / rate_hz)
    return 1 + k / HIGH_PASS_Q + k * k


cdef class KWeighting:
    """Filter of two channels. [control] makes it, [audio] runs it; state in float64."""

    def __init__(self, rate_hz):
        self.rate_hz = rate_hz
        shelf, high_pass = coefficients(rate_hz)
        self._c = (*shelf[:3], *shelf[4:], *high_pass[4:])
        self._scale = high_pass[0] ** 2
        self.clear()

    cdef void clear(self) noexcept nogil:
        """[audio] Forget the past."""
        cdef Py_ssize_t i
        for i in range(10):
            self._state[i] = 0.0

    cdef void run(self, const float *left, const float *right, Py_ssize_t frames) noexcept nogil:
        """[audio] Filter, and add up the squares. O(frames). The sums go on sample by sample, however the stream is cut."""
        cdef double b0 = self._c[0], b1 = self._c[1], b2 = self._c[2], a1 = self._c[3], a2 = self._c[4]
        cdef double h1 = self._c[5], h2 = self._c[6]
        cdef double *state = &self._state[0]
        cdef double p1 = state[0], p2 = state[1], p3 = state[2], p4 = state[3]
        cdef double q1 = state[4], q2 = state[5], q3 = state[6], q4 = state[7]
        cdef double x, y, u, v, w, z, sum_l = state[8], sum_r = state[9]
        cdef Py_ssize_t i
        for i in range(frames):
            # Transposed direct form II; the high-pass has the numerator [1, -2, 1], its gain is in _scale.
            x = left[i]
            u = right[i]
            y = b0 * x + p1
            v = b0 * u + q1
            p1 = (b1 * x + p2) - a1 * y
            q1 = (b1 * u + q2) - a1 * v
            p2 = b2 * x - a2 * y
            q2 = b2 * u - a2 * v
            w = y + p3
            z = v + q3
            p3 = (p4 - (y + y)) - h1 * w
            q3 = (q4 - (v + v)) - h1 * z
            p4 = y - h2 * w
            q4 = v - h2 * z
            sum_l += w * w
            sum_r += z * z
        state[0] = p1
        state[1] = p2
        state[2] = p3
        state[3] = p4
        state[4] = q1
        state[5] = q2
        state[6] = q3
        state[7] = q4
        state[8] = sum_l
        state[9] = sum_r

    cdef double take_energy(self) noexcept nogil:
        """[audio] Sum of squares of the weighted signal over both channels since the last call."""
        cdef double energy = (self._state[8] + self._state[9]) * self._scale
        self._state[8] = self._state[9] = 0.0
        return energy
