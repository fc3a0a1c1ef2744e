# cython: boundscheck=False, wraparound=False
# Blocks are cut to CHUNK by the caller.
"""LinkedGain: the gains of two channels, linked as far as one likes, separately for transients and for what lasts."""

import numpy as np

from .gain_smoother cimport GAIN_PATH_MARGIN, GainPath

cdef enum:
    CHUNK = 256


cdef void link(float *a, float *b, float share, Py_ssize_t frames) noexcept nogil:
    """Raise each value of a and b towards the larger of the two: 0 not at all, 1 all the way, exactly."""
    cdef Py_ssize_t i
    cdef float most
    for i in range(frames):
        most = a[i] if a[i] > b[i] else b[i]
        a[i] = share * most + (<float> 1.0 - share) * a[i]
        b[i] = share * most + (<float> 1.0 - share) * b[i]


cdef class LinkedGain:
    """See GainPath. `split`: two channels, links free; else both get one gain, for the larger need of the two."""

    def __init__(self, rate_hz, Py_ssize_t longest, Py_ssize_t longest_hold, bint split):
        self.split = split
        self._left = GainPath(rate_hz, longest, longest_hold)
        self._right = GainPath(rate_hz, longest, longest_hold) if split else self._left
        self._slow_l = np.zeros(CHUNK, np.float32)
        self._slow_r = np.zeros(CHUNK, np.float32)
        self._link_fast = self._link_slow = 1.0

    cdef void clear(self) noexcept nogil:
        self._left.clear()
        self._right.clear()

    cdef void configure(self, Py_ssize_t smoothing, Py_ssize_t hold) noexcept nogil:
        """[audio] See GainPath."""
        self._left.configure(smoothing, hold)
        self._right.configure(smoothing, hold)

    cdef bint differs(self, Py_ssize_t smoothing, Py_ssize_t hold) noexcept nogil:
        """Whether these are other times than those in use."""
        return smoothing != self._left.smoothing or hold != self._left.hold

    cdef Py_ssize_t settled_after(self) noexcept nogil:
        """Frames after `configure` from which on the gains are right for all peaks."""
        return self._left.longest + self._left.smoothing + GAIN_PATH_MARGIN + self._left.hold

    cdef void set_releases(self, double fast_ms, double slow_ms) noexcept nogil:
        """[audio] See GainPath."""
        self._left.set_releases(fast_ms, slow_ms)
        self._right.set_releases(fast_ms, slow_ms)

    cdef void set_links(self, float fast, float slow) noexcept nogil:
        """[audio] 0 (each channel for itself) to 1 (the same gain for both): for transients, and for the slow part."""
        self._link_fast = fast
        self._link_slow = slow

    cdef void follow(self, LinkedGain other) noexcept nogil:
        """[audio] Go on from the releases of another."""
        self._left.follow(other._left)
        self._right.follow(other._right)

    cdef void press(self, double needed) noexcept nogil:
        """[audio] See GainPath."""
        self._left.press(needed)
        self._right.press(needed)

    cdef void run(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        """[audio] Reductions needed, in octaves, become gains. At most CHUNK frames."""
        cdef Py_ssize_t i
        cdef float *slow_l = &self._slow_l[0]
        cdef float *slow_r = &self._slow_r[0]
        if not self.split:
            for i in range(frames):
                left[i] = left[i] if left[i] > right[i] else right[i]
            self._left.envelopes(left, slow_l, frames)
            self._left.gains(left, slow_l, frames)
            for i in range(frames):
                right[i] = left[i]
            return
        link(left, right, self._link_fast, frames)
        self._left.envelopes_of_two(self._right, left, slow_l, right, slow_r, frames)
        link(slow_l, slow_r, self._link_slow, frames)
        self._left.gains_of_two(self._right, left, slow_l, right, slow_r, frames)
