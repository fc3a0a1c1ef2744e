# log2, exp2 and decibels for the audio path.
#
# These are our own polynomials instead of libm: they give the same bits on every platform (libm differs by one ulp between
# platforms), and loops around them vectorise. The relative error of exp2 is below 2e-7, the absolute error of log2 below
# 3e-7 (the resolution of float32). `python -m dsp_ext.core.fit_math` prints the coefficients; a test compares them.

from libc.stdint cimport int32_t
from libc.string cimport memcpy

cdef extern from *:
    """
    #define BURNISH_L0 1.442695004e+00f
    #define BURNISH_L1 -7.213474682e-01f
    #define BURNISH_L2 4.809107535e-01f
    #define BURNISH_L3 -3.606932681e-01f
    #define BURNISH_L4 2.879032609e-01f
    #define BURNISH_L5 -2.391698814e-01f
    #define BURNISH_L6 2.160782256e-01f
    #define BURNISH_L7 -2.058618803e-01f
    #define BURNISH_L8 1.231096843e-01f
    #define BURNISH_E0 6.931471880e-01f
    #define BURNISH_E1 2.402265076e-01f
    #define BURNISH_E2 5.550357114e-02f
    #define BURNISH_E3 9.618082557e-03f
    #define BURNISH_E4 1.339086336e-03f
    #define BURNISH_E5 1.545316294e-04f
    #define BURNISH_OCTAVES_PER_DB 0.166096404744368f  /* log2(10) / 20 */
    #define BURNISH_DB_PER_OCTAVE 6.020599913279624f   /* 20 / log2(10) */
    """
    const float L0 "BURNISH_L0"
    const float L1 "BURNISH_L1"
    const float L2 "BURNISH_L2"
    const float L3 "BURNISH_L3"
    const float L4 "BURNISH_L4"
    const float L5 "BURNISH_L5"
    const float L6 "BURNISH_L6"
    const float L7 "BURNISH_L7"
    const float L8 "BURNISH_L8"
    const float E0 "BURNISH_E0"
    const float E1 "BURNISH_E1"
    const float E2 "BURNISH_E2"
    const float E3 "BURNISH_E3"
    const float E4 "BURNISH_E4"
    const float E5 "BURNISH_E5"
    const float OCTAVES_PER_DB "BURNISH_OCTAVES_PER_DB"
    const float DB_PER_OCTAVE "BURNISH_DB_PER_OCTAVE"


cdef inline float log2_(float x) noexcept nogil:
    """log2 of a positive, normal x. Exactly 0 at x = 1. Branch-free."""
    cdef int32_t bits, exponent
    cdef float t, p
    memcpy(&bits, &x, 4)
    # Move the start of the mantissa's range from 1 to sqrt(1/2), so that t lies on both sides of 0. 0x3F3504F3 are the bits
    # of sqrt(1/2).
    exponent = (bits - 0x3F3504F3) >> 23
    bits = bits - (exponent << 23)
    memcpy(&t, &bits, 4)
    t = t - 1.0
    p = L8
    p = p * t + L7
    p = p * t + L6
    p = p * t + L5
    p = p * t + L4
    p = p * t + L3
    p = p * t + L2
    p = p * t + L1
    p = p * t + L0
    return <float> exponent + t * p


cdef inline float exp2_(float x) noexcept nogil:
    """2^x for -126 <= x <= 127; the caller limits x to this range. Exactly 1 at x = 0. Branch-free."""
    cdef float rounded, f, p
    cdef int32_t bits
    # Adding 1.5 * 2^23 puts the nearest integer into the low bits of the mantissa. SSE2 has no rounding instruction.
    rounded = x + <float> 12582912.0
    memcpy(&bits, &rounded, 4)
    rounded = rounded - <float> 12582912.0
    f = x - rounded
    p = E5
    p = p * f + E4
    p = p * f + E3
    p = p * f + E2
    p = p * f + E1
    p = p * f + E0
    p = <float> 1.0 + f * p
    bits = (bits - 0x4B400000) << 23
    cdef int32_t scaled
    memcpy(&scaled, &p, 4)
    scaled = scaled + bits
    memcpy(&p, &scaled, 4)
    return p


cdef inline float db_to_gain(float db) noexcept nogil:
    """The amplitude factor for `db`. Exactly 1 at 0 dB."""
    return exp2_(db * OCTAVES_PER_DB)


cdef inline float gain_to_db(float gain) noexcept nogil:
    """The decibels of a positive amplitude factor. Exactly 0 dB at 1."""
    return log2_(gain) * DB_PER_OCTAVE


cdef inline double tan_(double x) noexcept nogil:
    """tan x for 0 <= x <= 1.45, for coefficients: a quotient of Taylor series. Error 1e-12 at 1.45 and 1e-15 up to 1."""
    cdef double s = x * x, sine = 1.0, cosine = 1.0
    cdef int k
    for k in range(20, 0, -2):
        cosine = 1.0 - cosine * s / (k * (k - 1))
        sine = 1.0 - sine * s / (k * (k + 1))
    return x * sine / cosine
