"""Placeholder: interface only, until the EQ lands."""
from .convolver cimport Convolver
from .processor import partition_frames, rate_factor

cdef class Eq(Processor):
    def prepare(self, rate_hz, max_block):
        super().prepare(rate_hz, max_block)
        self.taps = 8192 * rate_factor(rate_hz)
        partition = partition_frames(rate_hz)
        self.convolver = Convolver(rate_hz, partition, self.taps // partition, 1)
