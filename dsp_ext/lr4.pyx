# cython: boundscheck=False, wraparound=False, cdivision=True
# Rows are as long as the caller says; 1 + g (g + k) is above 1 for every frequency below Nyquist.
"""Lr4: up to five bands by Linkwitz-Riley filters of fourth order, without latency.

A low-pass of the pair is two Butterworth low-passes in a row; low-pass and high-pass add up to a second-order allpass
(S. Linkwitz, "Active Crossover Networks for Noncoincident Drivers", JAES 24(1), 1976). So each split takes two sections:
the first gives the allpass and the low-pass, the second the low-pass again, and the high-pass is the difference.

    x -> split 2 -> low  -> allpasses 3, 4 -> split 1 -> bands 1, 2
                 -> high -> allpass 1 -> split 3 -> low  -> allpass 4 -> band 3
                                                 -> high -> split 4 -> bands 4, 5

Each branch goes through the allpasses that the others' splits are, so that the bands add up to x through four allpasses:
the magnitude is flat, the phase turns by 360 degrees at each crossover. A crossover that is not in use is no allpass either.
Sections are state-variable filters with trapezoidal integrators (V. Zavalishin, "The Art of VA Filter Design", 2018,
chapter 4), float64, left and right side by side; frequencies glide.
"""

import numpy as np

from ._math cimport tan_
from ._pair cimport Pair, add, left_of, mul, pair, right_of, sub

#: Unused crossovers lie here, as a part of the rate; what is left above is given to the band below.
PARKED = 0.45

cdef enum:
    CHUNK = 512  # frames per piece; not above the length of a glide

cdef double PI = 3.141592653589793
cdef double DAMPING = 1.4142135623730951  # 1 / Q of Butterworth
cdef double TOP = PARKED


cdef struct Section:
    Pair one, two  # states


cdef class Lr4:
    """[control] makes it, [audio] runs it. O(frames); nothing allocates."""

    def __init__(self, rate_hz, freqs_hz, used=LR4_CROSSOVERS):
        """Crossovers at four `freqs_hz`, in any order, up to 0.45 `rate_hz`, the first `used` of them in use."""
        self.rate_hz = rate_hz
        self._poles = Glide(rate_hz, [0.0] * (2 * LR4_CROSSOVERS))
        self._used = used
        for which in range(LR4_CROSSOVERS):
            self._freqs_hz[which] = freqs_hz[which]
        self.aim()
        self.settle()
        self.clear()

    cdef void set_freq_hz(self, int which, double freq_hz) noexcept nogil:
        """[audio] Move crossover 0 to 3; they are sorted inside."""
        self._freqs_hz[which] = freq_hz
        self.aim()

    cdef void set_used(self, int used) noexcept nogil:
        """[audio] How many of the crossovers are in use; the bands above are empty."""
        self._used = used
        self.aim()

    cdef void aim(self) noexcept nogil:
        cdef int k, j
        cdef double freq, top = TOP * self.rate_hz
        cdef double sorted_hz[LR4_CROSSOVERS]
        for k in range(LR4_CROSSOVERS):
            freq = min(self._freqs_hz[k], top) if k < self._used else top
            j = k
            while j > 0 and sorted_hz[j - 1] > freq:
                sorted_hz[j] = sorted_hz[j - 1]
                j -= 1
            sorted_hz[j] = freq
        for k in range(LR4_CROSSOVERS):
            self._poles.to(k, <float> tan_(PI * sorted_hz[k] / self.rate_hz))
            self._poles.to(LR4_CROSSOVERS + k, 0.0 if k < self._used else 1.0)

    cdef void settle(self) noexcept nogil:
        """[audio] End the glide at once."""
        self._poles.settle()

    cdef void clear(self) noexcept nogil:
        """[audio] Forget the past."""
        cdef int i
        for i in range(4 * LR4_SECTIONS):
            self._state[i] = 0

    cdef void split(self, const float *left, const float *right, float *bands, Py_ssize_t stride,
                    Py_ssize_t frames) noexcept nogil:
        """[audio] Band k of `frames` frames: left to row 2k of `bands`, right to row 2k + 1, rows `stride` floats apart."""
        cdef Py_ssize_t at = 0, step
        while at < frames:
            step = self._poles.piece(min(frames - at, CHUNK))
            self.piece(left + at, right + at, bands + at, stride, step)
            self.fold(bands + at, stride, step)
            self._poles.advance(step)
            at += step

    cdef void fold(self, float *bands, Py_ssize_t stride, Py_ssize_t frames) noexcept nogil:
        """What is above a crossover that is not in use goes to the band below it, from the top down."""
        cdef const float *shape = self._poles.shape()
        cdef float part, part_, moved
        cdef float *above
        cdef float *below
        cdef Py_ssize_t i
        cdef int k, way
        for k in range(LR4_CROSSOVERS - 1, -1, -1):
            part = self._poles.start()[LR4_CROSSOVERS + k]
            part_ = self._poles.span()[LR4_CROSSOVERS + k]
            for way in range(2):
                below = bands + (2 * k + way) * stride
                above = below + 2 * stride
                for i in range(frames):
                    moved = (part + part_ * shape[i]) * above[i]
                    below[i] += moved
                    above[i] -= moved

    cdef void piece(self, const float *left, const float *right, float *bands, Py_ssize_t stride,
                    Py_ssize_t frames) noexcept nogil:
        cdef const float *start = self._poles.start()
        cdef const float *span = self._poles.span()
        cdef const float *shape = self._poles.shape()
        cdef double g, a
        cdef Pair g1, g2, g3, g4, a1, a2, a3, a4
        cdef Pair x, low, high, whole, band
        cdef Pair turn1, turn2, turn3, turn4  # what makes an allpass of a section; 0 where the crossover is not in use
        cdef Section s[LR4_SECTIONS]
        cdef Py_ssize_t i
        cdef int k
        for k in range(LR4_SECTIONS):
            s[k].one = pair(self._state[4 * k], self._state[4 * k + 1])
            s[k].two = pair(self._state[4 * k + 2], self._state[4 * k + 3])
        for i in range(frames):
            g = start[0] + <double> span[0] * shape[i]
            a = 1.0 / (1.0 + g * (g + DAMPING))
            g1 = pair(g, g)
            a1 = pair(a, a)
            g = 2.0 * DAMPING * (1.0 - (start[LR4_CROSSOVERS + 0] + <double> span[LR4_CROSSOVERS + 0] * shape[i]))
            turn1 = pair(g, g)
            g = start[1] + <double> span[1] * shape[i]
            a = 1.0 / (1.0 + g * (g + DAMPING))
            g2 = pair(g, g)
            a2 = pair(a, a)
            g = 2.0 * DAMPING * (1.0 - (start[LR4_CROSSOVERS + 1] + <double> span[LR4_CROSSOVERS + 1] * shape[i]))
            turn2 = pair(g, g)
            g = start[2] + <double> span[2] * shape[i]
            a = 1.0 / (1.0 + g * (g + DAMPING))
            g3 = pair(g, g)
            a3 = pair(a, a)
            g = 2.0 * DAMPING * (1.0 - (start[LR4_CROSSOVERS + 2] + <double> span[LR4_CROSSOVERS + 2] * shape[i]))
            turn3 = pair(g, g)
            g = start[3] + <double> span[3] * shape[i]
            a = 1.0 / (1.0 + g * (g + DAMPING))
            g4 = pair(g, g)
            a4 = pair(a, a)
            g = 2.0 * DAMPING * (1.0 - (start[LR4_CROSSOVERS + 3] + <double> span[LR4_CROSSOVERS + 3] * shape[i]))
            turn4 = pair(g, g)

            x = pair(left[i], right[i])
            band = _section(&s[0], x, g2, a2, &low)
            whole = sub(x, mul(turn2, band))
            _section(&s[1], low, g2, a2, &low)
            high = sub(whole, low)

            band = _section(&s[2], low, g3, a3, &x)
            low = sub(low, mul(turn3, band))
            band = _section(&s[3], low, g4, a4, &x)
            low = sub(low, mul(turn4, band))
            band = _section(&s[4], low, g1, a1, &x)
            whole = sub(low, mul(turn1, band))
            _section(&s[5], x, g1, a1, &low)
            _write(bands, i, stride, low)
            _write(bands + 2 * stride, i, stride, sub(whole, low))

            band = _section(&s[6], high, g1, a1, &x)
            high = sub(high, mul(turn1, band))
            band = _section(&s[7], high, g3, a3, &x)
            whole = sub(high, mul(turn3, band))
            _section(&s[8], x, g3, a3, &low)
            high = sub(whole, low)

            band = _section(&s[9], low, g4, a4, &x)
            _write(bands + 4 * stride, i, stride, sub(low, mul(turn4, band)))
            band = _section(&s[10], high, g4, a4, &x)
            whole = sub(high, mul(turn4, band))
            _section(&s[11], x, g4, a4, &low)
            _write(bands + 6 * stride, i, stride, low)
            _write(bands + 8 * stride, i, stride, sub(whole, low))
        for k in range(LR4_SECTIONS):
            self._state[4 * k], self._state[4 * k + 1] = left_of(s[k].one), right_of(s[k].one)
            self._state[4 * k + 2], self._state[4 * k + 3] = left_of(s[k].two), right_of(s[k].two)

    @property
    def poles(self):
        """tan(pi f / rate) of the crossovers, in order: a `Glide`. [any]"""
        return self._poles

    def move(self, int which, double freq_hz):
        """`set_freq_hz`, for tests. [any]"""
        self.set_freq_hz(which, freq_hz)

    def use(self, int used):
        """`set_used`, for tests. [any]"""
        self.set_used(used)

    def process(self, const float[:, ::1] block not None):
        """The bands of `block` (shape (2, frames)): shape (5, 2, frames), float32, for tests. [any]"""
        out = np.empty((LR4_BANDS, 2, block.shape[1]), np.float32)
        cdef float[:, :, ::1] view = out
        if block.shape[1]:
            with nogil:
                self.split(&block[0, 0], &block[1, 0], &view[0, 0, 0], block.shape[1], block.shape[1])
        return out


cdef inline Pair _section(Section *s, Pair x, Pair g, Pair a, Pair *low) noexcept nogil:
    """One section; returns its band-pass, `low` gets its low-pass. `a` is 1 / (1 + g (g + damping))."""
    cdef Pair band = mul(a, add(s.one, mul(g, sub(x, s.two))))
    cdef Pair passed = add(s.two, mul(g, band))
    s.one = sub(add(band, band), s.one)
    s.two = sub(add(passed, passed), s.two)
    low[0] = passed
    return band


cdef inline void _write(float *row, Py_ssize_t i, Py_ssize_t stride, Pair p) noexcept nogil:
    row[i] = <float> left_of(p)
    row[stride + i] = <float> right_of(p)
