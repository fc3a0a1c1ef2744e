# The largest of the newest values. See `sliding_max.pyx`.

cdef class SlidingMax:
    cdef readonly Py_ssize_t longest, window
    cdef Py_ssize_t _levels, _at, _room
    cdef Py_ssize_t[::1] _distance
    cdef float[::1] _history

    cdef void set_window(self, Py_ssize_t window) noexcept nogil
    cdef void run(self, float *x, Py_ssize_t frames) noexcept nogil
    cdef void clear(self) noexcept nogil
    cdef void rewind(self) noexcept nogil
