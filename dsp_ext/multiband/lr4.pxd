# Splits a signal into up to five bands by Linkwitz-Riley filters. See `lr4.pyx`.

from dsp_ext.core cimport RampBank

cdef enum:
    LR4_CROSSOVERS = 4
    LR4_BANDS = 5
    LR4_SECTIONS = 12

cdef class Lr4:
    cdef readonly double rate_hz
    cdef RampBank _poles  # fourth roots of tangents, in order, then how far each crossover is out of use
    cdef double _freqs_hz[LR4_CROSSOVERS]
    cdef int _used
    cdef double _state[4 * LR4_SECTIONS]

    cdef void set_freq_hz(self, int which, double freq_hz) noexcept nogil
    cdef void set_used(self, int used) noexcept nogil
    cdef void aim(self) noexcept nogil
    cdef void settle(self) noexcept nogil
    cdef void clear(self) noexcept nogil
    cdef bint is_fourth_in_use(self) noexcept nogil
    cdef void split(self, const float *left, const float *right, float *rows, Py_ssize_t stride,
                    Py_ssize_t frames) noexcept nogil
    cdef void fold(self, float *rows, Py_ssize_t stride, Py_ssize_t frames) noexcept nogil
    cdef void piece(self, const float *left, const float *right, float *rows, Py_ssize_t stride,
                    Py_ssize_t frames) noexcept nogil
