# The first stage: it reduces steady sound slowly. See `steady_stage.pyx`.

from dsp_ext.core cimport Ramp
from dsp_ext.meters cimport TruePeak
from .dips cimport Dips
from .envelopes cimport BoxSmoother, SlidingMax
from .steadiness cimport Steadiness

cdef class SteadyStage:
    cdef readonly Py_ssize_t latency
    cdef Py_ssize_t _split_delay
    cdef Steadiness _steadiness
    cdef TruePeak _detector_l, _detector_r
    cdef Ramp _between
    cdef BoxSmoother _bass_l, _bass_r
    cdef SlidingMax _peak, _bass_peak, _rest_peak
    cdef Dips _bass_dips, _dips
    cdef float[:, ::1] _split_lines, _excess_lines, _lines, _work
    cdef Py_ssize_t[3] _split_at
    cdef Py_ssize_t[2] _excess_at
    cdef Py_ssize_t[7] _at
    cdef float _link, _kept, _bass_kept, _least

    cdef void set_link(self, float link) noexcept nogil
    cdef void set_true_peak(self, bint true_peak) noexcept nogil
    cdef void settle(self) noexcept nogil
    cdef void clear(self) noexcept nogil
    cdef void run(self, float *left, float *right, float *ceiling, float *excess_l, float *excess_r,
                  Py_ssize_t frames) noexcept nogil
    cdef float take_least(self) noexcept nogil

    cdef void split(self, float *left, float *right, float *ceiling, float *bass_l, float *bass_r,
                    Py_ssize_t frames) noexcept nogil
    cdef void needs(self, const float *ceiling, const float *steady, float *bass_needed, float *needed,
                    Py_ssize_t frames) noexcept nogil
    cdef void detect(self, const float *left, const float *right, float *excess_l, float *excess_r,
                     Py_ssize_t frames) noexcept nogil
    cdef void measure(self, const float *left, const float *right, const float *bass_l, const float *bass_r,
                      const float *excess_l, const float *excess_r, Py_ssize_t frames) noexcept nogil
    cdef void wait(self, int line, float *x, Py_ssize_t frames) noexcept nogil
