from .convolver cimport Convolver
from .processor cimport Processor

cdef class Multiband(Processor):
    cdef readonly Convolver convolver
    cdef readonly Py_ssize_t taps
    cdef readonly int bands

    cdef void set_enabled(self, bint enabled) noexcept nogil
    cdef void set_threshold_db(self, int band, float threshold_db) noexcept nogil
    cdef void set_ratio(self, int band, float ratio) noexcept nogil
    cdef void set_knee_db(self, int band, float knee_db) noexcept nogil
    cdef void set_attack_ms(self, int band, float attack_ms) noexcept nogil
    cdef void set_release_ms(self, int band, float release_ms) noexcept nogil
    cdef void set_makeup_db(self, int band, float makeup_db) noexcept nogil
    cdef float take_reduction_db(self, int band) noexcept nogil
