# cython: boundscheck=False, wraparound=False, cdivision=True
# Blocks are cut to CHUNK by the caller.
"""PeakStage: look-ahead limiting of every peak.

    true peaks, sample peaks, peaks below 400 Hz -> octaves over the ceiling -> reduction (`reduction.pyx`) -> gain

The steady stage has measured the peaks between samples and passes them on. The linear-phase low-pass consists of three running
means, and the measured peaks are delayed to match it. The audio is delayed by the low-pass and the longest look-ahead, so the
latency is constant for every look-ahead.
"""

from libc.math cimport fabsf
from libc.string cimport memcpy

import numpy as np

from dsp_ext.core cimport OCTAVES_PER_DB, exchange, log2_, smallest_magnitude

from .envelopes import BoxSmoother
from .switched_reduction cimport Peaks
from .switched_reduction import SwitchedReduction
from .times cimport frames_of

cdef enum:
    CHUNK = 256
    # Rows of _work.
    TRUE_L = 0
    TRUE_R
    SAMPLE_L
    SAMPLE_R
    LOW_L
    LOW_R
    GAIN_L
    GAIN_R
    WAITING
    ROWS

#: The cutoff of the low-pass for the mid dips: its running means together are 1.5 periods of this frequency long.
LOW_HZ = 400.0

cdef float LOUDEST = 30.0  # the largest value that the integers of the low-pass can represent
cdef float SILENCE = 1e-9
cdef float MARGIN = <float> 0.03 * OCTAVES_PER_DB


cdef inline float bounded(float x) noexcept nogil:
    """`x` within +-LOUDEST; finite for NaN too."""
    x = x if x > -LOUDEST else -LOUDEST
    return x if x < LOUDEST else LOUDEST


cdef class PeakStage:
    """Stereo. Allocates memory for a look-ahead up to `longest_ms` and a hold up to `longest_hold_ms`."""

    def __init__(self, rate_hz, double longest_ms, double longest_hold_ms):
        longest = frames_of(longest_ms, rate_hz)
        length = 2 * round(0.75 * rate_hz / LOW_HZ) + 1
        self._low_delay = (length - 1) // 2
        self.latency = self._low_delay + longest
        self._low_l, self._low_r = BoxSmoother(length), BoxSmoother(length)
        self._reduction = SwitchedReduction(rate_hz, longest, frames_of(longest_hold_ms, rate_hz))
        self._peak_lines = np.zeros((4, self._low_delay), np.float32)
        self._lines = np.zeros((3, self.latency), np.float32)
        self._ceiling_line = np.zeros(self._low_delay, np.float32)
        self._work = np.zeros((ROWS, CHUNK), np.float32)
        self._least = 1.0
        self.clear()

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
        cdef int i
        self._low_l.clear()
        self._low_r.clear()
        self._reduction.clear()
        self._peak_lines[:, :] = 0.0
        self._lines[:, :] = 0.0
        self._ceiling_line[:] = 0.0
        for i in range(4):
            self._peaks_at[i] = 0
        for i in range(3):
            self._at[i] = 0
        self._ceiling_at = 0

    cdef float take_least(self) noexcept nogil:
        """[audio] Smallest gain since the last call."""
        cdef float least = self._least
        self._least = 1.0
        return least

    cdef void measure(self, const float *left, const float *right, const float *excess_l, const float *excess_r,
                      Py_ssize_t frames) noexcept nogil:
        """The peaks of the interval `_low_delay` frames ago: true peak, sample peak, and peak of the audio below LOW_HZ.
        Linear."""
        cdef Py_ssize_t i
        cdef int row
        cdef float *low_l = &self._work[LOW_L, 0]
        cdef float *low_r = &self._work[LOW_R, 0]
        for i in range(frames):
            self._work[SAMPLE_L, i] = fabsf(left[i])
            self._work[SAMPLE_R, i] = fabsf(right[i])
            self._work[TRUE_L, i] = fabsf(left[i]) + excess_l[i]
            self._work[TRUE_R, i] = fabsf(right[i]) + excess_r[i]
        for row in range(4):
            self._peaks_at[row] = exchange(
                &self._peak_lines[row, 0], self._peak_lines.shape[1], self._peaks_at[row], &self._work[row, 0], frames
            )
        for i in range(frames):
            low_l[i] = bounded(left[i])
            low_r[i] = bounded(right[i])
        self._low_l.run(low_l, frames)
        self._low_r.run(low_r, frames)

    cdef void compare(self, const float *ceiling, Py_ssize_t frames) noexcept nogil:
        """Convert peaks to octaves over the ceiling, which is lowered by a small margin."""
        cdef Py_ssize_t i
        cdef int row
        cdef float peak
        cdef float *peaks
        for row in range(6):
            peaks = &self._work[row, 0]
            for i in range(frames):
                peak = fabsf(peaks[i])
                peaks[i] = log2_(peak if peak > SILENCE else SILENCE) - (ceiling[i] - MARGIN)

    cdef void run(self, float *left, float *right, float *ceiling, const float *excess_l, const float *excess_r,
                  Py_ssize_t frames) noexcept nogil:
        """[audio] Process at most CHUNK frames in place. `ceiling` (octaves, one per frame) is delayed by as much as the audio.
        `excess_l`, `excess_r`: see SteadyStage."""
        cdef Py_ssize_t i
        cdef Peaks peaks
        cdef float *gain_l = &self._work[GAIN_L, 0]
        cdef float *gain_r = &self._work[GAIN_R, 0]
        cdef float *waiting = &self._work[WAITING, 0]
        peaks.true_l, peaks.true_r = &self._work[TRUE_L, 0], &self._work[TRUE_R, 0]
        peaks.sample_l, peaks.sample_r = &self._work[SAMPLE_L, 0], &self._work[SAMPLE_R, 0]
        peaks.low_l, peaks.low_r = &self._work[LOW_L, 0], &self._work[LOW_R, 0]
        self.measure(left, right, excess_l, excess_r, frames)
        memcpy(waiting, ceiling, frames * sizeof(float))
        self._ceiling_at = exchange(&self._ceiling_line[0], self._low_delay, self._ceiling_at, waiting, frames)
        self.compare(waiting, frames)
        self._reduction.run(peaks, gain_l, gain_r, frames)
        self._at[0] = exchange(&self._lines[0, 0], self.latency, self._at[0], left, frames)
        self._at[1] = exchange(&self._lines[1, 0], self.latency, self._at[1], right, frames)
        self._at[2] = exchange(&self._lines[2, 0], self.latency, self._at[2], ceiling, frames)
        for i in range(frames):
            left[i] = left[i] * gain_l[i]
            right[i] = right[i] * gain_r[i]
        self._least = smallest_magnitude(gain_l, frames, self._least)
        self._least = smallest_magnitude(gain_r, frames, self._least)
