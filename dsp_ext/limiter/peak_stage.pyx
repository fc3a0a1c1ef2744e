# cython: boundscheck=False, wraparound=False, cdivision=True
# Blocks are cut to CHUNK by the caller.
"""PeakStage: look-ahead limiting of every peak.

    true peaks, sample peaks, peaks below 400 Hz -> reduction (`reduction.pyx`) -> gain

The steady stage has measured the peaks between samples and passes them on. The linear-phase low-pass consists of three running
means, and the measured peaks are delayed to match it. The audio is delayed by the low-pass and the longest look-ahead, so the
latency is constant for every look-ahead.
"""

from libc.math cimport fabsf

import numpy as np

from dsp_ext.core cimport OCTAVES_PER_DB
from .reduction cimport Peaks

from .box_smoother import BoxSmoother
from .delay_lines import DelayLines
from .switched_reduction import SwitchedReduction
from .times cimport frames_of

cdef enum:
    CHUNK = 256
    # Rows of _work. The first five wait for the low-pass.
    TRUE_L = 0
    TRUE_R
    SAMPLE_L
    SAMPLE_R
    TARGET
    FOR_LOW
    LOW_L = FOR_LOW
    LOW_R
    GAIN_L
    GAIN_R
    ROWS
    # Lines of _sound.
    LEFT = 0
    RIGHT
    CEILING
    LINES

#: The cutoff of the low-pass for the mid dips: its running means together are 1.5 periods of this frequency long.
LOW_HZ = 400.0

cdef float LOUDEST = 30.0  # the largest value that the integers of the low-pass can represent
cdef float MARGIN = <float> 0.03 * OCTAVES_PER_DB


cdef inline float bounded(float x) noexcept nogil:
    """`x` limited to +-LOUDEST. The result is finite also for NaN."""
    x = x if x > -LOUDEST else -LOUDEST
    return x if x < LOUDEST else LOUDEST


cdef class PeakStage(Stage):
    """Processes stereo. Allocates memory for look-aheads up to `longest_ms` and holds up to `longest_hold_ms`."""

    def __init__(self, rate_hz, double longest_ms, double longest_hold_ms):
        longest = frames_of(longest_ms, rate_hz)
        length = 2 * round(0.75 * rate_hz / LOW_HZ) + 1
        low_delay = (length - 1) // 2
        super().__init__(low_delay + longest)
        self._low_l, self._low_r = BoxSmoother(length), BoxSmoother(length)
        self._reduction = SwitchedReduction(rate_hz, longest, frames_of(longest_hold_ms, rate_hz))
        self._peaks = DelayLines(FOR_LOW, low_delay)
        self._sound = DelayLines(LINES, self.latency)
        self._work = np.zeros((ROWS, CHUNK), np.float32)

    cdef void set_times(self, Times times) noexcept nogil:
        """[audio] Set the times. They take effect after a crossfade."""
        self._reduction.set_times(times)

    cdef void set_links(self, float fast, float slow) noexcept nogil:
        """[audio] See StereoReduction."""
        self._reduction.set_links(fast, slow)

    cdef bint true_peak(self) noexcept nogil:
        """Whether the gain in use also keeps peaks between samples below the ceiling."""
        return self._reduction.true_peak()

    cdef void settle(self) noexcept nogil:
        """[control] Let times that were set take effect at once."""
        self._reduction.settle()

    cdef void clear(self) noexcept nogil:
        """[audio] Clear all past values."""
        self._low_l.clear()
        self._low_r.clear()
        self._reduction.clear()
        self._peaks.clear()
        self._sound.clear()

    cdef void set_past_ceiling(self, float ceiling) noexcept nogil:
        """[audio] Set the ceiling (octaves) for the sound that waits in this stage."""
        self._peaks.fill(TARGET, ceiling - MARGIN)
        self._sound.fill(CEILING, ceiling)

    cdef Peaks measure(self, const float *left, const float *right, const float *ceiling, const float *excess_l,
                       const float *excess_r, Py_ssize_t frames) noexcept nogil:
        """Compute the peaks of the intervals, delayed by the latency of the low-pass, and the levels that these peaks may have."""
        cdef Py_ssize_t i
        cdef int row
        cdef Peaks peaks
        peaks.true_l, peaks.true_r = &self._work[TRUE_L, 0], &self._work[TRUE_R, 0]
        peaks.sample_l, peaks.sample_r = &self._work[SAMPLE_L, 0], &self._work[SAMPLE_R, 0]
        peaks.low_l, peaks.low_r = &self._work[LOW_L, 0], &self._work[LOW_R, 0]
        peaks.target = &self._work[TARGET, 0]
        magnitudes(peaks.sample_l, peaks.true_l, left, excess_l, frames)
        magnitudes(peaks.sample_r, peaks.true_r, right, excess_r, frames)
        for i in range(frames):
            peaks.target[i] = ceiling[i] - MARGIN
        for row in range(FOR_LOW):
            self._peaks.wait(row, &self._work[row, 0], frames)
        for i in range(frames):
            peaks.low_l[i] = bounded(left[i])
            peaks.low_r[i] = bounded(right[i])
        self._low_l.run(peaks.low_l, frames)
        self._low_r.run(peaks.low_r, frames)
        for i in range(frames):
            peaks.low_l[i] = fabsf(peaks.low_l[i])
            peaks.low_r[i] = fabsf(peaks.low_r[i])
        return peaks

    cdef void run(self, float *left, float *right, float *ceiling, const float *excess_l, const float *excess_r,
                  Py_ssize_t frames) noexcept nogil:
        """[audio] Process at most CHUNK frames in place. `ceiling` (octaves, one per frame) is delayed by as much as the audio.
        `excess_l`, `excess_r`: see SteadyStage."""
        cdef Py_ssize_t i
        cdef float *gain_l = &self._work[GAIN_L, 0]
        cdef float *gain_r = &self._work[GAIN_R, 0]
        self._reduction.run(self.measure(left, right, ceiling, excess_l, excess_r, frames), gain_l, gain_r, frames)
        self._sound.wait(LEFT, left, frames)
        self._sound.wait(RIGHT, right, frames)
        self._sound.wait(CEILING, ceiling, frames)
        for i in range(frames):
            left[i] = left[i] * gain_l[i]
            right[i] = right[i] * gain_r[i]
        self.note(gain_l, frames)
        self.note(gain_r, frames)


cdef void magnitudes(float *sample, float *true, const float *x, const float *excess, Py_ssize_t frames) noexcept nogil:
    """The magnitude of each sample, and of the interval after it."""
    cdef Py_ssize_t i
    for i in range(frames):
        sample[i] = fabsf(x[i])
        true[i] = fabsf(x[i]) + excess[i]
