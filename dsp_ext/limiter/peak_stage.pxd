# The second stage: it reduces every peak. See `peak_stage.pyx`.

from .box_smoother cimport BoxSmoother
from .delay_lines cimport DelayLines
from .reduction cimport Peaks
from .stage cimport Stage
from .switched_reduction cimport SwitchedReduction
from .times cimport Times

cdef class PeakStage(Stage):
    cdef BoxSmoother _low_l, _low_r
    cdef SwitchedReduction _reduction
    cdef DelayLines _peaks, _sound
    cdef float[:, ::1] _work

    cdef void set_times(self, Times times) noexcept nogil
    cdef void set_links(self, float fast, float slow) noexcept nogil
    cdef bint true_peak(self) noexcept nogil
    cdef void settle(self) noexcept nogil
    cdef void clear(self) noexcept nogil
    cdef void set_past_ceiling(self, float ceiling) noexcept nogil
    cdef void run(self, float *left, float *right, float *ceiling, const float *excess_l, const float *excess_r,
                  Py_ssize_t frames) noexcept nogil

    cdef Peaks measure(self, const float *left, const float *right, const float *ceiling, const float *excess_l,
                       const float *excess_r, Py_ssize_t frames) noexcept nogil
