# cython: boundscheck=False, wraparound=False
# Blocks are cut to max_block, the length of the rows here.
"""Eq: the linear-phase equaliser. Its kernels are designed in `design_eq.py`, which also says how two of them work on
left, right, mid and side."""

import numpy as np

from .convolver cimport Convolver
from .processor cimport Processor

from .convolver import unpack
from .design_eq import kernel_response
from .eq_bands import PLACEMENTS
from .processor import partition_frames, rate_factor

#: Lengths of the kernels to choose from, in taps at 44.1 and 48 kHz; at higher rates they last as long.
RESOLUTIONS = (4096, 8192, 16384, 32768)


cdef class Eq(Processor):
    """Load kernels through `convolver`. Without one the input passes to the bit, at the same latency: half the kernel and
    one partition."""

    def __init__(self, rate_hz=48000, max_block=4096, resolution=8192):
        """[control] `resolution`: one of RESOLUTIONS."""
        if resolution not in RESOLUTIONS:
            raise ValueError(f"resolution must be one of {', '.join(map(str, RESOLUTIONS))} taps, not {resolution}")
        self.resolution = resolution
        super().__init__(rate_hz, max_block)

    def prepare(self, rate_hz, max_block):
        super().prepare(rate_hz, max_block)
        self.taps = self.resolution * rate_factor(rate_hz)
        partition = partition_frames(rate_hz)
        self.convolver = Convolver(rate_hz, partition, self.taps // partition, 2, identities=1)
        self._out = np.zeros((4, max_block), np.float32)

    cdef void run(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        cdef Py_ssize_t i
        cdef float *out = &self._out[0, 0]
        cdef float *mirrored = out + 2 * self.max_block
        self.convolver.convolve(left, right, out, self.max_block, frames)
        for i in range(frames):
            left[i] = out[i] + mirrored[i]
        out += self.max_block
        mirrored += self.max_block
        for i in range(frames):
            right[i] = out[i] - mirrored[i]

    cdef void clear(self) noexcept nogil:
        self.convolver.clear()

    cdef Py_ssize_t delay(self) noexcept nogil:
        return self.convolver.centre + self.convolver.partition

    def response(self, freqs_hz, placement="mid"):
        """[control] Complex response at `freqs_hz` of the kernels in use, latency included; shape of `freqs_hz`.

        From `placement` to itself: left to left, mid to mid, and so on ("stereo" is mid). They are the same unless bands
        are placed apart. Raises ValueError for another word.
        """
        if placement not in PLACEMENTS:
            raise ValueError(f"placement cannot be {placement!r}: allowed is {', '.join(PLACEMENTS)}")
        convolver = self.convolver
        freqs_hz = np.asarray(freqs_hz, float)
        kernels = unpack(convolver.banks[convolver.bank], convolver.partition, convolver.partitions, 2)
        late = np.exp(-2j * np.pi * freqs_hz * convolver.partition / self.rate_hz)
        if kernels is None:
            return late * np.exp(-2j * np.pi * freqs_hz * convolver.centre / self.rate_hz)
        k1 = kernels[0]
        k2 = kernels[1] if len(kernels) > 1 else 0 * k1
        kernel = {
            "left": k1.real + k2.real,
            "right": k1.real - k2.real,
            "side": k1.real + k2.imag,
        }.get(placement, k1.real - k2.imag)
        return late * kernel_response(kernel, self.rate_hz, freqs_hz)
