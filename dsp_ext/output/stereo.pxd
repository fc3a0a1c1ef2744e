# Width, mono-maker, balance, polarity. See `stereo.pyx`.

from dsp_ext.core cimport RampBank, Processor
from .places cimport STEREO_SETTINGS

cdef class Stereo(Processor):
    cdef RampBank _values
    cdef double _settings[STEREO_SETTINGS]
    cdef bint _side_elsewhere
    cdef double _low, _high, _mono_1, _mono_2  # states of the filters

    cdef void set_value(self, int place, double value) noexcept nogil
    cdef void aim(self) noexcept nogil
    cdef bint leave_side(self, bint elsewhere) noexcept nogil
    cdef void settle(self) noexcept nogil
    cdef void piece(self, float *left, float *right, Py_ssize_t frames) noexcept nogil
