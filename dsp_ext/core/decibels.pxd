# Decibels of a power in float64, with the same bits on every platform. The meters use it a few times every 10 ms.
#
# log2 m = (2 / ln 2) atanh((m - 1) / (m + 1)) for m in [sqrt(1/2), sqrt 2). The series ends after t^17; its error is less
# than 1e-15. log10 of libm differs by one ulp between platforms, which could change the decision of a gate.

from libc.stdint cimport int64_t
from libc.string cimport memcpy


cdef inline double power_to_db(double power) noexcept nogil:
    """10 log10 of a positive, normal `power`. Exactly 0 at 1."""
    cdef int64_t bits, exponent
    cdef double m, t, u, p
    memcpy(&bits, &power, 8)
    # 0x3FE6A09E667F3BCD are the bits of sqrt(1/2). The range of the mantissa begins there, so that t lies on both sides of
    # 0.
    exponent = (bits - <int64_t> 0x3FE6A09E667F3BCD) >> 52
    bits = bits - exponent * (<int64_t> 1 << 52)
    memcpy(&m, &bits, 8)
    t = (m - 1.0) / (m + 1.0)
    u = t * t
    p = 1.0 / 17.0
    p = p * u + 1.0 / 15.0
    p = p * u + 1.0 / 13.0
    p = p * u + 1.0 / 11.0
    p = p * u + 1.0 / 9.0
    p = p * u + 1.0 / 7.0
    p = p * u + 1.0 / 5.0
    p = p * u + 1.0 / 3.0
    p = p * u + 1.0
    # 3.0103 = 10 log10 2; 8.6859 = 20 / ln 10.
    return <double> exponent * 3.010299956639812 + 8.685889638065037 * t * p
