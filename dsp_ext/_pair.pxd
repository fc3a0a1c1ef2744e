# Two float64 lanes, left and right, in one register: arithmetic that a compiler leaves scalar when it is written twice.
#
# Each lane is computed as if alone, so the result is the same bits with or without vector registers.

cdef extern from *:
    """
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
    """
    ctypedef struct Pair "burnish_pair":
        pass
    Pair pair "burnish_pair_of"(double left, double right) noexcept nogil
    Pair add "burnish_pair_add"(Pair a, Pair b) noexcept nogil
    Pair sub "burnish_pair_sub"(Pair a, Pair b) noexcept nogil
    Pair mul "burnish_pair_mul"(Pair a, Pair b) noexcept nogil
    double left_of "burnish_pair_l"(Pair p) noexcept nogil
    double right_of "burnish_pair_r"(Pair p) noexcept nogil
