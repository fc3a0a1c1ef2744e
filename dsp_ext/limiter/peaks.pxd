# What the peak stage measured of a stretch of sound. One value per frame.

cdef struct Peaks:
    # Linear, per channel: between samples too, of samples alone, of low frequencies alone.
    float *true_l
    float *true_r
    float *sample_l
    float *sample_r
    float *low_l
    float *low_r
    # What they may reach, in octaves.
    float *target

cdef inline Peaks later(Peaks peaks, Py_ssize_t frames) noexcept nogil:
    """The peaks from frame number `frames` on."""
    peaks.true_l += frames
    peaks.true_r += frames
    peaks.sample_l += frames
    peaks.sample_r += frames
    peaks.low_l += frames
    peaks.low_r += frames
    peaks.target += frames
    return peaks
