# Control signals with one value for several frames. See `groups.pyx`.

cdef class GroupPeaks:
    cdef readonly Py_ssize_t size
    cdef Py_ssize_t _filled
    cdef float _largest

    cdef void clear(self) noexcept nogil
    cdef Py_ssize_t run(self, const float *x, float *peaks, Py_ssize_t frames) noexcept nogil

cdef class GroupHold:
    cdef readonly Py_ssize_t size
    cdef Py_ssize_t _filled
    cdef float _value

    cdef void clear(self) noexcept nogil
    cdef void run(self, const float *values, float *x, Py_ssize_t frames) noexcept nogil

cdef class GroupLine:
    cdef readonly Py_ssize_t size
    cdef Py_ssize_t _filled
    cdef float _value, _next

    cdef void clear(self) noexcept nogil
    cdef void run(self, const float *values, float *x, Py_ssize_t frames) noexcept nogil
