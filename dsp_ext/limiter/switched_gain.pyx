# cython: boundscheck=False, wraparound=False
# Steps are cut to CHUNK.
"""SwitchedGain: a LinkedGain whose look-ahead and hold can change while it runs.

New times need a second LinkedGain. It runs in parallel until it has processed every peak that is still in the delay lines.
Then the gains crossfade over 20 ms. Both reduce each peak enough, and so does every mixture of them.
"""

import numpy as np

from libc.string cimport memcpy

from dsp_ext.core cimport Ramp
from .linked_gain cimport LinkedGain

cdef enum:
    CHUNK = 256


cdef class SwitchedGain:
    """`longest` and `longest_hold` are the largest smoothing and hold in frames; it starts with these. `split`: see LinkedGain."""

    def __init__(self, rate_hz, Py_ssize_t longest, Py_ssize_t longest_hold, bint split):
        self._gain_1 = LinkedGain(longest, longest_hold, split)
        self._gain_2 = LinkedGain(longest, longest_hold, split)
        self._fade = Ramp(rate_hz)
        self._next_l = np.zeros(CHUNK, np.float32)
        self._next_r = np.zeros(CHUNK, np.float32)
        self._shape = np.zeros(CHUNK, np.float32)

    cdef void clear(self, const GainSettings *settings) noexcept nogil:
        """[audio] Forget the past and use the times in `settings` at once."""
        self._gain_1.clear()
        self._gain_2.clear()
        self.settle(settings)

    cdef void settle(self, const GainSettings *settings) noexcept nogil:
        """[audio] Use the times in `settings` at once. If they differ from those in use, peaks in the delay are forgotten."""
        cdef int i
        for i in range(2):  # first a change that has begun, then one that waits for its end
            if self._settling == 0 and self._fading == 0:
                self.begin_change(settings)
            if self._settling > 0 or self._fading > 0:
                self._second_is_now = not self._second_is_now
            self._settling = self._fading = 0

    cdef void press(self, double needed) noexcept nogil:
        """[audio] See GainSmoother."""
        self._gain_1.press(needed)
        self._gain_2.press(needed)

    cdef void begin_change(self, const GainSettings *settings) noexcept nogil:
        """If `settings` has other times than those in use, start the other LinkedGain with them."""
        if self._second_is_now:
            if self._gain_2.differs(settings.smoothing, settings.hold):
                self._gain_1.configure(settings.smoothing, settings.hold)
                self._gain_1.follow(self._gain_2)
                self._settling = self._gain_1.settled_after()
        elif self._gain_1.differs(settings.smoothing, settings.hold):
            self._gain_2.configure(settings.smoothing, settings.hold)
            self._gain_2.follow(self._gain_1)
            self._settling = self._gain_2.settled_after()

    cdef void run_both(self, float *left, float *right, const GainSettings *settings, Py_ssize_t frames) noexcept nogil:
        """Run the LinkedGain in use in place, and the other into `_next_l` and `_next_r`."""
        cdef float *next_l = &self._next_l[0]
        cdef float *next_r = &self._next_r[0]
        memcpy(next_l, left, frames * sizeof(float))
        memcpy(next_r, right, frames * sizeof(float))
        if self._second_is_now:
            self._gain_2.run(left, right, settings, frames)
            self._gain_1.run(next_l, next_r, settings, frames)
        else:
            self._gain_1.run(left, right, settings, frames)
            self._gain_2.run(next_l, next_r, settings, frames)

    cdef void run(self, float *left, float *right, const GainSettings *settings, Py_ssize_t frames) noexcept nogil:
        """[audio] Reductions needed, in octaves, become gains, in place."""
        cdef Py_ssize_t i, step
        cdef float *next_l = &self._next_l[0]
        cdef float *next_r = &self._next_r[0]
        cdef float *shape = &self._shape[0]
        while frames > 0:
            step = frames if frames < CHUNK else CHUNK
            if self._settling == 0 and self._fading == 0:
                self.begin_change(settings)
            if self._settling > 0:
                step = step if step < self._settling else self._settling
                self.run_both(left, right, settings, step)
                self._settling -= step
                if self._settling == 0:
                    self._fading = self._fade.length
                    self._fade.jump(0.0)
                    self._fade.to(1.0)
            elif self._fading > 0:
                step = step if step < self._fading else self._fading
                self.run_both(left, right, settings, step)
                self._fade.fill(shape, step)
                for i in range(step):
                    left[i] += (next_l[i] - left[i]) * shape[i]
                    right[i] += (next_r[i] - right[i]) * shape[i]
                self._fading -= step
                if self._fading == 0:
                    self._second_is_now = not self._second_is_now
            elif self._second_is_now:
                self._gain_2.run(left, right, settings, step)
            else:
                self._gain_1.run(left, right, settings, step)
            left += step
            right += step
            frames -= step
