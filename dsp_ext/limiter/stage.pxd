# One stage of look-ahead true-peak limiting. See `stage.pyx`.

from dsp_ext.meters cimport TruePeak
from .gain_settings cimport GainSettings
from .switched_gain cimport SwitchedGain

cdef class LimiterStage:
    cdef readonly double rate_hz
    cdef readonly Py_ssize_t latency
    cdef TruePeak _detector_l, _detector_r
    cdef SwitchedGain _gain
    cdef GainSettings _settings
    cdef Py_ssize_t _longest, _longest_hold
    cdef bint _true_peak
    cdef Py_ssize_t _line_at, _peaks_at
    cdef float[:, ::1] _line, _peaks, _factors, _samples
    cdef float _press, _least

    cdef void run(self, float *left, float *right, const float *ceiling, float margin, float *dry_l, float *dry_r,
                  Py_ssize_t frames) noexcept nogil
    cdef void set_times(self, double lookahead_ms, double hold_ms, double release_ms, double slow_release_ms) noexcept nogil
    cdef void set_links(self, float fast, float slow) noexcept nogil
    cdef void set_true_peak(self, bint true_peak) noexcept nogil
    cdef void settle(self) noexcept nogil
    cdef void press(self, float ceiling) noexcept nogil
    cdef void attenuate(self, float ceiling) noexcept nogil
    cdef void clear(self) noexcept nogil
    cdef float take_least(self) noexcept nogil

    cdef float loudest(self) noexcept nogil
    cdef void measure(self, const float *left, const float *right, Py_ssize_t frames) noexcept nogil
    cdef void needs(self, float *peak, const float *ceiling, float margin, Py_ssize_t frames) noexcept nogil
