# The word length of the output. See `dither.pyx`.

from libc.stdint cimport uint64_t

from dsp_ext.core cimport Processor
from .places cimport DITHER_SETTINGS

cdef enum:
    DITHER_TAPS_MOST = 9

cdef class Dither(Processor):
    cdef uint64_t[2] _random
    cdef readonly unsigned long long seed
    cdef double[DITHER_SETTINGS] _settings
    cdef int _depth, _shape
    cdef double[::1] _taps
    cdef double[:, ::1] _errors
    cdef readonly double reserve

    cdef void set_value(self, int place, double value) noexcept nogil
    cdef void adjust(self) noexcept nogil
    cdef void one(self, float *x, int channel, Py_ssize_t frames) noexcept nogil
