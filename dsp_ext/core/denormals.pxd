# Turns denormals off on this thread while audio is processed, and restores the previous mode afterwards.
#
# Without this, a decaying tail would be 10 to 100 times slower on some x86 cores. x86: MXCSR.FTZ and DAZ; aarch64: FPCR.FZ.

cdef extern from *:
    """
    #if defined(__SSE2__) || defined(_M_X64)
      #include <xmmintrin.h>
      static inline unsigned long long burnish_flush_on(void) {
          unsigned int old = _mm_getcsr(); _mm_setcsr(old | 0x8040u); return old; }
      static inline void burnish_flush_restore(unsigned long long old) { _mm_setcsr((unsigned int)old); }
    #elif defined(__aarch64__) && defined(__GNUC__)
      static inline unsigned long long burnish_flush_on(void) {
          unsigned long long old; __asm__ volatile("mrs %0, fpcr" : "=r"(old));
          __asm__ volatile("msr fpcr, %0" :: "r"(old | (1ull << 24))); return old; }
      static inline void burnish_flush_restore(unsigned long long old) {
          __asm__ volatile("msr fpcr, %0" :: "r"(old)); }
    #else
      static inline unsigned long long burnish_flush_on(void) { return 0; }
      static inline void burnish_flush_restore(unsigned long long old) { (void)old; }
    #endif
    """
    unsigned long long denormals_off "burnish_flush_on"() noexcept nogil
    void denormals_restore "burnish_flush_restore"(unsigned long long old) noexcept nogil
