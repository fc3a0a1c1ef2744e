# Gains of two channels, more or less linked. See `linked_gain.pyx`.

from .gain_settings cimport GainSettings
from .gain_smoother cimport GainSmoother

cdef class LinkedGain:
    cdef readonly bint split
    cdef GainSmoother _left, _right
    cdef float[::1] _slow_l, _slow_r

    cdef void run(self, float *left, float *right, const GainSettings *settings, Py_ssize_t frames) noexcept nogil
    cdef void configure(self, Py_ssize_t smoothing, Py_ssize_t hold) noexcept nogil
    cdef void follow(self, LinkedGain other) noexcept nogil
    cdef void press(self, double needed) noexcept nogil
    cdef void clear(self) noexcept nogil
    cdef Py_ssize_t settled_after(self) noexcept nogil
    cdef bint differs(self, Py_ssize_t smoothing, Py_ssize_t hold) noexcept nogil
