# cython: boundscheck=False, wraparound=False
# Callers pass valid line numbers; positions stay below the length.
"""DelayLines: delays several signals by the same time."""

import numpy as np

from libc.string cimport memset

from dsp_ext.core cimport exchange


cdef class DelayLines:
    """Allocates memory for `count` signals and delays of up to `longest` frames. Starts with that delay."""

    def __init__(self, int count, Py_ssize_t longest):
        self._rings = np.zeros((count, max(1, longest)), np.float32)
        self._at = np.zeros(count, np.intp)
        self.length = longest

    cdef void set_length(self, Py_ssize_t length) noexcept nogil:
        """[audio] Set the delay, 0 frames or more. Clears all past values."""
        self.length = length
        self.clear()

    cdef void clear(self) noexcept nogil:
        """[audio] Clear all past values."""
        memset(&self._rings[0, 0], 0, self._rings.shape[0] * self._rings.shape[1] * sizeof(float))
        memset(&self._at[0], 0, self._at.shape[0] * sizeof(Py_ssize_t))

    cdef void fill(self, int line, float value) noexcept nogil:
        """[audio] Set all past values of line number `line` to `value`."""
        cdef Py_ssize_t i
        for i in range(self._rings.shape[1]):
            self._rings[line, i] = value

    cdef void wait(self, int line, float *x, Py_ssize_t frames) noexcept nogil:
        """[audio] Delay `x` by `length` frames in line number `line`."""
        if self.length > 0:
            self._at[line] = exchange(&self._rings[line, 0], self.length, self._at[line], x, frames)
