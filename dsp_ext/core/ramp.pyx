# cython: boundscheck=False, wraparound=False
# The loops end at lengths that are checked here.
"""Ramp: a control value that changes smoothly.

The speed of a value, not the value itself, follows a raised cosine over 20 ms: the value moves by
x - sin(2 pi x) / (2 pi). Speed and acceleration are zero at both ends. The corners that remain are in the third derivative,
so the residue of a change falls by 18 dB per octave with the distance from the tone. The residue above 3 kHz of 40 dB of gain, on
a tone of 997 Hz at full scale and at 48 kHz, is -67 dBFS with a linear ramp, -105 dBFS if the value itself follows a raised
cosine, which has corners in its second derivative, and -138 dBFS with this shape (`tests/dsp_ext/core/test_ramp.py`).
"""

import numpy as np

RAMP_MS = 20.0


def ramp_shape(Py_ssize_t length):
    """The part of the whole change after each of `length` frames: 0 is excluded, the last one is 1. float64, shape (length,)."""
    steps = np.arange(1, length + 1) / length
    return steps - np.sin(2 * np.pi * steps) / (2 * np.pi)


cdef class Ramp:
    """A control value. [control] creates it; [audio] changes and reads it. `fill` is O(frames). Nothing allocates."""

    def __init__(self, rate_hz, float value=0.0, ramp_ms=RAMP_MS):
        self.length = max(1, round(ramp_ms * 1e-3 * rate_hz))
        self._shape = ramp_shape(self.length).astype(np.float32)
        self.jump(value)

    cdef void jump(self, float target) noexcept nogil:
        """[audio] Set the value to `target` at once."""
        self._start = self._goal = self._target = self._value = target
        self._at = self.length

    cdef void to(self, float target) noexcept nogil:
        """[audio] Move to `target`, either now or, if a ramp is in progress, from its end on (the newest target counts). A ramp
        that was reversed in the middle would make a corner; see `ramp_bank.pyx`."""
        self._target = target
        if self._at == 0 or self._at == self.length:
            self.begin()

    cdef void turn(self, float target) noexcept nogil:
        """[audio] Move from the current value to `target` at once, even if that makes a corner. For changes that cannot wait
        until the current ramp ends."""
        if target != self._goal:
            self._target = target
            self._at = self.length
            self.begin()
        self._target = target

    cdef void begin(self) noexcept nogil:
        """Start a ramp if the target differs from the end of the current one."""
        if self._target != self._goal:
            self._start = self._value
            self._goal = self._target
            self._at = 0

    cdef bint moving(self) noexcept nogil:
        return self._at < self.length

    cdef void fill(self, float *out, Py_ssize_t frames) noexcept nogil:
        """[audio] The value for each of the next `frames` frames. After the ramp it is exactly the target."""
        cdef Py_ssize_t i, at = 0, step
        cdef float start, span
        cdef const float *shape
        while at < frames:
            step = min(frames - at, self.length - self._at)
            if step == 0:
                for i in range(at, frames):
                    out[i] = self._value
                return
            start, span = self._start, self._goal - self._start
            shape = &self._shape[0] + self._at
            for i in range(step):
                out[at + i] = start + span * shape[i]
            at += step
            self._at += step
            if self._at == self.length:
                out[at - 1] = self._goal  # start + span may differ from the goal by rounding
            self._value = out[at - 1]
            if self._at == self.length:
                self.begin()

    def values(self, Py_ssize_t frames):
        """The next `frames` values as float32, for tests. [any]"""
        out = np.empty(frames, np.float32)
        cdef float[::1] view = out
        if frames:
            self.fill(&view[0], frames)
        return out
