# cython: boundscheck=False, wraparound=False, cdivision=True
# Blocks are cut to CHUNK by the caller.
"""SteadyStage: reduces steady sound slowly. If loud bass causes the peaks over the ceiling, it reduces only the bass.

    low-pass (bass) -> held peaks of the bass, of the rest, of all -> reductions that they need, times steadiness
    -> dips (`slow_dips.pyx`)

If bass and held tones share one gain, every movement of this gain is audible as intermodulation of the tones. Therefore, if the
sound above 300 Hz is steady (`steadiness.pyx`) and the bass is clearly louder than the rest, this stage reduces the bass alone,
so that bass and rest together stay below the ceiling. Steady sound without such bass is reduced as a whole. Both gains fall
within a look-ahead of 9 ms, hold for half a period of 30 Hz, and release with 120 ms. The short dips of the next stage
therefore never act on a tone whose level or ceiling changes. For all other sound this stage does nothing, and its output equals
its (delayed) input.

The bass is a linear-phase low-pass of three running means. Peaks between samples are measured here, once for this stage and
the next: `excess` is how far the peak of the interval after a sample is above that sample. Everything from the held peaks to the
dips is computed once for a group of frames (`groups.pyx`).
"""

from libc.math cimport fabsf

import numpy as np

from dsp_ext.core cimport OCTAVES_PER_DB, exp2_, log2_
from dsp_ext.meters cimport TRUE_PEAK_DELAY

from .box_smoother import BoxSmoother
from .delay_lines import DelayLines
from .groups import GroupPeaks, group_frames
from .sliding_max import SlidingMax
from .slow_dips import SlowDips
from .steadiness import Steadiness
from .times cimport frames_of

cdef enum:
    CHUNK = 256
    # Rows of _work: one value per frame,
    BASS_L = 0
    BASS_R
    LEVEL
    BETWEEN
    BASS_DIPS
    DIPS
    # and one per group.
    STEADY
    PEAK
    BASS_PEAK
    REST_PEAK
    BASS_NEEDED
    NEEDED
    ROWS
    # Lines of _for_split and of _sound.
    LEFT = 0
    RIGHT
    CEILING
    FOR_SPLIT
    WAITING_BASS_L = FOR_SPLIT
    WAITING_BASS_R
    EXCESS_L
    EXCESS_R
    LINES

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
    """`x` limited to +-LOUDEST. The result is finite also for NaN."""
    x = x if x > -LOUDEST else -LOUDEST
    return x if x < LOUDEST else LOUDEST


cdef inline float unit(float x) noexcept nogil:
    """`x` limited to 0 to 1."""
    x = x if x > <float> 0.0 else <float> 0.0
    return x if x < <float> 1.0 else <float> 1.0


cdef inline float larger(float a, float b) noexcept nogil:
    return a if a > b else b


cdef float keep(float *needed, float kept, Py_ssize_t groups) noexcept nogil:
    """Hold each needed reduction until the values fall more than TOLERANCE below it. Returns the last value.

    The measured peaks of a steady tone vary by some hundredths of a decibel, because the phase of the tone drifts against the samples.
    The gain must not follow these variations. If no reduction is needed, nothing is held.
    """
    cdef Py_ssize_t i
    cdef float now
    for i in range(groups):
        now = needed[i]
        kept = kept if now > <float> 0.0 and kept >= now and kept - now < TOLERANCE else now
        needed[i] = kept
    return kept


cdef class SteadyStage(Stage):
    """Processes stereo. Both channels get the same gains."""

    def __init__(self, rate_hz):
        length = 2 * round(0.75 * rate_hz / BASS_HZ) + 1
        split_delay = (length - 1) // 2
        lookahead = frames_of(LOOKAHEAD_MS, rate_hz)
        super().__init__(split_delay + lookahead)
        self._steadiness = Steadiness(rate_hz)
        self._detector_l = TruePeak(rate_hz, annex2=True)
        self._detector_r = TruePeak(rate_hz, annex2=True)
        self._between = Ramp(rate_hz, 1.0)
        self._bass_l, self._bass_r = BoxSmoother(length), BoxSmoother(length)
        group = group_frames(rate_hz)
        self._group_peaks, self._group_bass, self._group_rest = GroupPeaks(group), GroupPeaks(group), GroupPeaks(group)
        held = -(-frames_of(HOLD_MS, rate_hz) // group), CHUNK // group
        self._peak, self._bass_peak, self._rest_peak = SlidingMax(*held), SlidingMax(*held), SlidingMax(*held)
        self._dips = SlowDips(rate_hz, lookahead, RELEASE_MS)
        self._bass_dips = SlowDips(rate_hz, lookahead, RELEASE_MS)
        self._for_split = DelayLines(FOR_SPLIT, split_delay)
        self._for_excess = DelayLines(2, split_delay - TRUE_PEAK_DELAY)
        self._sound = DelayLines(LINES, lookahead)
        self._work = np.zeros((ROWS, CHUNK), np.float32)
        self._link = 1.0
        self.clear()

    cdef void set_link(self, float link) noexcept nogil:
        """[audio] Set how far a lasting reduction is the same in both channels, 0 to 1. This stage scales its reductions by it."""
        self._link = link

    cdef void set_true_peak(self, bint true_peak) noexcept nogil:
        """[audio] Set whether peaks between samples count. The change takes 20 ms."""
        self._between.to(1.0 if true_peak else 0.0)

    cdef void settle(self) noexcept nogil:
        """[control] End the ramp at once."""
        self._between.jump(self._between._target)

    cdef void clear(self) noexcept nogil:
        """[audio] Clear all past values."""
        self._detector_l.clear()
        self._detector_r.clear()
        self._steadiness.clear()
        self._bass_l.clear()
        self._bass_r.clear()
        self._group_peaks.clear()
        self._group_bass.clear()
        self._group_rest.clear()
        self._peak.clear()
        self._bass_peak.clear()
        self._rest_peak.clear()
        self._dips.clear()
        self._bass_dips.clear()
        self._kept = self._bass_kept = 0.0
        self._for_split.clear()
        self._for_excess.clear()
        self._sound.clear()

    cdef void set_past_ceiling(self, float ceiling) noexcept nogil:
        """[audio] Set the ceiling (octaves) for the sound that waits in this stage."""
        self._for_split.fill(CEILING, ceiling)
        self._sound.fill(CEILING, ceiling)

    cdef void split(self, float *left, float *right, float *ceiling, float *bass_l, float *bass_r,
                    Py_ssize_t frames) noexcept nogil:
        """Compute the bass, and delay audio and ceiling by the latency of the low-pass."""
        cdef Py_ssize_t i
        for i in range(frames):
            bass_l[i] = bounded(left[i])
            bass_r[i] = bounded(right[i])
        self._bass_l.run(bass_l, frames)
        self._bass_r.run(bass_r, frames)
        self._for_split.wait(LEFT, left, frames)
        self._for_split.wait(RIGHT, right, frames)
        self._for_split.wait(CEILING, ceiling, frames)

    cdef void detect(self, TruePeak detector, int line, const float *x, float *excess, Py_ssize_t frames) noexcept nogil:
        """The excess of each interval of one channel, with the same delay as the bass."""
        cdef Py_ssize_t i
        cdef float *sample = &self._work[LEVEL, 0]
        detector.run_both(x, excess, sample, frames)
        for i in range(frames):
            excess[i] = excess[i] - sample[i]
        self._for_excess.wait(line, excess, frames)

    cdef Py_ssize_t measure(self, const float *left, const float *right, const float *bass_l, const float *bass_r,
                            const float *excess_l, const float *excess_r, Py_ssize_t frames) noexcept nogil:
        """Compute the held peaks of the whole sound, of the bass and of the rest, for the groups that end. Each value is that of the
        louder channel. Returns how many groups end."""
        cdef Py_ssize_t groups
        cdef float *level = &self._work[LEVEL, 0]
        cdef float *between = &self._work[BETWEEN, 0]
        self._between.fill(between, frames)
        levels(level, left, right, excess_l, excess_r, between, frames)
        groups = self._group_peaks.run(level, &self._work[PEAK, 0], frames)
        levels_of_bass(level, bass_l, bass_r, frames)
        self._group_bass.run(level, &self._work[BASS_PEAK, 0], frames)
        levels_of_rest(level, left, right, bass_l, bass_r, excess_l, excess_r, between, frames)
        self._group_rest.run(level, &self._work[REST_PEAK, 0], frames)
        self._peak.run(&self._work[PEAK, 0], groups)
        self._bass_peak.run(&self._work[BASS_PEAK, 0], groups)
        self._rest_peak.run(&self._work[REST_PEAK, 0], groups)
        return groups

    cdef void needs(self, const float *ceiling, Py_ssize_t groups) noexcept nogil:
        """Compute the reductions of the bass and of the whole sound, in octaves. `ceiling` points to the ceiling of the last frame of
        the first group.

        If the peak of the bass is at least twice that of the rest, only the bass is reduced. If it is lower than that of the rest,
        the bass is not reduced separately.
        """
        cdef Py_ssize_t i
        cdef const float *steady = &self._work[STEADY, 0]
        cdef const float *peak = &self._work[PEAK, 0]
        cdef const float *bass = &self._work[BASS_PEAK, 0]
        cdef const float *rest = &self._work[REST_PEAK, 0]
        cdef float target, top, alone, low, beside, over, left
        for i in range(groups):
            target = ceiling[i * self._group_peaks.size] - MARGIN
            top = exp2_(target)
            low = larger(bass[i], SILENCE)
            alone = unit(<float> 2.0 - <float> 2.0 * rest[i] / low)
            # The amount that the rest adds to the peak of the bass: less than its own peak if both are parts of one transient.
            beside = larger(peak[i] - bass[i], <float> 0.0)
            beside = beside if beside < rest[i] else rest[i]
            over = log2_(low) - log2_(larger(top - beside, LEAST_TARGET * top))
            over = over if over > <float> 0.0 else <float> 0.0
            over = (over if over < MOST else MOST) * steady[i] * alone * self._link
            self._work[BASS_NEEDED, i] = over
            left = beside + bass[i] * exp2_(-over)
            left = larger(peak[i] if peak[i] < left else left, SILENCE)
            over = log2_(left) - target
            over = over if over > <float> 0.0 else <float> 0.0
            over = over if over < LARGEST else LARGEST
            self._work[NEEDED, i] = over * steady[i] * unit(<float> 4.0 - <float> 4.0 * alone) * self._link
        self._bass_kept = keep(&self._work[BASS_NEEDED, 0], self._bass_kept, groups)
        self._kept = keep(&self._work[NEEDED, 0], self._kept, groups)

    cdef void apply(self, float *left, float *right, float *excess_l, float *excess_r, Py_ssize_t frames) noexcept nogil:
        """Delay sound, bass and excess by the look-ahead of the dips, and apply the dips to them."""
        cdef Py_ssize_t i
        cdef float *bass_l = &self._work[BASS_L, 0]
        cdef float *bass_r = &self._work[BASS_R, 0]
        cdef float *bass_gain = &self._work[BASS_DIPS, 0]
        cdef float *gain = &self._work[DIPS, 0]
        self._sound.wait(LEFT, left, frames)
        self._sound.wait(RIGHT, right, frames)
        self._sound.wait(WAITING_BASS_L, bass_l, frames)
        self._sound.wait(WAITING_BASS_R, bass_r, frames)
        self._sound.wait(EXCESS_L, excess_l, frames)
        self._sound.wait(EXCESS_R, excess_r, frames)
        to_gain(bass_gain, frames)
        to_gain(gain, frames)
        reduce(left, bass_l, bass_gain, gain, frames)
        reduce(right, bass_r, bass_gain, gain, frames)
        for i in range(frames):
            bass_gain[i] = bass_gain[i] * gain[i]
        self.note(bass_gain, frames)
        for i in range(frames):
            excess_l[i] = excess_l[i] * gain[i]
        for i in range(frames):
            excess_r[i] = excess_r[i] * gain[i]

    cdef void run(self, float *left, float *right, float *ceiling, float *excess_l, float *excess_r,
                  Py_ssize_t frames) noexcept nogil:
        """[audio] In place, at most CHUNK frames. `ceiling` (octaves, one per frame) is delayed by as much as the sound.
        `excess_l` and `excess_r` receive the excess of the result (linear, 0 or above)."""
        cdef Py_ssize_t groups, first
        cdef float *bass_l = &self._work[BASS_L, 0]
        cdef float *bass_r = &self._work[BASS_R, 0]
        self._steadiness.run(left, right, &self._work[STEADY, 0], frames)
        self.detect(self._detector_l, 0, left, excess_l, frames)
        self.detect(self._detector_r, 1, right, excess_r, frames)
        self.split(left, right, ceiling, bass_l, bass_r, frames)
        first = self._group_peaks.size - self._group_peaks._filled - 1
        groups = self.measure(left, right, bass_l, bass_r, excess_l, excess_r, frames)
        self.needs(ceiling + first, groups)
        self._bass_dips.run(&self._work[BASS_NEEDED, 0], groups, &self._work[BASS_DIPS, 0], frames)
        self._dips.run(&self._work[NEEDED, 0], groups, &self._work[DIPS, 0], frames)
        self._sound.wait(CEILING, ceiling, frames)
        self.apply(left, right, excess_l, excess_r, frames)


# One function for each array that is written, so that compilers make vectors of the loops.

cdef void levels(float *level, const float *left, const float *right, const float *excess_l, const float *excess_r,
                 const float *between, Py_ssize_t frames) noexcept nogil:
    """Peaks of the intervals, of the louder channel. `between` is the weight of the excess between the samples, from 0 to 1."""
    cdef Py_ssize_t i
    for i in range(frames):
        level[i] = larger(fabsf(left[i]) + between[i] * excess_l[i], fabsf(right[i]) + between[i] * excess_r[i])


cdef void levels_of_bass(float *level, const float *bass_l, const float *bass_r, Py_ssize_t frames) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(frames):
        level[i] = larger(fabsf(bass_l[i]), fabsf(bass_r[i]))


cdef void levels_of_rest(float *level, const float *left, const float *right, const float *bass_l, const float *bass_r,
                         const float *excess_l, const float *excess_r, const float *between, Py_ssize_t frames) noexcept nogil:
    """The same as `levels` for the sound without its bass."""
    cdef Py_ssize_t i
    for i in range(frames):
        level[i] = larger(
            fabsf(left[i] - bass_l[i]) + between[i] * excess_l[i], fabsf(right[i] - bass_r[i]) + between[i] * excess_r[i]
        )


cdef void to_gain(float *reduction, Py_ssize_t frames) noexcept nogil:
    """Convert octaves to factors."""
    cdef Py_ssize_t i
    for i in range(frames):
        reduction[i] = exp2_(-reduction[i])


cdef void reduce(float *x, const float *bass, const float *bass_gain, const float *gain, Py_ssize_t frames) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(frames):
        x[i] = (x[i] + bass[i] * (bass_gain[i] - <float> 1.0)) * gain[i]
