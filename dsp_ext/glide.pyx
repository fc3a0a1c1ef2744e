# cython: boundscheck=False, wraparound=False
# Callers name values below the count, and take pieces no longer than `piece` says.
"""Glide: many values on one ramp.

A processor with a dozen settings would spend more on filling a row per setting than on its sound. Here the values share
the raised cosine of `ramp.pyx`: value k is start[k] + span[k] * shape[i] for the next frames, which loops compute as they
go; at rest the span is zero and the value exact. A new target begins the ramp anew for all, from where each one is.
"""

import numpy as np

from .ramp cimport Ramp


cdef class Glide:
    """`values` at rest. [control] makes it, [audio] moves and reads it. Nothing allocates after that."""

    def __init__(self, rate_hz, values):
        cdef Ramp ramp = Ramp(rate_hz)
        self._shape = ramp._shape
        self.length = ramp.length
        self._target = np.array(values, np.float32)
        self._start = np.array(values, np.float32)
        self._span = np.zeros(len(values), np.float32)
        self._count = len(values)
        self._at = self.length

    cdef void to(self, int which, float target) noexcept nogil:
        """[audio] Begin to move value `which` to `target`; no effect if it is there or on its way there."""
        cdef Py_ssize_t k
        cdef float way = self._shape[self._at - 1] if self._at > 0 else 0
        if target == self._target[which]:
            return
        self._target[which] = target
        for k in range(self._count):
            self._start[k] = self._start[k] + self._span[k] * way
            self._span[k] = self._target[k] - self._start[k]
        self._at = 0

    cdef void settle(self) noexcept nogil:
        """[audio] Be there at once."""
        cdef Py_ssize_t k
        for k in range(self._count):
            self._start[k] = self._target[k]
            self._span[k] = 0
        self._at = self.length

    cdef Py_ssize_t piece(self, Py_ssize_t frames) noexcept nogil:
        """[audio] How many of the next `frames` frames (at most `length`) go by with the present start and span."""
        cdef Py_ssize_t left = self.length - self._at
        return left if 0 < left < frames else frames

    cdef const float *start(self) noexcept nogil:
        return &self._start[0]

    cdef const float *span(self) noexcept nogil:
        return &self._span[0]

    cdef const float *shape(self) noexcept nogil:
        """[audio] The way gone, 0 to 1, for each frame of this piece; at rest any numbers."""
        return &self._shape[0] + (self._at if self._at < self.length else 0)

    cdef void advance(self, Py_ssize_t frames) noexcept nogil:
        """[audio] Go past the frames of a piece; where it ended the ramp, the values are exactly their targets."""
        if self._at < self.length:
            self._at += frames
            if self._at == self.length:
                self.settle()
