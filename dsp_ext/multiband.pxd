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
    cdef Delay _to_split, _to_sum
    cdef Ramp _enabled
    cdef bint _wanted, _mid_side, _wanted_mid_side
    cdef Py_ssize_t _wait
    cdef tuple _compressors
    cdef void *_compressor[MOST_BANDS]  # the same, for loops without the GIL
    cdef float[:, ::1] _low, _work

    cdef void set_enabled(self, bint enabled) noexcept nogil
    cdef void set_mid_side(self, bint mid_side) noexcept nogil
    cdef void set_band(self, int band, int what, double value) noexcept nogil
    cdef void settle(self) noexcept nogil
    cdef void change_mode(self) noexcept nogil
    cdef void chunk(self, float *left, float *right, Py_ssize_t frames) noexcept nogil
    cdef float take_reduction_db(self, int band) noexcept nogil
