"""Placeholder: interface only, until the limiter lands."""

cdef class Limiter(Processor):
    cdef void set_enabled(self, bint enabled) noexcept nogil:
        pass
    cdef void set_gain_db(self, float gain_db) noexcept nogil:
        pass
    cdef void set_ceiling_dbtp(self, float ceiling_dbtp) noexcept nogil:
        pass
    cdef void set_release_ms(self, float release_ms) noexcept nogil:
        pass
    cdef float take_reduction_db(self) noexcept nogil:
        return 0.0
