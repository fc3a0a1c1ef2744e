# Width, mono-maker, balance, polarity. See `stereo.pyx`.

from dsp_ext.core cimport Glide, Processor

cdef enum:
    # Places of the settings; SETTINGS in stereo.pyx has the names in the same order.
    STEREO_ENABLED = 0
    WIDTH_LOW_PCT
    WIDTH_MID_PCT
    WIDTH_HIGH_PCT
    SPLIT_LOW_HZ
    SPLIT_HIGH_HZ
    MONO
    MONO_HZ
    BALANCE_PCT
    INVERT_LEFT
    INVERT_RIGHT
    STEREO_SETTINGS

cdef class Stereo(Processor):
    cdef Glide _values
    cdef double _settings[STEREO_SETTINGS]
    cdef bint _side_elsewhere
    cdef double _low, _high, _mono_1, _mono_2  # states of the filters

    cdef void set_value(self, int what, double value) noexcept nogil
    cdef bint leave_side(self, bint elsewhere) noexcept nogil
    cdef void settle(self) noexcept nogil
    cdef void piece(self, float *left, float *right, Py_ssize_t frames) noexcept nogil
