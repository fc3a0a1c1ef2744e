# Complex float32 transform of split arrays. See `fft.pyx`.

cdef class Fft:
    cdef readonly Py_ssize_t size
    cdef float[::1] _twiddles, _work
    cdef bint _odd

    cdef void forward(self, const float *head_re, const float *head_im, const float *tail_re, const float *tail_im,
                      float *out_re, float *out_im) noexcept nogil
    cdef void inverse_tail(self, const float *re, const float *im, float *tail_re, float *tail_im) noexcept nogil
    cdef void inverse(self, const float *re, const float *im, float *out_re, float *out_im) noexcept nogil
    cdef void _inverse_but_last(self, const float *re, const float *im) noexcept nogil
