# Removes the DC offset. See `dc_filter.pyx`.

from dsp_ext.core cimport Processor, Ramp

cdef class DcFilter(Processor):
    cdef Ramp _amount
    cdef float[::1] _amounts
    cdef double _left, _right, _share

    cdef void set_enabled(self, bint enabled) noexcept nogil
    cdef void settle(self) noexcept nogil
