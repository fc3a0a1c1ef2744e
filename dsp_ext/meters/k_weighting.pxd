# K-weighting of a stereo signal. See `k_weighting.pyx`.

cdef class KWeighting:
    cdef readonly double rate_hz
    cdef double _scale
    cdef double _c[7]
    cdef double _state[10]

    cdef void clear(self) noexcept nogil
    cdef void run(self, const float *left, const float *right, Py_ssize_t frames) noexcept nogil
    cdef double take_energy(self) noexcept nogil
