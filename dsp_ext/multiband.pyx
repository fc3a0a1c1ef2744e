# cython: boundscheck=False, wraparound=False, cdivision=True
# Indices are bands below MOST_BANDS and frames below CHUNK.
"""Multiband: a compressor in each of four bands of a linear-phase split.

The split is that of `design_crossover.py`: low-pass kernels LP_1 ... LP_3 over one shared convolver, band 1 = LP_1 * x,
band k = (LP_k - LP_{k-1}) * x, band 4 = what is left of the delayed input. The output is fused,

    out = delayed x + sum of (gain_k - 1) band_k

so where no band changes its gain, nothing is added and the delayed input passes bit for bit: the crossover is heard only
where the compressor works.
"""

import numpy as np

from .compressor cimport COMPRESSOR_SETTINGS, Compressor
from .design_crossover import design
from .processor import partition_frames, rate_factor

#: Crossover frequencies of a fresh `Multiband`, in Hz, until a designed bank is loaded.
DEFAULT_HZ = (120.0, 800.0, 5000.0)

cdef enum:
    CHUNK = 128  # frames per pass
    WAYS = 2  # channels


cdef class Multiband(Processor):
    """Four-band compressor. Latency: one partition of the convolver and half a kernel, in or out of circuit."""

    def prepare(self, rate_hz, max_block):
        super().prepare(rate_hz, max_block)
        self.bands = MOST_BANDS
        self.taps = 4096 * rate_factor(rate_hz)
        partition = partition_frames(rate_hz)
        self.convolver = Convolver(rate_hz, partition, self.taps // partition, self.bands - 1)
        self.convolver.load(self.convolver.pack(design(DEFAULT_HZ, rate_hz, self.taps)), jump=True)
        self._delay = Delay(rate_hz, max_block, self.delay())
        self._enabled = Ramp(rate_hz, 1.0)
        self._compressors = tuple(Compressor(rate_hz, max_block) for _ in range(self.bands))
        for band in range(self.bands):
            self._compressor[band] = <void *> self._compressors[band]
        self._low = np.zeros(((self.bands - 1) * WAYS, CHUNK), np.float32)
        self._work = np.zeros((6, CHUNK), np.float32)

    # -- settings ------------------------------------------------------------------------------------------------

    def band(self, int band):
        """[control] The `Compressor` of band 0 (lowest) to 3, to set values on by name. Raises IndexError."""
        return self._compressors[band]

    def enable(self, bint enabled):
        """`set_enabled`, for callers in Python. [control]"""
        self.set_enabled(enabled)

    cdef void set_enabled(self, bint enabled) noexcept nogil:
        """[audio] In or out of circuit; out is the delayed input, bit for bit, once the ramp is over."""
        self._enabled.to(1.0 if enabled else 0.0)

    cdef void set_band(self, int band, int what, double value) noexcept nogil:
        """[audio] A setting of a band; `what` is a place of compressor.pxd."""
        if 0 <= band < MOST_BANDS and 0 <= what < COMPRESSOR_SETTINGS:
            (<Compressor> self._compressor[band]).set_value(what, value)

    cdef void settle(self) noexcept nogil:
        """[audio] End all ramps at once."""
        cdef int band
        self._enabled.jump(self._enabled._target)
        for band in range(MOST_BANDS):
            (<Compressor> self._compressor[band]).settle()

    cdef float take_reduction_db(self, int band) noexcept nogil:
        """[audio] Deepest gain of a band since the last call, in dB, 0 or below; 0 while out of circuit."""
        cdef float deepest = (<Compressor> self._compressor[band]).take_reduction_db()
        return deepest if self._enabled._value > 0 else 0.0

    # -- sound ---------------------------------------------------------------------------------------------------

    cdef Py_ssize_t delay(self) noexcept nogil:
        return self.convolver.partition + self.taps // 2

    cdef void clear(self) noexcept nogil:
        cdef int band
        self.convolver.clear()
        self._delay.clear()
        for band in range(MOST_BANDS):
            (<Compressor> self._compressor[band]).clear()

    cdef void run(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        cdef Py_ssize_t at = 0, step
        while at < frames:
            step = frames - at if frames - at < CHUNK else CHUNK
            self.chunk(left + at, right + at, step)
            at += step

    cdef void chunk(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        cdef Py_ssize_t i
        cdef int band
        cdef float *enabled = &self._work[0, 0]
        cdef float *gain = &self._work[1, 0]
        cdef float *band_l = &self._work[2, 0]
        cdef float *band_r = &self._work[3, 0]
        cdef float *sum_l = &self._work[4, 0]
        cdef float *sum_r = &self._work[5, 0]
        cdef const float *upper_l
        cdef const float *upper_r
        cdef const float *lower_l = NULL
        cdef const float *lower_r = NULL
        self.convolver.convolve(left, right, &self._low[0, 0], CHUNK, frames)
        self._delay.run(left, right, frames)
        self._enabled.fill(enabled, frames)
        for i in range(frames):
            sum_l[i] = left[i]
            sum_r[i] = right[i]
        for band in range(MOST_BANDS):
            if band == MOST_BANDS - 1:
                upper_l, upper_r = left, right
            else:
                upper_l = &self._low[WAYS * band, 0]
                upper_r = &self._low[WAYS * band + 1, 0]
            if band == 0:
                for i in range(frames):
                    band_l[i] = upper_l[i]
                    band_r[i] = upper_r[i]
            else:
                for i in range(frames):
                    band_l[i] = upper_l[i] - lower_l[i]
                    band_r[i] = upper_r[i] - lower_r[i]
            lower_l, lower_r = upper_l, upper_r
            (<Compressor> self._compressor[band]).gains(band_l, band_r, gain, frames)
            for i in range(frames):
                gain[i] = (gain[i] - <float> 1.0) * enabled[i]
            for i in range(frames):
                sum_l[i] += gain[i] * band_l[i]
                sum_r[i] += gain[i] * band_r[i]
        for i in range(frames):
            left[i] = sum_l[i]
            right[i] = sum_r[i]
