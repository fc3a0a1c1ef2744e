# Several values that change together over 20 ms without corners. See `ramp_bank.pyx`.

cdef class RampBank:
    cdef float[::1] _shape
    cdef readonly Py_ssize_t length
    cdef float[::1] _start, _span, _target, _goal, _farthest
    cdef Py_ssize_t _at, _count

    cdef void to(self, int which, float target) noexcept nogil
    cdef void begin(self) noexcept nogil
    cdef void settle(self) noexcept nogil
    cdef void arrive(self) noexcept nogil
    cdef Py_ssize_t piece(self, Py_ssize_t frames) noexcept nogil
    cdef const float *start(self) noexcept nogil
    cdef const float *span(self) noexcept nogil
    cdef const float *goal(self) noexcept nogil
    cdef bint is_far(self) noexcept nogil
    cdef bint moving(self) noexcept nogil
    cdef bint under_way(self) noexcept nogil
    cdef const float *shape(self) noexcept nogil
    cdef void advance(self, Py_ssize_t frames) noexcept nogil
