# Gains whose times can change while they work. See `switched_gain.pyx`.

from dsp_ext.core cimport Ramp
from .linked_gain cimport LinkedGain

cdef class SwitchedGain:
    cdef LinkedGain _path_1, _path_2
    cdef Ramp _fade
    cdef bint _second_is_now
    cdef Py_ssize_t _longest, _longest_hold, _smoothing, _hold, _settling, _fading
    cdef float[::1] _next_l, _next_r, _shape

    cdef void run(self, float *left, float *right, Py_ssize_t frames) noexcept nogil
    cdef void set_times(self, Py_ssize_t smoothing, Py_ssize_t hold) noexcept nogil
    cdef void set_releases(self, double fast_ms, double slow_ms) noexcept nogil
    cdef void set_links(self, float fast, float slow) noexcept nogil
    cdef void press(self, double needed) noexcept nogil
    cdef void settle(self) noexcept nogil
    cdef void clear(self) noexcept nogil

    cdef void begin_change(self) noexcept nogil
    cdef void run_both(self, float *left, float *right, Py_ssize_t frames) noexcept nogil
