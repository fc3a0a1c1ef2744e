# Signals that wait. See `delay_lines.pyx`.

cdef class DelayLines:
    cdef readonly Py_ssize_t length
    cdef float[:, ::1] _rings
    cdef Py_ssize_t[::1] _at

    cdef void set_length(self, Py_ssize_t length) noexcept nogil
    cdef void clear(self) noexcept nogil
    cdef void fill(self, int line, float value) noexcept nogil
    cdef void wait(self, int line, float *x, Py_ssize_t frames) noexcept nogil
