# cython: boundscheck=False, wraparound=False, cdivision=True
# Lengths are limited to a part of the allocated memory; positions stay below it.
"""SlidingMax: the largest of the newest values, in place. The cost is the same for every input."""

import numpy as np

from libc.string cimport memcpy, memmove, memset

from dsp_ext.core cimport LANES, float4_at, greater4, put_float4

cdef enum:
    CHUNK = 256
    SPARE = 4  # values behind each level that whole vectors may write


cdef class SlidingMax:
    """The largest of the newest `window` values. Values before the first one count as 0. All values must be finite, and 0 or above or
    all of one sign.

    Maxima over 2, 4, 8 ... values are computed level by level, each from two maxima of the level below. At the last level, the two
    maxima overlap, so that together they cover exactly the window. This takes log2(window) comparisons per sample, but they run in
    vector lanes and their number is constant. The cost of the usual monotonic queue (Lemire 2006) depends on the signal.
    """

    def __init__(self, Py_ssize_t longest, Py_ssize_t block=CHUNK):
        """[control] Allocates memory for windows up to `longest` frames. Starts with the longest. `block`: the usual number of values
        per call; longer calls are divided."""
        if longest < 1:
            raise ValueError(f"window must be at least 1 frame, not {longest}")
        self.longest = longest
        self._room = 2 * block
        # Each level stores `distance` past values, followed by memory for new ones.
        levels = int(longest).bit_length()
        self._distance = np.zeros(levels, np.intp)
        self._history = np.zeros(longest + levels * (self._room + SPARE), np.float32)
        self.set_window(longest)

    cdef void set_window(self, Py_ssize_t window) noexcept nogil:
        """[audio] Set the window, 1 to `longest` frames. Clears all past values."""
        cdef Py_ssize_t reach = 1
        self.window = window
        self._levels = 0
        while 2 * reach <= window:
            self._distance[self._levels] = reach
            self._levels += 1
            reach *= 2
        if window > reach:
            self._distance[self._levels] = window - reach
            self._levels += 1
        self.clear()

    cdef void clear(self) noexcept nogil:
        """[audio] Clear all past values."""
        memset(&self._history[0], 0, self._history.shape[0] * sizeof(float))
        self._at = 0

    cdef void rewind(self) noexcept nogil:
        """Move the past values of each level to the beginning of its memory."""
        cdef Py_ssize_t level
        cdef float *history = &self._history[0]
        for level in range(self._levels):
            memmove(history, history + self._at, self._distance[level] * sizeof(float))
            history += self._distance[level] + self._room + SPARE
        self._at = 0

    cdef void run(self, float *x, Py_ssize_t frames) noexcept nogil:
        """[audio] Replace each x by the largest of it and the window - 1 values before it."""
        cdef Py_ssize_t level, step, distance
        cdef float *old
        cdef float *new
        cdef float *above
        if self._levels == 0:
            return
        while frames > 0:
            if self._at == self._room:
                self.rewind()
            step = frames if frames < self._room - self._at else self._room - self._at
            old = &self._history[self._at]
            distance = self._distance[0]
            memcpy(old + distance, x, step * sizeof(float))
            for level in range(self._levels - 1):
                new = old + distance
                above = old + distance + self._room + SPARE
                distance = self._distance[level + 1]
                whole_vectors(above + distance, new, old, step)
                old = above
            to_the_last(x, old + distance, old, step)
            self._at += step
            x += step
            frames -= step

    def process(self, float[::1] x not None):
        """[any] `run`, for tests."""
        if x.shape[0]:
            self.run(&x[0], x.shape[0])


cdef inline void whole_vectors(float *out, const float *a, const float *b, Py_ssize_t frames) noexcept nogil:
    """The larger value of each pair; writes up to SPARE - 1 values more."""
    cdef Py_ssize_t i = 0
    while i < frames:
        put_float4(out + i, greater4(float4_at(a + i), float4_at(b + i)))
        i += LANES


cdef inline void to_the_last(float *out, const float *a, const float *b, Py_ssize_t frames) noexcept nogil:
    """The larger value of each pair."""
    cdef Py_ssize_t i = 0
    while i + LANES <= frames:
        put_float4(out + i, greater4(float4_at(a + i), float4_at(b + i)))
        i += LANES
    for i in range(i, frames):
        out[i] = a[i] if a[i] > b[i] else b[i]
