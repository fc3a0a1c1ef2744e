# The last stage: it reduces peaks that are still over the ceiling. See `guard_stage.pyx`.

from dsp_ext.meters cimport TruePeak
from .delay_lines cimport DelayLines
from .dips cimport Dips
from .stage cimport Stage

cdef class GuardStage(Stage):
    cdef TruePeak _detector_l, _detector_r
    cdef Dips _dips
    cdef DelayLines _sound, _ceiling
    cdef float[:, ::1] _work

    cdef void clear(self) noexcept nogil
    cdef void set_past_ceiling(self, float ceiling) noexcept nogil
    cdef void run(self, float *left, float *right, float *ceiling, bint true_peak, Py_ssize_t frames) noexcept nogil
