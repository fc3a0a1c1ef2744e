# The largest magnitude of the waveform between samples, for one channel. See `true_peak.pyx`.

cdef enum:
    # The delay in frames from the arrival of a sample to the peak of the interval that begins with it: usually, and for the
    # long interpolator.
    TRUE_PEAK_DELAY = 34
    LONG_TRUE_PEAK_DELAY = 66

cdef class TruePeak:
    cdef readonly int oversampling
    cdef readonly bint annex2, long
    cdef Py_ssize_t _delay, _kept
    cdef float[::1] _samples, _halves

    cdef void run(self, const float *x, float *peak, Py_ssize_t frames) noexcept nogil
    cdef void run_both(self, const float *x, float *peak, float *sample_peak, Py_ssize_t frames) noexcept nogil
    cdef void clear(self) noexcept nogil
    cdef void scale(self, float factor) noexcept nogil
