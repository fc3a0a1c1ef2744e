# The last stage: it reduces peaks that are still over the ceiling. See `guard_stage.pyx`.

from dsp_ext.meters cimport TruePeak
from .dips cimport Dips

cdef class GuardStage:
    cdef readonly Py_ssize_t latency
    cdef TruePeak _detector_l, _detector_r
    cdef Dips _dips
    cdef Py_ssize_t[3] _at
    cdef Py_ssize_t _ceiling_at
    cdef float[:, ::1] _lines, _work
    cdef float[::1] _ceiling_line
    cdef float _least

    cdef void clear(self) noexcept nogil
    cdef void run(self, float *left, float *right, float *ceiling, bint true_peak, Py_ssize_t frames) noexcept nogil
    cdef float take_least(self) noexcept nogil
