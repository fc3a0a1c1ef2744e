# How steady the sound is. See `steadiness.pyx`.

from dsp_ext.core cimport Double2
from .sliding_max cimport SlidingMax

cdef class Steadiness:
    cdef SlidingMax _highest, _lowest, _memory
    cdef Double2 _low_1, _low_2, _power_1, _power_2
    cdef double _corner, _average
    cdef Py_ssize_t _group, _filled, _every, _left
    cdef float _goal, _steady, _rise

    cdef void clear(self) noexcept nogil
    cdef void run(self, const float *left, const float *right, float *steady, Py_ssize_t frames) noexcept nogil
    cdef void follow(self, const float *left, const float *right, Py_ssize_t frames) noexcept nogil
    cdef void judge(self) noexcept nogil
