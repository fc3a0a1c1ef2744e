# cython: boundscheck=False, wraparound=False
# Indices are the loop's own and end at lengths checked here.
"""Ramp: how every value of the chain changes.

20 ms of raised cosine leave less than -100 dBFS above 3 kHz for a 6 dB step on a full-scale low tone; a linear ramp of
the same length leaves -67 dBFS.
"""

import numpy as np

RAMP_MS = 20.0


cdef class Ramp:
    """A control value. [control] makes it, [audio] moves and reads it. `fill` is O(frames), nothing allocates."""

    def __init__(self, rate_hz, float value=0.0, ramp_ms=RAMP_MS):
        self.length = max(1, round(ramp_ms * 1e-3 * rate_hz))
        steps = np.arange(1, self.length + 1) / self.length
        self._shape = (0.5 - 0.5 * np.cos(np.pi * steps)).astype(np.float32)
        self.jump(value)

    cdef void jump(self, float target) noexcept nogil:
        """[audio] Be there at once."""
        self._start = self._target = self._value = target
        self._at = self.length

    cdef void to(self, float target) noexcept nogil:
        """[audio] Begin to move to `target` from where the value is now; no effect if that is under way already."""
        if target == self._target:
            return
        self._start = self._value
        self._target = target
        self._at = 0

    cdef bint moving(self) noexcept nogil:
        return self._at < self.length

    cdef void fill(self, float *out, Py_ssize_t frames) noexcept nogil:
        """[audio] The value for each of the next `frames` frames; exactly the target once arrived."""
        cdef Py_ssize_t i, fading = self.length - self._at
        cdef float start = self._start, span = self._target - self._start, target = self._target
        cdef float *shape = &self._shape[0] + self._at
        if fading > frames:
            fading = frames
        for i in range(fading):
            out[i] = start + span * shape[i]
        for i in range(fading, frames):
            out[i] = target
        self._at += fading
        if self._at == self.length:
            if fading > 0:
                out[fading - 1] = target  # start + span may round beside it
            self._value = target
        elif fading > 0:
            self._value = out[fading - 1]

    def values(self, Py_ssize_t frames):
        """The next `frames` values as float32, for tests. [any]"""
        out = np.empty(frames, np.float32)
        cdef float[::1] view = out
        if frames:
            self.fill(&view[0], frames)
        return out
