# The reduction of one channel, and of two linked channels. See `reduction.pyx`.

from .delay_lines cimport DelayLines
from .dips cimport Dips
from .lasting cimport Lasting
from .peaks cimport Peaks
from .times cimport Times

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
