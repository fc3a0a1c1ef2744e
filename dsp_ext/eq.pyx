# cython: boundscheck=False, wraparound=False
# Blocks are cut to max_block, the length of the buffer here.
"""Eq: the linear-phase equaliser. One kernel over left and right; the kernel is designed in `design_eq.py`."""

from libc.string cimport memcpy

import numpy as np

from .convolver cimport Convolver
from .processor cimport Processor

from .convolver import unpack
from .design_eq import kernel_response
from .processor import partition_frames, rate_factor


cdef class Eq(Processor):
    """8192 taps at 44.1 and 48 kHz, the same time at higher rates. Load kernels through `convolver`.

    Without a kernel the input passes to the bit, at the same latency: half the kernel and one partition.
    """

    def prepare(self, rate_hz, max_block):
        super().prepare(rate_hz, max_block)
        self.taps = 8192 * rate_factor(rate_hz)
        partition = partition_frames(rate_hz)
        self.convolver = Convolver(rate_hz, partition, self.taps // partition, 1)
        self._out = np.zeros((2, max_block), np.float32)

    cdef void run(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        cdef float *out = &self._out[0, 0]
        self.convolver.convolve(left, right, out, self.max_block, frames)
        memcpy(left, out, frames * sizeof(float))
        memcpy(right, out + self.max_block, frames * sizeof(float))

    cdef void clear(self) noexcept nogil:
        self.convolver.clear()

    cdef Py_ssize_t delay(self) noexcept nogil:
        return self.convolver.centre + self.convolver.partition

    def response(self, freqs_hz):
        """[control] Complex response at `freqs_hz` of the kernel in use, its latency included; shape of `freqs_hz`."""
        convolver = self.convolver
        kernels = unpack(convolver.banks[convolver.bank], convolver.partition, convolver.partitions, 1)
        freqs_hz = np.asarray(freqs_hz, float)
        lag = self.latency if kernels is None else convolver.partition
        late = np.exp(-2j * np.pi * freqs_hz * lag / self.rate_hz)
        return late if kernels is None else late * kernel_response(kernels[0], self.rate_hz, freqs_hz)
