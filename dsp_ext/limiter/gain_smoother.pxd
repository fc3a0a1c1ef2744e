# From the reduction that peaks need to the gain, one channel. See `gain_smoother.pyx`.

from .envelopes cimport BoxSmoother, Release, SlidingMax, SlowRelease
from .gain_settings cimport GainSettings

cdef enum:
    # Frames by which a held maximum exceeds the smoothing: one before the interval of a peak, two after its begin.
    GAIN_SMOOTHER_MARGIN = 3

cdef class GainSmoother:
    cdef readonly Py_ssize_t longest, smoothing, hold
    cdef SlidingMax _hold
    cdef Release _fast
    cdef SlowRelease _slow
    cdef BoxSmoother _smoother
    cdef float[::1] _lag
    cdef Py_ssize_t _lag_at

    cdef void configure(self, Py_ssize_t smoothing, Py_ssize_t hold) noexcept nogil
    cdef void follow(self, GainSmoother other) noexcept nogil
    cdef void envelopes(self, float *needed, float *slow, const GainSettings *settings, Py_ssize_t frames) noexcept nogil
    cdef void envelopes_of_two(self, GainSmoother other, float *needed, float *slow, float *needed_other,
                               float *slow_other, const GainSettings *settings, Py_ssize_t frames) noexcept nogil
    cdef void hold_needed(self, float *needed, Py_ssize_t frames) noexcept nogil
    cdef void gains(self, float *held, const float *slow, const GainSettings *settings, Py_ssize_t frames) noexcept nogil
    cdef void gains_of_two(self, GainSmoother other, float *held, const float *slow, float *held_other,
                           const float *slow_other, const GainSettings *settings, Py_ssize_t frames) noexcept nogil
    cdef void smooth(self, float *released, Py_ssize_t frames) noexcept nogil
    cdef void press(self, double needed) noexcept nogil
    cdef void clear(self) noexcept nogil
