# Two float64 lanes, left and right, in one register. Compilers do not vectorise two separate scalar computations.
#
# Each lane is computed independently, so the result has the same bits with and without vector registers.

cdef extern from *:
    """
    #include <string.h>
    #if defined(__SSE2__)
      #include <emmintrin.h>
    #elif defined(__aarch64__)
      #include <arm_neon.h>
    #endif
    #if defined(__GNUC__)
      typedef double burnish_double2 __attribute__((vector_size(16)));
      #define BURNISH_DOUBLE2(name, op) static inline burnish_double2 name(burnish_double2 a, burnish_double2 b) { return a op b; }
      static inline burnish_double2 burnish_double2_of(double l, double r) { burnish_double2 p = {l, r}; return p; }
      static inline double burnish_double2_l(burnish_double2 p) { return p[0]; }
      static inline double burnish_double2_r(burnish_double2 p) { return p[1]; }
    #else
      typedef struct { double l, r; } burnish_double2;
      #define BURNISH_DOUBLE2(name, op) static inline burnish_double2 name(burnish_double2 a, burnish_double2 b) \\
          { burnish_double2 p; p.l = a.l op b.l; p.r = a.r op b.r; return p; }
      static inline burnish_double2 burnish_double2_of(double l, double r) { burnish_double2 p; p.l = l; p.r = r; return p; }
      static inline double burnish_double2_l(burnish_double2 p) { return p.l; }
      static inline double burnish_double2_r(burnish_double2 p) { return p.r; }
    #endif
    BURNISH_DOUBLE2(burnish_double2_add, +)
    BURNISH_DOUBLE2(burnish_double2_sub, -)
    BURNISH_DOUBLE2(burnish_double2_mul, *)
    #if defined(__GNUC__)
      typedef float burnish_floats __attribute__((vector_size(8)));
      static inline burnish_double2 burnish_double2_at(const float *p) {
        burnish_floats f; memcpy(&f, p, sizeof f); return __builtin_convertvector(f, burnish_double2);
      }
      static inline void burnish_double2_put(float *p, burnish_double2 q) {
        burnish_floats f = __builtin_convertvector(q, burnish_floats); memcpy(p, &f, sizeof f);
      }
    #else
      static inline burnish_double2 burnish_double2_at(const float *p) { return burnish_double2_of(p[0], p[1]); }
      static inline void burnish_double2_put(float *p, burnish_double2 q) { p[0] = (float)q.l; p[1] = (float)q.r; }
    #endif
    #if defined(__GNUC__) && defined(__SSE2__)
      static inline void burnish_double2_put_four(float *l, float *r, burnish_double2 a, burnish_double2 b, burnish_double2 c,
                                               burnish_double2 d) {
        __m128 ab = _mm_unpacklo_ps(_mm_cvtpd_ps((__m128d)a), _mm_cvtpd_ps((__m128d)b));  /* l l r r */
        __m128 cd = _mm_unpacklo_ps(_mm_cvtpd_ps((__m128d)c), _mm_cvtpd_ps((__m128d)d));
        _mm_storeu_ps(l, _mm_movelh_ps(ab, cd));
        _mm_storeu_ps(r, _mm_movehl_ps(cd, ab));
      }
    #elif defined(__GNUC__) && defined(__aarch64__)
      static inline void burnish_double2_put_four(float *l, float *r, burnish_double2 a, burnish_double2 b, burnish_double2 c,
                                               burnish_double2 d) {
        float32x4_t ab = vcvt_high_f32_f64(vcvt_f32_f64((float64x2_t)a), (float64x2_t)b);  /* l r l r */
        float32x4_t cd = vcvt_high_f32_f64(vcvt_f32_f64((float64x2_t)c), (float64x2_t)d);
        vst1q_f32(l, vuzp1q_f32(ab, cd));
        vst1q_f32(r, vuzp2q_f32(ab, cd));
      }
    #else
      static inline void burnish_double2_put_four(float *l, float *r, burnish_double2 a, burnish_double2 b, burnish_double2 c,
                                               burnish_double2 d) {
        l[0] = (float)burnish_double2_l(a); l[1] = (float)burnish_double2_l(b);
        l[2] = (float)burnish_double2_l(c); l[3] = (float)burnish_double2_l(d);
        r[0] = (float)burnish_double2_r(a); r[1] = (float)burnish_double2_r(b);
        r[2] = (float)burnish_double2_r(c); r[3] = (float)burnish_double2_r(d);
      }
    #endif
    #if defined(__GNUC__) && defined(__SSE2__)
      static inline burnish_double2 burnish_double2_unless(burnish_double2 a, burnish_double2 b, burnish_double2 x) {
        return (burnish_double2)_mm_andnot_pd(_mm_cmpgt_pd((__m128d)a, (__m128d)b), (__m128d)x);
      }
      static inline burnish_double2 burnish_double2_max(burnish_double2 a, burnish_double2 b) {
        return (burnish_double2)_mm_max_pd((__m128d)a, (__m128d)b);
      }
      static inline burnish_double2 burnish_double2_min(burnish_double2 a, burnish_double2 b) {
        return (burnish_double2)_mm_min_pd((__m128d)a, (__m128d)b);
      }
    #elif defined(__GNUC__) && defined(__aarch64__)
      static inline burnish_double2 burnish_double2_unless(burnish_double2 a, burnish_double2 b, burnish_double2 x) {
        return (burnish_double2)vbicq_u64((uint64x2_t)x, vcgtq_f64((float64x2_t)a, (float64x2_t)b));
      }
      static inline burnish_double2 burnish_double2_max(burnish_double2 a, burnish_double2 b) {
        return (burnish_double2)vmaxnmq_f64((float64x2_t)a, (float64x2_t)b);
      }
      static inline burnish_double2 burnish_double2_min(burnish_double2 a, burnish_double2 b) {
        return (burnish_double2)vminnmq_f64((float64x2_t)a, (float64x2_t)b);
      }
    #else
      static inline burnish_double2 burnish_double2_unless(burnish_double2 a, burnish_double2 b, burnish_double2 x) {
        return burnish_double2_of(
            burnish_double2_l(a) > burnish_double2_l(b) ? 0 : burnish_double2_l(x),
            burnish_double2_r(a) > burnish_double2_r(b) ? 0 : burnish_double2_r(x));
      }
      static inline burnish_double2 burnish_double2_max(burnish_double2 a, burnish_double2 b) {
        return burnish_double2_of(
            burnish_double2_l(a) > burnish_double2_l(b) ? burnish_double2_l(a) : burnish_double2_l(b),
            burnish_double2_r(a) > burnish_double2_r(b) ? burnish_double2_r(a) : burnish_double2_r(b));
      }
      static inline burnish_double2 burnish_double2_min(burnish_double2 a, burnish_double2 b) {
        return burnish_double2_of(
            burnish_double2_l(a) < burnish_double2_l(b) ? burnish_double2_l(a) : burnish_double2_l(b),
            burnish_double2_r(a) < burnish_double2_r(b) ? burnish_double2_r(a) : burnish_double2_r(b));
      }
    #endif
    """
    ctypedef struct Double2 "burnish_double2":
        pass
    Double2 double2 "burnish_double2_of"(double left, double right) noexcept nogil
    Double2 add "burnish_double2_add"(Double2 a, Double2 b) noexcept nogil
    Double2 sub "burnish_double2_sub"(Double2 a, Double2 b) noexcept nogil
    Double2 mul "burnish_double2_mul"(Double2 a, Double2 b) noexcept nogil
    # Per lane: `unless` is 0 where a > b, else x; then the greater and the lesser value. If a is NaN, both return `b`.
    # Processors differ in the sign of the result for zeros of different sign, and where `b` is NaN. Callers must not depend
    # on it.
    Double2 unless_greater "burnish_double2_unless"(Double2 a, Double2 b, Double2 x) noexcept nogil
    Double2 greater "burnish_double2_max"(Double2 a, Double2 b) noexcept nogil
    Double2 lesser "burnish_double2_min"(Double2 a, Double2 b) noexcept nogil
    # Load from and store to two adjacent float32 values. `put_four` stores the left lanes of four pairs in `left`, the right
    # lanes in `right`.
    Double2 double2_at "burnish_double2_at"(const float *p) noexcept nogil
    void put_double2 "burnish_double2_put"(float *p, Double2 q) noexcept nogil
    void put_four "burnish_double2_put_four"(float *left, float *right, Double2 a, Double2 b, Double2 c, Double2 d) noexcept nogil
    double left_of "burnish_double2_l"(Double2 p) noexcept nogil
    double right_of "burnish_double2_r"(Double2 p) noexcept nogil
