# The equaliser in its modes. See `eq.pyx`.

from dsp_ext.convolution cimport Convolver
from dsp_ext.core cimport Processor
from .svf_cascade cimport SvfCascade

cdef class Eq(Processor):
    cdef Convolver _convolver
    cdef SvfCascade _chain
    cdef readonly Py_ssize_t bank_floats
    cdef float[:, ::1] _banks, _out
    cdef bint _minimum  # whether the mode in use is minimum

    cdef int bank_in_use(self) noexcept nogil
    cdef bint is_fading(self) noexcept nogil
    cdef double take_change_db(self, int band) noexcept nogil
    cdef bint has_side(self, int bank) noexcept nogil
    cdef bint can_fade_to(self, int bank) noexcept nogil
    cdef void use_bank(self, int bank) noexcept nogil
    cdef void jump_bank(self, int bank) noexcept nogil
