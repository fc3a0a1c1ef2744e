# cython: boundscheck=False, wraparound=False
# Callers use indices below the count, and pieces no longer than `piece` returns.
"""RampBank: many values on one ramp.

A processor with a dozen settings would spend more time on filling a row per setting than on its sound. Here, all values
share the shape of `ramp.pyx`: value k is start[k] + span[k] * shape[i] for the next frames, and the loops compute it
directly. At rest the span is zero and the value is exact.

A target that is set during a ramp is used when the ramp ends, at most 20 ms later; the newest target counts. A value that
reversed in the middle of a ramp would make a corner, which is audible as a click (residue -65 dBFS; that of a complete ramp is
-105 dBFS), and a knob that is turned continuously would make a corner with each step.

The distance that a value moves in one ramp can be limited, because a change by 80 dB, or by ten octaves, within 20 ms clicks
whatever its shape. A longer change takes several ramps.
"""

import numpy as np

from .ramp cimport Ramp


cdef class RampBank:
    """Starts with `values`, which do not change yet. [control] creates it; [audio] changes and reads it. It does not allocate
    after that."""

    def __init__(self, rate_hz, values, farthest=None):
        """`values`: as many numbers as there are values. `farthest`: the number of each value by which it moves at most in one
        ramp, by default without limit."""
        cdef Ramp ramp = Ramp(rate_hz)
        self._shape = ramp._shape
        self.length = ramp.length
        self._target = np.array(values, np.float32)
        self._goal = np.array(values, np.float32)
        self._start = np.array(values, np.float32)
        self._span = np.zeros(len(values), np.float32)
        self._farthest = np.full(len(values), np.inf, np.float32) if farthest is None else np.array(farthest, np.float32)
        self._count = len(values)
        self._at = self.length

    cdef void to(self, int which, float target) noexcept nogil:
        """[audio] Move value number `which` to `target`, from now on, or from the end of the current ramp on."""
        if target != self._target[which]:
            self._target[which] = target
            if self._at == 0 or self._at == self.length:
                self.begin()

    cdef void begin(self) noexcept nogil:
        """Start a ramp from the current values to their targets, or as far towards them as one ramp may lead."""
        cdef Py_ssize_t k
        for k in range(self._count):
            self._goal[k] = self._target[k]
            if self._target[k] > self._start[k] + self._farthest[k]:
                self._goal[k] = self._start[k] + self._farthest[k]
            elif self._target[k] < self._start[k] - self._farthest[k]:
                self._goal[k] = self._start[k] - self._farthest[k]
            self._span[k] = self._goal[k] - self._start[k]
        self._at = 0

    cdef void settle(self) noexcept nogil:
        """[audio] Set all values to their targets at once."""
        cdef Py_ssize_t k
        for k in range(self._count):
            self._goal[k] = self._target[k]
        self.arrive()

    cdef void arrive(self) noexcept nogil:
        """End the ramp: set the values exactly, and start the next ramp if there are new targets."""
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
        """[audio] The number of the next `frames` frames (at most `length`) for which the present start and span are
        valid."""
        cdef Py_ssize_t left = self.length - self._at
        return left if 0 < left < frames else frames

    cdef const float *start(self) noexcept nogil:
        return &self._start[0]

    cdef const float *span(self) noexcept nogil:
        return &self._span[0]

    cdef const float *goal(self) noexcept nogil:
        """[audio] The values to which the current ramp leads; without a ramp, those of `start`."""
        return &self._goal[0]

    cdef bint is_far(self) noexcept nogil:
        """[audio] Whether a value is so far from its target that it takes several ramps."""
        cdef Py_ssize_t k
        for k in range(self._count):
            if abs(self._target[k] - self._start[k]) > self._farthest[k]:
                return True
        return False

    cdef bint moving(self) noexcept nogil:
        """[audio] Whether values are being ramped."""
        return self._at < self.length

    cdef bint under_way(self) noexcept nogil:
        """[audio] Whether a ramp has begun and has not ended."""
        return 0 < self._at < self.length

    cdef const float *shape(self) noexcept nogil:
        """[audio] The progress of the ramp, 0 to 1, for each frame of this piece. At rest the numbers do not matter."""
        return &self._shape[0] + (self._at if self._at < self.length else 0)

    cdef void advance(self, Py_ssize_t frames) noexcept nogil:
        """[audio] Advance past the frames of a piece. If the ramp ends there, the values are exactly the targets."""
        if self._at < self.length:
            self._at += frames
            if self._at == self.length:
                self.arrive()
