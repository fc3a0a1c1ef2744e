# A stereo reduction whose times can change during processing. See `switched_reduction.pyx`.

from dsp_ext.core cimport Ramp
from .reduction cimport Peaks, StereoReduction
from .times cimport Times

cdef class SwitchedReduction:
    cdef StereoReduction _path_1, _path_2
    cdef Ramp _fade
    cdef Times _wanted
    cdef bint _second_is_now
    cdef Py_ssize_t _settling, _fading
    cdef float[::1] _next_l, _next_r, _shape

    cdef void clear(self) noexcept nogil
    cdef void settle(self) noexcept nogil
    cdef void set_times(self, Times times) noexcept nogil
    cdef void set_links(self, float fast, float slow) noexcept nogil
    cdef bint true_peak(self) noexcept nogil
    cdef void run(self, Peaks peaks, float *gain_l, float *gain_r, Py_ssize_t frames) noexcept nogil

    cdef void begin_change(self) noexcept nogil
    cdef void run_path(self, bint second, Peaks peaks, float *gain_l, float *gain_r, Py_ssize_t frames) noexcept nogil
    cdef Py_ssize_t run_step(self, Peaks peaks, float *gain_l, float *gain_r, Py_ssize_t frames) noexcept nogil
