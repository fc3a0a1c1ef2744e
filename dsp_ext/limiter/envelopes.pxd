# Pieces that a limiter's gain is made of. See `envelopes.pyx`.

from libc.stdint cimport int64_t

from .gain_settings cimport GainSettings

cdef void set_releases(GainSettings *settings, double fast_ms, double slow_ms, double rate_hz) noexcept nogil

cdef class SlidingMax:
    cdef readonly Py_ssize_t longest, window
    cdef Py_ssize_t _levels
    cdef Py_ssize_t[::1] _distance
    cdef float[::1] _history

    cdef void set_window(self, Py_ssize_t window) noexcept nogil
    cdef void run(self, float *x, Py_ssize_t frames) noexcept nogil
    cdef void clear(self) noexcept nogil

cdef class Release:
    cdef double _value

    cdef void run(self, float *x, const float *rest, const GainSettings *settings, Py_ssize_t frames) noexcept nogil
    cdef void run_two(self, Release other, float *x, const float *rest_x, float *y, const float *rest_y,
                      const GainSettings *settings, Py_ssize_t frames) noexcept nogil
    cdef void jump(self, double value) noexcept nogil
    cdef void raise_to(self, double value) noexcept nogil
    cdef void clear(self) noexcept nogil

cdef class SlowRelease:
    cdef double _value

    cdef void jump(self, double value) noexcept nogil
    cdef void run(self, const float *x, float *out, const GainSettings *settings, Py_ssize_t frames) noexcept nogil
    cdef void run_two(self, SlowRelease other, const float *x, float *out_x, const float *y, float *out_y,
                      const GainSettings *settings, Py_ssize_t frames) noexcept nogil
    cdef void clear(self) noexcept nogil

cdef class BoxSmoother:
    cdef readonly Py_ssize_t longest, length
    cdef Py_ssize_t[3] _box, _at
    cdef int64_t[3] _sum, _unit
    cdef int64_t[::1] _ring0, _ring1, _ring2, _work
    cdef double _scale

    cdef void set_length(self, Py_ssize_t length) noexcept nogil
    cdef int64_t *ring(self, Py_ssize_t box) noexcept nogil
    cdef void run(self, float *gain, Py_ssize_t frames) noexcept nogil
    cdef void lower_to(self, float gain) noexcept nogil
    cdef void clear(self) noexcept nogil
