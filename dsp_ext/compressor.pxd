# One band of dynamics. See `compressor.pyx`.

from .processor cimport Processor
from .ramp cimport Ramp

cdef enum:
    # Places of the settings; SETTINGS in compressor.pyx has the names in the same order.
    THRESHOLD_DB = 0
    RATIO
    KNEE_DB
    ATTACK_MS
    RELEASE_MS
    MAKEUP_DB
    COMPRESSOR_SETTINGS

cdef class Compressor(Processor):
    cdef Ramp _threshold, _slope, _knee, _makeup
    cdef float[:, ::1] _work
    cdef double _attack_ms, _release_ms
    cdef double _attack, _fall, _release  # parts of the way per frame
    cdef double _held_db, _reduction_db  # the two stages of the detector
    cdef float _deepest_db

    cdef void set_value(self, int what, double value) noexcept nogil
    cdef void settle(self) noexcept nogil
    cdef void gains(self, const float *left, const float *right, float *gain, Py_ssize_t frames) noexcept nogil
    cdef void chunk(self, const float *left, const float *right, float *gain, Py_ssize_t frames) noexcept nogil
    cdef void smooth(self, float *reduction, Py_ssize_t frames) noexcept nogil
    cdef float take_reduction_db(self) noexcept nogil
