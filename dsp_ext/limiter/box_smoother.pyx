# cython: boundscheck=False, wraparound=False, cdivision=True
# Lengths are cut to CHUNK; positions stay below the length of the array.
"""BoxSmoother: smoothing by a finite filter, in place. The cost is the same for every input and every length."""

import numpy as np

from libc.stdint cimport int64_t
from libc.string cimport memmove, memset

cdef enum:
    CHUNK = 256
    BOXES = 3
    UNITY = 1 << 25  # 1.0 in integers


cdef inline uint64_t integer(float x) noexcept nogil:
    return <uint64_t> <int64_t> <int> (x * <float> UNITY)


cdef class BoxSmoother:
    """Moving average over `length` values between -32 and 32: three running means in cascade. Values before the first are 0.

    The filter has finitely many weights, which are non-negative and sum to 1. A smoothed reduction is therefore never below the
    smallest of the last `length` reductions, so it is large enough for their peak. For audio, the filter is a linear-phase low-pass.

    The values are summed three times in succession, and the result is computed from eight of these sums (a cascaded
    integrator-comb filter: Hogenauer, IEEE Trans. ASSP 29(2), 1981). The sums are integers, so the result stays exact although they
    wrap around. If all values are 0, the result is exactly 0.
    """

    def __init__(self, Py_ssize_t longest):
        """[control] Allocates memory for `longest` frames, at least 3. Starts with that length."""
        if longest < BOXES:
            raise ValueError(f"length must be at least {BOXES} frames, not {longest}")
        self.longest = longest
        # The boxes of all lengths have length + 2 frames in total.
        self._past = longest + BOXES - 1
        self._sums = np.zeros(self._past + 4 * CHUNK, np.uint64)
        self.set_length(longest)

    cdef void set_length(self, Py_ssize_t length) noexcept nogil:
        """[audio] Set the length, 3 to `longest` frames. All past values then count as 0."""
        cdef Py_ssize_t total = length + BOXES - 1
        self.length = length
        # The three means get half, three tenths, and the rest. Of the tested divisions, this one leaves the least of a step above
        # 200 Hz.
        self._box[0] = total // 2
        self._box[1] = 3 * total // 10
        self._box[2] = total - self._box[0] - self._box[1]
        self._scale = 1.0 / (<double> UNITY * <double> self._box[0] * <double> self._box[1] * <double> self._box[2])
        self.clear()

    cdef void clear(self) noexcept nogil:
        """[audio] Clear all past values: they count as 0."""
        memset(&self._sums[0], 0, self._sums.shape[0] * sizeof(uint64_t))
        self._sum[0] = self._sum[1] = self._sum[2] = 0
        self._at = self._past

    cdef void run(self, float *x, Py_ssize_t frames) noexcept nogil:
        """[audio] Replace values by their moving average."""
        cdef Py_ssize_t step, i
        cdef uint64_t first = self._sum[0], second = self._sum[1], third = self._sum[2]
        cdef uint64_t *new
        while frames > 0:
            step = frames if frames < CHUNK else CHUNK
            if self._at + step > self._sums.shape[0]:
                memmove(&self._sums[0], &self._sums[self._at - self._past], self._past * sizeof(uint64_t))
                self._at = self._past
            new = &self._sums[self._at]
            for i in range(step):
                first += integer(x[i])
                second += first
                third += second
                new[i] = third
            mean(x, new, self._box[0], self._box[1], self._box[2], self._scale, step)
            self._at += step
            x += step
            frames -= step
        self._sum[0], self._sum[1], self._sum[2] = first, second, third

    def process(self, float[::1] x not None):
        """[any] `run`, for tests."""
        if x.shape[0]:
            self.run(&x[0], x.shape[0])


cdef void mean(float *x, const uint64_t *s, Py_ssize_t a, Py_ssize_t b, Py_ssize_t c, double scale, Py_ssize_t frames) noexcept nogil:
    """The result of three running means of a, b and c frames, computed from `s`, the values that were summed three times."""
    cdef Py_ssize_t i
    cdef const uint64_t *s_a = s - a
    cdef const uint64_t *s_b = s - b
    cdef const uint64_t *s_c = s - c
    cdef const uint64_t *s_ab = s - a - b
    cdef const uint64_t *s_ac = s - a - c
    cdef const uint64_t *s_bc = s - b - c
    cdef const uint64_t *s_abc = s - a - b - c
    for i in range(frames):
        x[i] = <float> (scale * <double> <int64_t> (
            ((s[i] - s_a[i]) - (s_b[i] - s_ab[i])) - ((s_c[i] - s_ac[i]) - (s_bc[i] - s_abc[i]))
        ))
