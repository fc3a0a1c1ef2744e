# Halves the sampling rate of signals. See `halfband.pyx`.

cdef class Halfbands:
    cdef float[:, ::1] _x
    cdef float _taps[5]
    cdef readonly Py_ssize_t longest

    cdef void clear(self) noexcept nogil
    cdef void run(self, Py_ssize_t row, const float *x, float *out, Py_ssize_t frames) noexcept nogil
