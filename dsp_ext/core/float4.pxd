# Four float32 lanes in one register, for loops over rows of four numbers a frame: one for each of four bands.
#
# Each lane is computed as if alone, so the result is the same bits with or without vector registers. Where the compiler has
# no vector types a Quad is one float, LANES is 1, and a loop that counts lanes in steps of LANES goes through all.
# Quads add, subtract and multiply by their operators; mix them with Quads only, made by `quad`.

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
      typedef float burnish_quad __attribute__((vector_size(16)));
      typedef int burnish_quad_bits __attribute__((vector_size(16)));
      static inline burnish_quad burnish_quad_of(float x) { burnish_quad q = {x, x, x, x}; return q; }
      static inline burnish_quad_bits burnish_quad_bits_of(int x) { burnish_quad_bits q = {x, x, x, x}; return q; }
      #define burnish_quad_to_float(bits) __builtin_convertvector(bits, burnish_quad)
    #else
      #define BURNISH_LANES 1
      typedef float burnish_quad;
      typedef int burnish_quad_bits;
      static inline burnish_quad burnish_quad_of(float x) { return x; }
      static inline burnish_quad_bits burnish_quad_bits_of(int x) { return x; }
      static inline burnish_quad burnish_quad_to_float(burnish_quad_bits bits) { return (float)bits; }
    #endif
    static inline burnish_quad burnish_quad_at(const float *p) { burnish_quad q; memcpy(&q, p, sizeof q); return q; }
    static inline void burnish_quad_put(float *p, burnish_quad q) { memcpy(p, &q, sizeof q); }
    static inline burnish_quad_bits burnish_quad_as_bits(burnish_quad q) {
      burnish_quad_bits bits; memcpy(&bits, &q, sizeof q); return bits;
    }
    static inline burnish_quad burnish_quad_from_bits(burnish_quad_bits bits) {
      burnish_quad q; memcpy(&q, &bits, sizeof q); return q;
    }
    static inline burnish_quad burnish_quad_max(burnish_quad a, burnish_quad b) {
    #if defined(__GNUC__) && defined(__SSE2__)
      return (burnish_quad)_mm_max_ps((__m128)a, (__m128)b);
    #elif defined(__GNUC__) && defined(__aarch64__)
      return (burnish_quad)vmaxnmq_f32((float32x4_t)a, (float32x4_t)b);
    #elif defined(__GNUC__)
      burnish_quad_bits above = a > b;
      return (burnish_quad)((above & (burnish_quad_bits)a) | (~above & (burnish_quad_bits)b));
    #else
      return a > b ? a : b;
    #endif
    }
    static inline burnish_quad burnish_quad_min(burnish_quad a, burnish_quad b) {
    #if defined(__GNUC__) && defined(__SSE2__)
      return (burnish_quad)_mm_min_ps((__m128)a, (__m128)b);
    #elif defined(__GNUC__) && defined(__aarch64__)
      return (burnish_quad)vminnmq_f32((float32x4_t)a, (float32x4_t)b);
    #elif defined(__GNUC__)
      burnish_quad_bits below = a < b;
      return (burnish_quad)((below & (burnish_quad_bits)a) | (~below & (burnish_quad_bits)b));
    #else
      return a < b ? a : b;
    #endif
    }
    static inline burnish_quad burnish_quad_choose(burnish_quad a, burnish_quad b, burnish_quad x, burnish_quad y) {
    #if defined(__GNUC__)
      burnish_quad_bits above = a > b;
      return (burnish_quad)((above & (burnish_quad_bits)x) | (~above & (burnish_quad_bits)y));
    #else
      return a > b ? x : y;
    #endif
    }
    """
    const int LANES "BURNISH_LANES"
    ctypedef float Quad "burnish_quad"
    ctypedef int QuadBits "burnish_quad_bits"
    Quad quad "burnish_quad_of"(float x) noexcept nogil
    QuadBits quad_bits "burnish_quad_bits_of"(int x) noexcept nogil
    Quad quad_at "burnish_quad_at"(const float *p) noexcept nogil
    void put_quad "burnish_quad_put"(float *p, Quad q) noexcept nogil
    QuadBits as_bits "burnish_quad_as_bits"(Quad q) noexcept nogil
    Quad from_bits "burnish_quad_from_bits"(QuadBits bits) noexcept nogil
    Quad to_float "burnish_quad_to_float"(QuadBits bits) noexcept nogil
    # Lane by lane the greater, the lesser; of NaN and `b` it is `b`. Processors differ in the sign where a zero meets a
    # zero of the other sign, and where `b` is NaN: callers see to it that neither happens.
    Quad greater4 "burnish_quad_max"(Quad a, Quad b) noexcept nogil
    Quad lesser4 "burnish_quad_min"(Quad a, Quad b) noexcept nogil
    # Lane by lane x where a > b, else y.
    Quad choose4 "burnish_quad_choose"(Quad a, Quad b, Quad x, Quad y) noexcept nogil


cdef inline Quad absolute4(Quad x) noexcept nogil:
    return from_bits(as_bits(x) & quad_bits(0x7FFFFFFF))


cdef inline Quad log2_4(Quad x) noexcept nogil:
    """`log2_` of `math.pxd` in each lane: the same bits."""
    cdef QuadBits bits = as_bits(x)
    cdef QuadBits exponent = (bits - quad_bits(0x3F3504F3)) >> quad_bits(23)
    cdef Quad t = from_bits(bits - (exponent << quad_bits(23))) - quad(1.0)
    cdef Quad p = quad(L8)
    p = p * t + quad(L7)
    p = p * t + quad(L6)
    p = p * t + quad(L5)
    p = p * t + quad(L4)
    p = p * t + quad(L3)
    p = p * t + quad(L2)
    p = p * t + quad(L1)
    p = p * t + quad(L0)
    return to_float(exponent) + t * p


cdef inline Quad exp2_4(Quad x) noexcept nogil:
    """`exp2_` of `math.pxd` in each lane: the same bits."""
    cdef Quad rounded = x + quad(12582912.0)
    cdef QuadBits bits = as_bits(rounded)
    cdef Quad f = x - (rounded - quad(12582912.0))
    cdef Quad p = quad(E5)
    p = p * f + quad(E4)
    p = p * f + quad(E3)
    p = p * f + quad(E2)
    p = p * f + quad(E1)
    p = p * f + quad(E0)
    p = quad(1.0) + f * p
    return from_bits(as_bits(p) + ((bits - quad_bits(0x4B400000)) << quad_bits(23)))
