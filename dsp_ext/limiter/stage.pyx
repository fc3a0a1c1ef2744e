# cython: boundscheck=False, wraparound=False, cdivision=True
# Blocks are cut to CHUNK; rings are indexed below their length.
"""LimiterPass: look-ahead limiting to a ceiling, once over. `limiter.pyx` runs two of them in series.

    peaks of the input -> reduction they need, in octaves -> gain (`gain_smoother.pyx`) -> times the delayed audio

Levels are in octaves (log2 of the amplitude) inside. The peak of the interval after sample n is known when sample n + 34
arrives (TRUE_PEAK_DELAY), and the gain takes `longest` frames to be there, so the audio waits for the sum of both: always,
whatever the look-ahead in use, so that latency is constant.
"""

import numpy as np

from libc.math cimport fabsf
from libc.string cimport memcpy

from dsp_ext.core cimport exchange, exp2_, log2_, smallest_magnitude
from dsp_ext.meters cimport TRUE_PEAK_DELAY, TruePeak
from .gain_smoother cimport GAIN_PATH_MARGIN
from .switched_gain cimport SwitchedGain

cdef enum:
    CHUNK = 256
    TRUE = 0  # rows of the ring of peaks
    SAMPLE = 1

cdef float SILENCE = 1e-30
cdef float MOST = 24.0  # octaves: what no sound needs, so that a fault is forgotten in time


cdef void _larger(float *out, const float *a, const float *b, Py_ssize_t count) noexcept nogil:
    """out = the larger of a and b."""
    cdef Py_ssize_t i
    for i in range(count):
        out[i] = a[i] if a[i] > b[i] else b[i]


cdef class LimiterPass:
    """Stereo. `longest_ms` of look-ahead and `longest_hold_ms` set latency and room; `split` as in LinkedGain."""

    def __init__(self, rate_hz, double longest_ms, double longest_hold_ms, bint split):
        longest = max(3, round(longest_ms * 1e-3 * rate_hz))
        self.rate_hz = rate_hz
        self.latency = longest + TRUE_PEAK_DELAY
        self._detector_l = TruePeak(rate_hz, annex2=True)
        self._detector_r = TruePeak(rate_hz, annex2=True)
        self._gain = SwitchedGain(rate_hz, longest, round(longest_hold_ms * 1e-3 * rate_hz), split)
        self._true_peak = True
        self._line = np.zeros((2, self.latency), np.float32)
        # Peaks of the intervals that are still to come out, a ring.
        self._peaks = np.zeros((2, longest + GAIN_PATH_MARGIN), np.float32)
        self._factors = np.zeros((2, CHUNK), np.float32)
        self._samples = np.zeros((2, CHUNK), np.float32)
        self._least = 1.0
        self.clear()

    cdef void clear(self) noexcept nogil:
        self._detector_l.clear()
        self._detector_r.clear()
        self._gain.clear()
        self._line[:, :] = 0.0
        self._peaks[:, :] = 0.0
        self._line_at = self._peaks_at = 0
        self._press = 0.0

    # -- settings ------------------------------------------------------------------------------------------------

    cdef void set_times(self, double lookahead_ms, double hold_ms) noexcept nogil:
        """[audio] Look-ahead and hold, cut to the room there is. In force after a crossfade."""
        self._gain.set_times(
            <Py_ssize_t> (lookahead_ms * 1e-3 * self.rate_hz + 0.5), <Py_ssize_t> (hold_ms * 1e-3 * self.rate_hz + 0.5)
        )

    cdef void set_releases(self, double fast_ms, double slow_ms) noexcept nogil:
        """[audio] See GainPath."""
        self._gain.set_releases(fast_ms, slow_ms)

    cdef void set_links(self, float fast, float slow) noexcept nogil:
        """[audio] See LinkedGain."""
        self._gain.set_links(fast, slow)

    cdef void set_true_peak(self, bint true_peak) noexcept nogil:
        """[audio] Whether peaks between the samples count, or samples only. On: `press` or `attenuate` must follow."""
        self._true_peak = true_peak

    cdef void settle(self) noexcept nogil:
        """[control] Times that were set are in force at once."""
        self._gain.settle()

    # -- a lower ceiling -----------------------------------------------------------------------------------------

    cdef float loudest(self) noexcept nogil:
        """Highest peak measured that is still to come out, linear."""
        cdef Py_ssize_t i
        cdef float *ring = &self._peaks[TRUE if self._true_peak else SAMPLE, 0]
        cdef float most = SILENCE
        for i in range(self._peaks.shape[1]):
            most = ring[i] if ring[i] > most else most
        return most

    cdef void press(self, float ceiling) noexcept nogil:
        """[audio] Keep what is still to come out below `ceiling` (octaves), from the next frame on: a step of the gain.

        The peaks already measured tell how far; those not yet measured are held against the new ceiling anyway.
        """
        cdef float needed = log2_(self.loudest()) - ceiling
        if needed > 0.0:
            self._press = needed if needed > self._press else self._press
            self._gain.press(needed)

    cdef void attenuate(self, float ceiling) noexcept nogil:
        """[audio] The same by lowering the waiting audio itself: for a pass whose input obeys `ceiling` from now on.

        Its gain stays at rest, so nothing is reduced twice.
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
        """Peaks that count into `_factors`; all peaks into the ring."""
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
        """Peaks become the reductions they need, in octaves."""
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

        `dry_l`, `dry_r` return the audio as it came in, as late as the result.
        """
        cdef Py_ssize_t i
        cdef float *gain_l = &self._factors[0, 0]
        cdef float *gain_r = &self._factors[1, 0]
        self.measure(left, right, frames)
        self.needs(gain_l, ceiling, margin, frames)
        self.needs(gain_r, ceiling, margin, frames)
        self._press = 0.0
        self._gain.run(gain_l, gain_r, frames)
        exchange(&self._line[0, 0], self.latency, self._line_at, left, frames)
        self._line_at = exchange(&self._line[1, 0], self.latency, self._line_at, right, frames)
        memcpy(dry_l, left, frames * sizeof(float))
        memcpy(dry_r, right, frames * sizeof(float))
        for i in range(frames):
            left[i] = left[i] * gain_l[i]
            right[i] = right[i] * gain_r[i]
        self._least = smallest_magnitude(gain_l, frames, self._least)
        self._least = smallest_magnitude(gain_r, frames, self._least)
