# cython: boundscheck=False, wraparound=False, cdivision=True
# Blocks are cut to CHUNK by the caller.
"""SteadyStage: reduces steady sound slowly, and only its bass where bass is what goes over the ceiling.

    low-pass (bass) -> held peaks of the bass, of the rest, of all -> reductions that they need, times steadiness -> dips

Held tones above a bass line show every movement of a common gain as intermodulation. So where the sound above 300 Hz is
steady (`steadiness.pyx`) and the bass is clearly louder than the rest, the bass alone is reduced to what the rest leaves
below the ceiling. Steady sound without such bass is reduced as a whole. Both move within a look-ahead of 9 ms, hold for
half a period of 30 Hz, and release with 120 ms. A tone whose level or whose ceiling moves is therefore never left to the
short dips of the next stage. On everything else this stage rests, and its output is its input.

The bass is a linear-phase low-pass of three running means. Peaks between samples are measured here, once for this stage and
the next: `excess` is how far the peak of the interval after a sample is above that sample.
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
    # Signals that wait for the low-pass, and then for the look-ahead.
    WAITING = 7

#: The low-pass ends at about this frequency: its running means are 1.5 periods of it long together.
BASS_HZ = 200.0
LOOKAHEAD_MS = 9.0
HOLD_MS = 17.0
RELEASE_MS = 120.0

cdef float LOUDEST = 30.0  # what the integers of the low-pass can hold
cdef float SILENCE = 1e-9
cdef float MOST = 4.0  # octaves by which the bass is reduced at most
cdef float LARGEST = 24.0  # octaves: what no sound needs, so that a fault is forgotten in time
cdef float LEAST_TARGET = 0.1  # of the ceiling, for the bass
cdef float TOLERANCE = <float> 0.2 * OCTAVES_PER_DB
cdef float MARGIN = <float> 0.032 * OCTAVES_PER_DB  # a hair more than that of the peak stage, which then rests


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
    """Replace what is needed by the largest value that it has not fallen TOLERANCE short of since. Returns the last one.

    Meters read the peaks of a steady tone some hundredths of a decibel higher or lower as its phase drifts against the
    samples. The gain must not follow that. Where nothing is needed, nothing is kept.
    """
    cdef Py_ssize_t i
    cdef float now
    for i in range(frames):
        now = needed[i]
        kept = kept if now > <float> 0.0 and kept >= now and kept - now < TOLERANCE else now
        needed[i] = kept
    return kept


cdef class SteadyStage:
    """Stereo, both channels reduced alike."""

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
        """[audio] How far a peak in one channel may reduce the other, 0 to 1: this stage acts only that far."""
        self._link = link

    cdef void set_true_peak(self, bint true_peak) noexcept nogil:
        """[audio] Whether peaks between samples count, from 20 ms later on."""
        self._between.to(1.0 if true_peak else 0.0)

    cdef void settle(self) noexcept nogil:
        """[control] End the ramp at once."""
        self._between.jump(self._between._target)

    cdef void clear(self) noexcept nogil:
        """[audio] Forget the past."""
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
        """The bass; sound and ceiling become as late as it is."""
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
        """The excess of each interval, as late as the bass."""
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
        """Held peaks of all, of the bass, of the rest: the larger of both channels."""
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
        """Octaves by which the bass, and then all, should be reduced.

        The bass is on its own where its peak is twice the rest's or more, and takes no part where it is below the rest's.
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
            # What the rest adds to the peak of the bass: not all of it where the two are parts of one transient.
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
        """[audio] In place, at most CHUNK frames. `ceiling` (octaves, one per frame) comes out as late as the sound;
        `excess_l`, `excess_r` return the excess of the result, linear, 0 or above."""
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
