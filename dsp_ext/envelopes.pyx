# cython: boundscheck=False, wraparound=False, cdivision=True
# Indices are the loops' own; lengths are cut to CHUNK, rings to their own length.
"""Pieces that a limiter's gain is made of: sliding maximum, release, finite smoothing.

All work in place, sample by sample in effect: results do not depend on how the stream is cut. None allocates after it was
made, and each costs the same for every input.
"""

from libc.string cimport memcpy, memmove, memset

import numpy as np

cdef enum:
    CHUNK = 256
    BOXES = 3
    UNITY = 1 << 30  # 1.0 in the integers of BoxSmoother

#: How BoxSmoother divides its length. Of 10 ms, this leaves the least beyond 200 Hz of a gain that steps.
_SPLIT = (0.5, 0.3, 0.2)


cdef class SlidingMax:
    """Largest of the newest `window` values; values before the first count as 0.

    A ladder: maxima over 2, 4, 8 ... values, each from two of the rung below, and the last rung overlaps to the exact
    window. log2(window) comparisons a sample, but side by side in vector lanes and always the same, unlike the usual
    monotonic queue (Lemire 2006), whose cost follows the signal.
    """

    def __init__(self, Py_ssize_t window):
        if window < 1:
            raise ValueError(f"window must be at least 1 frame, not {window}")
        self.window = window
        distances = []
        reach = 1
        while 2 * reach <= window:
            distances.append(reach)
            reach *= 2
        if window > reach:
            distances.append(window - reach)
        self._levels = len(distances)
        self._distance = np.array(distances or [0], np.intp)
        # Each level keeps `distance` past values, with a chunk of new ones behind them.
        sizes = [d + CHUNK for d in distances]
        self._start = np.array([0, *np.cumsum(sizes)], np.intp)
        self._history = np.zeros(max(1, sum(sizes)), np.float32)

    cdef void clear(self) noexcept nogil:
        """[audio] Forget the past."""
        memset(&self._history[0], 0, self._history.shape[0] * sizeof(float))

    cdef void run(self, float *x, Py_ssize_t frames) noexcept nogil:
        """[audio] Replace each x by the largest of it and the window - 1 values before it."""
        cdef Py_ssize_t level, step, i, distance
        cdef float *old
        cdef float *new
        cdef float a, b
        while frames > 0:
            step = frames if frames < CHUNK else CHUNK
            for level in range(self._levels):
                distance = self._distance[level]
                old = &self._history[0] + self._start[level]
                new = old + distance
                memcpy(new, x, step * sizeof(float))
                for i in range(step):
                    a = new[i]
                    b = old[i]
                    x[i] = a if a > b else b
                memmove(old, old + step, distance * sizeof(float))
            x += step
            frames -= step

    def process(self, float[::1] x not None):
        """[any] `run`, for tests."""
        if x.shape[0]:
            self.run(&x[0], x.shape[0])


cdef class Release:
    """Rises at once, falls exponentially with the time constant `release_ms`.

    The fall aims FLOOR below its input, so it arrives, and a limiter at rest has exactly no reduction: from 1 after
    7 time constants. With octaves as the unit, FLOOR is 0.006 dB.
    """

    def __init__(self, rate_hz, double release_ms=100.0):
        self.rate_hz = rate_hz
        self.set_ms(release_ms)
        self._value = 0.0

    cdef void set_ms(self, double release_ms) noexcept nogil:
        """[audio] Time constant in ms, at least 1 (smaller counts as 1)."""
        cdef double x = 1000.0 / ((release_ms if release_ms > 1.0 else 1.0) * self.rate_hz)
        # 1 - exp(-x) for x < 0.023: four terms leave 1e-9 of it, and no libm.
        self._take = x * (1.0 - x * (1.0 / 2.0 - x * (1.0 / 6.0 - x / 24.0)))
        self._keep = 1.0 - self._take

    cdef void raise_to(self, double value) noexcept nogil:
        """[audio] Be at least at `value` now."""
        self._value = value if value > self._value else self._value

    cdef void clear(self) noexcept nogil:
        self._value = 0.0

    cdef void run(self, float *x, Py_ssize_t frames) noexcept nogil:
        """[audio] Replace x >= 0 by the released envelope."""
        cdef Py_ssize_t i
        cdef double value = self._value, keep = self._keep, take = self._take, floor = take * 1e-3, new
        for i in range(frames):
            new = x[i]
            value = keep * value + (take * new - floor)
            value = new if new > value else value
            x[i] = <float> value
        self._value = value

    def process(self, float[::1] x not None):
        """[any] `run`, for tests."""
        if x.shape[0]:
            self.run(&x[0], x.shape[0])


cdef class BoxSmoother:
    """Moving average of gains (0 to 1) over `length` values: three boxes in cascade, their split in _SPLIT.

    Finite, non-negative, sums to 1: what comes out is never above the largest gain of the last `length`, so no peak that
    the gains were made for gets past. Integers (2^30 is 1) make the running sums exact for ever; where all gains are 1,
    the result is exactly 1. Past gains count as 1.
    """

    def __init__(self, Py_ssize_t length):
        if length < BOXES:
            raise ValueError(f"length must be at least {BOXES} frames, not {length}")
        self.length = length
        total = length + BOXES - 1
        first, second = max(1, round(_SPLIT[0] * total)), max(1, round(_SPLIT[1] * total))
        boxes = (first, second, total - first - second)
        self._unit[0] = UNITY
        for i in range(BOXES):
            self._box[i] = boxes[i]
            if i + 1 < BOXES:
                self._unit[i + 1] = self._unit[i] * boxes[i]
        self._scale = 1.0 / (float(UNITY) * boxes[0] * boxes[1] * boxes[2])
        self._ring0 = np.zeros(boxes[0], np.int64)
        self._ring1 = np.zeros(boxes[1], np.int64)
        self._ring2 = np.zeros(boxes[2], np.int64)
        self._work = np.zeros(CHUNK, np.int64)
        self.clear()

    cdef int64_t *ring(self, Py_ssize_t box) noexcept nogil:
        if box == 0:
            return &self._ring0[0]
        return &self._ring1[0] if box == 1 else &self._ring2[0]

    cdef void clear(self) noexcept nogil:
        """[audio] As if all gains so far had been 1."""
        cdef Py_ssize_t box, i
        cdef int64_t *ring
        for box in range(BOXES):
            ring = self.ring(box)
            for i in range(self._box[box]):
                ring[i] = self._unit[box]
            self._sum[box] = self._unit[box] * self._box[box]
            self._at[box] = 0

    cdef void lower_to(self, float gain) noexcept nogil:
        """[audio] Let no past gain count as more than `gain`: from the next value on, none above it comes out."""
        cdef Py_ssize_t box, i
        cdef int64_t *ring
        cdef int64_t most, total
        for box in range(BOXES):
            ring = self.ring(box)
            most = <int64_t> (<double> gain * <double> self._unit[box])
            total = 0
            for i in range(self._box[box]):
                ring[i] = most if most < ring[i] else ring[i]
                total += ring[i]
            self._sum[box] = total

    cdef void run(self, float *gain, Py_ssize_t frames) noexcept nogil:
        """[audio] Replace gains by their moving average."""
        cdef Py_ssize_t box, step, done, part, at, i
        cdef int64_t *ring
        cdef int64_t *work = &self._work[0]
        cdef int64_t *stretch
        cdef int64_t total, new
        while frames > 0:
            step = frames if frames < CHUNK else CHUNK
            for i in range(step):
                work[i] = <int> (gain[i] * <float> UNITY)
            for box in range(BOXES):
                total = self._sum[box]
                at = self._at[box]
                done = 0
                while done < step:
                    part = self._box[box] - at
                    part = step - done if step - done < part else part
                    ring = self.ring(box) + at
                    stretch = work + done
                    for i in range(part):
                        new = stretch[i]
                        total += new - ring[i]
                        ring[i] = new
                        stretch[i] = total
                    done += part
                    at = 0 if at + part == self._box[box] else at + part
                self._sum[box] = total
                self._at[box] = at
            for i in range(step):
                gain[i] = <float> (<double> work[i] * self._scale)
            gain += step
            frames -= step

    def process(self, float[::1] gain not None):
        """[any] `run`, for tests."""
        if gain.shape[0]:
            self.run(&gain[0], gain.shape[0])

    def lower(self, float gain):
        """[any] `lower_to`, for tests."""
        self.lower_to(gain)
