# Gains whose times can change while they work. See `switched_gain.pyx`.

from dsp_ext.core cimport Ramp
from .gain_settings cimport GainSettings
from .linked_gain cimport LinkedGain

cdef class SwitchedGain:
    cdef LinkedGain _gain_1, _gain_2
    cdef Ramp _fade
    cdef bint _second_is_now
    cdef Py_ssize_t _settling, _fading
    cdef float[::1] _next_l, _next_r, _shape

    cdef void run(self, float *left, float *right, const GainSettings *settings, Py_ssize_t frames) noexcept nogil
    cdef void press(self, double needed) noexcept nogil
    cdef void settle(self, const GainSettings *settings) noexcept nogil
    cdef void clear(self, const GainSettings *settings) noexcept nogil

    cdef void begin_change(self, const GainSettings *settings) noexcept nogil
    cdef void run_both(self, float *left, float *right, const GainSettings *settings, Py_ssize_t frames) noexcept nogil
