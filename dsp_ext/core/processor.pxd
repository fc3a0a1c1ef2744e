# The contract of every object that processes sound. See `processor.pyx`.

cdef class Processor:
    cdef readonly double rate_hz
    cdef readonly Py_ssize_t max_block
    cdef void run(self, float *left, float *right, Py_ssize_t frames) noexcept nogil
    cdef void clear(self) noexcept nogil
    cdef Py_ssize_t delay(self) noexcept nogil
