# Uniformly partitioned convolution of a stereo stream with K real kernels. See `convolver.pyx`.

from .processor cimport Processor

cdef class Convolver:
    # Two banks of packed kernels (see `pack`): rows of memory, own or shared with the designer.
    cdef float[:, ::1] _banks
    cdef readonly Py_ssize_t partition, partitions, kernels, bank_floats
    cdef readonly int bank

    cdef void use_bank(self, int bank) noexcept nogil
    cdef void jump_bank(self, int bank) noexcept nogil
    cdef void clear(self) noexcept nogil
    cdef bint is_fading(self) noexcept nogil
    cdef void convolve(self, const float *left, const float *right, float *out, Py_ssize_t stride,
                       Py_ssize_t frames) noexcept nogil
