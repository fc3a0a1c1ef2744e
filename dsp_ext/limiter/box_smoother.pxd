# Moving averages of finite length. See `box_smoother.pyx`.

from libc.stdint cimport uint64_t

cdef class BoxSmoother:
    cdef readonly Py_ssize_t longest, length
    cdef Py_ssize_t[3] _box
    cdef uint64_t[3] _sum
    cdef uint64_t[::1] _sums
    cdef Py_ssize_t _at, _past
    cdef double _scale

    cdef void set_length(self, Py_ssize_t length) noexcept nogil
    cdef void run(self, float *x, Py_ssize_t frames) noexcept nogil
    cdef void clear(self) noexcept nogil
