# The first stage: it reduces steady sound slowly. See `steady_stage.pyx`.

from dsp_ext.core cimport Ramp
from dsp_ext.meters cimport TruePeak
from .box_smoother cimport BoxSmoother
from .delay_lines cimport DelayLines
from .groups cimport GroupPeaks
from .sliding_max cimport SlidingMax
from .slow_dips cimport SlowDips
from .stage cimport Stage
from .steadiness cimport Steadiness

cdef class SteadyStage(Stage):
    cdef Steadiness _steadiness
    cdef TruePeak _detector_l, _detector_r
    cdef Ramp _between
    cdef BoxSmoother _bass_l, _bass_r
    cdef GroupPeaks _group_peaks, _group_bass, _group_rest
    cdef SlidingMax _peak, _bass_peak, _rest_peak
    cdef SlowDips _bass_dips, _dips
    cdef DelayLines _for_split, _for_excess, _sound
    cdef float[:, ::1] _work
    cdef float _link, _kept, _bass_kept

    cdef void set_link(self, float link) noexcept nogil
    cdef void set_true_peak(self, bint true_peak) noexcept nogil
    cdef void settle(self) noexcept nogil
    cdef void clear(self) noexcept nogil
    cdef void set_past_ceiling(self, float ceiling) noexcept nogil
    cdef void run(self, float *left, float *right, float *ceiling, float *excess_l, float *excess_r,
                  Py_ssize_t frames) noexcept nogil

    cdef void split(self, float *left, float *right, float *ceiling, float *bass_l, float *bass_r,
                    Py_ssize_t frames) noexcept nogil
    cdef void detect(self, TruePeak detector, int line, const float *x, float *excess, Py_ssize_t frames) noexcept nogil
    cdef Py_ssize_t measure(self, const float *left, const float *right, const float *bass_l, const float *bass_r,
                            const float *excess_l, const float *excess_r, Py_ssize_t frames) noexcept nogil
    cdef void needs(self, const float *ceiling, Py_ssize_t groups) noexcept nogil
    cdef void apply(self, float *left, float *right, float *excess_l, float *excess_r, Py_ssize_t frames) noexcept nogil
