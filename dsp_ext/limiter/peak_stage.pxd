# The second stage: it reduces every peak. See `peak_stage.pyx`.

from .envelopes cimport BoxSmoother
from .switched_reduction cimport SwitchedReduction
from .times cimport Times

cdef class PeakStage:
    cdef readonly Py_ssize_t latency
    cdef BoxSmoother _low_l, _low_r
    cdef SwitchedReduction _reduction
    cdef Py_ssize_t _low_delay
    cdef Py_ssize_t[4] _peaks_at
    cdef Py_ssize_t[3] _at
    cdef Py_ssize_t _ceiling_at
    cdef float[:, ::1] _peak_lines, _lines, _work
    cdef float[::1] _ceiling_line
    cdef float _least

    cdef void set_times(self, Times times) noexcept nogil
    cdef void set_links(self, float fast, float slow) noexcept nogil
    cdef bint true_peak(self) noexcept nogil
    cdef void settle(self) noexcept nogil
    cdef void clear(self) noexcept nogil
    cdef void run(self, float *left, float *right, float *ceiling, const float *excess_l, const float *excess_r,
                  Py_ssize_t frames) noexcept nogil
    cdef float take_least(self) noexcept nogil

    cdef void measure(self, const float *left, const float *right, const float *excess_l, const float *excess_r,
                      Py_ssize_t frames) noexcept nogil
    cdef void compare(self, const float *ceiling, Py_ssize_t frames) noexcept nogil
