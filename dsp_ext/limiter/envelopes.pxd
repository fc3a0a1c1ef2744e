# Envelopes from which the limiter computes its reduction. See `envelopes.pyx`.

from libc.stdint cimport int64_t

cdef double share(double time_ms, double rate_hz) noexcept nogil

cdef class SlidingMax:
    cdef readonly Py_ssize_t longest, window
    cdef Py_ssize_t _levels
    cdef Py_ssize_t[::1] _distance
    cdef float[::1] _history

    cdef void set_window(self, Py_ssize_t window) noexcept nogil
    cdef void run(self, float *x, Py_ssize_t frames) noexcept nogil
    cdef void clear(self) noexcept nogil

cdef class Release:
    cdef readonly double rate_hz
    cdef double _keep, _take, _value

    cdef void set_ms(self, double release_ms) noexcept nogil
    cdef void run(self, float *x, Py_ssize_t frames) noexcept nogil
    cdef void clear(self) noexcept nogil

cdef class Follower:
    cdef readonly double rate_hz
    cdef double _rise, _fall, _value

    cdef void set_ms(self, double attack_ms, double release_ms) noexcept nogil
    cdef void run(self, float *x, Py_ssize_t frames) noexcept nogil
    cdef void clear(self) noexcept nogil

cdef class BoxSmoother:
    cdef readonly Py_ssize_t longest, length
    cdef Py_ssize_t[3] _box, _at
    cdef int64_t[3] _sum
    cdef int64_t[::1] _ring0, _ring1, _ring2, _work
    cdef double _scale

    cdef void set_length(self, Py_ssize_t length) noexcept nogil
    cdef int64_t *ring(self, Py_ssize_t box) noexcept nogil
    cdef void run(self, float *x, Py_ssize_t frames) noexcept nogil
    cdef void clear(self) noexcept nogil
