# The meters of one point of the chain. See `meter.pyx`.

from dsp_ext.core cimport Processor
from .k_weighting cimport KWeighting
from .levels cimport Levels
from .loudness cimport Loudness
from .true_peak cimport TruePeak

cdef enum:
    METER_FIELDS = 24  # len(FIELDS) of meter.pyx

cdef class Meter(Processor):
    cdef KWeighting _weighting
    cdef Loudness _loudness
    cdef Levels _levels
    cdef TruePeak _tp_l, _tp_r
    cdef float[::1] _peaks
    cdef Py_ssize_t _frame, _left
    cdef bint _running
    cdef double _tp[2]
    cdef double _tp_extremes[2]
    cdef double _max_tp

    cdef void set_running(self, bint running) noexcept nogil
    cdef void restart(self) noexcept nogil
    cdef double true_peak(self, TruePeak detector, const float *x, Py_ssize_t frames) noexcept nogil
    cdef void set_apart(self) noexcept nogil
    cdef void finish(self) noexcept nogil
    cdef void read(self, double *fields) noexcept nogil
