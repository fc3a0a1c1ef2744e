# cython: boundscheck=False, wraparound=False, cdivision=True
# Windows have one new value at a time.
"""Steadiness: whether the sound above 300 Hz holds its level, as a held chord or a test tone does and music rarely does.

    high-pass -> power, averaged over about 10 ms -> variation of its level over 150 ms -> 1 (steady) to 0 -> held for 200 ms

If the level of the music changes, it masks a gain that changes quickly; a held tone does not. The steady stage of the limiter
uses this figure to act slowly on held tones. Silence below -90 dBFS counts as steady, so that a tone which fades in after it is
treated as steady. Sound between -90 and -60 dBFS never counts as steady. The level is measured 1500 times a second.
"""

from libc.math cimport fabsf

from dsp_ext.core cimport log2_
from .envelopes cimport share

from .envelopes import SlidingMax

CORNER_HZ = 300.0
AVERAGE_MS = 5.0  # time constant of each of two one-pole averages
SPAN_MS = 150.0
MEMORY_MS = 200.0
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


cdef inline double bounded(float x) noexcept nogil:
    """`x` limited to +-64, and finite even for NaN, so that one invalid sample has no lasting effect."""
    x = x if x > <float> -64.0 else <float> -64.0
    return x if x < <float> 64.0 else <float> 64.0


cdef class Steadiness:
    """Stereo. Measures the sum of the powers of both channels."""

    def __init__(self, double rate_hz):
        self._every = max(1, round(rate_hz / LOOKS_HZ))
        looks_hz = rate_hz / self._every
        self._highest = SlidingMax(round(SPAN_MS * 1e-3 * looks_hz))
        self._lowest = SlidingMax(round(SPAN_MS * 1e-3 * looks_hz))
        self._memory = SlidingMax(round(MEMORY_MS * 1e-3 * looks_hz))
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
        for i in range(4):
            self._low[i] = 0.0
        self._power[0] = self._power[1] = 0.0
        self._left = self._every
        self._memory.run(&steady, 1)
        self._steady = 1.0

    cdef void judge(self) noexcept nogil:
        """Measure the level once and update the steadiness."""
        cdef float level = log2_(<float> (self._power[1] + LEAST_POWER)) - FLOOR
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
        if fabsf(steady - self._steady) > TOLERANCE or steady == <float> 0.0 or steady == <float> 1.0:
            self._steady = steady

    cdef void run(self, const float *left, const float *right, float *steady, Py_ssize_t frames) noexcept nogil:
        """[audio] Compute the steadiness of each frame, 0 to 1."""
        cdef Py_ssize_t i
        cdef double a = self._corner, k = self._average, l, r
        cdef double l1 = self._low[0], l2 = self._low[1], r1 = self._low[2], r2 = self._low[3]
        cdef double first = self._power[0], second = self._power[1]
        for i in range(frames):
            l = bounded(left[i])
            r = bounded(right[i])
            l1 += a * (l - l1)
            r1 += a * (r - r1)
            l2 += a * (l - l1 - l2)
            r2 += a * (r - r1 - r2)
            l = l - l1 - l2
            r = r - r1 - r2
            first += k * (l * l + r * r - first)
            second += k * (first - second)
            self._left -= 1
            if self._left == 0:
                self._left = self._every
                self._power[1] = second
                self.judge()
            steady[i] = self._steady
        self._low[0], self._low[1], self._low[2], self._low[3] = l1, l2, r1, r2
        self._power[0], self._power[1] = first, second

    def process(self, float[:, ::1] block not None, float[::1] steady not None):
        """[any] `run`, for tests: `block` has shape (2, frames)."""
        if block.shape[1]:
            self.run(&block[0, 0], &block[1, 0], &steady[0], block.shape[1])
