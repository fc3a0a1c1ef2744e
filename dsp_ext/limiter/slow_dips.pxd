# Dips of some milliseconds. See `slow_dips.pyx`.

from .box_smoother cimport BoxSmoother
from .envelopes cimport Release
from .groups cimport GroupHold
from .sliding_max cimport SlidingMax

cdef class SlowDips:
    cdef readonly Py_ssize_t lookahead
    cdef SlidingMax _held
    cdef Release _release
    cdef GroupHold _hold
    cdef BoxSmoother _smoother

    cdef void clear(self) noexcept nogil
    cdef void run(self, float *needed, Py_ssize_t groups, float *dips, Py_ssize_t frames) noexcept nogil
