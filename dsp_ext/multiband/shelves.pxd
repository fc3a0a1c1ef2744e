# Dynamic shelves between bands, without latency. See `shelves.pyx`.

from dsp_ext.core cimport RampBank

cdef enum:
    SHELF_SECTIONS = 4  # one between each two adjacent bands
    SHELF_BANDS = SHELF_SECTIONS + 1

cdef class Shelves:
    cdef RampBank _values  # the poles of `Lr4`, then how far each section is in use
    cdef double[:, ::1] _gains, _work
    cdef double _state[4 * SHELF_SECTIONS]

    cdef void follow(self, RampBank poles, int used) noexcept nogil
    cdef void settle(self) noexcept nogil
    cdef void clear(self) noexcept nogil
    cdef void change(self, const float *left, const float *right, const float *changes, Py_ssize_t stride, bint linked,
                     float *out_l, float *out_r, Py_ssize_t frames) noexcept nogil
    cdef int sections(self) noexcept nogil
    cdef void gains(self, const float *changes, Py_ssize_t stride, int sections, int ways, Py_ssize_t frames) noexcept nogil
    cdef void piece(self, const float *left, const float *right, int sections, bint linked, float *out_l, float *out_r,
                    Py_ssize_t frames) noexcept nogil
