# The true-peak limiter. See `limiter.pyx`.

from dsp_ext.core cimport Delay, Processor, Ramp
from .guard_stage cimport GuardStage
from .peak_stage cimport PeakStage
from .places cimport LIMITER_SETTINGS
from .steady_stage cimport SteadyStage
from .times cimport Times

cdef class Limiter(Processor):
    cdef SteadyStage _steady
    cdef PeakStage _peak
    cdef GuardStage _guard
    cdef Delay _dry_delay
    cdef Ramp _gain, _ceiling, _listen, _delta
    cdef float[:, ::1] _dry, _excess
    cdef float[::1] _gains, _ceilings
    cdef double[LIMITER_SETTINGS] _settings
    cdef double _reserve
    cdef bint _begun  # whether sound has been processed since the last `clear`
    cdef readonly long long clamps

    cdef void set_value(self, int place, double value) noexcept nogil
    cdef void set_reserve(self, double reserve) noexcept nogil
    cdef void settle(self) noexcept nogil
    cdef float take_reduction_db(self) noexcept nogil

    cdef bint is_on(self, int place) noexcept nogil
    cdef float share(self, int place) noexcept nogil
    cdef double driven(self) noexcept nogil
    cdef double of_style(self, int which) noexcept nogil
    cdef double time_ms(self, int place, int which) noexcept nogil
    cdef Times times(self) noexcept nogil
    cdef void set_past_ceiling(self) noexcept nogil
    cdef void aim(self) noexcept nogil
    cdef void aim_levels(self) noexcept nogil
    cdef void chunk(self, float *left, float *right, Py_ssize_t frames) noexcept nogil
