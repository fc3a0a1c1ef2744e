from .processor cimport Processor

cdef class Limiter(Processor):
    cdef readonly long long clamps

    cdef void set_enabled(self, bint enabled) noexcept nogil
    cdef void set_gain_db(self, float gain_db) noexcept nogil
    cdef void set_ceiling_dbtp(self, float ceiling_dbtp) noexcept nogil
    cdef void set_release_ms(self, float release_ms) noexcept nogil
    cdef float take_reduction_db(self) noexcept nogil
