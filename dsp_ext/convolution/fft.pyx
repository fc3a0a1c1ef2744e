# cython: boundscheck=False, wraparound=False, cdivision=True
# All lengths follow from `size`, which is a power of two. Loops end at a quarter (or half) of the span that they process.
"""Fft: complex float32 transform of split real and imaginary arrays, for convolution.

Radix-4. The forward transform decimates in frequency and the inverse transform in time, both in a work array. Nothing is
reordered: spectra are only multiplied with spectra from the same transform, so their order does not matter (`bins` gives the
order). If the size is not a power of four, the first forward pass (and the last inverse pass) is radix-2. The pass with a
span of 4 is the last one forward and the first one inverse. It writes (or reads) four separate planes, so that every loop
runs over contiguous memory and becomes vector instructions.

A stereo signal is transformed as one complex signal, left + j right. A real filter keeps the two channels separate.

Gentleman, Sande, "Fast Fourier transforms for fun and profit", AFIPS 1966; Van Loan, "Computational Frameworks for the Fast
Fourier Transform", SIAM 1992, section 2.4.
"""

import numpy as np

cdef extern from *:
    """
    typedef float *__restrict burnish_io;
    typedef const float *__restrict burnish_in;
    """
    # These pointers do not overlap. Without this declaration the compiler would test each pair before each loop.
    ctypedef float *io "burnish_io"
    ctypedef const float *src "burnish_in"

#: The smallest and the largest size of a transform.
SMALLEST, LARGEST = 16, 65536


cdef class Fft:
    """Transform of `size` points (a power of two, 16 to 65536). It owns a work array, so threads must not share it."""

    def __init__(self, Py_ssize_t size):
        """[control] Raises ValueError if `size` is not an allowed size."""
        if size & (size - 1) or not SMALLEST <= size <= LARGEST:
            raise ValueError(f"size must be a power of two, {SMALLEST} to {LARGEST}, not {size}")
        self.size = size
        self._odd = size.bit_length() % 2 == 0
        self._work = np.zeros(2 * size, np.float32)
        spans = [size] if self._odd else []
        tables = [_twiddles(size, 2)] if self._odd else []
        span = size // 2 if self._odd else size
        while span > 4:
            spans.append(span)
            tables.append(_twiddles(span, 4))
            span //= 4
        self._twiddles = np.concatenate(tables)

    @property
    def bins(self):
        """The frequency index of each position in a spectrum, shape (size,). [any]"""
        return _order(self.size)

    cdef void forward(self, const float *head_re, const float *head_im, const float *tail_re, const float *tail_im,
                      float *out_re, float *out_im) noexcept nogil:
        """[audio] The spectrum of the signal with the halves `head` and `tail` (size / 2 each). `out` must not overlap
        them."""
        cdef Py_ssize_t n = self.size, q = n // 4, span = n, at, block
        cdef const float *w = &self._twiddles[0]
        cdef float *re = &self._work[0]
        cdef float *im = re + n
        if self._odd:
            span = n // 2
            split2(head_re, head_im, tail_re, tail_im, re, im, re + span, im + span, w, w + span, span)
            w += 2 * span
        else:
            split4(head_re, head_im, head_re + q, head_im + q, tail_re, tail_im, tail_re + q, tail_im + q,
                   re, im, re + q, im + q, re + 2 * q, im + 2 * q, re + 3 * q, im + 3 * q,
                   w, w + q, w + 2 * q, w + 3 * q, w + 4 * q, w + 5 * q, q)
            w += 6 * q
            span = q
        while span > 4:
            q = span // 4
            if q == 4:
                fold16(re, im, w, n // 16)
            else:
                for block in range(n // span):
                    at = block * span
                    fold4(re + at, im + at, re + at + q, im + at + q, re + at + 2 * q, im + at + 2 * q,
                          re + at + 3 * q, im + at + 3 * q,
                          w, w + q, w + 2 * q, w + 3 * q, w + 4 * q, w + 5 * q, q)
            w += 6 * q
            span = q
        q = n // 4
        spread(re, im, out_re, out_im, out_re + q, out_im + q, out_re + 2 * q, out_im + 2 * q,
               out_re + 3 * q, out_im + 3 * q, q)

    cdef void _inverse_but_last(self, const float *re, const float *im) noexcept nogil:
        """All inverse passes except the last, into the work array."""
        cdef Py_ssize_t n = self.size, q = n // 4, span = 4, at, block, longest = n // 2 if self._odd else n // 4
        cdef const float *w = &self._twiddles[0] + self._twiddles.shape[0]
        cdef float *wre = &self._work[0]
        cdef float *wim = wre + n
        gather(re, im, re + q, im + q, re + 2 * q, im + 2 * q, re + 3 * q, im + 3 * q, wre, wim, q)
        while span < longest:
            q = span
            span = 4 * q
            w -= 6 * q
            if q == 4:
                unfold16(wre, wim, w, n // 16)
            else:
                for block in range(n // span):
                    at = block * span
                    unfold4(wre + at, wim + at, wre + at + q, wim + at + q, wre + at + 2 * q, wim + at + 2 * q,
                            wre + at + 3 * q, wim + at + 3 * q,
                            w, w + q, w + 2 * q, w + 3 * q, w + 4 * q, w + 5 * q, q)

    cdef void inverse_tail(self, const float *re, const float *im, float *tail_re, float *tail_im) noexcept nogil:
        """[audio] The second half of the signal of a spectrum, times `size`. Overlap-save uses only this half."""
        cdef Py_ssize_t n = self.size, q = n // 4
        cdef const float *w = &self._twiddles[0]
        cdef float *wre = &self._work[0]
        cdef float *wim = wre + n
        self._inverse_but_last(re, im)
        if self._odd:
            q = n // 2
            join2_tail(wre, wim, wre + q, wim + q, tail_re, tail_im, w, w + q, q)
        else:
            join4_tail(wre, wim, wre + q, wim + q, wre + 2 * q, wim + 2 * q, wre + 3 * q, wim + 3 * q,
                       tail_re, tail_im, tail_re + q, tail_im + q,
                       w, w + q, w + 2 * q, w + 3 * q, w + 4 * q, w + 5 * q, q)

    cdef void inverse(self, const float *re, const float *im, float *out_re, float *out_im) noexcept nogil:
        """[audio] The signal of a spectrum, times `size`. `out` (size floats each) must not overlap it."""
        cdef Py_ssize_t n = self.size, q = n // 4
        cdef const float *w = &self._twiddles[0]
        cdef float *wre = &self._work[0]
        cdef float *wim = wre + n
        self._inverse_but_last(re, im)
        if self._odd:
            q = n // 2
            join2(wre, wim, wre + q, wim + q, out_re, out_im, out_re + q, out_im + q, w, w + q, q)
        else:
            join4(wre, wim, wre + q, wim + q, wre + 2 * q, wim + 2 * q, wre + 3 * q, wim + 3 * q,
                  out_re, out_im, out_re + q, out_im + q, out_re + 2 * q, out_im + 2 * q, out_re + 3 * q, out_im + 3 * q,
                  w, w + q, w + 2 * q, w + 3 * q, w + 4 * q, w + 5 * q, q)

    def turns(self, signal, Py_ssize_t times):
        """[any] For benchmarks: repeat `forward` and `inverse_tail` of a complex `signal`. `times` is the number of
        repetitions."""
        cdef float[:, ::1] at = np.ascontiguousarray([np.real(signal), np.imag(signal)], np.float32)
        cdef float[:, ::1] out = np.empty_like(at)
        cdef Py_ssize_t half = self.size // 2, _
        if at.shape[1] != self.size:
            raise ValueError(f"a signal of this transform has {self.size} points, not {at.shape[1]}")
        with nogil:
            for _ in range(times):
                self.forward(&at[0, 0], &at[1, 0], &at[0, half], &at[1, half], &out[0, 0], &out[1, 0])
                self.inverse_tail(&out[0, 0], &out[1, 0], &out[0, half], &out[1, half])

    def spectrum(self, signal):
        """[any] The transform of `signal` (complex, shape (size,)), complex64, in the order of `bins`."""
        cdef float[::1] re = np.ascontiguousarray(np.real(signal), np.float32)
        cdef float[::1] im = np.ascontiguousarray(np.imag(signal), np.float32)
        cdef Py_ssize_t half = self.size // 2
        if re.shape[0] != self.size:
            raise ValueError(f"a signal of this transform has {self.size} points, not {re.shape[0]}")
        out = np.empty((2, self.size), np.float32)
        cdef float[:, ::1] view = out
        self.forward(&re[0], &im[0], &re[half], &im[half], &view[0, 0], &view[1, 0])
        return out[0] + 1j * out[1]

    def signal(self, spectrum, tail=False):
        """[any] The signal (complex64) of a `spectrum` in the order of `bins`; with `tail`, only its second half."""
        cdef float[::1] re = np.ascontiguousarray(np.real(spectrum), np.float32)
        cdef float[::1] im = np.ascontiguousarray(np.imag(spectrum), np.float32)
        if re.shape[0] != self.size:
            raise ValueError(f"a spectrum of this transform has {self.size} points, not {re.shape[0]}")
        out = np.empty((2, self.size // 2 if tail else self.size), np.float32)
        cdef float[:, ::1] view = out
        if tail:
            self.inverse_tail(&re[0], &im[0], &view[0, 0], &view[1, 0])
        else:
            self.inverse(&re[0], &im[0], &view[0, 0], &view[1, 0])
        return (out[0] + 1j * out[1]) / np.float32(self.size)


def _twiddles(span, radix):
    """cos and sin of the twiddle angles of one pass: (radix - 1) pairs of rows of span / radix values, flat float32."""
    turns = np.outer(np.arange(1, radix), np.arange(span // radix)) / span
    return np.stack([np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)], 1).astype(np.float32).ravel()


def _order(size):
    """The frequency index of each position. A pass stores the frequencies that are r modulo its radix in its r-th part."""
    if size == 1:
        return np.zeros(1, np.intp)

    def part(span, radix):
        if span == 4:
            return np.arange(4)
        inner = part(span // radix, 4)
        return np.concatenate([radix * inner + r for r in range(radix)])

    places = part(size, 2 if size.bit_length() % 2 == 0 else 4)
    return places.reshape(-1, 4).T.ravel()  # the last pass writes four planes


# -- passes ----------------------------------------------------------------------------------------------------------
#
# Names: a, b, c, d are the quarters (or halves) of a span; r and i the real and imaginary arrays; w1 to w3 the twiddle
# factors. The forward passes multiply by exp(-j angle), the inverse passes by exp(+j angle), with the same tables.

cdef inline void butterfly(float ar, float ai, float br, float bi, float cr, float ci, float dr, float di,
                           float *y) noexcept nogil:
    """Forward transform of four points: y = re0, im0, ... re3, im3."""
    cdef float sr = ar + cr, si = ai + ci, tr = ar - cr, ti = ai - ci
    cdef float ur = br + dr, ui = bi + di, vr = br - dr, vi = bi - di
    y[0] = sr + ur
    y[1] = si + ui
    y[2] = tr + vi
    y[3] = ti - vr
    y[4] = sr - ur
    y[5] = si - ui
    y[6] = tr - vi
    y[7] = ti + vr


cdef void split2(src ar, src ai, src br, src bi, io xr, io xi, io yr, io yi, src wr, src wi, Py_ssize_t m) noexcept nogil:
    cdef Py_ssize_t j
    cdef float dr, di
    for j in range(m):
        dr = ar[j] - br[j]
        di = ai[j] - bi[j]
        xr[j] = ar[j] + br[j]
        xi[j] = ai[j] + bi[j]
        yr[j] = dr * wr[j] + di * wi[j]
        yi[j] = di * wr[j] - dr * wi[j]


cdef void split4(src ar, src ai, src br, src bi, src cr, src ci, src dr, src di,
                 io xr, io xi, io yr, io yi, io zr, io zi, io ur, io ui,
                 src w1r, src w1i, src w2r, src w2i, src w3r, src w3i, Py_ssize_t m) noexcept nogil:
    cdef Py_ssize_t j
    cdef float y[8]
    for j in range(m):
        butterfly(ar[j], ai[j], br[j], bi[j], cr[j], ci[j], dr[j], di[j], y)
        xr[j] = y[0]
        xi[j] = y[1]
        yr[j] = y[2] * w1r[j] + y[3] * w1i[j]
        yi[j] = y[3] * w1r[j] - y[2] * w1i[j]
        zr[j] = y[4] * w2r[j] + y[5] * w2i[j]
        zi[j] = y[5] * w2r[j] - y[4] * w2i[j]
        ur[j] = y[6] * w3r[j] + y[7] * w3i[j]
        ui[j] = y[7] * w3r[j] - y[6] * w3i[j]


cdef void fold4(io ar, io ai, io br, io bi, io cr, io ci, io dr, io di,
                src w1r, src w1i, src w2r, src w2i, src w3r, src w3i, Py_ssize_t m) noexcept nogil:
    """`split4` in place."""
    cdef Py_ssize_t j
    cdef float y[8]
    for j in range(m):
        butterfly(ar[j], ai[j], br[j], bi[j], cr[j], ci[j], dr[j], di[j], y)
        ar[j] = y[0]
        ai[j] = y[1]
        br[j] = y[2] * w1r[j] + y[3] * w1i[j]
        bi[j] = y[3] * w1r[j] - y[2] * w1i[j]
        cr[j] = y[4] * w2r[j] + y[5] * w2i[j]
        ci[j] = y[5] * w2r[j] - y[4] * w2i[j]
        dr[j] = y[6] * w3r[j] + y[7] * w3i[j]
        di[j] = y[7] * w3r[j] - y[6] * w3i[j]


cdef void fold16(io re, io im, src w, Py_ssize_t blocks) noexcept nogil:
    """`fold4` for spans of 16. The constant count of 4 in the loop is one vector."""
    cdef Py_ssize_t block, j
    cdef float y[8]
    for block in range(blocks):
        for j in range(4):
            butterfly(re[j], im[j], re[j + 4], im[j + 4], re[j + 8], im[j + 8], re[j + 12], im[j + 12], y)
            re[j] = y[0]
            im[j] = y[1]
            re[j + 4] = y[2] * w[j] + y[3] * w[j + 4]
            im[j + 4] = y[3] * w[j] - y[2] * w[j + 4]
            re[j + 8] = y[4] * w[j + 8] + y[5] * w[j + 12]
            im[j + 8] = y[5] * w[j + 8] - y[4] * w[j + 12]
            re[j + 12] = y[6] * w[j + 16] + y[7] * w[j + 20]
            im[j + 12] = y[7] * w[j + 16] - y[6] * w[j + 20]
        re += 16
        im += 16


cdef void spread(src re, src im, io ar, io ai, io br, io bi, io cr, io ci, io dr, io di, Py_ssize_t m) noexcept nogil:
    """Transform spans of 4 and write the results to four planes."""
    cdef Py_ssize_t j
    cdef float y[8]
    for j in range(m):
        butterfly(re[4 * j], im[4 * j], re[4 * j + 1], im[4 * j + 1], re[4 * j + 2], im[4 * j + 2],
                  re[4 * j + 3], im[4 * j + 3], y)
        ar[j] = y[0]
        ai[j] = y[1]
        br[j] = y[2]
        bi[j] = y[3]
        cr[j] = y[4]
        ci[j] = y[5]
        dr[j] = y[6]
        di[j] = y[7]


cdef void gather(src ar, src ai, src br, src bi, src cr, src ci, src dr, src di, io re, io im, Py_ssize_t m) noexcept nogil:
    """The inverse of `spread`: from four planes to spans of 4. It is the forward transform with real and imaginary
    swapped."""
    cdef Py_ssize_t j
    cdef float y[8]
    for j in range(m):
        butterfly(ai[j], ar[j], bi[j], br[j], ci[j], cr[j], di[j], dr[j], y)
        im[4 * j] = y[0]
        re[4 * j] = y[1]
        im[4 * j + 1] = y[2]
        re[4 * j + 1] = y[3]
        im[4 * j + 2] = y[4]
        re[4 * j + 2] = y[5]
        im[4 * j + 3] = y[6]
        re[4 * j + 3] = y[7]


cdef void unfold4(io ar, io ai, io br, io bi, io cr, io ci, io dr, io di,
                  src w1r, src w1i, src w2r, src w2i, src w3r, src w3i, Py_ssize_t m) noexcept nogil:
    cdef Py_ssize_t j
    cdef float y[8]
    for j in range(m):
        butterfly(ai[j], ar[j],
                  bi[j] * w1r[j] + br[j] * w1i[j], br[j] * w1r[j] - bi[j] * w1i[j],
                  ci[j] * w2r[j] + cr[j] * w2i[j], cr[j] * w2r[j] - ci[j] * w2i[j],
                  di[j] * w3r[j] + dr[j] * w3i[j], dr[j] * w3r[j] - di[j] * w3i[j], y)
        ai[j] = y[0]
        ar[j] = y[1]
        bi[j] = y[2]
        br[j] = y[3]
        ci[j] = y[4]
        cr[j] = y[5]
        di[j] = y[6]
        dr[j] = y[7]


cdef void unfold16(io re, io im, src w, Py_ssize_t blocks) noexcept nogil:
    """`unfold4` for spans of 16."""
    cdef Py_ssize_t block, j
    cdef float y[8]
    for block in range(blocks):
        for j in range(4):
            butterfly(im[j], re[j],
                      im[j + 4] * w[j] + re[j + 4] * w[j + 4], re[j + 4] * w[j] - im[j + 4] * w[j + 4],
                      im[j + 8] * w[j + 8] + re[j + 8] * w[j + 12], re[j + 8] * w[j + 8] - im[j + 8] * w[j + 12],
                      im[j + 12] * w[j + 16] + re[j + 12] * w[j + 20],
                      re[j + 12] * w[j + 16] - im[j + 12] * w[j + 20], y)
            im[j] = y[0]
            re[j] = y[1]
            im[j + 4] = y[2]
            re[j + 4] = y[3]
            im[j + 8] = y[4]
            re[j + 8] = y[5]
            im[j + 12] = y[6]
            re[j + 12] = y[7]
        re += 16
        im += 16


cdef void join4(src ar, src ai, src br, src bi, src cr, src ci, src dr, src di,
                io xr, io xi, io yr, io yi, io zr, io zi, io ur, io ui,
                src w1r, src w1i, src w2r, src w2i, src w3r, src w3i, Py_ssize_t m) noexcept nogil:
    """`unfold4` with separate output arrays."""
    cdef Py_ssize_t j
    cdef float y[8]
    for j in range(m):
        butterfly(ai[j], ar[j],
                  bi[j] * w1r[j] + br[j] * w1i[j], br[j] * w1r[j] - bi[j] * w1i[j],
                  ci[j] * w2r[j] + cr[j] * w2i[j], cr[j] * w2r[j] - ci[j] * w2i[j],
                  di[j] * w3r[j] + dr[j] * w3i[j], dr[j] * w3r[j] - di[j] * w3i[j], y)
        xi[j] = y[0]
        xr[j] = y[1]
        yi[j] = y[2]
        yr[j] = y[3]
        zi[j] = y[4]
        zr[j] = y[5]
        ui[j] = y[6]
        ur[j] = y[7]


cdef void join4_tail(src ar, src ai, src br, src bi, src cr, src ci, src dr, src di, io zr, io zi, io ur, io ui,
                     src w1r, src w1i, src w2r, src w2i, src w3r, src w3i, Py_ssize_t m) noexcept nogil:
    """The second half of `join4`."""
    cdef Py_ssize_t j
    cdef float y[8]
    for j in range(m):
        butterfly(ai[j], ar[j],
                  bi[j] * w1r[j] + br[j] * w1i[j], br[j] * w1r[j] - bi[j] * w1i[j],
                  ci[j] * w2r[j] + cr[j] * w2i[j], cr[j] * w2r[j] - ci[j] * w2i[j],
                  di[j] * w3r[j] + dr[j] * w3i[j], dr[j] * w3r[j] - di[j] * w3i[j], y)
        zi[j] = y[4]
        zr[j] = y[5]
        ui[j] = y[6]
        ur[j] = y[7]


cdef void join2(src ar, src ai, src br, src bi, io xr, io xi, io yr, io yi, src wr, src wi, Py_ssize_t m) noexcept nogil:
    cdef Py_ssize_t j
    cdef float tr, ti
    for j in range(m):
        tr = br[j] * wr[j] - bi[j] * wi[j]
        ti = bi[j] * wr[j] + br[j] * wi[j]
        xr[j] = ar[j] + tr
        xi[j] = ai[j] + ti
        yr[j] = ar[j] - tr
        yi[j] = ai[j] - ti


cdef void join2_tail(src ar, src ai, src br, src bi, io yr, io yi, src wr, src wi, Py_ssize_t m) noexcept nogil:
    cdef Py_ssize_t j
    for j in range(m):
        yr[j] = ar[j] - (br[j] * wr[j] - bi[j] * wi[j])
        yi[j] = ai[j] - (bi[j] * wr[j] + br[j] * wi[j])
