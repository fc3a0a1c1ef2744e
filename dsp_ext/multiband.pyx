"""Placeholder: interface only, until the multiband compressor lands."""
from .convolver cimport Convolver
from .processor import partition_frames, rate_factor

cdef class Multiband(Processor):
    def prepare(self, rate_hz, max_block):
        super().prepare(rate_hz, max_block)
        self.bands = 4
        self.taps = 4096 * rate_factor(rate_hz)
        partition = partition_frames(rate_hz)
        self.convolver = Convolver(rate_hz, partition, self.taps // partition, self.bands - 1)

    cdef void set_enabled(self, bint enabled) noexcept nogil:
        pass
    cdef void set_threshold_db(self, int band, float threshold_db) noexcept nogil:
        pass
    cdef void set_ratio(self, int band, float ratio) noexcept nogil:
        pass
    cdef void set_knee_db(self, int band, float knee_db) noexcept nogil:
        pass
    cdef void set_attack_ms(self, int band, float attack_ms) noexcept nogil:
        pass
    cdef void set_release_ms(self, int band, float release_ms) noexcept nogil:
        pass
    cdef void set_makeup_db(self, int band, float makeup_db) noexcept nogil:
        pass
    cdef float take_reduction_db(self, int band) noexcept nogil:
        return 0.0
