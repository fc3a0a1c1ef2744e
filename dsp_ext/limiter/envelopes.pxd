# Exponential envelopes. See `envelopes.pyx`.

cdef double share(double time_ms, double rate_hz) noexcept nogil

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
