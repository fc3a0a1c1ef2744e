from .limiter_pass cimport LimiterPass
from .processor cimport Processor
from .ramp cimport Ramp

cdef class Limiter(Processor):
    cdef LimiterPass _first, _second
    cdef Ramp _gain, _ceiling
    cdef float[::1] _gains, _ceilings, _factors, _factors_2
    cdef bint _enabled
    cdef float _gain_db, _ceiling_dbtp, _least
    cdef readonly long long clamps

    cdef void set_enabled(self, bint enabled) noexcept nogil
    cdef void set_gain_db(self, float gain_db) noexcept nogil
    cdef void set_ceiling_dbtp(self, float ceiling_dbtp) noexcept nogil
    cdef void set_release_ms(self, float release_ms) noexcept nogil
    cdef void settle(self) noexcept nogil
    cdef float take_reduction_db(self) noexcept nogil
    cdef void aim(self) noexcept nogil
    cdef void chunk(self, float *left, float *right, Py_ssize_t frames) noexcept nogil
