# cython: boundscheck=False, wraparound=False
# Indices are frames of a block, and places of `_lag` below `longest`.
"""GainSmoother: computes, for one channel, a smooth gain from the reduction that each peak needs.

    needed -> (lag) -> sliding maximum -> slow envelope -> [link] -> release, towards the slow one -> gain -> smoothing

Reductions are in octaves (log2 of the amplitude), 0 or above. There are two halves, `envelopes` and `gains`, because linked
channels exchange their slow part in between.

Guarantee: the audio is delayed by `longest` frames against `needed`. Every gain that is applied from one frame before to two
frames after the start of a peak's interval is then at or below what that peak needs. The smoothing covers `smoothing`
gains, so the maximum is held for smoothing + 3 frames and the hold. `lag` delays a smoothing shorter than `longest`.
"""

import numpy as np

from dsp_ext.core cimport exchange, exp2_

from .envelopes import BoxSmoother, Release, SlidingMax, SlowRelease


cdef class GainSmoother:
    """`longest` is the look-ahead by which the audio is delayed. Both lengths are in frames."""

    def __init__(self, Py_ssize_t longest, Py_ssize_t longest_hold):
        self.longest = longest
        self._hold = SlidingMax(longest + GAIN_SMOOTHER_MARGIN + longest_hold)
        self._fast = Release()
        self._slow = SlowRelease()
        self._smoother = BoxSmoother(longest)
        self._lag = np.zeros(max(1, longest), np.float32)
        self.configure(longest, longest_hold)
        self.clear()

    cdef void configure(self, Py_ssize_t smoothing, Py_ssize_t hold) noexcept nogil:
        """[audio] Set smoothing (3 to `longest` frames) and hold (0 to `longest_hold`). Only the releases keep their values.

        Until longest + smoothing + 3 + hold frames have passed, gains may be above what past peaks need.
        """
        cdef Py_ssize_t i
        self.smoothing = smoothing
        self.hold = hold
        self._hold.set_window(smoothing + GAIN_SMOOTHER_MARGIN + hold)
        self._smoother.set_length(smoothing)
        for i in range(self.longest):
            self._lag[i] = 0.0
        self._lag_at = 0

    cdef void clear(self) noexcept nogil:
        self.configure(self.smoothing, self.hold)
        self._fast.clear()
        self._slow.clear()

    cdef void follow(self, GainSmoother other) noexcept nogil:
        """[audio] Continue from the present values of another one's releases."""
        self._fast.jump(other._fast._value)
        self._slow.jump(other._slow._value)

    cdef void press(self, double needed) noexcept nogil:
        """[audio] Reduce by at least `needed` octaves from the next frame on. The gain steps down and then releases.

        The caller must also pass `needed` as the next value, so that it is held.
        """
        cdef Py_ssize_t i
        cdef float least = <float> needed
        self._fast.raise_to(needed)
        self._smoother.lower_to(exp2_(-least))
        for i in range(self.longest - self.smoothing):  # these values leave the lag before the next one
            self._lag[i] = self._lag[i] if self._lag[i] > least else least

    cdef void envelopes(self, float *needed, float *slow, const GainSettings *settings, Py_ssize_t frames) noexcept nogil:
        """[audio] First half: `needed` becomes its held maximum, `slow` returns the slow envelope of that."""
        self.hold_needed(needed, frames)
        self._slow.run(needed, slow, settings, frames)

    cdef void envelopes_of_two(self, GainSmoother other, float *needed, float *slow, float *needed_other,
                               float *slow_other, const GainSettings *settings, Py_ssize_t frames) noexcept nogil:
        """[audio] `envelopes` of this channel and of another."""
        self.hold_needed(needed, frames)
        other.hold_needed(needed_other, frames)
        self._slow.run_two(other._slow, needed, slow, needed_other, slow_other, settings, frames)

    cdef void hold_needed(self, float *needed, Py_ssize_t frames) noexcept nogil:
        if self.smoothing < self.longest:
            self._lag_at = exchange(&self._lag[0], self.longest - self.smoothing, self._lag_at, needed, frames)
        self._hold.run(needed, frames)

    cdef void gains(self, float *held, const float *slow, const GainSettings *settings, Py_ssize_t frames) noexcept nogil:
        """[audio] Second half: held maxima become gains, 0 to 1."""
        self._fast.run(held, slow, settings, frames)
        self.smooth(held, frames)

    cdef void gains_of_two(self, GainSmoother other, float *held, const float *slow, float *held_other,
                           const float *slow_other, const GainSettings *settings, Py_ssize_t frames) noexcept nogil:
        """[audio] `gains` of this channel and of another."""
        self._fast.run_two(other._fast, held, slow, held_other, slow_other, settings, frames)
        self.smooth(held, frames)
        other.smooth(held_other, frames)

    cdef void smooth(self, float *released, Py_ssize_t frames) noexcept nogil:
        """Octaves of reduction become gains, which are smoothed."""
        cdef Py_ssize_t i
        for i in range(frames):
            released[i] = exp2_(-released[i])
        self._smoother.run(released, frames)
