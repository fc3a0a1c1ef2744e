# The largest magnitude of float32 samples, computed on their bits. The bits of non-negative floats have the same order as
# integers, and the order of an integer maximum does not matter. The compiler can therefore vectorise these loops.

from libc.stdint cimport int32_t
from libc.string cimport memcpy


cdef inline int32_t magnitude_bits(float x) noexcept nogil:
    cdef int32_t bits
    memcpy(&bits, &x, 4)
    return bits & 0x7FFFFFFF


cdef inline float from_bits(int32_t bits) noexcept nogil:
    cdef float x
    memcpy(&x, &bits, 4)
    return x


cdef inline float largest_magnitude(const float *x, Py_ssize_t count) noexcept nogil:
    """Returns 0 if there are no samples. O(count)."""
    cdef int32_t top = 0, bits
    cdef Py_ssize_t i
    for i in range(count):
        bits = magnitude_bits(x[i])
        top = bits if bits > top else top
    return from_bits(top)


cdef inline float smallest_magnitude(const float *x, Py_ssize_t count, float most) noexcept nogil:
    """Returns `most` if no magnitude is smaller. O(count)."""
    cdef int32_t bottom = magnitude_bits(most), bits
    cdef Py_ssize_t i
    for i in range(count):
        bits = magnitude_bits(x[i])
        bottom = bits if bits < bottom else bottom
    return from_bits(bottom)


cdef inline int count_from(const float *x, Py_ssize_t count, float level) noexcept nogil:
    """The number of samples whose magnitude is `level` or more. O(count)."""
    cdef int32_t edge = magnitude_bits(level)
    cdef int found = 0
    cdef Py_ssize_t i
    for i in range(count):
        found += magnitude_bits(x[i]) >= edge
    return found
