# The true-peak limiter. See `limiter.pyx`.

from dsp_ext.core cimport Delay, Processor, Ramp
from .stage cimport LimiterPass

cdef enum:
    LIMITER_SETTINGS = 13  # len(SETTINGS) of limiter.pyx

cdef class Limiter(Processor):
    cdef LimiterPass _first, _second
    cdef Delay _dry_delay
    cdef Ramp _gain, _ceiling, _listen, _delta
    cdef float[:, ::1] _dry, _unused
    cdef float[::1] _gains, _ceilings
    cdef bint _enabled, _true_peak, _unity_listen
    cdef int _style
    cdef double _reserve
    cdef float _gain_db, _ceiling_dbtp, _lookahead_ms, _hold_ms, _release_ms, _slow_release_ms, _link_fast, _link_slow
    cdef readonly long long clamps

    cdef void set_value(self, int index, double value) noexcept nogil
    cdef void set_reserve(self, double reserve) noexcept nogil
    cdef void set_enabled(self, bint enabled) noexcept nogil
    cdef void set_gain_db(self, float gain_db) noexcept nogil
    cdef void set_ceiling_dbtp(self, float ceiling_dbtp) noexcept nogil
    cdef void set_style(self, int style) noexcept nogil
    cdef void set_lookahead_ms(self, float lookahead_ms) noexcept nogil
    cdef void set_hold_ms(self, float hold_ms) noexcept nogil
    cdef void set_release_ms(self, float release_ms) noexcept nogil
    cdef void set_slow_release_ms(self, float slow_release_ms) noexcept nogil
    cdef void set_link_fast_pct(self, float link_pct) noexcept nogil
    cdef void set_link_slow_pct(self, float link_pct) noexcept nogil
    cdef void set_true_peak(self, bint true_peak) noexcept nogil
    cdef void set_unity_listen(self, bint unity_listen) noexcept nogil
    cdef void set_delta(self, bint delta) noexcept nogil
    cdef void settle(self) noexcept nogil
    cdef float take_reduction_db(self) noexcept nogil

    cdef void aim(self) noexcept nogil
    cdef void aim_times(self) noexcept nogil
    cdef void lower(self) noexcept nogil
    cdef void chunk(self, float *left, float *right, Py_ssize_t frames) noexcept nogil
