# How steady the sound is. See `steadiness.pyx`.

from .envelopes cimport SlidingMax

cdef class Steadiness:
    cdef SlidingMax _highest, _lowest, _memory
    cdef double[4] _low
    cdef double[2] _power
    cdef double _corner, _average
    cdef Py_ssize_t _every, _left
    cdef float _steady

    cdef void clear(self) noexcept nogil
    cdef void run(self, const float *left, const float *right, float *steady, Py_ssize_t frames) noexcept nogil
    cdef void judge(self) noexcept nogil
