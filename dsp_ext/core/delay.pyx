# cython: boundscheck=False, wraparound=False
# Indices stay below _frames by construction.
"""Delay: delays the signal by a whole number of frames, bit for bit."""

import numpy as np

from libc.string cimport memset


cdef class Delay(Processor):
    """Stereo delay of `frames` frames, at most `most` (default: `frames`). It swaps the block with a ring of `frames`. The
    cost is O(frames of the block)."""

    def __init__(self, rate_hz=48000, max_block=4096, Py_ssize_t frames=0, Py_ssize_t most=0):
        self._frames = frames
        self._most = most if most > frames else frames
        super().__init__(rate_hz, max_block)

    def prepare(self, rate_hz, max_block):
        super().prepare(rate_hz, max_block)
        self._line = np.zeros((2, max(1, self._most)), np.float32)
        self._at = 0

    cdef void set_frames(self, Py_ssize_t frames) noexcept nogil:
        """[audio] Set the delay to `frames`, up to `most`, and clear the history."""
        self._frames = frames if frames < self._most else self._most
        self.clear()

    cdef void clear(self) noexcept nogil:
        memset(&self._line[0, 0], 0, self._line.shape[0] * self._line.shape[1] * sizeof(float))
        self._at = 0

    cdef Py_ssize_t delay(self) noexcept nogil:
        return self._frames

    cdef void run(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        cdef Py_ssize_t at = 0, step
        while at < frames and self._frames > 0:
            step = min(frames - at, self._frames - self._at)
            _swap(&self._line[0, self._at], left + at, step)
            _swap(&self._line[1, self._at], right + at, step)
            at += step
            self._at += step
            if self._at == self._frames:
                self._at = 0


cdef void _swap(float *line, float *sound, Py_ssize_t frames) noexcept nogil:
    cdef Py_ssize_t i
    cdef float late
    for i in range(frames):
        late = line[i]
        line[i] = sound[i]
        sound[i] = late
