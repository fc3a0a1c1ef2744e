# The minimum-phase EQ: a chain of second-order sections for each of two banks. See `svf_cascade.pyx`.

from dsp_ext.core cimport Ramp

cdef struct Placing:
    double from_l, from_r  # factors from left and right to the signal that a band processes
    double to_l, to_r  # factors from the processed signal back to left and right

cdef class SvfCascade:
    cdef readonly int bank
    cdef double[:, ::1] _banks, _states, _work
    cdef float[::1] _fade_io
    cdef Ramp _fade
    cdef int _wanted
    cdef Py_ssize_t _warm, _warm_left  # frames that a bank runs before its fade-in
    cdef double[::1] _furthest  # the largest change of each band's gain since it was last taken, in dB

    cdef void use_bank(self, int bank) noexcept nogil
    cdef void jump_bank(self, int bank) noexcept nogil
    cdef void clear(self) noexcept nogil
    cdef bint is_fading(self) noexcept nogil
    cdef double take_change_db(self, int band) noexcept nogil
    cdef void _note_change(self, int band, double change_db) noexcept nogil
    cdef void run(self, float *left, float *right, Py_ssize_t frames) noexcept nogil
    cdef void _run_bank(self, int bank, double *left, double *right, Py_ssize_t frames) noexcept nogil
    cdef void _filter_placed(self, const double *band, double *state, bint solo, double *left, double *right,
                             Py_ssize_t frames) noexcept nogil
    cdef void _move_stereo(self, int number, const double *band, double *state, double *left, double *right,
                           Py_ssize_t frames) noexcept nogil
    cdef void _move_placed(self, int number, const double *band, double *state, double *left, double *right,
                           Py_ssize_t frames) noexcept nogil
    cdef bint _is_identity(self, int bank) noexcept nogil
