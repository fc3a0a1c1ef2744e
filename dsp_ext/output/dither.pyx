# cython: boundscheck=False, wraparound=False, cdivision=True
# Blocks are cut to CHUNK; rows of tables are chosen from checked settings.
"""Dither: quantises the output to words of 24, 20 or 16 bits. It is the last processor of the chain.

Triangular dither with a width of two quantisation steps makes the mean and the power of the error independent of the sound
(Lipshitz, Wannamaker and Vanderkooy, "Quantization and dither: a theoretical survey", JAES 40, 1992): there is no distortion, and
the noise has a power of a quarter of the squared step. A noise shaper feeds the error back and moves it to frequencies where
the ear is less sensitive (`design_dither.py`): "gentle" has 5 taps, "strong" has 9. Each one has its own curve for every rate.

Random numbers: one 64-bit linear congruential sequence per channel (multiplier: Knuth, "The Art of Computer Programming" 2,
3.3.4, table 1, line 26), of which the upper halves are used. The seed is fixed, so each render gives the same result.

The error can exceed the limiter's ceiling, so the limiter stays below the ceiling by `reserve`. That is three steps for
plain dither. With a shaper it is one and a half times the sum of the magnitudes of its taps, which the error of a sample
never exceeds. When off, words pass unchanged. Latency 0.
"""

import numpy as np

from libc.math cimport fabs
from libc.string cimport memmove, memset

from dsp_ext.core cimport Processor
from .dither_taps cimport DITHER_TAPS
from .places cimport DITHER_BITS, DITHER_SHAPE

from dsp_ext.settings import DITHER
from .design_dither import RATES_HZ

cdef enum:
    CHUNK = 256

cdef double ROUNDING = 6755399441055744.0  # 1.5 * 2^52: adding it rounds to an integer, ties to even
cdef double HALF_LSB = 2.3283064365386963e-10  # 2^-32: scales a 32-bit integer to half a step in both directions
cdef uint64_t MULTIPLIER = 6364136223846793005
cdef uint64_t INCREMENT = 1442695040888963407
cdef uint64_t APART = 0x9E3779B97F4A7C15  # 2^64 / the golden ratio: makes the seeds of the channels very different
cdef double[4] STEPS = [1.0, 32768.0, 524288.0, 8388608.0]  # steps in full scale, by word length


cdef class Dither(Processor):
    """Defaults: off, flat. `seed` selects the random sequences."""

    def __init__(self, rate_hz=48000, max_block=4096, unsigned long long seed=1):
        self.seed = seed
        super().__init__(rate_hz, max_block)

    def prepare(self, rate_hz, max_block):
        super().prepare(rate_hz, max_block)
        self._taps = np.zeros(DITHER_TAPS_MOST)
        # Past errors, the oldest first, followed by space for a chunk of new ones.
        self._errors = np.zeros((2, DITHER_TAPS_MOST + CHUNK))
        self.adjust()
        self.clear()

    cdef void clear(self) noexcept nogil:
        """[audio] Restart the random sequences."""
        memset(&self._errors[0, 0], 0, self._errors.shape[0] * self._errors.shape[1] * sizeof(double))
        self._random[0] = (2 * self.seed + 1) * APART
        self._random[1] = (2 * self.seed + 2) * APART

    cdef void set_value(self, int place, double value) noexcept nogil:
        """[audio] Set the setting at `place` of DITHER to an allowed value, at once."""
        self._settings[place] = value
        self._depth = <int> self._settings[DITHER_BITS]
        self._shape = <int> self._settings[DITHER_SHAPE]
        self.adjust()

    cdef void adjust(self) noexcept nogil:
        """Select the taps and the reserve for the settings."""
        cdef Py_ssize_t k, rate, row
        cdef double reach = 1.0
        rate = 0 if self.rate_hz < 46000 else 1 if self.rate_hz < 60000 else 2 if self.rate_hz < 92000 else 3
        rate = rate if self.rate_hz < 120000 else 4 if self.rate_hz < 184000 else 5
        row = (self._shape - 1) * 6 + rate
        for k in range(DITHER_TAPS_MOST):
            self._taps[k] = DITHER_TAPS[row][k] if self._shape > 0 else 0.0
            reach += fabs(self._taps[k])
        reach = 3.0 if self._shape == 0 else 1.5 * reach
        self.reserve = reach / STEPS[self._depth] if self._depth > 0 else 0.0

    cdef void run(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        cdef Py_ssize_t step
        if self._depth == 0:
            return
        while frames > 0:
            step = frames if frames < CHUNK else CHUNK
            self.one(left, 0, step)
            self.one(right, 1, step)
            left += step
            right += step
            frames -= step

    cdef void one(self, float *x, int channel, Py_ssize_t frames) noexcept nogil:
        cdef Py_ssize_t i
        cdef double steps = STEPS[self._depth], per_step = 1.0 / STEPS[self._depth]
        cdef double wanted, word, noise, top = STEPS[self._depth] - 1.0, bottom = -STEPS[self._depth]
        cdef uint64_t random = self._random[channel]
        cdef double *error = &self._errors[channel, 0]
        cdef const double *c = &self._taps[0]
        cdef double c0 = c[0], c1 = c[1], c2 = c[2], c3 = c[3], c4 = c[4], c5 = c[5], c6 = c[6], c7 = c[7], c8 = c[8]
        for i in range(frames):
            random = random * MULTIPLIER + INCREMENT
            noise = <double> <int> (random >> 32)
            random = random * MULTIPLIER + INCREMENT
            noise = (noise + <double> <int> (random >> 32)) * HALF_LSB
            # The newest error is added last, so the earlier sums do not have to wait for it.
            wanted = <double> x[i] * steps - (
                ((c8 * error[0] + c7 * error[1]) + (c6 * error[2] + c5 * error[3]))
                + ((c4 * error[4] + c3 * error[5]) + (c2 * error[6] + c1 * error[7]))
            ) - c0 * error[8]
            word = ((wanted + noise) + ROUNDING) - ROUNDING
            error[DITHER_TAPS_MOST] = word - wanted
            error += 1
            word = word if word < top else top
            word = word if word > bottom else bottom
            x[i] = <float> (word * per_step)
        self._random[channel] = random
        memmove(&self._errors[channel, 0], &self._errors[channel, frames], DITHER_TAPS_MOST * sizeof(double))

    def set(self, **settings):
        """[control] Set settings by name, with words for choices: `set(bits=16, shape="strong")`. Not while another thread
        processes.

        Raises KeyError for an unknown name, ValueError for a value that is not allowed.
        """
        for name, value in settings.items():
            place, number = DITHER.check(name, str(value))
            self.set_value(place, number)
