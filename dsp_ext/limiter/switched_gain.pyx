# cython: boundscheck=False, wraparound=False
# Steps are cut to CHUNK.
"""SwitchedGain: LinkedGain whose look-ahead and hold can change while it works.

Other times need another path. It runs beside the one in use until it has seen every peak that is under way, then the gains
crossfade over 20 ms. Either of the two reduces each peak enough, so each mixture of them does.
"""

import numpy as np

from libc.string cimport memcpy

from dsp_ext.core cimport Ramp
from .linked_gain cimport LinkedGain

cdef enum:
    CHUNK = 256
    SHORTEST = 3  # frames of smoothing, the fewest that three boxes have


cdef class SwitchedGain:
    """`longest` and `longest_hold` in frames are the room; see GainPath. `split` as in LinkedGain. Starts with the longest."""

    def __init__(self, rate_hz, Py_ssize_t longest, Py_ssize_t longest_hold, bint split):
        self._path_1 = LinkedGain(rate_hz, longest, longest_hold, split)
        self._path_2 = LinkedGain(rate_hz, longest, longest_hold, split)
        self._fade = Ramp(rate_hz)
        self._longest = self._smoothing = longest
        self._longest_hold = self._hold = longest_hold
        self._next_l = np.zeros(CHUNK, np.float32)
        self._next_r = np.zeros(CHUNK, np.float32)
        self._shape = np.zeros(CHUNK, np.float32)
        self.clear()

    cdef void clear(self) noexcept nogil:
        """[audio] Forget the past; times that are wanted are in force."""
        self._path_1.clear()
        self._path_2.clear()
        self.settle()

    cdef void settle(self) noexcept nogil:
        """[audio] Times that are wanted are in force at once. Forgets the peaks under way, unless there is no change."""
        cdef int i
        for i in range(2):  # a change under way first, then one that waits behind it
            if self._settling == 0 and self._fading == 0:
                self.begin_change()
            if self._settling > 0 or self._fading > 0:
                self._second_is_now = not self._second_is_now
            self._settling = self._fading = 0

    cdef void set_times(self, Py_ssize_t smoothing, Py_ssize_t hold) noexcept nogil:
        """[audio] Frames of smoothing and of hold, cut to the room there is."""
        smoothing = smoothing if smoothing < self._longest else self._longest
        self._smoothing = smoothing if smoothing > SHORTEST else SHORTEST
        hold = hold if hold < self._longest_hold else self._longest_hold
        self._hold = hold if hold > 0 else 0

    cdef void set_releases(self, double fast_ms, double slow_ms) noexcept nogil:
        """[audio] See GainPath."""
        self._path_1.set_releases(fast_ms, slow_ms)
        self._path_2.set_releases(fast_ms, slow_ms)

    cdef void set_links(self, float fast, float slow) noexcept nogil:
        """[audio] See LinkedGain."""
        self._path_1.set_links(fast, slow)
        self._path_2.set_links(fast, slow)

    cdef void press(self, double needed) noexcept nogil:
        """[audio] See GainPath."""
        self._path_1.press(needed)
        self._path_2.press(needed)

    cdef void begin_change(self) noexcept nogil:
        """Where other times are wanted than those in force, start the other path with them."""
        if self._second_is_now:
            if self._path_2.differs(self._smoothing, self._hold):
                self._path_1.configure(self._smoothing, self._hold)
                self._path_1.follow(self._path_2)
                self._settling = self._path_1.settled_after()
        elif self._path_1.differs(self._smoothing, self._hold):
            self._path_2.configure(self._smoothing, self._hold)
            self._path_2.follow(self._path_1)
            self._settling = self._path_2.settled_after()

    cdef void run_both(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        """The path in force in place, the other into `_next_l` and `_next_r`."""
        cdef float *next_l = &self._next_l[0]
        cdef float *next_r = &self._next_r[0]
        memcpy(next_l, left, frames * sizeof(float))
        memcpy(next_r, right, frames * sizeof(float))
        if self._second_is_now:
            self._path_2.run(left, right, frames)
            self._path_1.run(next_l, next_r, frames)
        else:
            self._path_1.run(left, right, frames)
            self._path_2.run(next_l, next_r, frames)

    cdef void run(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        """[audio] Reductions needed, in octaves, become gains, in place."""
        cdef Py_ssize_t i, step
        cdef float *next_l = &self._next_l[0]
        cdef float *next_r = &self._next_r[0]
        cdef float *shape = &self._shape[0]
        while frames > 0:
            step = frames if frames < CHUNK else CHUNK
            if self._settling == 0 and self._fading == 0:
                self.begin_change()
            if self._settling > 0:
                step = step if step < self._settling else self._settling
                self.run_both(left, right, step)
                self._settling -= step
                if self._settling == 0:
                    self._fading = self._fade.length
                    self._fade.jump(0.0)
                    self._fade.to(1.0)
            elif self._fading > 0:
                step = step if step < self._fading else self._fading
                self.run_both(left, right, step)
                self._fade.fill(shape, step)
                for i in range(step):
                    left[i] += (next_l[i] - left[i]) * shape[i]
                    right[i] += (next_r[i] - right[i]) * shape[i]
                self._fading -= step
                if self._fading == 0:
                    self._second_is_now = not self._second_is_now
            elif self._second_is_now:
                self._path_2.run(left, right, step)
            else:
                self._path_1.run(left, right, step)
            left += step
            right += step
            frames -= step
