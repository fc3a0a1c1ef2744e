# cython: boundscheck=False, wraparound=False, cdivision=True
# Blocks are cut to CHUNK by the caller; rings are indexed below their length.
"""LimiterPass: look-ahead limiting to a ceiling, once over. `limiter.pyx` runs two of them in series.

    true peaks -> reduction needed, in octaves -> sliding maximum -> release -> gain -> smoothing -> times delayed audio

Levels are in octaves (log2 of the amplitude) inside. Timing: the peak of interval n is known when sample n + 34 arrives
(TRUE_PEAK_DELAY). The smoothing looks back over S gains. With the audio delayed by S + 34 and the maximum held for S + 3
plus the hold, every gain that goes into the samples n - 1 to n + 2 around that interval is at or below what its peak needs.
"""

from libc.math cimport fabsf

from ._math cimport exp2_, log2_
from .true_peak cimport TRUE_PEAK_DELAY

import numpy as np

from .envelopes import BoxSmoother, Release, SlidingMax
from .true_peak import TruePeak

cdef enum:
    CHUNK = 256
    MARGIN = 3  # frames by which the held maximum exceeds the smoothing: one before the interval, two after its begin

cdef float SILENCE = 1e-30


cdef void exchange(float *line, Py_ssize_t length, Py_ssize_t at, float *x, Py_ssize_t frames) noexcept nogil:
    """Swap x with the ring `line` from `at` on: x comes out `length` frames later."""
    cdef Py_ssize_t part, i
    cdef float *ring
    cdef float old
    while frames > 0:
        part = frames if frames < length - at else length - at
        ring = line + at
        for i in range(part):
            old = ring[i]
            ring[i] = x[i]
            x[i] = old
        at = 0
        x += part
        frames -= part


cdef class LimiterPass:
    """Linked stereo. `smoothing_ms` is the look-ahead, `hold_ms` how long a reduction stays before it is released.

    A hold of half the longest period keeps the gain still while a low tone is limited, and so keeps its harmonics away.
    """

    def __init__(self, rate_hz, double smoothing_ms, double hold_ms, double release_ms=100.0):
        length = max(3, round(smoothing_ms * 1e-3 * rate_hz))
        self._detector_l = TruePeak(rate_hz, annex2=True)
        self._detector_r = TruePeak(rate_hz, annex2=True)
        self._hold = SlidingMax(length + MARGIN + round(hold_ms * 1e-3 * rate_hz))
        self._release = Release(rate_hz, release_ms)
        self._smoother = BoxSmoother(length)
        self.latency = length + TRUE_PEAK_DELAY
        self._line = np.zeros((2, self.latency), np.float32)
        # Peaks of intervals that are still to come out, a ring.
        self._peaks = np.zeros(length + MARGIN, np.float32)
        self._peak_r = np.zeros(CHUNK, np.float32)
        self._gain = np.zeros(CHUNK, np.float32)
        self.clear()

    cdef void clear(self) noexcept nogil:
        self._detector_l.clear()
        self._detector_r.clear()
        self._hold.clear()
        self._release.clear()
        self._smoother.clear()
        self._line[:, :] = 0.0
        self._peaks[:] = 0.0
        self._line_at = self._peaks_at = 0
        self._press = 0.0

    cdef void set_release_ms(self, double release_ms) noexcept nogil:
        self._release.set_ms(release_ms)

    cdef float loudest(self) noexcept nogil:
        """Highest peak measured that is still to come out, linear."""
        cdef Py_ssize_t i
        cdef float most = SILENCE
        for i in range(self._peaks.shape[0]):
            most = self._peaks[i] if self._peaks[i] > most else most
        return most

    cdef void press(self, float ceiling) noexcept nogil:
        """[audio] Keep what is still to come out below `ceiling` (octaves), from the next frame on: a step of the gain.

        The peaks already measured tell how far; those not yet measured are held against the new ceiling anyway.
        """
        cdef float needed = log2_(self.loudest()) - ceiling
        if needed > 0.0:
            # The next reduction counts at least this much; the hold keeps it until all that is measured is out.
            self._press = needed if needed > self._press else self._press
            self._release.raise_to(needed)
            self._smoother.lower_to(exp2_(-needed))

    cdef void attenuate(self, float ceiling) noexcept nogil:
        """[audio] The same by lowering the waiting audio itself: for a pass whose input obeys `ceiling` from now on.

        Its gain stays at rest, so nothing is reduced twice.
        """
        cdef Py_ssize_t i
        cdef float most = self.loudest(), needed, factor
        cdef float *line = &self._line[0, 0]
        for i in range(2 * self.latency):
            most = fabsf(line[i]) if fabsf(line[i]) > most else most
        needed = log2_(most) - ceiling
        if needed > 0.0:
            factor = exp2_(-needed)
            for i in range(2 * self.latency):
                line[i] *= factor
            for i in range(self._peaks.shape[0]):
                self._peaks[i] *= factor
            self._detector_l.scale(factor)
            self._detector_r.scale(factor)

    cdef void run(self, float *left, float *right, const float *ceiling, float margin, float *gain, Py_ssize_t frames) noexcept nogil:
        """[audio] Limit in place to `ceiling` - `margin` (octaves, one ceiling per frame); at most CHUNK frames.

        `gain` returns the factors applied to the frames that came out.
        """
        cdef Py_ssize_t i
        cdef float *peak_r = &self._peak_r[0]
        cdef float over
        self._detector_l.run(left, gain, frames)
        self._detector_r.run(right, peak_r, frames)
        for i in range(frames):
            gain[i] = gain[i] if gain[i] > peak_r[i] else peak_r[i]
        self.remember(gain, frames)
        for i in range(frames):
            over = log2_(gain[i] if gain[i] > SILENCE else SILENCE) - (ceiling[i] - margin)
            gain[i] = over if over > <float> 0.0 else <float> 0.0
        gain[0] = gain[0] if gain[0] > self._press else self._press
        self._press = 0.0
        self._hold.run(gain, frames)
        self._release.run(gain, frames)
        for i in range(frames):
            gain[i] = exp2_(-gain[i])
        self._smoother.run(gain, frames)
        exchange(&self._line[0, 0], self.latency, self._line_at, left, frames)
        exchange(&self._line[1, 0], self.latency, self._line_at, right, frames)
        self._line_at = (self._line_at + frames) % self.latency
        for i in range(frames):
            left[i] = left[i] * gain[i]
            right[i] = right[i] * gain[i]

    cdef void remember(self, const float *peaks, Py_ssize_t frames) noexcept nogil:
        """Into the ring that `press` looks at."""
        cdef Py_ssize_t i, at = self._peaks_at, length = self._peaks.shape[0]
        cdef float *ring = &self._peaks[0]
        for i in range(frames):
            ring[at] = peaks[i]
            at = 0 if at + 1 == length else at + 1
        self._peaks_at = at
