# Two float64 lanes, left and right, in one register: arithmetic that a compiler leaves scalar when it is written twice.
#
# Each lane is computed as if alone, so the result is the same bits with or without vector registers.

cdef extern from *:
    """
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
    #if defined(__GNUC__) && defined(__SSE2__)
      static inline burnish_pair burnish_pair_choose(burnish_pair a, burnish_pair b, burnish_pair x, burnish_pair y) {
        __m128d above = _mm_cmpgt_pd((__m128d)a, (__m128d)b);
        return (burnish_pair)_mm_or_pd(_mm_and_pd(above, (__m128d)x), _mm_andnot_pd(above, (__m128d)y));
      }
      static inline burnish_pair burnish_pair_max(burnish_pair a, burnish_pair b) {
        return (burnish_pair)_mm_max_pd((__m128d)a, (__m128d)b);
      }
      static inline burnish_pair burnish_pair_min(burnish_pair a, burnish_pair b) {
        return (burnish_pair)_mm_min_pd((__m128d)a, (__m128d)b);
      }
    #else
      #if defined(__GNUC__) && defined(__aarch64__)
        static inline burnish_pair burnish_pair_choose(burnish_pair a, burnish_pair b, burnish_pair x, burnish_pair y) {
          return (burnish_pair)vbslq_f64(vcgtq_f64((float64x2_t)a, (float64x2_t)b), (float64x2_t)x, (float64x2_t)y);
        }
      #else
        static inline burnish_pair burnish_pair_choose(burnish_pair a, burnish_pair b, burnish_pair x, burnish_pair y) {
          return burnish_pair_of(
              burnish_pair_l(a) > burnish_pair_l(b) ? burnish_pair_l(x) : burnish_pair_l(y),
              burnish_pair_r(a) > burnish_pair_r(b) ? burnish_pair_r(x) : burnish_pair_r(y));
        }
      #endif
      static inline burnish_pair burnish_pair_max(burnish_pair a, burnish_pair b) {
        return burnish_pair_choose(a, b, a, b);
      }
      static inline burnish_pair burnish_pair_min(burnish_pair a, burnish_pair b) {
        return burnish_pair_choose(b, a, a, b);
      }
    #endif
    """
    ctypedef struct Pair "burnish_pair":
        pass
    Pair pair "burnish_pair_of"(double left, double right) noexcept nogil
    Pair add "burnish_pair_add"(Pair a, Pair b) noexcept nogil
    Pair sub "burnish_pair_sub"(Pair a, Pair b) noexcept nogil
    Pair mul "burnish_pair_mul"(Pair a, Pair b) noexcept nogil
    # Lane by lane: x where a > b, else y; the greater; the lesser (the second one where they are equal).
    Pair choose "burnish_pair_choose"(Pair a, Pair b, Pair x, Pair y) noexcept nogil
    Pair greater "burnish_pair_max"(Pair a, Pair b) noexcept nogil
    Pair lesser "burnish_pair_min"(Pair a, Pair b) noexcept nogil
    double left_of "burnish_pair_l"(Pair p) noexcept nogil
    double right_of "burnish_pair_r"(Pair p) noexcept nogil
