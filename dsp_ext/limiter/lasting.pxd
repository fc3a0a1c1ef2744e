# The part of the reduction that has been needed for some time. See `lasting.pyx`.

from .envelopes cimport Follower
from .groups cimport GroupLine, GroupPeaks
from .sliding_max cimport SlidingMax

cdef class Lasting:
    cdef readonly double rate_hz
    cdef readonly Py_ssize_t settled_after
    cdef GroupPeaks _peaks
    cdef SlidingMax _held, _least
    cdef GroupLine _line
    cdef Follower _follower
    cdef float[::1] _work

    cdef void configure(self, double lasting_ms, double release_ms) noexcept nogil
    cdef void clear(self) noexcept nogil
    cdef void run(self, float *needed, Py_ssize_t frames) noexcept nogil
