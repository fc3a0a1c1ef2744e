# cython: boundscheck=False, wraparound=False
# Blocks are cut to CHUNK by the callers; the pieces mind their own sizes.
"""GainPath: from the reduction that each peak needs to a smooth gain that gives it. One channel.

    needed -> (lag) -> sliding maximum -> slow envelope -> [link] -> release, towards the slow one -> gain -> smoothing

Reductions are in octaves (log2 of the amplitude), 0 or above. It comes in two halves, `envelopes` and `gains`, because
two linked channels exchange their slow part in between.

Guarantee: with audio delayed by `longest` frames against `needed`, every gain that is applied from one frame before to two
frames after a peak's interval begins is at or below what that peak needs. The smoothing looks back over `smoothing`
gains, so the maximum is held for smoothing + 3 frames and the hold. A smoothing shorter than `longest` begins later: `lag`.
"""

import numpy as np

from dsp_ext.core cimport exchange, exp2_

from .envelopes import BoxSmoother, Release, SlidingMax, SlowRelease


cdef class GainPath:
    """`longest`: the look-ahead in frames that the audio's delay is made for. `longest_hold` in frames."""

    def __init__(self, rate_hz, Py_ssize_t longest, Py_ssize_t longest_hold):
        self.longest = longest
        self._hold = SlidingMax(longest + GAIN_PATH_MARGIN + longest_hold)
        self._fast = Release(rate_hz)
        self._slow = SlowRelease(rate_hz)
        self._smoother = BoxSmoother(longest)
        self._lag = np.zeros(max(1, longest), np.float32)
        self.configure(longest, longest_hold)
        self.clear()

    cdef void configure(self, Py_ssize_t smoothing, Py_ssize_t hold) noexcept nogil:
        """[audio] Other times, in frames: 3 to `longest`, 0 to `longest_hold`. Forgets the past, but for the releases.

        Until longest + smoothing + 3 + hold frames have passed, gains may be above what past peaks need.
        """
        cdef Py_ssize_t i
        self.smoothing = smoothing
        self.hold = hold
        self._hold.set_window(smoothing + GAIN_PATH_MARGIN + hold)
        self._smoother.set_length(smoothing)
        for i in range(self.longest):
            self._lag[i] = 0.0
        self._lag_at = 0

    cdef void clear(self) noexcept nogil:
        self.configure(self.smoothing, self.hold)
        self._fast.clear()
        self._slow.clear()

    cdef void set_releases(self, double fast_ms, double slow_ms) noexcept nogil:
        """[audio] Time constants in ms; a slow one below CHARGE_MS of `envelopes.pyx` is off."""
        self._fast.set_ms(fast_ms)
        self._slow.set_ms(slow_ms)

    cdef void follow(self, GainPath other) noexcept nogil:
        """[audio] Go on from the releases of another path."""
        self._fast.be(other._fast._value)
        self._slow.be(other._slow._value)

    cdef void press(self, double needed) noexcept nogil:
        """[audio] Reduce by at least `needed` octaves from the next frame on, by a step, and release from there.

        The caller must feed `needed` as the next value as well, so that it is held.
        """
        cdef Py_ssize_t i
        cdef float least = <float> needed
        self._fast.raise_to(needed)
        self._smoother.lower_to(exp2_(-least))
        for i in range(self.longest - self.smoothing):  # what waits there would come before the next value
            self._lag[i] = self._lag[i] if self._lag[i] > least else least

    cdef void envelopes(self, float *needed, float *slow, Py_ssize_t frames) noexcept nogil:
        """[audio] First half: `needed` becomes its held maximum, `slow` returns the slow envelope of that."""
        self.hold_needed(needed, frames)
        self._slow.run(needed, slow, frames)

    cdef void envelopes_of_two(self, GainPath other, float *needed, float *slow, float *needed_other,
                               float *slow_other, Py_ssize_t frames) noexcept nogil:
        """[audio] `envelopes` of this path and of another."""
        self.hold_needed(needed, frames)
        other.hold_needed(needed_other, frames)
        self._slow.run_two(other._slow, needed, slow, needed_other, slow_other, frames)

    cdef void hold_needed(self, float *needed, Py_ssize_t frames) noexcept nogil:
        if self.smoothing < self.longest:
            self._lag_at = exchange(&self._lag[0], self.longest - self.smoothing, self._lag_at, needed, frames)
        self._hold.run(needed, frames)

    cdef void gains(self, float *held, const float *slow, Py_ssize_t frames) noexcept nogil:
        """[audio] Second half: held maxima become gains, 0 to 1."""
        self._fast.run(held, slow, frames)
        self.smooth(held, frames)

    cdef void gains_of_two(self, GainPath other, float *held, const float *slow, float *held_other,
                           const float *slow_other, Py_ssize_t frames) noexcept nogil:
        """[audio] `gains` of this path and of another."""
        self._fast.run_two(other._fast, held, slow, held_other, slow_other, frames)
        self.smooth(held, frames)
        other.smooth(held_other, frames)

    cdef void smooth(self, float *released, Py_ssize_t frames) noexcept nogil:
        """Octaves of reduction become gains, and these smooth."""
        cdef Py_ssize_t i
        for i in range(frames):
            released[i] = exp2_(-released[i])
        self._smoother.run(released, frames)
