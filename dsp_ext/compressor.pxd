# One band of dynamics. See `compressor.pyx`.

from .glide cimport Glide
from .processor cimport Processor

cdef enum:
    # Places of the settings; SETTINGS in compressor.pyx has the names in the same order.
    THRESHOLD_DB = 0
    RATIO
    KNEE_DB
    RANGE_DB
    ATTACK_MS
    HOLD_MS
    RELEASE_MS
    ADAPTIVE
    RMS_PCT
    LOOKAHEAD_MS
    UP_THRESHOLD_DB
    UP_RATIO
    UP_RANGE_DB
    EXPAND_THRESHOLD_DB
    EXPAND_RATIO
    EXPAND_RANGE_DB
    LINK_PCT
    MAKEUP_DB
    AUTO_MAKEUP
    WET_PCT
    BYPASS
    SOLO
    MUTE
    COMPRESSOR_SETTINGS


cdef class Compressor(Processor):
    cdef Glide _values
    cdef double _settings[COMPRESSOR_SETTINGS]
    cdef float[:, ::1] _work, _ring
    cdef Py_ssize_t _at, _lookahead, _hold, _ahead
    cdef double _attack, _fall, _release, _rms, _crest  # parts of the way per frame
    cdef double _means[2]  # mean squares of the channels
    cdef double _louder[2]  # peak and mean square of the louder one
    # The detectors of both channels, of the compressor and then of the expander: held dB, smoothed dB, frames left to hold.
    cdef double _followers[12]
    cdef float _deepest_db

    cdef void set_value(self, int what, double value) noexcept nogil
    cdef void set_present(self, bint present) noexcept nogil
    cdef bint is_present(self) noexcept nogil
    cdef void set_tilt_db(self, float tilt_db) noexcept nogil
    cdef bint is_on(self, int what) noexcept nogil
    cdef bint is_neutral(self) noexcept nogil
    cdef void settle(self) noexcept nogil
    cdef void set_times(self) noexcept nogil
    cdef void set_makeup(self) noexcept nogil
    cdef void add(self, const float *left, const float *right, float *sum_l, float *sum_r,
                  Py_ssize_t frames) noexcept nogil
    cdef void replace(self, float *left, float *right, Py_ssize_t frames) noexcept nogil
    cdef void piece(self, const float *left, const float *right, Py_ssize_t frames) noexcept nogil
    cdef void powers(self, const float *left, const float *right, Py_ssize_t frames) noexcept nogil
    cdef void follow(self, Py_ssize_t frames) noexcept nogil
    cdef float take_reduction_db(self) noexcept nogil
