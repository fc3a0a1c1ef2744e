# cython: boundscheck=False, wraparound=False
# Blocks are cut to CHUNK by the caller.
"""LinkedGain: the gains of two channels, linked by adjustable amounts, one for transients and one for the slow release."""

import numpy as np

from .gain_smoother cimport GAIN_SMOOTHER_MARGIN, GainSmoother

cdef enum:
    CHUNK = 256


cdef void link(float *a, float *b, float share, Py_ssize_t frames) noexcept nogil:
    """Raise each value of a and b towards the larger of the two. A share of 0 changes nothing; 1 makes both exactly equal."""
    cdef Py_ssize_t i
    cdef float most
    for i in range(frames):
        most = a[i] if a[i] > b[i] else b[i]
        a[i] = share * most + (<float> 1.0 - share) * a[i]
        b[i] = share * most + (<float> 1.0 - share) * b[i]


cdef class LinkedGain:
    """See GainSmoother. With `split` each channel has its own gain, linked as set. Without it both get one gain,
    for the channel that needs more reduction."""

    def __init__(self, Py_ssize_t longest, Py_ssize_t longest_hold, bint split):
        self.split = split
        self._left = GainSmoother(longest, longest_hold)
        self._right = GainSmoother(longest, longest_hold) if split else self._left
        self._slow_l = np.zeros(CHUNK, np.float32)
        self._slow_r = np.zeros(CHUNK, np.float32)

    cdef void clear(self) noexcept nogil:
        self._left.clear()
        self._right.clear()

    cdef void configure(self, Py_ssize_t smoothing, Py_ssize_t hold) noexcept nogil:
        """[audio] See GainSmoother."""
        self._left.configure(smoothing, hold)
        self._right.configure(smoothing, hold)

    cdef bint differs(self, Py_ssize_t smoothing, Py_ssize_t hold) noexcept nogil:
        """Whether these times differ from those in use."""
        return smoothing != self._left.smoothing or hold != self._left.hold

    cdef Py_ssize_t settled_after(self) noexcept nogil:
        """Frames after `configure` until the gains are low enough for all peaks."""
        return self._left.longest + self._left.smoothing + GAIN_SMOOTHER_MARGIN + self._left.hold

    cdef void follow(self, LinkedGain other) noexcept nogil:
        """[audio] Continue from the present values of another one's releases."""
        self._left.follow(other._left)
        self._right.follow(other._right)

    cdef void press(self, double needed) noexcept nogil:
        """[audio] See GainSmoother."""
        self._left.press(needed)
        self._right.press(needed)

    cdef void run(self, float *left, float *right, const GainSettings *settings, Py_ssize_t frames) noexcept nogil:
        """[audio] Reductions needed, in octaves, become gains. At most CHUNK frames."""
        cdef Py_ssize_t i
        cdef float *slow_l = &self._slow_l[0]
        cdef float *slow_r = &self._slow_r[0]
        if not self.split:
            for i in range(frames):
                left[i] = left[i] if left[i] > right[i] else right[i]
            self._left.envelopes(left, slow_l, settings, frames)
            self._left.gains(left, slow_l, settings, frames)
            for i in range(frames):
                right[i] = left[i]
            return
        link(left, right, settings.link_fast, frames)
        self._left.envelopes_of_two(self._right, left, slow_l, right, slow_r, settings, frames)
        link(slow_l, slow_r, settings.link_slow, frames)
        self._left.gains_of_two(self._right, left, slow_l, right, slow_r, settings, frames)
