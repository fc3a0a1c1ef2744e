# The reduction of one channel, and of two linked channels. See `reduction.pyx`.

from .delay_lines cimport DelayLines
from .dips cimport Dips
from .lasting cimport Lasting
from .times cimport Times

cdef struct Peaks:
    # What the peak stage measured: one value per frame.
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

cdef class ChannelReduction:
    cdef readonly double rate_hz
    cdef readonly Py_ssize_t longest, settled_after
    cdef Lasting _lasting
    cdef Dips _mid, _fast
    cdef DelayLines _lag, _for_mid, _for_fast

    cdef void configure(self, Times times) noexcept nogil
    cdef void clear(self) noexcept nogil
    cdef void run(self, float *needed, float *lasting, float *low, Py_ssize_t frames) noexcept nogil

cdef class StereoReduction:
    cdef Times times
    cdef ChannelReduction _left, _right
    cdef float _link_fast, _link_slow
    cdef float[:, ::1] _work

    cdef void configure(self, Times times) noexcept nogil
    cdef void clear(self) noexcept nogil
    cdef void set_links(self, float fast, float slow) noexcept nogil
    cdef Py_ssize_t settled_after(self) noexcept nogil
    cdef void run(self, Peaks peaks, float *gain_l, float *gain_r, Py_ssize_t frames) noexcept nogil
