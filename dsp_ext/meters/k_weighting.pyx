# cython: boundscheck=False, wraparound=False, cdivision=True
# Indices run from 0 to a length that the caller gives.
"""K-weighting of ITU-R BS.1770-5, Annex 1: a high shelf and a high-pass in series.

The standard gives coefficients at 48 kHz and asks for "the same frequency response" at other rates. These coefficients are the
bilinear transform of the analog prototypes below; at 48 kHz they agree with the standard's table to 1e-14. The high-pass of
the table has the numerator [1, -2, 1], which is a pass-band gain of a0(48 kHz) instead of 1. To keep that gain at every
rate, the numerator is scaled by a0(48 kHz) / a0(rate). Without this, a meter would read 0.02 dB low at 96 kHz and 0.03 dB at
192 kHz.
"""

import numpy as np

from dsp_ext.core cimport Double2, add, left_of, mul, double2, right_of, sub

SHELF_HZ = 1681.974450955533
SHELF_DB = 3.999843853973347
SHELF_Q = 0.7071752369554196
HIGH_PASS_HZ = 38.13547087602444
HIGH_PASS_Q = 0.5003270373238773
#: The exponent of the shelf's gain at its corner frequency. It is close to 1/2 and fitted to the standard's table.
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


cdef inline void _put(double *to, Double2 p) noexcept nogil:
    to[0] = left_of(p)
    to[1] = right_of(p)


cdef class KWeighting:
    """A filter for two channels with float64 state. [control] creates it; [audio] runs it."""

    def __init__(self, rate_hz):
        self.rate_hz = rate_hz
        shelf, high_pass = coefficients(rate_hz)
        self._c = (*shelf[:3], *shelf[4:], *high_pass[4:])
        self._scale = high_pass[0] ** 2
        self.clear()

    cdef void clear(self) noexcept nogil:
        """[audio] Clear the history."""
        cdef Py_ssize_t i
        for i in range(10):
            self._state[i] = 0.0

    cdef void run(self, const float *left, const float *right, Py_ssize_t frames) noexcept nogil:
        """[audio] Filter, and sum the squares sample by sample, so that the division into blocks makes no difference.
        O(frames)."""
        cdef const double *c = &self._c[0]
        cdef Double2 b0 = double2(c[0], c[0]), b1 = double2(c[1], c[1]), b2 = double2(c[2], c[2])
        cdef Double2 a1 = double2(c[3], c[3]), a2 = double2(c[4], c[4]), h1 = double2(c[5], c[5]), h2 = double2(c[6], c[6])
        cdef double *state = &self._state[0]
        cdef Double2 s1 = double2(state[0], state[1]), s2 = double2(state[2], state[3])
        cdef Double2 t1 = double2(state[4], state[5]), t2 = double2(state[6], state[7])
        cdef Double2 squares = double2(state[8], state[9])
        cdef Double2 x, y, z
        cdef Py_ssize_t i
        for i in range(frames):
            # Transposed direct form II. The numerator of the high-pass is [1, -2, 1]; its gain is in _scale.
            x = double2(left[i], right[i])
            y = add(mul(b0, x), s1)
            s1 = sub(add(mul(b1, x), s2), mul(a1, y))
            s2 = sub(mul(b2, x), mul(a2, y))
            z = add(y, t1)
            t1 = sub(sub(t2, add(y, y)), mul(h1, z))
            t2 = sub(y, mul(h2, z))
            squares = add(squares, mul(z, z))
        _put(state, s1)
        _put(state + 2, s2)
        _put(state + 4, t1)
        _put(state + 6, t2)
        _put(state + 8, squares)

    cdef double take_energy(self) noexcept nogil:
        """[audio] The sum of squares of the weighted signal over both channels since the last call."""
        cdef double energy = (self._state[8] + self._state[9]) * self._scale
        self._state[8] = self._state[9] = 0.0
        return energy
