# A compressor for up to five bands. See `multiband.pyx`.

from dsp_ext.convolution cimport Convolver
from dsp_ext.core cimport Delay, Processor, Ramp
from .compressors cimport Compressors
from .lr4 cimport Lr4
from .places cimport MULTIBAND_SETTINGS
from .shelves cimport Shelves

cdef enum:
    MOST_BANDS = 5
    # Values of the setting `split`.
    LINEAR = 0
    LR4
    SHELVES

cdef class Multiband(Processor):
    cdef readonly Convolver convolver
    cdef readonly Py_ssize_t taps
    cdef readonly int bands
    cdef Lr4 _lr4
    cdef Shelves _shelves
    cdef Delay _to_split, _to_sum
    cdef Ramp _enabled
    cdef double _settings[MULTIBAND_SETTINGS]  # the requested values; the members below are the values in use
    cdef bint _mid_side
    cdef bint _present[MOST_BANDS]  # which bands are audible, according to solo and mute of all bands
    cdef int _split
    cdef int _kind  # the split that is computed: LR4 instead of shelves while a band is soloed or muted
    cdef Py_ssize_t _wait  # frames until the history belongs to the new mode
    cdef int _count
    cdef Compressors _first, _fifth  # of bands 1 to 4, and of band 5
    cdef void *_of[2]  # pointers to these two, for loops without the GIL: band k is lane k % 4 of object k // 4
    cdef bint _fifth_sounds, _fifth_rests
    cdef Py_ssize_t _fifth_left  # frames until the compressor of the fifth band holds no more sound
    cdef float[:, ::1] _low, _rows, _work

    cdef void set_value(self, int place, double value) noexcept nogil
    cdef bint is_on(self, int place) noexcept nogil
    cdef void aim(self) noexcept nogil
    cdef void set_gentle(self, bint gentle) noexcept nogil
    cdef void set_tilt(self) noexcept nogil
    cdef void set_band(self, int band, int place, double value) noexcept nogil
    cdef void set_presence(self) noexcept nogil
    cdef void apply_presence(self) noexcept nogil
    cdef void settle(self) noexcept nogil
    cdef void begin_mode(self) noexcept nogil
    cdef void change_mode(self) noexcept nogil
    cdef bint is_needed(self) noexcept nogil
    cdef int kind(self) noexcept nogil
    cdef bint wants_jump(self) noexcept nogil
    cdef void jump_split(self) noexcept nogil
    cdef void chunk(self, float *left, float *right, Py_ssize_t frames) noexcept nogil
    cdef Py_ssize_t step(self, Py_ssize_t frames) noexcept nogil
    cdef void rest_fifth(self) noexcept nogil
    cdef void split_linear(self, const float *left, const float *right, bint fifth, Py_ssize_t frames) noexcept nogil
    cdef void shape_whole(self, const float *left, const float *right, bint fifth, Py_ssize_t frames) noexcept nogil
    cdef float take_reduction_db(self, int band) noexcept nogil
    cdef void levels_db(self, double *levels, Py_ssize_t frames) noexcept nogil
