from .convolver cimport Convolver
from .delay cimport Delay
from .processor cimport Processor
from .ramp cimport Ramp

cdef enum:
    MOST_BANDS = 4

cdef class Multiband(Processor):
    cdef readonly Convolver convolver
    cdef readonly Py_ssize_t taps
    cdef readonly int bands
    cdef Delay _delay
    cdef Ramp _enabled
    cdef tuple _compressors
    cdef void *_compressor[MOST_BANDS]  # the same, for loops without the GIL
    cdef float[:, ::1] _low, _work

    cdef void set_enabled(self, bint enabled) noexcept nogil
    cdef void set_band(self, int band, int what, double value) noexcept nogil
    cdef void settle(self) noexcept nogil
    cdef void chunk(self, float *left, float *right, Py_ssize_t frames) noexcept nogil
    cdef float take_reduction_db(self, int band) noexcept nogil
