# cython: boundscheck=False, wraparound=False
# Blocks are cut to CHUNK.
"""DcFilter: a first-order high-pass at 3 Hz, -0.1 dB at 20 Hz, which subtracts a slow mean. Off by default, and then
bit-exact."""

import numpy as np

from dsp_ext.core cimport Processor, Ramp

#: The -3 dB frequency.
CORNER_HZ = 3.0

cdef enum:
    CHUNK = 256


cdef class DcFilter(Processor):
    def prepare(self, rate_hz, max_block):
        super().prepare(rate_hz, max_block)
        x = 2 * np.pi * CORNER_HZ / rate_hz
        # 1 - exp(-x) by its series, which gives the same bits on every platform.
        self._share = x * (1 - x / 2 * (1 - x / 3))
        self._amount = Ramp(rate_hz)
        self._amounts = np.zeros(CHUNK, np.float32)
        self.clear()

    cdef void set_enabled(self, bint enabled) noexcept nogil:
        """[audio] Switch the filter in or out, over 20 ms."""
        self._amount.to(1.0 if enabled else 0.0)

    cdef void settle(self) noexcept nogil:
        """[control] End the ramp at once."""
        self._amount.jump(self._amount._target)

    cdef void clear(self) noexcept nogil:
        self._left = self._right = 0.0

    cdef void run(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        cdef Py_ssize_t i, step
        cdef double l = self._left, r = self._right, share = self._share
        cdef float *amount = &self._amounts[0]
        while frames > 0:
            step = frames if frames < CHUNK else CHUNK
            self._amount.fill(amount, step)
            for i in range(step):
                l += share * (left[i] - l)
                r += share * (right[i] - r)
                left[i] = left[i] - amount[i] * <float> l
                right[i] = right[i] - amount[i] * <float> r
            left += step
            right += step
            frames -= step
        self._left = l
        self._right = r

    def set(self, *, enabled, settle=False):
        """[control] Call `set_enabled`; `settle` ends the ramp at once. Not while another thread processes."""
        self.set_enabled(enabled)
        if settle:
            self.settle()
