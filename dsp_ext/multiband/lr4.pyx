# cython: boundscheck=False, wraparound=False, cdivision=True
# Rows are as long as the caller states. 1 + g (g + k) is above 1 for every frequency below Nyquist.
"""Lr4: splits a signal into up to five bands by fourth-order Linkwitz-Riley filters, without latency.

The low-pass of the pair is two Butterworth low-passes in series. Low-pass and high-pass add up to a second-order allpass
(S. Linkwitz, "Active Crossover Networks for Noncoincident Drivers", JAES 24(1), 1976). Each split therefore needs two sections:
the first one gives the allpass and the first low-pass, the second one gives the second low-pass, and the high-pass is the
difference.

    x -> split 2 -> low  -> allpasses 3, 4 -> split 1 -> bands 1, 2
                 -> high -> allpass 1 -> split 3 -> low  -> allpass 4 -> band 3
                                                 -> high -> split 4 -> bands 4, 5

Each branch passes through the allpasses that belong to the splits of the other branches. The bands therefore add up to x
through four allpasses: the magnitude is flat, and the phase turns by 360 degrees at each crossover. A crossover that is not
in use is not an allpass either.

Sections are state-variable filters with trapezoidal integrators (V. Zavalishin, "The Art of VA Filter Design", 2018,
chapter 4), in float64, with left and right in one register. Frequencies are ramped by the fourth root of their tangents,
which is nearly a ramp in octaves. In a ramp of the tangents themselves, the last frames of a long downward ramp would pass
several octaves, which clicks.
"""

import numpy as np

from libc.math cimport sqrt

from dsp_ext.core cimport Double2, add, left_of, mul, double2, put_four, right_of, sub, tan_

#: How far the fourth root of a crossover's tangent moves in one ramp at FARTHEST_AT_HZ: about half an octave at 1 kHz. At other
#: rates, it moves by as many octaves.
FARTHEST = 0.05
FARTHEST_AT_HZ = 48000
#: The frequency of unused crossovers, as a part of the rate. The signal above it is added to the band below.
PARKED = 0.45

cdef enum:
    CHUNK = 512  # frames per piece; not above the length of a ramp

cdef double PI = 3.141592653589793
cdef double DAMPING = 1.4142135623730951  # 1 / Q of Butterworth
cdef double TOP = PARKED


cdef struct Section:
    Double2 one, two  # states

cdef struct Crossover:
    Double2 g  # tan(pi f / rate)
    Double2 a  # 1 / (1 + g (g + damping))
    Double2 turn  # makes an allpass of a section; 0 if the crossover is not in use

cdef struct Tree:
    # Single members instead of arrays, so that they stay in registers. A section is named by its branch and its crossover.
    Section root, root_low, low3, low4, low1, low1_low, high1, high3, high3_low, band3, high4, high4_low
    Crossover c1, c2, c3, c4


cdef class Lr4:
    """[control] creates it; [audio] runs it. O(frames). Nothing allocates after construction."""

    def __init__(self, rate_hz, freqs_hz, used=LR4_CROSSOVERS):
        """Crossovers at four `freqs_hz`, in any order, up to 0.45 `rate_hz`. The first `used` of them are in use."""
        self.rate_hz = rate_hz
        farthest = [FARTHEST * (FARTHEST_AT_HZ / rate_hz) ** 0.25] * LR4_CROSSOVERS + [0.25] * LR4_CROSSOVERS
        self._poles = RampBank(rate_hz, [0.0] * (2 * LR4_CROSSOVERS), farthest)
        self._used = used
        for which in range(LR4_CROSSOVERS):
            self._freqs_hz[which] = freqs_hz[which]
        self.aim()
        self.settle()
        self.clear()

    cdef void set_freq_hz(self, int which, double freq_hz) noexcept nogil:
        """[audio] Move crossover 0 to 3. They are sorted internally."""
        self._freqs_hz[which] = freq_hz
        self.aim()

    cdef void set_used(self, int used) noexcept nogil:
        """[audio] How many of the crossovers are in use. The bands above them are empty."""
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
            self._poles.to(k, <float> sqrt(sqrt(tan_(PI * sorted_hz[k] / self.rate_hz))))
            self._poles.to(LR4_CROSSOVERS + k, 0.0 if k < self._used else 1.0)

    cdef void settle(self) noexcept nogil:
        """[audio] End the ramp at once."""
        self._poles.settle()

    cdef void clear(self) noexcept nogil:
        """[audio] Clear the history."""
        cdef int i
        for i in range(4 * LR4_SECTIONS):
            self._state[i] = 0

    cdef bint is_fourth_in_use(self) noexcept nogil:
        """[audio] Whether there is a fifth band, or one that fades in or out. If not, its row is not written."""
        return self._poles.start()[2 * LR4_CROSSOVERS - 1] != 1 or self._poles.span()[2 * LR4_CROSSOVERS - 1] != 0

    cdef void split(self, const float *left, const float *right, float *rows, Py_ssize_t stride,
                    Py_ssize_t frames) noexcept nogil:
        """[audio] Compute the bands of `frames` frames. The first two of `rows` hold four numbers per frame: bands 1 to 4 of
        the left and of the right channel. The third and the fourth row hold band 5 of left and right in their first lane.
        The rows are `stride` floats apart."""
        cdef Py_ssize_t at = 0, step
        while at < frames:
            step = self._poles.piece(min(frames - at, CHUNK))
            self.piece(left + at, right + at, rows + 4 * at, stride, step)
            self.fold(rows + 4 * at, stride, step)
            self._poles.advance(step)
            at += step

    cdef void fold(self, float *rows, Py_ssize_t stride, Py_ssize_t frames) noexcept nogil:
        """Add the signal above each unused crossover to the band below it, from the highest crossover down."""
        cdef const float *shape = self._poles.shape()
        cdef float part, part_, moved
        cdef float *above
        cdef float *below
        cdef Py_ssize_t i
        cdef int k, way, top = LR4_CROSSOVERS if self.is_fourth_in_use() else LR4_CROSSOVERS - 1
        for k in range(top - 1, -1, -1):
            part = self._poles.start()[LR4_CROSSOVERS + k]
            part_ = self._poles.span()[LR4_CROSSOVERS + k]
            if part == 0 and part_ == 0:
                continue
            for way in range(2):
                below = rows + way * stride + k
                above = below + 1 if k < LR4_CROSSOVERS - 1 else rows + (2 + way) * stride
                for i in range(frames):
                    moved = (part + part_ * shape[i]) * above[4 * i]
                    below[4 * i] += moved
                    above[4 * i] -= moved

    cdef void piece(self, const float *left, const float *right, float *rows, Py_ssize_t stride,
                    Py_ssize_t frames) noexcept nogil:
        """Compute the bands of one piece. Without the fourth crossover, its sections are left out. They keep the state that
        a constant input at its present value would give, so that there is only a small transient when the crossover comes
        into use."""
        cdef const float *start = self._poles.start()
        cdef const float *span = self._poles.span()
        cdef const float *shape = self._poles.shape()
        cdef bint moving = self._poles.moving()
        cdef Tree t = _tree(&self._state[0])
        cdef Double2 bands[LR4_BANDS]
        cdef Py_ssize_t i
        for i in range(LR4_BANDS):
            bands[i] = double2(0, 0)
        _turn(&t, start, span, 0)
        if self.is_fourth_in_use():
            for i in range(frames):
                if moving:
                    _turn(&t, start, span, shape[i])
                _split(&t, double2(left[i], right[i]), bands, True)
                put_four(rows + 4 * i, rows + stride + 4 * i, bands[0], bands[1], bands[2], bands[3])
                rows[2 * stride + 4 * i] = <float> left_of(bands[4])
                rows[3 * stride + 4 * i] = <float> right_of(bands[4])
        else:
            for i in range(frames):
                if moving:
                    _turn(&t, start, span, shape[i])
                _split(&t, double2(left[i], right[i]), bands, False)
                put_four(rows + 4 * i, rows + stride + 4 * i, bands[0], bands[1], bands[2], bands[3])
            t.low4, t.band3, t.high4 = _at_rest(bands[4]), _at_rest(bands[2]), _at_rest(bands[3])
            t.high4_low = t.high4
        _keep_tree(&t, &self._state[0])

    @property
    def poles(self):
        """The RampBank of the fourth roots of tan(pi f / rate) of the crossovers, in order. [any]"""
        return self._poles

    def move(self, int which, double freq_hz):
        """[any] For tests: `set_freq_hz`."""
        self.set_freq_hz(which, freq_hz)

    def use(self, int used):
        """[any] For tests: `set_used`."""
        self.set_used(used)

    def process(self, const float[:, ::1] block not None):
        """[any] For tests: the bands of `block` (shape (2, frames)): shape (5, 2, frames), float32."""
        cdef Py_ssize_t frames = block.shape[1]
        rows = np.zeros((4, max(frames, 1), 4), np.float32)
        cdef float[:, :, ::1] view = rows
        with nogil:
            self.split(&block[0, 0], &block[1, 0], &view[0, 0, 0], 4 * view.shape[1], frames)
        rows = rows[:, :frames]
        return np.concatenate([np.moveaxis(rows[:2], 2, 0), rows[None, 2:, :, 0]])


cdef inline void _split(Tree *t, Double2 x, Double2 *bands, bint fourth) noexcept nogil:
    """Pass one frame through the tree. Without `fourth`, that crossover is left out, and the last of `bands` is the input
    that its allpass would get."""
    cdef Double2 band, whole, low, high
    band = _section(&t.root, x, &t.c2, &low)
    whole = sub(x, mul(t.c2.turn, band))
    _section(&t.root_low, low, &t.c2, &low)
    high = sub(whole, low)

    band = _section(&t.low3, low, &t.c3, &x)
    low = sub(low, mul(t.c3.turn, band))
    if fourth:
        band = _section(&t.low4, low, &t.c4, &x)
        low = sub(low, mul(t.c4.turn, band))
    else:
        bands[4] = low
    band = _section(&t.low1, low, &t.c1, &x)
    whole = sub(low, mul(t.c1.turn, band))
    _section(&t.low1_low, x, &t.c1, &bands[0])
    bands[1] = sub(whole, bands[0])

    band = _section(&t.high1, high, &t.c1, &x)
    high = sub(high, mul(t.c1.turn, band))
    band = _section(&t.high3, high, &t.c3, &x)
    whole = sub(high, mul(t.c3.turn, band))
    _section(&t.high3_low, x, &t.c3, &low)
    high = sub(whole, low)

    if fourth:
        band = _section(&t.band3, low, &t.c4, &x)
        bands[2] = sub(low, mul(t.c4.turn, band))
        band = _section(&t.high4, high, &t.c4, &x)
        whole = sub(high, mul(t.c4.turn, band))
        _section(&t.high4_low, x, &t.c4, &bands[3])
        bands[4] = sub(whole, bands[3])
    else:
        bands[2] = low
        bands[3] = high


cdef inline Double2 _section(Section *s, Double2 x, const Crossover *c, Double2 *low) noexcept nogil:
    """Compute one section. Returns its band-pass and stores its low-pass in `low`."""
    cdef Double2 band = mul(c.a, add(s.one, mul(c.g, sub(x, s.two))))
    cdef Double2 way = mul(c.g, band), passed = add(s.two, way)
    s.one = sub(add(band, band), s.one)
    s.two = add(passed, way)
    low[0] = passed
    return band


cdef inline Section _at_rest(Double2 x) noexcept nogil:
    """A section in the steady state for the constant input `x`."""
    cdef Section s
    s.one, s.two = double2(0, 0), x
    return s


cdef inline void _turn(Tree *t, const float *start, const float *span, float shape) noexcept nogil:
    """Set the crossovers for the progress `shape` of the ramp."""
    t.c1, t.c2 = _crossover(start, span, 0, shape), _crossover(start, span, 1, shape)
    t.c3, t.c4 = _crossover(start, span, 2, shape), _crossover(start, span, 3, shape)


cdef inline Crossover _crossover(const float *start, const float *span, int k, float shape) noexcept nogil:
    cdef double root = start[k] + <double> span[k] * shape, g = (root * root) * (root * root)
    cdef double a = 1.0 / (1.0 + g * (g + DAMPING))
    cdef double used = 1.0 - (start[LR4_CROSSOVERS + k] + <double> span[LR4_CROSSOVERS + k] * shape)
    cdef Crossover c
    c.g = double2(g, g)
    c.a = double2(a, a)
    c.turn = double2(2.0 * DAMPING * used, 2.0 * DAMPING * used)
    return c


cdef inline Tree _tree(const double *state) noexcept nogil:
    cdef Tree t
    t.root, t.root_low, t.low3, t.low4 = _load(state, 0), _load(state, 1), _load(state, 2), _load(state, 3)
    t.low1, t.low1_low, t.high1, t.high3 = _load(state, 4), _load(state, 5), _load(state, 6), _load(state, 7)
    t.high3_low, t.band3, t.high4, t.high4_low = _load(state, 8), _load(state, 9), _load(state, 10), _load(state, 11)
    return t


cdef inline void _keep_tree(const Tree *t, double *state) noexcept nogil:
    _keep(state, 0, t.root)
    _keep(state, 1, t.root_low)
    _keep(state, 2, t.low3)
    _keep(state, 3, t.low4)
    _keep(state, 4, t.low1)
    _keep(state, 5, t.low1_low)
    _keep(state, 6, t.high1)
    _keep(state, 7, t.high3)
    _keep(state, 8, t.high3_low)
    _keep(state, 9, t.band3)
    _keep(state, 10, t.high4)
    _keep(state, 11, t.high4_low)


cdef inline Section _load(const double *state, int k) noexcept nogil:
    cdef Section s
    s.one = double2(state[4 * k], state[4 * k + 1])
    s.two = double2(state[4 * k + 2], state[4 * k + 3])
    return s


cdef inline void _keep(double *state, int k, Section s) noexcept nogil:
    state[4 * k], state[4 * k + 1] = left_of(s.one), right_of(s.one)
    state[4 * k + 2], state[4 * k + 3] = left_of(s.two), right_of(s.two)
