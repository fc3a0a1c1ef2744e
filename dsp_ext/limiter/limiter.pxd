# The true-peak limiter. See `limiter.pyx`.

from dsp_ext.core cimport Delay, Processor, Ramp
from .places cimport LIMITER_SETTINGS
from .stage cimport LimiterStage

cdef class Limiter(Processor):
    cdef LimiterStage _first, _second
    cdef Delay _dry_delay
    cdef Ramp _gain, _ceiling, _listen, _delta
    cdef float[:, ::1] _dry, _unused
    cdef float[::1] _gains, _ceilings
    cdef double[LIMITER_SETTINGS] _settings
    cdef double _reserve
    cdef bint _true_peak
    cdef readonly long long clamps

    cdef void set_value(self, int place, double value) noexcept nogil
    cdef void set_reserve(self, double reserve) noexcept nogil
    cdef void settle(self) noexcept nogil
    cdef float take_reduction_db(self) noexcept nogil

    cdef bint is_on(self, int place) noexcept nogil
    cdef float share(self, int place) noexcept nogil
    cdef float time_ms(self, int place, int which) noexcept nogil
    cdef void aim(self) noexcept nogil
    cdef void aim_times(self) noexcept nogil
    cdef void aim_levels(self) noexcept nogil
    cdef void lower(self) noexcept nogil
    cdef void chunk(self, float *left, float *right, Py_ssize_t frames) noexcept nogil
