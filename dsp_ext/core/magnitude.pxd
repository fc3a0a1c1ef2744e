# Largest magnitude of float32 samples, as bits: those of non-negative numbers sort like integers, and an integer maximum
# may be taken in any order, so the loops vectorise where one over floats may not.

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
    """0 for none. O(count)."""
    cdef int32_t top = 0, bits
    cdef Py_ssize_t i
    for i in range(count):
        bits = magnitude_bits(x[i])
        top = bits if bits > top else top
    return from_bits(top)


cdef inline float smallest_magnitude(const float *x, Py_ssize_t count, float most) noexcept nogil:
    """`most` where none is smaller. O(count)."""
    cdef int32_t bottom = magnitude_bits(most), bits
    cdef Py_ssize_t i
    for i in range(count):
        bits = magnitude_bits(x[i])
        bottom = bits if bits < bottom else bottom
    return from_bits(bottom)


cdef inline int count_from(const float *x, Py_ssize_t count, float level) noexcept nogil:
    """How many samples have a magnitude of `level` or more. O(count)."""
    cdef int32_t edge = magnitude_bits(level)
    cdef int found = 0
    cdef Py_ssize_t i
    for i in range(count):
        found += magnitude_bits(x[i]) >= edge
    return found
