# Soft and hard saturation. See `saturator.pyx`.

from dsp_ext.core cimport Processor, Ramp
from .places cimport SATURATOR_SETTINGS

cdef class SaturatorChannel:
    cdef float[::1] _x, _half, _even, _odd, _slow_even, _slow_odd
    cdef float[:, ::1] _extra

    cdef void run(self, float *x, const float *drive, const float *amount, int curve, Py_ssize_t frames) noexcept nogil
    cdef void wait(self, float *x, Py_ssize_t frames) noexcept nogil
    cdef void clear(self) noexcept nogil

cdef class Saturator(Processor):
    cdef SaturatorChannel _left, _right
    cdef Ramp _drive, _mix
    cdef float[::1] _drives, _amounts
    cdef double[SATURATOR_SETTINGS] _settings
    cdef int _curve, _state
    cdef Py_ssize_t _remaining

    cdef void set_value(self, int place, double value) noexcept nogil
    cdef void settle(self) noexcept nogil
    cdef int wanted_curve(self) noexcept nogil
    cdef float goal(self) noexcept nogil
    cdef Py_ssize_t begin_step(self, Py_ssize_t frames) noexcept nogil
    cdef void end_step(self, Py_ssize_t frames) noexcept nogil
