# cython: boundscheck=False, wraparound=False, cdivision=True
# Each row of the ring is stored twice, LEVELS_LONG apart, so that the last frames are always contiguous.
"""Levels: peaks, mean squares, cross product and means of a stereo signal, from sums over 10 ms frames.

Nothing is weighted. The value of a window is summed from its 10 ms frames each time, so it does not drift, and silence is
exactly 0. A sample counts as clipped if its magnitude is at least the largest positive 24-bit word.
"""

import numpy as np

from libc.stdint cimport int64_t

from dsp_ext.core cimport Double2, add, count_from, largest_magnitude, left_of, mul, double2, right_of

cdef float FULL_SCALE = 1.0 - 2.0**-23


cdef class Levels:
    """[control] creates it; [audio] runs and reads it. Nothing allocates after construction."""

    def __init__(self, rate_hz):
        self._frame = round(rate_hz / 100)
        self._ring = np.zeros((ROWS, 2 * LEVELS_LONG))
        self.clear()

    cdef void clear(self) noexcept nogil:
        """[audio] Return to the initial state."""
        cdef int i
        self._ring[:, :] = 0.0
        self._at = 0
        for i in range(5):
            self._sums[i] = 0.0
        for i in range(2):
            self._peaks[i] = self._extremes[i] = 0.0
        self.restart()

    cdef void restart(self) noexcept nogil:
        """[audio] Restart the count of clips at 0."""
        self.clips = self._clips = 0

    cdef void set_apart(self, bint count) noexcept nogil:
        """[audio] For the current 10 ms frame: count its clips so far (`count`), or discard them."""
        if count:
            self.clips += self._clips
        self._clips = 0

    cdef void run(self, const float *left, const float *right, Py_ssize_t frames) noexcept nogil:
        """[audio] Add `frames` frames to the current 10 ms frame, sample by sample. O(frames)."""
        cdef double *sums = &self._sums[0]
        cdef Double2 x, means = double2(sums[0], sums[1]), squares = double2(sums[2], sums[3])
        cdef double product = sums[4]
        cdef float peak_l = largest_magnitude(left, frames), peak_r = largest_magnitude(right, frames)
        cdef Py_ssize_t i
        for i in range(frames):
            x = double2(left[i], right[i])
            means = add(means, x)
            squares = add(squares, mul(x, x))
            product += left_of(x) * right_of(x)
        sums[0] = left_of(means)
        sums[1] = right_of(means)
        sums[2] = left_of(squares)
        sums[3] = right_of(squares)
        sums[4] = product
        self._peaks[0] = peak_l if peak_l > self._peaks[0] else self._peaks[0]
        self._peaks[1] = peak_r if peak_r > self._peaks[1] else self._peaks[1]
        self._clips += count_from(left, frames, FULL_SCALE) + count_from(right, frames, FULL_SCALE)

    cdef void finish(self, double true_peak, bint count) noexcept nogil:
        """[audio] End the 10 ms frame. `true_peak`: its true peak, which is stored with it; `count`: whether its clips
        count."""
        cdef double row[ROWS]
        cdef int i
        for i in range(5):
            row[i] = self._sums[i] / <double> self._frame
            self._sums[i] = 0.0
        for i in range(2):
            row[PEAK_L + i] = self._peaks[i]
            self._extremes[i] = self._peaks[i] if self._peaks[i] > self._extremes[i] else self._extremes[i]
            self._peaks[i] = 0.0
        row[TRUE_PEAK] = true_peak
        for i in range(ROWS):
            self._ring[i, self._at] = self._ring[i, self._at + LEVELS_LONG] = row[i]
        self._at = self._at + 1 if self._at + 1 < LEVELS_LONG else 0
        self.set_apart(count)

    cdef double mean(self, int row, Py_ssize_t frames) noexcept nogil:
        """[audio] The mean of a row over the last `frames` 10 ms frames."""
        cdef const double *x = &self._ring[row, self._at + LEVELS_LONG - frames]
        cdef double total = 0.0
        cdef Py_ssize_t i
        for i in range(frames):
            total += x[i]
        return total / <double> frames

    cdef double largest(self, int row, Py_ssize_t frames) noexcept nogil:
        """[audio] The largest value of a row over the last `frames` 10 ms frames."""
        cdef const double *x = &self._ring[row, self._at + LEVELS_LONG - frames]
        cdef double top = 0.0
        cdef Py_ssize_t i
        for i in range(frames):
            top = x[i] if x[i] > top else top
        return top

    cdef double take_peak(self, int channel) noexcept nogil:
        """[audio] The largest magnitude of a sample since the last call, in complete 10 ms frames only."""
        cdef double peak = self._extremes[channel]
        self._extremes[channel] = 0.0
        return peak
