# A value that changes over 20 ms without corners. See `ramp.pyx`.

cdef class Ramp:
    cdef float[::1] _shape
    cdef readonly Py_ssize_t length
    cdef float _start, _goal, _target, _value
    cdef Py_ssize_t _at

    cdef void to(self, float target) noexcept nogil
    cdef void turn(self, float target) noexcept nogil
    cdef void begin(self) noexcept nogil
    cdef void jump(self, float target) noexcept nogil
    cdef bint moving(self) noexcept nogil
    cdef void fill(self, float *out, Py_ssize_t frames) noexcept nogil
