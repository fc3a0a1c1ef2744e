from .processor cimport Processor

cdef class Delay(Processor):
    cdef float[:, ::1] _line
    cdef Py_ssize_t _frames, _most, _at

    cdef void set_frames(self, Py_ssize_t frames) noexcept nogil
