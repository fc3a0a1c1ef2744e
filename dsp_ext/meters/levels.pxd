# Levels of a stereo signal over the last 10 ms, 400 ms and 3 s. See `levels.pyx`.

from libc.stdint cimport int64_t

cdef enum:
    LEVELS_SHORT = 40  # 10 ms frames: 400 ms
    LEVELS_LONG = 300  # 3 s
    # Rows of the ring.
    MEAN_L = 0
    MEAN_R
    SQUARE_L
    SQUARE_R
    PRODUCT
    PEAK_L
    PEAK_R
    TRUE_PEAK
    ROWS

cdef class Levels:
    cdef Py_ssize_t _frame
    cdef Py_ssize_t _at
    cdef double[:, ::1] _ring
    cdef double _sums[5]
    cdef float _peaks[2]
    cdef float _extremes[2]
    cdef readonly int64_t clips
    cdef int64_t _clips

    cdef void clear(self) noexcept nogil
    cdef void restart(self) noexcept nogil
    cdef void set_apart(self, bint count) noexcept nogil
    cdef void run(self, const float *left, const float *right, Py_ssize_t frames) noexcept nogil
    cdef void finish(self, double true_peak, bint count) noexcept nogil
    cdef double mean(self, int row, Py_ssize_t frames) noexcept nogil
    cdef double largest(self, int row, Py_ssize_t frames) noexcept nogil
    cdef double take_peak(self, int channel) noexcept nogil
