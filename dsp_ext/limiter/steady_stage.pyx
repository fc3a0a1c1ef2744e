# cython: boundscheck=False, wraparound=False, cdivision=True
# Blocks are cut to CHUNK by the caller.
"""SteadyStage: reduces steady sound slowly. If loud bass causes the peaks over the ceiling, it reduces only the bass.

    low-pass (bass) -> held peaks of bass, rest and whole signal -> needed reductions, multiplied by the steadiness -> dips

If bass and held tones share one gain, every movement of this gain is audible as intermodulation of the tones. Therefore, if the
sound above 300 Hz is steady (`steadiness.pyx`) and the bass is clearly louder than the rest, this stage reduces the bass alone,
so that bass and rest together stay below the ceiling. Steady sound without such bass is reduced as a whole. Both gains fall
within a look-ahead of 9 ms, hold for half a period of 30 Hz, and release with 120 ms. The short dips of the next stage
therefore never act on a tone whose level or ceiling changes. For all other sound this stage does nothing, and its output equals
its (delayed) input.

The bass is a linear-phase low-pass of three running means. Peaks between samples are measured here, once for this stage and the
next: `excess` is the difference between a sample and the peak of the interval that follows it.
"""

from libc.math cimport fabsf

import numpy as np

from dsp_ext.core cimport OCTAVES_PER_DB, exchange, exp2_, log2_, smallest_magnitude
from dsp_ext.meters cimport TRUE_PEAK_DELAY


from .dips import Dips
from .envelopes import BoxSmoother, SlidingMax
from .steadiness import Steadiness
from .times cimport frames_of

cdef enum:
    CHUNK = 256
    # Rows of _work.
    BASS_L = 0
    BASS_R
    STEADY
    PEAK
    BASS_PEAK
    REST_PEAK
    BASS_NEEDED
    NEEDED
    BETWEEN
    SAMPLE
    ROWS
    # Signals that are delayed by the latency of the low-pass, and then by the look-ahead.
    WAITING = 7

#: The cutoff of the low-pass: its running means together are 1.5 periods of this frequency long.
BASS_HZ = 200.0
LOOKAHEAD_MS = 9.0
HOLD_MS = 17.0
RELEASE_MS = 120.0

cdef float LOUDEST = 30.0  # the largest value that the integers of the low-pass can represent
cdef float SILENCE = 1e-9
cdef float MOST = 4.0  # the largest reduction of the bass, in octaves
cdef float LARGEST = 24.0  # octaves; more than any signal needs, so that the envelopes recover from an invalid sample in time
cdef float LEAST_TARGET = 0.1  # the smallest part of the ceiling that is left to the bass
cdef float TOLERANCE = <float> 0.2 * OCTAVES_PER_DB
# Slightly more than that of the peak stage, so that the peak stage then has nothing to do.
cdef float MARGIN = <float> 0.032 * OCTAVES_PER_DB


cdef inline float bounded(float x) noexcept nogil:
    """`x` within +-LOUDEST; finite for NaN too."""
    x = x if x > -LOUDEST else -LOUDEST
    return x if x < LOUDEST else LOUDEST


cdef inline float unit(float x) noexcept nogil:
    """`x` between 0 and 1."""
    x = x if x > <float> 0.0 else <float> 0.0
    return x if x < <float> 1.0 else <float> 1.0


cdef inline float larger(float a, float b) noexcept nogil:
    return a if a > b else b


cdef float keep(float *needed, float kept, Py_ssize_t frames) noexcept nogil:
    """Hold each needed reduction until the value has fallen by more than TOLERANCE. Returns the last held value. The measured
    peaks of a steady tone vary by some hundredths of a decibel as its phase drifts against the samples, and the gain must not
    follow this variation. A value of 0 is never replaced by a held one.
    """
    cdef Py_ssize_t i
    cdef float now
    for i in range(frames):
        now = needed[i]
        kept = kept if now > <float> 0.0 and kept >= now and kept - now < TOLERANCE else now
        needed[i] = kept
    return kept


cdef class SteadyStage:
    """Stereo. Both channels get the same gain."""

    def __init__(self, rate_hz):
        length = 2 * round(0.75 * rate_hz / BASS_HZ) + 1
        lookahead = frames_of(LOOKAHEAD_MS, rate_hz)
        self._split_delay = (length - 1) // 2
        self.latency = self._split_delay + lookahead
        self._steadiness = Steadiness(rate_hz)
        self._detector_l = TruePeak(rate_hz, annex2=True)
        self._detector_r = TruePeak(rate_hz, annex2=True)
        self._between = Ramp(rate_hz, 1.0)
        self._bass_l, self._bass_r = BoxSmoother(length), BoxSmoother(length)
        hold = frames_of(HOLD_MS, rate_hz)
        self._peak, self._bass_peak, self._rest_peak = SlidingMax(hold), SlidingMax(hold), SlidingMax(hold)
        self._dips = Dips(rate_hz, lookahead, 0, RELEASE_MS)
        self._bass_dips = Dips(rate_hz, lookahead, 0, RELEASE_MS)
        self._lines = np.zeros((WAITING, lookahead), np.float32)
        self._split_lines = np.zeros((3, self._split_delay), np.float32)
        self._excess_lines = np.zeros((2, self._split_delay - TRUE_PEAK_DELAY), np.float32)
        self._work = np.zeros((ROWS, CHUNK), np.float32)
        self._link = self._least = 1.0
        self.clear()

    cdef void set_link(self, float link) noexcept nogil:
        """[audio] Set how much a peak in one channel may reduce the other, 0 to 1. This stage scales its reductions by it."""
        self._link = link

    cdef void set_true_peak(self, bint true_peak) noexcept nogil:
        """[audio] Set whether peaks between samples count. The change takes 20 ms."""
        self._between.to(1.0 if true_peak else 0.0)

    cdef void settle(self) noexcept nogil:
        """[control] End the ramp at once."""
        self._between.jump(self._between._target)

    cdef void clear(self) noexcept nogil:
        """[audio] Clear all past values."""
        cdef int i
        self._detector_l.clear()
        self._detector_r.clear()
        self._steadiness.clear()
        self._bass_l.clear()
        self._bass_r.clear()
        self._peak.clear()
        self._bass_peak.clear()
        self._rest_peak.clear()
        self._dips.clear()
        self._bass_dips.clear()
        self._kept = self._bass_kept = 0.0
        self._split_lines[:, :] = 0.0
        self._excess_lines[:, :] = 0.0
        self._lines[:, :] = 0.0
        for i in range(3):
            self._split_at[i] = 0
        for i in range(2):
            self._excess_at[i] = 0
        for i in range(WAITING):
            self._at[i] = 0

    cdef float take_least(self) noexcept nogil:
        """[audio] Smallest gain of any part since the last call."""
        cdef float least = self._least
        self._least = 1.0
        return least

    cdef void split(self, float *left, float *right, float *ceiling, float *bass_l, float *bass_r,
                    Py_ssize_t frames) noexcept nogil:
        """Compute the bass, and delay audio and ceiling by the latency of the low-pass."""
        cdef Py_ssize_t i
        for i in range(frames):
            bass_l[i] = bounded(left[i])
            bass_r[i] = bounded(right[i])
        self._bass_l.run(bass_l, frames)
        self._bass_r.run(bass_r, frames)
        self._split_at[0] = exchange(&self._split_lines[0, 0], self._split_delay, self._split_at[0], left, frames)
        self._split_at[1] = exchange(&self._split_lines[1, 0], self._split_delay, self._split_at[1], right, frames)
        self._split_at[2] = exchange(&self._split_lines[2, 0], self._split_delay, self._split_at[2], ceiling, frames)

    cdef void detect(self, const float *left, const float *right, float *excess_l, float *excess_r,
                     Py_ssize_t frames) noexcept nogil:
        """Compute the excess of each interval, delayed like the bass."""
        cdef Py_ssize_t i
        cdef float *sample = &self._work[SAMPLE, 0]
        self._detector_l.run_both(left, excess_l, sample, frames)
        for i in range(frames):
            excess_l[i] = excess_l[i] - sample[i]
        self._detector_r.run_both(right, excess_r, sample, frames)
        for i in range(frames):
            excess_r[i] = excess_r[i] - sample[i]
        self._excess_at[0] = exchange(
            &self._excess_lines[0, 0], self._excess_lines.shape[1], self._excess_at[0], excess_l, frames
        )
        self._excess_at[1] = exchange(
            &self._excess_lines[1, 0], self._excess_lines.shape[1], self._excess_at[1], excess_r, frames
        )

    cdef void measure(self, const float *left, const float *right, const float *bass_l, const float *bass_r,
                      const float *excess_l, const float *excess_r, Py_ssize_t frames) noexcept nogil:
        """Compute the held peaks of the whole signal, the bass and the rest: for each, the larger one of both channels."""
        cdef Py_ssize_t i
        cdef float *peak = &self._work[PEAK, 0]
        cdef float *bass = &self._work[BASS_PEAK, 0]
        cdef float *rest = &self._work[REST_PEAK, 0]
        cdef float *between = &self._work[BETWEEN, 0]
        cdef float l, r
        self._between.fill(between, frames)
        for i in range(frames):
            l = between[i] * excess_l[i]
            r = between[i] * excess_r[i]
            peak[i] = larger(fabsf(left[i]) + l, fabsf(right[i]) + r)
            bass[i] = larger(fabsf(bass_l[i]), fabsf(bass_r[i]))
            rest[i] = larger(fabsf(left[i] - bass_l[i]) + l, fabsf(right[i] - bass_r[i]) + r)
        self._peak.run(peak, frames)
        self._bass_peak.run(bass, frames)
        self._rest_peak.run(rest, frames)

    cdef void needs(self, const float *ceiling, const float *steady, float *bass_needed, float *needed,
                    Py_ssize_t frames) noexcept nogil:
        """Compute by how many octaves the bass, and then the whole signal, should be reduced. The bass alone is reduced if its
        peak is at least twice that of the rest; it is not reduced alone if its peak is below that of the rest.
        """
        cdef Py_ssize_t i
        cdef float *peak = &self._work[PEAK, 0]
        cdef float *bass = &self._work[BASS_PEAK, 0]
        cdef float *rest = &self._work[REST_PEAK, 0]
        cdef float top, alone, low, beside, over, left
        for i in range(frames):
            top = exp2_(ceiling[i] - MARGIN)
            low = larger(bass[i], SILENCE)
            alone = unit(<float> 2.0 - <float> 2.0 * rest[i] / low)
            # The amount that the rest adds to the peak of the bass: less than its own peak if both are parts of one transient.
            beside = larger(peak[i] - bass[i], <float> 0.0)
            beside = beside if beside < rest[i] else rest[i]
            over = log2_(low) - log2_(larger(top - beside, LEAST_TARGET * top))
            over = over if over > <float> 0.0 else <float> 0.0
            over = (over if over < MOST else MOST) * steady[i] * alone * self._link
            bass_needed[i] = over
            left = beside + bass[i] * exp2_(-over)
            left = larger(peak[i] if peak[i] < left else left, SILENCE)
            over = log2_(left) - (ceiling[i] - MARGIN)
            over = over if over > <float> 0.0 else <float> 0.0
            over = over if over < LARGEST else LARGEST
            needed[i] = over * steady[i] * unit(<float> 4.0 - <float> 4.0 * alone) * self._link

    cdef void wait(self, int line, float *x, Py_ssize_t frames) noexcept nogil:
        """Delay `x` by the look-ahead."""
        self._at[line] = exchange(&self._lines[line, 0], self._dips.lookahead, self._at[line], x, frames)

    cdef void run(self, float *left, float *right, float *ceiling, float *excess_l, float *excess_r,
                  Py_ssize_t frames) noexcept nogil:
        """[audio] Process at most CHUNK frames in place. `ceiling` (octaves, one per frame) is delayed by as much as the audio;
        `excess_l` and `excess_r` return the excess of the result, linear, 0 or above."""
        cdef Py_ssize_t i
        cdef float *bass_l = &self._work[BASS_L, 0]
        cdef float *bass_r = &self._work[BASS_R, 0]
        cdef float *steady = &self._work[STEADY, 0]
        cdef float *bass_gain = &self._work[BASS_NEEDED, 0]
        cdef float *gain = &self._work[NEEDED, 0]
        self._steadiness.run(left, right, steady, frames)
        self.detect(left, right, excess_l, excess_r, frames)
        self.split(left, right, ceiling, bass_l, bass_r, frames)
        self.measure(left, right, bass_l, bass_r, excess_l, excess_r, frames)
        self.needs(ceiling, steady, bass_gain, gain, frames)
        self._bass_kept = keep(bass_gain, self._bass_kept, frames)
        self._kept = keep(gain, self._kept, frames)
        self._bass_dips.run(bass_gain, frames)
        self._dips.run(gain, frames)
        self.wait(0, left, frames)
        self.wait(1, right, frames)
        self.wait(2, bass_l, frames)
        self.wait(3, bass_r, frames)
        self.wait(4, ceiling, frames)
        self.wait(5, excess_l, frames)
        self.wait(6, excess_r, frames)
        for i in range(frames):
            bass_gain[i] = exp2_(-bass_gain[i])
            gain[i] = exp2_(-gain[i])
            left[i] = (left[i] + bass_l[i] * (bass_gain[i] - <float> 1.0)) * gain[i]
            right[i] = (right[i] + bass_r[i] * (bass_gain[i] - <float> 1.0)) * gain[i]
            excess_l[i] = excess_l[i] * gain[i]
            excess_r[i] = excess_r[i] * gain[i]
        for i in range(frames):
            gain[i] = gain[i] * bass_gain[i]
        self._least = smallest_magnitude(gain, frames, self._least)
