# Four float32 lanes in one register, for loops over rows of four numbers per frame: one number for each of four bands.
#
# Each lane is computed independently, so the result has the same bits with and without vector registers. If the compiler
# has no vector types, a Float4 is one float and LANES is 1; a loop with steps of LANES then still processes every lane.
# The operators +, - and * work on Float4 values. Do not mix Float4 values with plain floats; convert those with `float4`.

from .math cimport E0, E1, E2, E3, E4, E5, L0, L1, L2, L3, L4, L5, L6, L7, L8

cdef extern from *:
    """
    #include <string.h>
    #if defined(__SSE2__)
      #include <xmmintrin.h>
    #elif defined(__aarch64__)
      #include <arm_neon.h>
    #endif
    #if defined(__GNUC__)
      #define BURNISH_LANES 4
      typedef float burnish_float4 __attribute__((vector_size(16)));
      typedef int burnish_int4 __attribute__((vector_size(16)));
      static inline burnish_float4 burnish_float4_of(float x) { burnish_float4 q = {x, x, x, x}; return q; }
      static inline burnish_int4 burnish_int4_of(int x) { burnish_int4 q = {x, x, x, x}; return q; }
      #define burnish_float4_to_float(bits) __builtin_convertvector(bits, burnish_float4)
    #else
      #define BURNISH_LANES 1
      typedef float burnish_float4;
      typedef int burnish_int4;
      static inline burnish_float4 burnish_float4_of(float x) { return x; }
      static inline burnish_int4 burnish_int4_of(int x) { return x; }
      static inline burnish_float4 burnish_float4_to_float(burnish_int4 bits) { return (float)bits; }
    #endif
    static inline burnish_float4 burnish_float4_at(const float *p) { burnish_float4 q; memcpy(&q, p, sizeof q); return q; }
    static inline void burnish_float4_put(float *p, burnish_float4 q) { memcpy(p, &q, sizeof q); }
    static inline burnish_int4 burnish_float4_as_bits(burnish_float4 q) {
      burnish_int4 bits; memcpy(&bits, &q, sizeof q); return bits;
    }
    static inline burnish_float4 burnish_float4_from_bits(burnish_int4 bits) {
      burnish_float4 q; memcpy(&q, &bits, sizeof q); return q;
    }
    static inline burnish_float4 burnish_float4_max(burnish_float4 a, burnish_float4 b) {
    #if defined(__GNUC__) && defined(__SSE2__)
      return (burnish_float4)_mm_max_ps((__m128)a, (__m128)b);
    #elif defined(__GNUC__) && defined(__aarch64__)
      return (burnish_float4)vmaxnmq_f32((float32x4_t)a, (float32x4_t)b);
    #elif defined(__GNUC__)
      burnish_int4 above = a > b;
      return (burnish_float4)((above & (burnish_int4)a) | (~above & (burnish_int4)b));
    #else
      return a > b ? a : b;
    #endif
    }
    static inline burnish_float4 burnish_float4_min(burnish_float4 a, burnish_float4 b) {
    #if defined(__GNUC__) && defined(__SSE2__)
      return (burnish_float4)_mm_min_ps((__m128)a, (__m128)b);
    #elif defined(__GNUC__) && defined(__aarch64__)
      return (burnish_float4)vminnmq_f32((float32x4_t)a, (float32x4_t)b);
    #elif defined(__GNUC__)
      burnish_int4 below = a < b;
      return (burnish_float4)((below & (burnish_int4)a) | (~below & (burnish_int4)b));
    #else
      return a < b ? a : b;
    #endif
    }
    static inline burnish_float4 burnish_float4_choose(burnish_float4 a, burnish_float4 b, burnish_float4 x, burnish_float4 y) {
    #if defined(__GNUC__)
      burnish_int4 above = a > b;
      return (burnish_float4)((above & (burnish_int4)x) | (~above & (burnish_int4)y));
    #else
      return a > b ? x : y;
    #endif
    }
    """
    const int LANES "BURNISH_LANES"
    ctypedef float Float4 "burnish_float4"
    ctypedef int Int4 "burnish_int4"
    Float4 float4 "burnish_float4_of"(float x) noexcept nogil
    Int4 int4 "burnish_int4_of"(int x) noexcept nogil
    Float4 float4_at "burnish_float4_at"(const float *p) noexcept nogil
    void put_float4 "burnish_float4_put"(float *p, Float4 q) noexcept nogil
    Int4 as_bits "burnish_float4_as_bits"(Float4 q) noexcept nogil
    Float4 from_bits "burnish_float4_from_bits"(Int4 bits) noexcept nogil
    Float4 to_float "burnish_float4_to_float"(Int4 bits) noexcept nogil
    # The greater and the lesser value per lane. If a is NaN, both return `b`. Processors differ in the sign of the result
    # for zeros of different sign, and where `b` is NaN. Callers make sure that neither case occurs.
    Float4 greater4 "burnish_float4_max"(Float4 a, Float4 b) noexcept nogil
    Float4 lesser4 "burnish_float4_min"(Float4 a, Float4 b) noexcept nogil
    # Per lane: x where a > b, else y.
    Float4 choose4 "burnish_float4_choose"(Float4 a, Float4 b, Float4 x, Float4 y) noexcept nogil


cdef inline Float4 absolute4(Float4 x) noexcept nogil:
    return from_bits(as_bits(x) & int4(0x7FFFFFFF))


cdef inline Float4 log2_4(Float4 x) noexcept nogil:
    """`log2_` of `math.pxd` in each lane, with the same bits."""
    cdef Int4 bits = as_bits(x)
    cdef Int4 exponent = (bits - int4(0x3F3504F3)) >> int4(23)
    cdef Float4 t = from_bits(bits - (exponent << int4(23))) - float4(1.0)
    cdef Float4 p = float4(L8)
    p = p * t + float4(L7)
    p = p * t + float4(L6)
    p = p * t + float4(L5)
    p = p * t + float4(L4)
    p = p * t + float4(L3)
    p = p * t + float4(L2)
    p = p * t + float4(L1)
    p = p * t + float4(L0)
    return to_float(exponent) + t * p


cdef inline Float4 exp2_4(Float4 x) noexcept nogil:
    """`exp2_` of `math.pxd` in each lane, with the same bits."""
    cdef Float4 rounded = x + float4(12582912.0)
    cdef Int4 bits = as_bits(rounded)
    cdef Float4 f = x - (rounded - float4(12582912.0))
    cdef Float4 p = float4(E5)
    p = p * f + float4(E4)
    p = p * f + float4(E3)
    p = p * f + float4(E2)
    p = p * f + float4(E1)
    p = p * f + float4(E0)
    p = float4(1.0) + f * p
    return from_bits(as_bits(p) + ((bits - int4(0x4B400000)) << int4(23)))
