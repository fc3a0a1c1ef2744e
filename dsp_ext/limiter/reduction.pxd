# The reduction of one channel, and of two linked channels. See `reduction.pyx`.

from .dips cimport Dips
from .lasting cimport Lasting
from .times cimport Times

cdef class ChannelReduction:
    cdef readonly double rate_hz
    cdef readonly Py_ssize_t longest, settled_after
    cdef Lasting _lasting
    cdef Dips _mid, _fast
    cdef Py_ssize_t _lag
    cdef Py_ssize_t[6] _at
    cdef float[:, ::1] _rings

    cdef void configure(self, Times times) noexcept nogil
    cdef void clear(self) noexcept nogil
    cdef void wait(self, int ring, Py_ssize_t length, float *x, Py_ssize_t frames) noexcept nogil
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
    cdef void run(self, const float *over_l, const float *over_r, const float *low_l, const float *low_r,
                  float *gain_l, float *gain_r, Py_ssize_t frames) noexcept nogil
