# cython: boundscheck=False, wraparound=False
# Callers name values below the count, and take pieces no longer than `piece` says.
"""RampBank: many values on one ramp.

A processor with a dozen settings would spend more on filling a row per setting than on its sound. Here the values share
the raised cosine of `ramp.pyx`: value k is start[k] + span[k] * shape[i] for the next frames, which loops compute as they
go; at rest the span is zero and the value exact. A target that comes while the ramp is under way waits for its end, at most
20 ms, and the newest one counts: a value that turns round on its way makes a corner, which is heard as a click (-65 dBFS where a
whole way leaves -105), and a knob that keeps turning would make one with each step.
"""

import numpy as np

from .ramp cimport Ramp


cdef class RampBank:
    """`values` at rest. [control] makes it, [audio] moves and reads it. Nothing allocates after that."""

    def __init__(self, rate_hz, values):
        cdef Ramp ramp = Ramp(rate_hz)
        self._shape = ramp._shape
        self.length = ramp.length
        self._target = np.array(values, np.float32)
        self._goal = np.array(values, np.float32)
        self._start = np.array(values, np.float32)
        self._span = np.zeros(len(values), np.float32)
        self._count = len(values)
        self._at = self.length

    cdef void to(self, int which, float target) noexcept nogil:
        """[audio] Move value `which` to `target`: from now on, or from the end of the ramp under way."""
        if target != self._target[which]:
            self._target[which] = target
            if self._at == 0 or self._at == self.length:
                self.begin()

    cdef void begin(self) noexcept nogil:
        """From where the values are to their targets."""
        cdef Py_ssize_t k
        for k in range(self._count):
            self._goal[k] = self._target[k]
            self._span[k] = self._goal[k] - self._start[k]
        self._at = 0

    cdef void settle(self) noexcept nogil:
        """[audio] Be there at once."""
        self.begin()
        self.arrive()

    cdef void arrive(self) noexcept nogil:
        """At the end of the ramp, exactly; on to targets that have come since it began."""
        cdef Py_ssize_t k
        cdef bint waiting = False
        for k in range(self._count):
            self._start[k] = self._goal[k]
            self._span[k] = 0
            waiting = waiting or self._goal[k] != self._target[k]
        self._at = self.length
        if waiting:
            self.begin()

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
        """[audio] Go past the frames of a piece; where it ended the ramp, the values are exactly what it led to."""
        if self._at < self.length:
            self._at += frames
            if self._at == self.length:
                self.arrive()
