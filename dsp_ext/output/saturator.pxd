# Soft and hard saturation. See `saturator.pyx`.

from dsp_ext.core cimport Processor, Ramp

cdef enum:
    SATURATOR_SETTINGS = 4  # len(SETTINGS) of saturator.pyx

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
    cdef bint _enabled
    cdef int _curve, _wanted, _state
    cdef float _mix_target
    cdef Py_ssize_t _remaining

    cdef void set_value(self, int index, double value) noexcept nogil
    cdef void settle(self) noexcept nogil
    cdef float goal(self) noexcept nogil
    cdef Py_ssize_t begin_step(self, Py_ssize_t frames) noexcept nogil
    cdef void end_step(self, Py_ssize_t frames) noexcept nogil
