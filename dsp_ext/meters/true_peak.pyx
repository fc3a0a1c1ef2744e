# cython: boundscheck=False, wraparound=False, cdivision=True
# Indices are limited to CHUNK plus the history for which the buffers are allocated.
"""TruePeak: the largest magnitude of the waveform between samples.

The peak of the interval from sample n to n + 1 is the largest magnitude of the interpolated points n, n + 1/16, ...
n + 15/16 (by default every eighth at 88.2 and 96 kHz, every quarter above). With `annex2`, the four points that the
interpolator of ITU-R BS.1770-5 Annex 2 has in the same interval count as well. Near half the sampling rate, that filter
reads up to 0.5 dB more than the waveform has, and a limiter must satisfy meters that use it. Burnish's own meters do not use
it. With `long`, the interpolator has 128 taps per phase instead of 64: it differs above 20.5 kHz at a rate of 48 kHz.

A grid of n points per sample reads at most -20 log10 cos(pi f / (n fs)) dB low: 0.034 dB at 0.45 fs for 16 points. The
filters and their tables come from `design_true_peak.py`. They are plain FIR filters in float32, with the same cost for every
input.
"""

import numpy as np

from libc.math cimport fabsf
from libc.string cimport memcpy, memmove, memset

from dsp_ext.core cimport eight
from .true_peak_taps cimport (
    ANNEX_A0, ANNEX_A1, ANNEX_S0, ANNEX_S1, FINE_A1, FINE_A2, FINE_A3, FINE_S1, FINE_S2, FINE_S3, FINE_S4, HALF, LONG_HALF,
)

cdef enum:
    CHUNK = 256
    FINE_REACH = 2  # half-way points before and after its own that the fine step uses
    HALVES_KEPT = 2 * FINE_REACH


cdef inline float larger(float a, float b) noexcept nogil:
    return a if a > b else b


cdef void half_way_part(const float *c, const float *a, const float *b, float *half, Py_ssize_t frames) noexcept nogil:
    """half[i] = the outer 32 taps of a symmetric filter, on either side, applied to a[i .. i + 31] and b[i .. i + 31]."""
    cdef Py_ssize_t i
    for i in range(frames):
        half[i] = (
            (eight(c, a + i, b + i + 24) + eight(c + 8, a + i + 8, b + i + 16))
            + (eight(c + 16, a + i + 16, b + i + 8) + eight(c + 24, a + i + 24, b + i))
        )


cdef void half_way(const float *x, float *half, Py_ssize_t frames) noexcept nogil:
    """half[i] = the waveform at i + 31.5, from x[i .. i + 63]."""
    half_way_part(HALF, x, x + 32, half, frames)


cdef void long_half_way(const float *x, float *half, Py_ssize_t frames) noexcept nogil:
    """half[i] = the waveform at i + 63.5, from x[i .. i + 127]."""
    cdef Py_ssize_t i
    half_way_part(LONG_HALF, x, x + 96, half, frames)
    for i in range(frames):
        half[i] = half[i] + (
            (eight(LONG_HALF + 32, x + i + 32, x + i + 88) + eight(LONG_HALF + 40, x + i + 40, x + i + 80))
            + (eight(LONG_HALF + 48, x + i + 48, x + i + 72) + eight(LONG_HALF + 56, x + i + 56, x + i + 64))
        )


cdef inline float dot5(const float *c, float x0, float x1, float x2, float x3, float x4) noexcept nogil:
    return (c[0] * x0 + c[1] * x1) + (c[2] * x2 + c[3] * x3) + c[4] * x4


cdef inline float dot6(const float *c, float x0, float x1, float x2, float x3, float x4, float x5) noexcept nogil:
    return (c[0] * x0 + c[1] * x1) + (c[2] * x2 + c[3] * x3) + (c[4] * x4 + c[5] * x5)


cdef void fine_16(const float *u, const float *v, float *peak, Py_ssize_t frames) noexcept nogil:
    """Raise peak[i] to the largest magnitude of u[i + 2] and of the seven points from there to v[i + 2].

    The signal around it, oversampled twice, is u[i], v[i], u[i + 1], v[i + 1], ... u[i + 4], v[i + 4].
    """
    cdef Py_ssize_t i
    cdef float e0, e1, e2, e3, e4, o0, o1, o2, o3, o4, p
    for i in range(frames):
        e0 = u[i] + v[i + 4]
        o0 = u[i] - v[i + 4]
        e1 = v[i] + u[i + 4]
        o1 = v[i] - u[i + 4]
        e2 = u[i + 1] + v[i + 3]
        o2 = u[i + 1] - v[i + 3]
        e3 = v[i + 1] + u[i + 3]
        o3 = v[i + 1] - u[i + 3]
        e4 = u[i + 2] + v[i + 2]
        o4 = u[i + 2] - v[i + 2]
        p = larger(fabsf(u[i + 2]), fabsf(dot5(FINE_S4, e0, e1, e2, e3, e4)))
        p = larger(p, fabsf(dot5(FINE_S1, e0, e1, e2, e3, e4)) + fabsf(dot5(FINE_A1, o0, o1, o2, o3, o4)))
        p = larger(p, fabsf(dot5(FINE_S2, e0, e1, e2, e3, e4)) + fabsf(dot5(FINE_A2, o0, o1, o2, o3, o4)))
        p = larger(p, fabsf(dot5(FINE_S3, e0, e1, e2, e3, e4)) + fabsf(dot5(FINE_A3, o0, o1, o2, o3, o4)))
        peak[i] = larger(p, peak[i])


cdef void fine_8(const float *u, const float *v, float *peak, Py_ssize_t frames) noexcept nogil:
    """`fine_16` with every second point."""
    cdef Py_ssize_t i
    cdef float e0, e1, e2, e3, e4, p
    for i in range(frames):
        e0 = u[i] + v[i + 4]
        e1 = v[i] + u[i + 4]
        e2 = u[i + 1] + v[i + 3]
        e3 = v[i + 1] + u[i + 3]
        e4 = u[i + 2] + v[i + 2]
        p = larger(fabsf(u[i + 2]), fabsf(dot5(FINE_S4, e0, e1, e2, e3, e4)))
        p = larger(p, fabsf(dot5(FINE_S2, e0, e1, e2, e3, e4)) + fabsf(dot5(
            FINE_A2, u[i] - v[i + 4], v[i] - u[i + 4], u[i + 1] - v[i + 3], v[i + 1] - u[i + 3], u[i + 2] - v[i + 2]
        )))
        peak[i] = larger(p, peak[i])


cdef void fine_4(const float *u, const float *v, float *peak, Py_ssize_t frames) noexcept nogil:
    """`fine_16` with the middle point only."""
    cdef Py_ssize_t i
    cdef float p
    for i in range(frames):
        p = dot5(FINE_S4, u[i] + v[i + 4], v[i] + u[i + 4], u[i + 1] + v[i + 3], v[i + 1] + u[i + 3], u[i + 2] + v[i + 2])
        peak[i] = larger(larger(fabsf(u[i + 2]), fabsf(p)), peak[i])


cdef void annex_2(const float *x, float *peak, Py_ssize_t frames) noexcept nogil:
    """Raise peak[i] to the largest magnitude of the four points of BS.1770-5 Annex 2 between x[i + 5] and x[i + 6]."""
    cdef Py_ssize_t i
    cdef float e0, e1, e2, e3, e4, e5, o0, o1, o2, o3, o4, o5, p
    for i in range(frames):
        e0 = x[i] + x[i + 11]
        o0 = x[i] - x[i + 11]
        e1 = x[i + 1] + x[i + 10]
        o1 = x[i + 1] - x[i + 10]
        e2 = x[i + 2] + x[i + 9]
        o2 = x[i + 2] - x[i + 9]
        e3 = x[i + 3] + x[i + 8]
        o3 = x[i + 3] - x[i + 8]
        e4 = x[i + 4] + x[i + 7]
        o4 = x[i + 4] - x[i + 7]
        e5 = x[i + 5] + x[i + 6]
        o5 = x[i + 5] - x[i + 6]
        p = fabsf(dot6(ANNEX_S0, e0, e1, e2, e3, e4, e5)) + fabsf(dot6(ANNEX_A0, o0, o1, o2, o3, o4, o5))
        p = larger(p, fabsf(dot6(ANNEX_S1, e0, e1, e2, e3, e4, e5)) + fabsf(dot6(ANNEX_A1, o0, o1, o2, o3, o4, o5)))
        peak[i] = larger(p, peak[i])


cdef class TruePeak:
    """True-peak detector for one channel.

    `oversampling`: points per sample, 16, 8 or 4; 0 chooses by `rate_hz` (16 up to 48 kHz, 8 up to 96 kHz, 4 above).
    `annex2`: whether the BS.1770-5 Annex 2 filter counts as well. `long`: whether the interpolator has 128 taps, and a delay of
    LONG_TRUE_PEAK_DELAY. Raises ValueError for another oversampling.
    """

    def __init__(self, rate_hz, int oversampling=0, bint annex2=False, bint long=False):
        if oversampling == 0:
            oversampling = 16 if rate_hz <= 50000 else 8 if rate_hz <= 100000 else 4
        if oversampling not in (4, 8, 16):
            raise ValueError(f"oversampling must be 4, 8 or 16, not {oversampling}")
        self.oversampling = oversampling
        self.annex2 = annex2
        self.long = long
        self._delay = LONG_TRUE_PEAK_DELAY if long else TRUE_PEAK_DELAY
        # Samples that are kept before the newest one: from the first one of the oldest half-way point that the fine step uses.
        self._kept = 2 * self._delay - 1
        self._samples = np.zeros(self._kept + CHUNK, np.float32)
        self._halves = np.zeros(HALVES_KEPT + CHUNK, np.float32)

    cdef void clear(self) noexcept nogil:
        """[audio] Clear the history."""
        memset(&self._samples[0], 0, (self._kept + CHUNK) * sizeof(float))
        memset(&self._halves[0], 0, (HALVES_KEPT + CHUNK) * sizeof(float))

    cdef void scale(self, float factor) noexcept nogil:
        """[audio] Multiply all samples of the history by `factor`."""
        cdef Py_ssize_t i
        for i in range(self._kept):
            self._samples[i] *= factor
        for i in range(HALVES_KEPT):
            self._halves[i] *= factor

    cdef void run(self, const float *x, float *peak, Py_ssize_t frames) noexcept nogil:
        """[audio] peak[i] = peak of the interval that begins at sample x[i - delay], linear. O(frames).

        `peak` must not overlap `x`.
        """
        self.run_both(x, peak, NULL, frames)

    cdef void run_both(self, const float *x, float *peak, float *sample_peak, Py_ssize_t frames) noexcept nogil:
        """[audio] As `run`. If `sample_peak` is not NULL, sample_peak[i] = the magnitude of the sample x[i -
        delay]."""
        cdef Py_ssize_t step, i
        cdef float *samples = &self._samples[0]
        cdef float *halves = &self._halves[0]
        # Positions of the interval's first sample, and of the half-way point after it, for peak[0].
        cdef float *sample = samples + self._kept - self._delay
        cdef float *half = halves + FINE_REACH
        while frames > 0:
            step = frames if frames < CHUNK else CHUNK
            memcpy(samples + self._kept, x, step * sizeof(float))
            # The newest sample is the last one of the newest half-way point.
            if self.long:
                long_half_way(samples + self._kept - 127, halves + HALVES_KEPT, step)
            else:
                half_way(samples + self._kept - 63, halves + HALVES_KEPT, step)
            for i in range(step):
                peak[i] = 0.0
            if self.oversampling == 16:
                fine_16(sample - 2, half - 2, peak, step)
                fine_16(half - 2, sample - 1, peak, step)
            elif self.oversampling == 8:
                fine_8(sample - 2, half - 2, peak, step)
                fine_8(half - 2, sample - 1, peak, step)
            else:
                fine_4(sample - 2, half - 2, peak, step)
                fine_4(half - 2, sample - 1, peak, step)
            if self.annex2:
                annex_2(sample - 5, peak, step)
            if sample_peak != NULL:
                for i in range(step):
                    sample_peak[i] = fabsf(sample[i])
                sample_peak += step
            memmove(samples, samples + step, self._kept * sizeof(float))
            memmove(halves, halves + step, HALVES_KEPT * sizeof(float))
            x += step
            peak += step
            frames -= step

    def reset(self):
        """[control] Clear the history."""
        self.clear()

    def peaks(self, const float[::1] x not None):
        """[any] The peaks that `run` computes for `x`, as a new float32 array of the same length."""
        out = np.empty(x.shape[0], np.float32)
        cdef float[::1] view = out
        if x.shape[0]:
            self.run(&x[0], &view[0], x.shape[0])
        return out
