# Four compressors that run at once. See `compressors.pyx`.

from dsp_ext.core cimport Processor
from .ballistics cimport Follower
from .gain_curve cimport Values
from .settings cimport LANES_OF_BANDS, BandSettings

cdef class Compressors(Processor):
    cdef BandSettings settings
    cdef float[:, ::1] _work, _ring
    cdef Py_ssize_t _at, _ahead, _waiting
    cdef int _parts  # the parts of the computation that run now, as flags
    cdef double _rms, _crest  # coefficients per frame
    cdef double _mean[2][LANES_OF_BANDS]  # mean squares of the channels
    cdef double _peak[LANES_OF_BANDS]  # peak and mean square of the louder channel
    cdef double _square[LANES_OF_BANDS]
    cdef Follower _follower[2]
    cdef Follower _next[2]  # for the settings to which the current ramp leads
    cdef float _deepest_db[LANES_OF_BANDS]

    cdef float take_reduction_db(self, int lane) noexcept nogil
    cdef void levels_db(self, double *levels, Py_ssize_t frames) noexcept nogil
    cdef void set_waiting(self, bint waiting) noexcept nogil
    cdef Py_ssize_t lookahead(self, int lane) noexcept nogil
    cdef void settle(self) noexcept nogil
    cdef void widen(self, int parts) noexcept nogil
    cdef void narrow(self) noexcept nogil
    cdef Py_ssize_t step(self, Py_ssize_t frames) noexcept nogil
    cdef void add(self, const float *left, const float *right, float *sum_l, float *sum_r, bint whole,
                  Py_ssize_t frames) noexcept nogil
    cdef bint replace(self, float *left, float *right, Py_ssize_t frames) noexcept nogil
    cdef void piece(self, const float *left, const float *right, Py_ssize_t frames) noexcept nogil
    cdef void detect(self, Follower *followers, int level_row, int open_row, const float *settled,
                     Py_ssize_t frames) noexcept nogil
    cdef void listen(self, const float *left, const float *right, Values values, Py_ssize_t frames) noexcept nogil
    cdef void look_ahead(self, Py_ssize_t frames) noexcept nogil
