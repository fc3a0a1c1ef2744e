# Samples of a stereo signal for a vectorscope. See `scope.pyx`.

cdef enum:
    SCOPE_POINTS = 32  # points in a row of 10 ms

cdef class Scope:
    cdef Py_ssize_t _spacing, _until, _taken
    cdef float[:, ::1] _points

    cdef void clear(self) noexcept nogil
    cdef void run(self, const float *left, const float *right, Py_ssize_t frames) noexcept nogil
    cdef void read(self, double *row) noexcept nogil
