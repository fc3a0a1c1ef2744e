# cython: boundscheck=False, wraparound=False, cdivision=True
# Rows are as long as the caller states. Pieces end at CHUNK. Where gains are divisors, they are kept above zero.
"""Shelves: applies the gains of bands with minimum-phase shelves in series, without latency ("dynamic phase").

Between each two adjacent bands there is a low shelf whose gain is the ratio of their gains. The gain of the last band
applies to the whole signal. The first band is therefore a low shelf, the last one a high shelf, and an inner band is the
difference of two shelves. If all bands have the same gain, the result is exactly that gain without any phase shift. If that
gain is one, nothing is added, bit for bit.

A section is a state-variable filter with trapezoidal integrators (V. Zavalishin, "The Art of VA Filter Design", 2018,
chapters 3 and 4), which stays stable while its coefficients change from frame to frame. It is mixed to a shelf that has half
of its gain in dB at the crossover. Boost and cut are mirror images:

    A = sqrt(gain), g = tan(pi f / rate) / sqrt(A)
    y = x + k (A - 1) band-pass + (A^2 - 1) low-pass,  k = sqrt 2

The states of a section depend on its input only, and the gains are applied to the outputs of the states. A change of gain
therefore does not act on sound that is already in the filter. The sections are ordered from the lowest crossover up, and the
common gain comes last: each one compensates at once for the gain that earlier ones applied below. float64, with left and
right in one register.
"""

import numpy as np

from libc.math cimport sqrt

from dsp_ext.core cimport Double2, add, left_of, mul, double2, right_of, sub

cdef enum:
    CHUNK = 128  # frames per piece; not above the length of a ramp
    WAYS = 2  # channels
    LANES = 4  # numbers per frame in a row of bands
    # Rows of scratch memory for each channel of each section.
    ROOT = 0  # A
    POLE  # g
    FACTOR  # 1 / (1 + g (g + k))
    ROWS

cdef double DAMPING = 1.4142135623730951  # 1 / Q of Butterworth
cdef double LEAST = 0.025  # -32 dB: the lowest gain of a band
cdef double EXACT_FROM = 0.125  # -18 dB


cdef class Shelves:
    """[control] creates it; [audio] runs it. O(frames). Nothing allocates after construction."""

    def __init__(self, rate_hz, RampBank poles not None, int used):
        """Crossovers at the targets of `poles`, fourth roots of tan(pi f / rate) in order. The first `used` are in use."""
        self._values = RampBank(rate_hz, [0.0] * (2 * SHELF_SECTIONS), poles._farthest)
        self._gains = np.zeros((WAYS * SHELF_BANDS, CHUNK))
        self._work = np.zeros((ROWS * WAYS * SHELF_SECTIONS, CHUNK))
        self.follow(poles, used)
        self.settle()
        self.clear()

    cdef void follow(self, RampBank poles, int used) noexcept nogil:
        """[audio] Move to the targets of `poles`. Bands above crossover number `used` take the gain of the last band
        below."""
        cdef int k
        for k in range(SHELF_SECTIONS):
            self._values.to(k, poles._target[k])
            self._values.to(SHELF_SECTIONS + k, 1.0 if k < used else 0.0)

    cdef void settle(self) noexcept nogil:
        """[audio] End the ramp at once."""
        self._values.settle()

    cdef void clear(self) noexcept nogil:
        """[audio] Clear the history."""
        cdef int i
        for i in range(4 * SHELF_SECTIONS):
            self._state[i] = 0

    cdef void change(self, const float *left, const float *right, const float *changes, Py_ssize_t stride, bint linked,
                     float *out_l, float *out_r, Py_ssize_t frames) noexcept nogil:
        """[audio] Write the output of the shelves minus their input to `out_l` and `out_r`. `changes` holds the gains minus
        1 in the layout of `Lr4.split`. `linked`: the gains of the left channel are used for both."""
        cdef Py_ssize_t at = 0, step
        cdef int sections
        while at < frames:
            step = self._values.piece(min(frames - at, CHUNK))
            sections = self.sections()
            self.gains(changes + LANES * at, stride, sections, 1 if linked else WAYS, step)
            self.piece(left + at, right + at, sections, linked, out_l + at, out_r + at, step)
            self._values.advance(step)
            at += step

    cdef int sections(self) noexcept nogil:
        """The number of sections to compute. The last one is left out while it is not in use, and then starts with empty
        states."""
        cdef int k
        if self._values.start()[2 * SHELF_SECTIONS - 1] != 0 or self._values.span()[2 * SHELF_SECTIONS - 1] != 0:
            return SHELF_SECTIONS
        for k in range(4 * (SHELF_SECTIONS - 1), 4 * SHELF_SECTIONS):
            self._state[k] = 0
        return SHELF_SECTIONS - 1

    cdef void gains(self, const float *changes, Py_ssize_t stride, int sections, int ways, Py_ssize_t frames) noexcept nogil:
        """Compute the gains of the bands, and from them the coefficients of the sections."""
        cdef const float *start = self._values.start()
        cdef const float *span = self._values.span()
        cdef int k, way
        for way in range(ways):
            _first_gain(changes + way * stride, &self._gains[way, 0], frames)
        for k in range(sections):
            for way in range(ways):
                _coefficients(
                    changes + way * stride + k + 1 if k + 1 < LANES else changes + (WAYS + way) * stride,
                    &self._gains[WAYS * k + way, 0], &self._gains[WAYS * (k + 1) + way, 0],
                    &self._work[ROWS * (WAYS * k + way), 0], start[k], span[k],
                    start[SHELF_SECTIONS + k], span[SHELF_SECTIONS + k], self._values.shape(), frames,
                )

    cdef void piece(self, const float *left, const float *right, int sections, bint linked, float *out_l, float *out_r,
                    Py_ssize_t frames) noexcept nogil:
        cdef const double *row
        cdef Py_ssize_t other = 0 if linked else ROWS * CHUNK  # the offset from the left channel's numbers to the right channel's
        cdef const double *last_l = &self._gains[WAYS * sections, 0]
        cdef const double *last_r = &self._gains[WAYS * sections + (0 if linked else 1), 0]
        cdef double *state = &self._state[0]
        cdef Double2 one[SHELF_SECTIONS]
        cdef Double2 two[SHELF_SECTIONS]
        cdef Double2 x, y, root, pole, band, low, unit = double2(1.0, 1.0), damping = double2(DAMPING, DAMPING)
        cdef Py_ssize_t i
        cdef int k
        for k in range(SHELF_SECTIONS):
            one[k] = double2(state[4 * k], state[4 * k + 1])
            two[k] = double2(state[4 * k + 2], state[4 * k + 3])
        for i in range(frames):
            x = y = double2(left[i], right[i])
            for k in range(sections):
                row = &self._work[ROWS * WAYS * k, 0] + i
                root = double2(row[ROOT * CHUNK], row[ROOT * CHUNK + other])
                pole = double2(row[POLE * CHUNK], row[POLE * CHUNK + other])
                band = double2(row[FACTOR * CHUNK], row[FACTOR * CHUNK + other])
                band = mul(band, add(one[k], mul(pole, sub(y, two[k]))))
                low = add(two[k], mul(pole, band))
                one[k] = sub(add(band, band), one[k])
                two[k] = sub(add(low, low), two[k])
                y = add(y, mul(mul(damping, sub(root, unit)), band))
                y = add(y, mul(sub(mul(root, root), unit), low))
            y = sub(mul(y, double2(last_l[i], last_r[i])), x)
            out_l[i] = <float> left_of(y)
            out_r[i] = <float> right_of(y)
        for k in range(SHELF_SECTIONS):
            state[4 * k], state[4 * k + 1] = left_of(one[k]), right_of(one[k])
            state[4 * k + 2], state[4 * k + 3] = left_of(two[k]), right_of(two[k])

    def process(self, const float[:, ::1] block not None, const float[:, ::1] changes not None, bint linked=False):
        """[any] For tests: `change` for `block` (shape (2, frames)) with `changes` (shape (10, frames), band by band).
        Returns shape (2, frames)."""
        out = np.empty((WAYS, block.shape[1]), np.float32)
        cdef float[:, ::1] view = out
        if changes.shape[0] != WAYS * SHELF_BANDS or changes.shape[1] != block.shape[1]:
            raise ValueError(f"changes must have shape ({WAYS * SHELF_BANDS}, {block.shape[1]})")
        rows = np.zeros((2 * WAYS, max(1, block.shape[1]), LANES), np.float32)
        cdef float[:, :, ::1] lanes = rows
        bands = np.asarray(changes).reshape(SHELF_BANDS, WAYS, -1)
        rows[:WAYS, :block.shape[1]] = np.moveaxis(bands[:LANES], 0, 2)
        rows[WAYS:, :block.shape[1], 0] = bands[LANES]
        if block.shape[1]:
            with nogil:
                self.change(&block[0, 0], &block[1, 0], &lanes[0, 0, 0], LANES * lanes.shape[1], linked, &view[0, 0],
                            &view[1, 0], block.shape[1])
        return out


cdef inline double _gain(float change) noexcept nogil:
    """The gain of a band whose gain minus 1 is `change`. Down to -18 dB the gain is exact. Below that, the result is higher than the
    gain, and never below LEAST. A lower gain in an inner band would amplify the rounding errors of the gains, because the shelf
    below the band boosts by as much as the shelf above it cuts: at -80 dB, a moving gain would add noise of -48 dBFS to a bass tone."""
    cdef double gain = 1.0 + <double> change
    cdef double below = EXACT_FROM - gain if gain < EXACT_FROM else 0.0
    below = below * below * (1.0 / (EXACT_FROM * EXACT_FROM))
    return gain + LEAST * (below * below)


cdef void _first_gain(const float *change, double *gain, Py_ssize_t frames) noexcept nogil:
    """The gain of the first band. The values of `change` are four numbers apart."""
    cdef Py_ssize_t i
    for i in range(frames):
        gain[i] = _gain(change[LANES * i])


cdef void _coefficients(const float *change, const double *below, double *above, double *rows, double corner,
                        double corner_, double part, double part_, const float *shape, Py_ssize_t frames) noexcept nogil:
    """The gain of the band above a crossover, and the numbers of the section between it and the band `below`. `corner` is
    the fourth root of the crossover's tangent."""
    cdef Py_ssize_t i
    cdef double gain, ratio, corner_now
    cdef double *root = rows + ROOT * CHUNK
    cdef double *pole = rows + POLE * CHUNK
    cdef double *factor = rows + FACTOR * CHUNK
    for i in range(frames):
        gain = _gain(change[LANES * i])
        gain = below[i] + (part + part_ * shape[i]) * (gain - below[i])
        above[i] = gain
        ratio = sqrt(below[i] / gain)
        root[i] = ratio
        corner_now = corner + corner_ * shape[i]
        corner_now = corner_now * corner_now
        gain = corner_now * corner_now / sqrt(ratio)
        pole[i] = gain
        factor[i] = 1.0 / (1.0 + gain * (gain + DAMPING))
