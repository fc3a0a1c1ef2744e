# What the stages of the limiter have in common. See `stage.pyx`.

cdef class Stage:
    cdef readonly Py_ssize_t latency
    cdef float _least

    cdef void note(self, const float *gain, Py_ssize_t frames) noexcept nogil
    cdef float take_least(self) noexcept nogil
