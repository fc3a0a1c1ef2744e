# cython: boundscheck=False, wraparound=False, cdivision=True
# Windows get one new value at a time; parts end at the end of a group.
"""Steadiness: whether the sound above 300 Hz holds its level, as a held chord or a test tone does and music rarely does.

    high-pass -> power, averaged over about 10 ms -> range of its level over 150 ms -> 1 (steady) to 0 -> kept for 200 ms
    -> slow rise

A gain that moves quickly is inaudible while the music itself changes, but around a held tone nothing masks it. The steady stage of
the limiter uses this figure to act slowly on such tones. Silence below -90 dBFS counts as steady, so that a tone which fades in
after it is treated as steady at once. Sound between -90 and -60 dBFS never counts as steady. The level is measured 1500 times a
second.

The figure falls at once, but takes RISE_MS from 0 to 1. While a sound becomes steady, the peak stage still reduces it, and
this reduction ends with the release of that stage. If the steady stage took over faster, both stages would reduce the sound for a
moment.
"""

from libc.math cimport fabsf

from dsp_ext.core cimport Double2, add, double2, greater, left_of, lesser, log2_, mul, right_of, sub
from .envelopes cimport share

from .groups import group_frames
from .sliding_max import SlidingMax

CORNER_HZ = 300.0
AVERAGE_MS = 5.0  # time constant of each of two one-pole averages
SPAN_MS = 150.0
MEMORY_MS = 200.0
RISE_MS = 800.0
LOOKS_HZ = 1500.0

cdef double PI = 3.141592653589793
# Levels are log2 of power: one octave is 3.01 dB.
cdef float OCTAVES_PER_DB_OF_POWER = 0.33219281
cdef float FLOOR = -100.0 * OCTAVES_PER_DB_OF_POWER
cdef float SILENT = 10.0 * OCTAVES_PER_DB_OF_POWER  # above FLOOR; lower levels are silence, which is steady
cdef float QUIET = 40.0 * OCTAVES_PER_DB_OF_POWER  # above FLOOR; no sound between silence and this level is steady
cdef float STEADY = 0.4 * OCTAVES_PER_DB_OF_POWER  # a sound whose level varies by up to this is steady
cdef float MOVING = 0.9 * OCTAVES_PER_DB_OF_POWER  # a sound whose level varies by this or more is not steady
cdef float TOLERANCE = 0.1  # smaller changes of the steadiness are ignored, so that the gain of a tone does not follow them
cdef float TOP = 64.0
cdef double LEAST_POWER = 1e-12


cdef class Steadiness:
    """Stereo. Measures the sum of the powers of both channels."""

    def __init__(self, double rate_hz):
        self._group = group_frames(rate_hz)
        self._every = max(1, round(rate_hz / LOOKS_HZ / self._group))
        looks_hz = rate_hz / self._group / self._every
        self._highest = SlidingMax(round(SPAN_MS * 1e-3 * looks_hz), 64)
        self._lowest = SlidingMax(round(SPAN_MS * 1e-3 * looks_hz), 64)
        self._memory = SlidingMax(round(MEMORY_MS * 1e-3 * looks_hz), 64)
        self._rise = 1e3 / (RISE_MS * looks_hz)
        corner = 2.0 * PI * CORNER_HZ / rate_hz
        self._corner = corner / (1.0 + corner)
        self._average = share(AVERAGE_MS, rate_hz)
        self.clear()

    cdef void clear(self) noexcept nogil:
        """[audio] Clear all past values. The state is then as after silence."""
        cdef Py_ssize_t i
        cdef float silent, steady = 1.0
        self._highest.clear()
        self._lowest.clear()
        self._memory.clear()
        for i in range(self._lowest.window):
            silent = TOP
            self._lowest.run(&silent, 1)
        self._low_1 = self._low_2 = self._power_1 = self._power_2 = double2(0.0, 0.0)
        self._filled = 0
        self._left = self._every
        self._memory.run(&steady, 1)
        self._goal = self._steady = 1.0

    cdef void judge(self) noexcept nogil:
        """Process one measurement of the level."""
        cdef float level = log2_(<float> (left_of(self._power_2) + right_of(self._power_2) + LEAST_POWER)) - FLOOR
        cdef float highest, lowest, moved, steady
        level = level if level > <float> 0.0 else <float> 0.0
        highest = level
        lowest = TOP - level  # both windows compute maxima, so the minimum is that of the negated level
        self._highest.run(&highest, 1)
        self._lowest.run(&lowest, 1)
        moved = highest + lowest - TOP
        moved += QUIET - level if SILENT < level < QUIET else <float> 0.0
        steady = (MOVING - moved) / (MOVING - STEADY)
        steady = steady if steady > <float> 0.0 else <float> 0.0
        steady = steady if steady < <float> 1.0 else <float> 1.0
        self._memory.run(&steady, 1)
        if fabsf(steady - self._goal) > TOLERANCE or steady == <float> 0.0 or steady == <float> 1.0:
            self._goal = steady
        steady = self._steady + self._rise
        self._steady = steady if steady < self._goal else self._goal

    cdef void follow(self, const float *left, const float *right, Py_ssize_t frames) noexcept nogil:
        """The power above CORNER_HZ. Invalid samples count as loud ones, so that their effect ends after some time."""
        cdef Py_ssize_t i
        cdef Double2 a = double2(self._corner, self._corner), k = double2(self._average, self._average)
        cdef Double2 top = double2(64.0, 64.0), bottom = double2(-64.0, -64.0)
        cdef Double2 low_1 = self._low_1, low_2 = self._low_2, power_1 = self._power_1, power_2 = self._power_2, x
        for i in range(frames):
            x = greater(lesser(double2(left[i], right[i]), top), bottom)
            low_1 = add(low_1, mul(a, sub(x, low_1)))
            x = sub(x, low_1)
            low_2 = add(low_2, mul(a, sub(x, low_2)))
            x = sub(x, low_2)
            power_1 = add(power_1, mul(k, sub(mul(x, x), power_1)))
            power_2 = add(power_2, mul(k, sub(power_1, power_2)))
        self._low_1, self._low_2, self._power_1, self._power_2 = low_1, low_2, power_1, power_2

    cdef void run(self, const float *left, const float *right, float *steady, Py_ssize_t frames) noexcept nogil:
        """[audio] Write the steadiness, 0 to 1, for each group of frames that ends."""
        cdef Py_ssize_t part
        while frames > 0:
            part = self._group - self._filled
            part = part if part < frames else frames
            self.follow(left, right, part)
            self._filled += part
            if self._filled == self._group:
                self._filled = 0
                self._left -= 1
                if self._left == 0:
                    self._left = self._every
                    self.judge()
                steady[0] = self._steady
                steady += 1
            left += part
            right += part
            frames -= part

    def process(self, float[:, ::1] block not None, float[::1] steady not None):
        """[any] `run`, for tests: `block` has shape (2, frames), `steady` has room for the groups."""
        if block.shape[1]:
            self.run(&block[0, 0], &block[1, 0], &steady[0], block.shape[1])
