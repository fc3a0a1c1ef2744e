# cython: boundscheck=False, wraparound=False, cdivision=True
# Blocks are at most CHUNK frames; indices of the circular buffers stay below their length.
"""LimiterStage: look-ahead limiting to a ceiling. `limiter.pyx` runs two stages in series.

    peaks of the input -> reduction that they need, in octaves -> gain (`gain_smoother.pyx`) -> times the delayed audio

Levels are in octaves (log2 of the amplitude) inside. The peak of the interval after sample n is known when sample n + 34
arrives (TRUE_PEAK_DELAY), and the gain needs `longest` frames to reach its value. The audio is delayed by the sum of both,
whatever look-ahead is in use, so that the latency is constant.
"""

import numpy as np

from libc.math cimport fabsf
from libc.string cimport memcpy

from dsp_ext.core cimport exchange, exp2_, log2_, smallest_magnitude
from dsp_ext.meters cimport TRUE_PEAK_DELAY, TruePeak
from .envelopes cimport set_releases
from .gain_smoother cimport GAIN_SMOOTHER_MARGIN
from .switched_gain cimport SwitchedGain

cdef enum:
    CHUNK = 256
    SHORTEST = 3  # frames of smoothing: the three boxes of BoxSmoother have one each
    TRUE = 0  # rows of the delay line of peaks
    SAMPLE = 1

cdef float SILENCE = 1e-30
cdef float MOST = 24.0  # octaves: more than any sound needs; it limits how long the release after a fault takes


cdef void _larger(float *out, const float *a, const float *b, Py_ssize_t count) noexcept nogil:
    """out = the larger of a and b."""
    cdef Py_ssize_t i
    for i in range(count):
        out[i] = a[i] if a[i] > b[i] else b[i]


cdef class LimiterStage:
    """Stereo. `longest_ms` is the longest look-ahead and sets the latency, `longest_hold_ms` the longest hold; it starts with
    both. `split`: see LinkedGain. Releases start at 100 and 1000 ms, channels fully linked."""

    def __init__(self, rate_hz, double longest_ms, double longest_hold_ms, bint split):
        longest = max(3, round(longest_ms * 1e-3 * rate_hz))
        self.rate_hz = rate_hz
        self.latency = longest + TRUE_PEAK_DELAY
        self._detector_l = TruePeak(rate_hz, annex2=True)
        self._detector_r = TruePeak(rate_hz, annex2=True)
        self._longest = self._settings.smoothing = longest
        self._longest_hold = self._settings.hold = round(longest_hold_ms * 1e-3 * rate_hz)
        self._settings.link_fast = self._settings.link_slow = 1.0
        set_releases(&self._settings, 100.0, 1000.0, rate_hz)
        self._gain = SwitchedGain(rate_hz, self._longest, self._longest_hold, split)
        self._true_peak = True
        self._line = np.zeros((2, self.latency), np.float32)
        # Peaks of the intervals that are still to be output, in a circular buffer.
        self._peaks = np.zeros((2, longest + GAIN_SMOOTHER_MARGIN), np.float32)
        self._factors = np.zeros((2, CHUNK), np.float32)
        self._samples = np.zeros((2, CHUNK), np.float32)
        self._least = 1.0
        self.clear()

    cdef void clear(self) noexcept nogil:
        self._detector_l.clear()
        self._detector_r.clear()
        self._gain.clear(&self._settings)
        self._line[:, :] = 0.0
        self._peaks[:, :] = 0.0
        self._line_at = self._peaks_at = 0
        self._press = 0.0

    # -- settings ------------------------------------------------------------------------------------------------

    cdef void set_times(self, double lookahead_ms, double hold_ms, double release_ms, double slow_release_ms) noexcept nogil:
        """[audio] Look-ahead and hold are limited to the longest ones and take effect after a crossfade; releases (see
        `envelopes.set_releases`) take effect at once."""
        cdef Py_ssize_t smoothing = <Py_ssize_t> (lookahead_ms * 1e-3 * self.rate_hz + 0.5)
        cdef Py_ssize_t hold = <Py_ssize_t> (hold_ms * 1e-3 * self.rate_hz + 0.5)
        self._settings.smoothing = max(SHORTEST, min(smoothing, self._longest))
        self._settings.hold = max(0, min(hold, self._longest_hold))
        set_releases(&self._settings, release_ms, slow_release_ms, self.rate_hz)

    cdef void set_links(self, float fast, float slow) noexcept nogil:
        """[audio] 0 (independent channels) to 1 (the same gain for both): for transients, and for the slow release."""
        self._settings.link_fast = fast
        self._settings.link_slow = slow

    cdef void set_true_peak(self, bint true_peak) noexcept nogil:
        """[audio] Whether peaks between samples count, or only the samples. After switching this on, `press` or `attenuate`
        must be called."""
        self._true_peak = true_peak

    cdef void settle(self) noexcept nogil:
        """[control] Use the times that are set at once, without a crossfade."""
        self._gain.settle(&self._settings)

    # -- a lower ceiling -----------------------------------------------------------------------------------------

    cdef float loudest(self) noexcept nogil:
        """Highest measured peak that is still to be output, linear."""
        cdef Py_ssize_t i
        cdef float *peaks = &self._peaks[TRUE if self._true_peak else SAMPLE, 0]
        cdef float most = SILENCE
        for i in range(self._peaks.shape[1]):
            most = peaks[i] if peaks[i] > most else most
        return most

    cdef void press(self, float ceiling) noexcept nogil:
        """[audio] Keep all audio in the delay line below `ceiling` (octaves) from the next frame on, by a step of the gain.

        The measured peaks determine the step. Peaks that are not measured yet will be limited to the new ceiling anyway.
        """
        cdef float needed = log2_(self.loudest()) - ceiling
        if needed > 0.0:
            self._press = needed if needed > self._press else self._press
            self._gain.press(needed)

    cdef void attenuate(self, float ceiling) noexcept nogil:
        """[audio] Do the same by scaling the audio in the delay line: for a stage whose input stays below `ceiling` from now on.

        The gain of this stage does not change, so nothing is reduced twice.
        """
        cdef Py_ssize_t i
        cdef float most = self.loudest(), needed, factor
        cdef float *line = &self._line[0, 0]
        cdef float *peaks = &self._peaks[0, 0]
        for i in range(2 * self.latency):
            most = fabsf(line[i]) if fabsf(line[i]) > most else most
        needed = log2_(most) - ceiling
        if needed > 0.0:
            factor = exp2_(-needed)
            for i in range(2 * self.latency):
                line[i] *= factor
            for i in range(2 * self._peaks.shape[1]):
                peaks[i] *= factor
            self._detector_l.scale(factor)
            self._detector_r.scale(factor)

    # -- sound ---------------------------------------------------------------------------------------------------

    cdef float take_least(self) noexcept nogil:
        """[audio] Smallest gain since the last call."""
        cdef float least = self._least
        self._least = 1.0
        return least

    cdef void measure(self, const float *left, const float *right, Py_ssize_t frames) noexcept nogil:
        """Write the peaks that count into `_factors`, and peaks of both kinds into the delay line of peaks."""
        cdef Py_ssize_t done = 0, part, at = self._peaks_at, length = self._peaks.shape[1]
        cdef float *peak_l = &self._factors[0, 0]
        cdef float *peak_r = &self._factors[1, 0]
        cdef float *sample_l = &self._samples[0, 0]
        cdef float *sample_r = &self._samples[1, 0]
        self._detector_l.run_both(left, peak_l, sample_l, frames)
        self._detector_r.run_both(right, peak_r, sample_r, frames)
        while done < frames:
            part = min(frames - done, length - at)
            _larger(&self._peaks[TRUE, at], peak_l + done, peak_r + done, part)
            _larger(&self._peaks[SAMPLE, at], sample_l + done, sample_r + done, part)
            done += part
            at = 0 if at + part == length else at + part
        self._peaks_at = at
        if not self._true_peak:
            memcpy(peak_l, sample_l, frames * sizeof(float))
            memcpy(peak_r, sample_r, frames * sizeof(float))

    cdef void needs(self, float *peak, const float *ceiling, float margin, Py_ssize_t frames) noexcept nogil:
        """Replace peaks by the reductions that they need, in octaves."""
        cdef Py_ssize_t i
        cdef float over
        for i in range(frames):
            over = log2_(peak[i] if peak[i] > SILENCE else SILENCE) - (ceiling[i] - margin)
            over = over if over > <float> 0.0 else <float> 0.0
            peak[i] = over if over < MOST else MOST
        peak[0] = peak[0] if peak[0] > self._press else self._press

    cdef void run(self, float *left, float *right, const float *ceiling, float margin, float *dry_l, float *dry_r,
                  Py_ssize_t frames) noexcept nogil:
        """[audio] Limit in place to `ceiling` - `margin` (octaves, one ceiling per frame); at most CHUNK frames.

        `dry_l`, `dry_r` return the input with the same delay.
        """
        cdef Py_ssize_t i
        cdef float *gain_l = &self._factors[0, 0]
        cdef float *gain_r = &self._factors[1, 0]
        self.measure(left, right, frames)
        self.needs(gain_l, ceiling, margin, frames)
        self.needs(gain_r, ceiling, margin, frames)
        self._press = 0.0
        self._gain.run(gain_l, gain_r, &self._settings, frames)
        exchange(&self._line[0, 0], self.latency, self._line_at, left, frames)
        self._line_at = exchange(&self._line[1, 0], self.latency, self._line_at, right, frames)
        memcpy(dry_l, left, frames * sizeof(float))
        memcpy(dry_r, right, frames * sizeof(float))
        for i in range(frames):
            left[i] = left[i] * gain_l[i]
            right[i] = right[i] * gain_r[i]
        self._least = smallest_magnitude(gain_l, frames, self._least)
        self._least = smallest_magnitude(gain_r, frames, self._least)
