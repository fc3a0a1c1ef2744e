# Loudness from 10 ms energies. See `loudness.pyx`.

from libc.stdint cimport int64_t

from .gate_histogram cimport GateHistogram

cdef class Loudness:
    cdef GateHistogram _blocks, _shorts
    cdef double[::1] _ring
    cdef Py_ssize_t _at
    cdef int64_t _since
    cdef bint _running
    cdef double _momentary, _short, _max_momentary, _max_short, _integrated_lufs, _lra_lu
    cdef readonly int64_t measured  # 10 ms blocks since the restart, without pauses

    cdef void clear(self) noexcept nogil
    cdef void restart(self, bint amid) noexcept nogil
    cdef void set_running(self, bint running, bint amid) noexcept nogil
    cdef void add(self, double energy) noexcept nogil
    cdef double momentary_lufs(self) noexcept nogil
    cdef double short_lufs(self) noexcept nogil
    cdef double max_momentary_lufs(self) noexcept nogil
    cdef double max_short_lufs(self) noexcept nogil
    cdef double integrated_lufs(self) noexcept nogil
    cdef double lra_lu(self) noexcept nogil
    cdef bint lra_stable(self) noexcept nogil
