# Two float64 lanes, left and right, in one register: arithmetic that a compiler leaves scalar when it is written twice.
#
# Each lane is computed as if alone, so the result is the same bits with or without vector registers.

cdef extern from *:
    """
    #include <string.h>
    #if defined(__SSE2__)
      #include <emmintrin.h>
    #elif defined(__aarch64__)
      #include <arm_neon.h>
    #endif
    #if defined(__GNUC__)
      typedef double burnish_pair __attribute__((vector_size(16)));
      #define BURNISH_PAIR(name, op) static inline burnish_pair name(burnish_pair a, burnish_pair b) { return a op b; }
      static inline burnish_pair burnish_pair_of(double l, double r) { burnish_pair p = {l, r}; return p; }
      static inline double burnish_pair_l(burnish_pair p) { return p[0]; }
      static inline double burnish_pair_r(burnish_pair p) { return p[1]; }
    #else
      typedef struct { double l, r; } burnish_pair;
      #define BURNISH_PAIR(name, op) static inline burnish_pair name(burnish_pair a, burnish_pair b) \\
          { burnish_pair p; p.l = a.l op b.l; p.r = a.r op b.r; return p; }
      static inline burnish_pair burnish_pair_of(double l, double r) { burnish_pair p; p.l = l; p.r = r; return p; }
      static inline double burnish_pair_l(burnish_pair p) { return p.l; }
      static inline double burnish_pair_r(burnish_pair p) { return p.r; }
    #endif
    BURNISH_PAIR(burnish_pair_add, +)
    BURNISH_PAIR(burnish_pair_sub, -)
    BURNISH_PAIR(burnish_pair_mul, *)
    #if defined(__GNUC__)
      typedef float burnish_floats __attribute__((vector_size(8)));
      static inline burnish_pair burnish_pair_at(const float *p) {
        burnish_floats f; memcpy(&f, p, sizeof f); return __builtin_convertvector(f, burnish_pair);
      }
      static inline void burnish_pair_put(float *p, burnish_pair q) {
        burnish_floats f = __builtin_convertvector(q, burnish_floats); memcpy(p, &f, sizeof f);
      }
    #else
      static inline burnish_pair burnish_pair_at(const float *p) { return burnish_pair_of(p[0], p[1]); }
      static inline void burnish_pair_put(float *p, burnish_pair q) { p[0] = (float)q.l; p[1] = (float)q.r; }
    #endif
    #if defined(__GNUC__) && defined(__SSE2__)
      static inline void burnish_pair_put_four(float *l, float *r, burnish_pair a, burnish_pair b, burnish_pair c,
                                               burnish_pair d) {
        __m128 ab = _mm_unpacklo_ps(_mm_cvtpd_ps((__m128d)a), _mm_cvtpd_ps((__m128d)b));  /* l l r r */
        __m128 cd = _mm_unpacklo_ps(_mm_cvtpd_ps((__m128d)c), _mm_cvtpd_ps((__m128d)d));
        _mm_storeu_ps(l, _mm_movelh_ps(ab, cd));
        _mm_storeu_ps(r, _mm_movehl_ps(cd, ab));
      }
    #elif defined(__GNUC__) && defined(__aarch64__)
      static inline void burnish_pair_put_four(float *l, float *r, burnish_pair a, burnish_pair b, burnish_pair c,
                                               burnish_pair d) {
        float32x4_t ab = vcvt_high_f32_f64(vcvt_f32_f64((float64x2_t)a), (float64x2_t)b);  /* l r l r */
        float32x4_t cd = vcvt_high_f32_f64(vcvt_f32_f64((float64x2_t)c), (float64x2_t)d);
        vst1q_f32(l, vuzp1q_f32(ab, cd));
        vst1q_f32(r, vuzp2q_f32(ab, cd));
      }
    #else
      static inline void burnish_pair_put_four(float *l, float *r, burnish_pair a, burnish_pair b, burnish_pair c,
                                               burnish_pair d) {
        l[0] = (float)burnish_pair_l(a); l[1] = (float)burnish_pair_l(b);
        l[2] = (float)burnish_pair_l(c); l[3] = (float)burnish_pair_l(d);
        r[0] = (float)burnish_pair_r(a); r[1] = (float)burnish_pair_r(b);
        r[2] = (float)burnish_pair_r(c); r[3] = (float)burnish_pair_r(d);
      }
    #endif
    #if defined(__GNUC__) && defined(__SSE2__)
      static inline burnish_pair burnish_pair_unless(burnish_pair a, burnish_pair b, burnish_pair x) {
        return (burnish_pair)_mm_andnot_pd(_mm_cmpgt_pd((__m128d)a, (__m128d)b), (__m128d)x);
      }
      static inline burnish_pair burnish_pair_max(burnish_pair a, burnish_pair b) {
        return (burnish_pair)_mm_max_pd((__m128d)a, (__m128d)b);
      }
      static inline burnish_pair burnish_pair_min(burnish_pair a, burnish_pair b) {
        return (burnish_pair)_mm_min_pd((__m128d)a, (__m128d)b);
      }
    #elif defined(__GNUC__) && defined(__aarch64__)
      static inline burnish_pair burnish_pair_unless(burnish_pair a, burnish_pair b, burnish_pair x) {
        return (burnish_pair)vbicq_u64((uint64x2_t)x, vcgtq_f64((float64x2_t)a, (float64x2_t)b));
      }
      static inline burnish_pair burnish_pair_max(burnish_pair a, burnish_pair b) {
        return (burnish_pair)vmaxnmq_f64((float64x2_t)a, (float64x2_t)b);
      }
      static inline burnish_pair burnish_pair_min(burnish_pair a, burnish_pair b) {
        return (burnish_pair)vminnmq_f64((float64x2_t)a, (float64x2_t)b);
      }
    #else
      static inline burnish_pair burnish_pair_unless(burnish_pair a, burnish_pair b, burnish_pair x) {
        return burnish_pair_of(
            burnish_pair_l(a) > burnish_pair_l(b) ? 0 : burnish_pair_l(x),
            burnish_pair_r(a) > burnish_pair_r(b) ? 0 : burnish_pair_r(x));
      }
      static inline burnish_pair burnish_pair_max(burnish_pair a, burnish_pair b) {
        return burnish_pair_of(
            burnish_pair_l(a) > burnish_pair_l(b) ? burnish_pair_l(a) : burnish_pair_l(b),
            burnish_pair_r(a) > burnish_pair_r(b) ? burnish_pair_r(a) : burnish_pair_r(b));
      }
      static inline burnish_pair burnish_pair_min(burnish_pair a, burnish_pair b) {
        return burnish_pair_of(
            burnish_pair_l(a) < burnish_pair_l(b) ? burnish_pair_l(a) : burnish_pair_l(b),
            burnish_pair_r(a) < burnish_pair_r(b) ? burnish_pair_r(a) : burnish_pair_r(b));
      }
    #endif
    """
    ctypedef struct Pair "burnish_pair":
        pass
    Pair pair "burnish_pair_of"(double left, double right) noexcept nogil
    Pair add "burnish_pair_add"(Pair a, Pair b) noexcept nogil
    Pair sub "burnish_pair_sub"(Pair a, Pair b) noexcept nogil
    Pair mul "burnish_pair_mul"(Pair a, Pair b) noexcept nogil
    # Lane by lane: 0 where a > b, else x; the greater; the lesser. Of NaN and `b` the greater and the lesser are `b`. Processors
    # differ in the sign where a zero meets a zero of the other sign, and where `b` is NaN: callers see to it that it does not matter.
    Pair unless_greater "burnish_pair_unless"(Pair a, Pair b, Pair x) noexcept nogil
    Pair greater "burnish_pair_max"(Pair a, Pair b) noexcept nogil
    Pair lesser "burnish_pair_min"(Pair a, Pair b) noexcept nogil
    # From and to two float32 next to each other; the left ones of four pairs to `left`, the right ones to `right`.
    Pair pair_at "burnish_pair_at"(const float *p) noexcept nogil
    void put_pair "burnish_pair_put"(float *p, Pair q) noexcept nogil
    void put_four "burnish_pair_put_four"(float *left, float *right, Pair a, Pair b, Pair c, Pair d) noexcept nogil
    double left_of "burnish_pair_l"(Pair p) noexcept nogil
    double right_of "burnish_pair_r"(Pair p) noexcept nogil
