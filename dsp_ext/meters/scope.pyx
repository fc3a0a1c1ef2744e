# cython: boundscheck=False, wraparound=False, cdivision=True
# `_taken` stays below SCOPE_POINTS.
"""Scope: single samples of a stereo signal, for a vectorscope. The sound passes unchanged, bit for bit.

A vectorscope shows how left and right relate at the same moment, not their course in time. It therefore needs no filter before
the rate is reduced: a point that is shown is a sample that was played. In every row of 10 ms there are SCOPE_POINTS points at
equal distances, at every sampling rate.
"""

import numpy as np

#: Points in a row of 10 ms.
POINTS = SCOPE_POINTS


cdef class Scope:
    """[control] creates it; [audio] runs and reads it. Nothing allocates after construction. O(points)."""

    def __init__(self, rate_hz):
        self._spacing = round(rate_hz / 100) // SCOPE_POINTS
        self._points = np.zeros((2, SCOPE_POINTS), np.float32)
        self.clear()

    cdef void clear(self) noexcept nogil:
        """[audio] Return to the initial state."""
        self._points[:, :] = 0.0
        self._until = self._spacing - 1
        self._taken = 0

    cdef void run(self, const float *left, const float *right, Py_ssize_t frames) noexcept nogil:
        """[audio] Take the samples that are due from `frames` frames."""
        cdef Py_ssize_t at = self._until
        while at < frames:
            if self._taken < SCOPE_POINTS:
                self._points[0, self._taken] = left[at]
                self._points[1, self._taken] = right[at]
                self._taken += 1
            at += self._spacing
        self._until = at - frames

    cdef void read(self, double *row) noexcept nogil:
        """[audio] Write left and right of each point in turn (2 SCOPE_POINTS values), and begin the next row."""
        cdef Py_ssize_t i
        for i in range(SCOPE_POINTS):
            row[2 * i] = self._points[0, i]
            row[2 * i + 1] = self._points[1, i]
        self._until = self._spacing - 1
        self._taken = 0
