# Loudness values of a whole programme in bounded memory. See `gate_histogram.pyx`.

from libc.stdint cimport int64_t

cdef class GateHistogram:
    cdef double[::1] _energy, _coarse_energy
    cdef int64_t[::1] _count, _coarse_count
    cdef double _total_energy
    cdef readonly int64_t total

    cdef void clear(self) noexcept nogil
    cdef void add(self, double energy) noexcept nogil
    cdef Py_ssize_t first_bin(self, double below_mean) noexcept nogil
    cdef double gated_energy(self, double below_mean) noexcept nogil
    cdef void gated_range(self, double below_mean, double *low, double *high) noexcept nogil
    cdef double at_rank(self, Py_ssize_t first, int64_t rank) noexcept nogil
