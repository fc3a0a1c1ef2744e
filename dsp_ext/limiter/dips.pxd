# Short dips of the gain around peaks. See `dips.pyx`.

from .box_smoother cimport BoxSmoother
from .envelopes cimport Release
from .sliding_max cimport SlidingMax

cdef enum:
    # Frames by which a maximum is held longer than the smoothing: one before the interval of a peak, two after its start.
    INTERVAL_MARGIN = 3

cdef class Dips:
    cdef readonly Py_ssize_t lookahead, hold
    cdef Py_ssize_t _longest, _longest_hold
    cdef SlidingMax _held
    cdef Release _release
    cdef BoxSmoother _smoother

    cdef void configure(self, Py_ssize_t lookahead, Py_ssize_t hold, double release_ms) noexcept nogil
    cdef void clear(self) noexcept nogil
    cdef void run(self, float *needed, Py_ssize_t frames) noexcept nogil
