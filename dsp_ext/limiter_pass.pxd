# One pass of look-ahead true-peak limiting. See `limiter_pass.pyx`.

from .envelopes cimport BoxSmoother, Release, SlidingMax
from .true_peak cimport TruePeak

cdef class LimiterPass:
    cdef readonly Py_ssize_t latency
    cdef TruePeak _detector_l, _detector_r
    cdef SlidingMax _hold
    cdef Release _release
    cdef BoxSmoother _smoother
    cdef float[:, ::1] _line
    cdef float[::1] _peaks, _peak_r, _gain
    cdef Py_ssize_t _line_at, _peaks_at
    cdef float _press

    cdef void run(self, float *left, float *right, const float *ceiling, float margin, float *gain, Py_ssize_t frames) noexcept nogil
    cdef void press(self, float ceiling) noexcept nogil
    cdef void attenuate(self, float ceiling) noexcept nogil
    cdef float loudest(self) noexcept nogil
    cdef void set_release_ms(self, double release_ms) noexcept nogil
    cdef void clear(self) noexcept nogil
    cdef void remember(self, const float *peaks, Py_ssize_t frames) noexcept nogil
