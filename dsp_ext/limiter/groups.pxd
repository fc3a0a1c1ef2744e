# Control signals with one value for several frames. See `groups.pyx`.

cimport cython


cdef class Groups:
    cdef readonly Py_ssize_t size
    cdef Py_ssize_t _filled

    cdef void clear(self) noexcept nogil

    @cython.final
    cdef inline Py_ssize_t part(self, Py_ssize_t frames) noexcept nogil:
        """How many of the next `frames` frames belong to the current group."""
        cdef Py_ssize_t left = self.size - self._filled
        return left if left < frames else frames

    @cython.final
    cdef inline bint ends_after(self, Py_ssize_t part) noexcept nogil:
        """Count `part` frames; whether the group ends with them. The next group then begins."""
        self._filled += part
        if self._filled < self.size:
            return False
        self._filled = 0
        return True


cdef class GroupPeaks(Groups):
    cdef float _largest

    cdef Py_ssize_t run(self, const float *x, float *peaks, Py_ssize_t frames) noexcept nogil


cdef class GroupHold(Groups):
    cdef float _value

    cdef void run(self, const float *values, float *x, Py_ssize_t frames) noexcept nogil


cdef class GroupLine(Groups):
    cdef float _value, _next

    cdef void run(self, const float *values, float *x, Py_ssize_t frames) noexcept nogil
