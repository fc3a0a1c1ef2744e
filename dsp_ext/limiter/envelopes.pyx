# cython: boundscheck=False, wraparound=False, cdivision=True
# Indices are the loops' own; lengths are cut to CHUNK, rings to their own length.
"""Envelopes from which the limiter computes its reduction: sliding maximum, release, follower, and finite smoothing.

All of them work in place. Their results do not depend on how the stream is divided into blocks. They allocate memory only when
they are created, and their cost does not depend on the input.
"""

import numpy as np

from libc.string cimport memcpy, memmove, memset

cdef enum:
    CHUNK = 256
    BOXES = 3
    UNITY = 1 << 25  # the integer that stands for 1.0 in BoxSmoother

# In octaves; this is 0.006 dB.
cdef double FLOOR = 1e-3
cdef double NOTHING = 1e-6


cdef double share(double time_ms, double rate_hz) noexcept nogil:
    """1 - exp(-1 / (time * rate)): the fraction of the remaining distance that an exponential with this time constant covers in
    one frame."""
    cdef double x = 1000.0 / ((time_ms if time_ms > 1.0 else 1.0) * rate_hz)
    # x < 0.023, so four terms of the series have a relative error of 1e-9, and libm is not needed.
    return x * (1.0 - x * (1.0 / 2.0 - x * (1.0 / 6.0 - x / 24.0)))


cdef class SlidingMax:
    """The largest of the newest `window` values; values before the first count as 0. The maxima over 2, 4, 8 ... values are
    each computed from two maxima of half the length. In the last step, two maxima overlap so that together they cover exactly
    the window. This takes log2(window) comparisons per sample, computed in parallel in vector lanes. Their number never
    changes, while the cost of the usual monotonic queue (Lemire 2006) depends on the signal.
    """

    def __init__(self, Py_ssize_t longest):
        """[control] Allocates memory for windows up to `longest` frames; starts with the longest."""
        if longest < 1:
            raise ValueError(f"window must be at least 1 frame, not {longest}")
        self.longest = longest
        # Each level keeps `distance` past values, followed by a chunk of new values.
        levels = int(longest).bit_length()
        self._distance = np.zeros(levels, np.intp)
        self._history = np.zeros(longest + levels * CHUNK, np.float32)
        self.set_window(longest)

    cdef void set_window(self, Py_ssize_t window) noexcept nogil:
        """[audio] Set the window, 1 to `longest` frames, and clear all past values."""
        cdef Py_ssize_t reach = 1
        self.window = window
        self._levels = 0
        while 2 * reach <= window:
            self._distance[self._levels] = reach
            self._levels += 1
            reach *= 2
        if window > reach:
            self._distance[self._levels] = window - reach
            self._levels += 1
        self.clear()

    cdef void clear(self) noexcept nogil:
        """[audio] Clear all past values."""
        memset(&self._history[0], 0, self._history.shape[0] * sizeof(float))

    cdef void run(self, float *x, Py_ssize_t frames) noexcept nogil:
        """[audio] Replace each x by the largest of x and the window - 1 values before it."""
        cdef Py_ssize_t level, step, i, distance
        cdef float *old
        cdef float *new
        cdef float a, b
        while frames > 0:
            step = frames if frames < CHUNK else CHUNK
            old = &self._history[0]
            for level in range(self._levels):
                distance = self._distance[level]
                new = old + distance
                memcpy(new, x, step * sizeof(float))
                for i in range(step):
                    a = new[i]
                    b = old[i]
                    x[i] = a if a > b else b
                memmove(old, old + step, distance * sizeof(float))
                old = new + CHUNK
            x += step
            frames -= step

    def process(self, float[::1] x not None):
        """[any] `run`, for tests."""
        if x.shape[0]:
            self.run(&x[0], x.shape[0])


cdef class Release:
    """Rises at once, falls exponentially to 0 with the time constant `release_ms`.

    The exponential falls towards FLOOR below 0, so that it reaches 0 exactly: without peaks, the limiter does not change the
    signal at all.
    """

    def __init__(self, rate_hz, double release_ms=100.0):
        self.rate_hz = rate_hz
        self.set_ms(release_ms)

    cdef void set_ms(self, double release_ms) noexcept nogil:
        """[audio] Time constant in ms, at least 1 (smaller counts as 1)."""
        self._take = share(release_ms, self.rate_hz)
        self._keep = 1.0 - self._take

    cdef void clear(self) noexcept nogil:
        self._value = 0.0

    cdef void run(self, float *x, Py_ssize_t frames) noexcept nogil:
        """[audio] Replace x >= 0 by its envelope."""
        cdef Py_ssize_t i
        cdef double value = self._value, keep = self._keep, floor = self._take * FLOOR, new
        for i in range(frames):
            new = x[i]
            value = keep * value - floor
            value = new if new > value else value
            x[i] = <float> value
        self._value = value

    def process(self, float[::1] x not None):
        """[any] `run`, for tests."""
        if x.shape[0]:
            self.run(&x[0], x.shape[0])


cdef class Follower:
    """Rises and falls exponentially towards its input, each with its own time constant; the fall is never faster than the rise.
    It reaches exactly 0, because values up to NOTHING count as 0.
    """

    def __init__(self, rate_hz, double attack_ms=10.0, double release_ms=100.0):
        self.rate_hz = rate_hz
        self.set_ms(attack_ms, release_ms)

    cdef void set_ms(self, double attack_ms, double release_ms) noexcept nogil:
        """[audio] Time constants in ms, at least 1."""
        self._rise = share(attack_ms, self.rate_hz)
        self._fall = share(release_ms if release_ms > attack_ms else attack_ms, self.rate_hz)

    cdef void clear(self) noexcept nogil:
        self._value = 0.0

    cdef void run(self, float *x, Py_ssize_t frames) noexcept nogil:
        """[audio] Replace x >= 0 by its envelope."""
        cdef Py_ssize_t i
        cdef double value = self._value, rise = self._rise, fall = self._fall, up, down
        for i in range(frames):
            # rise >= fall, so the larger of the two results is correct both when x rises and when it falls.
            up = value + rise * (x[i] - value)
            down = value + fall * (x[i] - value)
            value = up if up > down else down
            value = value if value > NOTHING else 0.0
            x[i] = <float> value
        self._value = value

    def process(self, float[::1] x not None):
        """[any] `run`, for tests."""
        if x.shape[0]:
            self.run(&x[0], x.shape[0])


cdef class BoxSmoother:
    """Moving average over `length` values between -32 and 32: three running means in cascade. Values before the first are 0.

    The weights are finite, non-negative and sum to 1. A smoothed reduction is therefore never below the smallest of the last
    `length` reductions, so a peak cannot exceed the ceiling. Applied to audio, this is a linear-phase low-pass. The running
    sums are integers, so they stay exact for any length of time; if all values are 0, the result is exactly 0.
    """

    def __init__(self, Py_ssize_t longest):
        """[control] Allocates memory for lengths up to `longest` frames, at least 3; starts with that length."""
        if longest < BOXES:
            raise ValueError(f"length must be at least {BOXES} frames, not {longest}")
        self.longest = longest
        # No box is longer for a shorter length, except that the third may be longer by one frame because of rounding.
        self._ring0 = np.zeros(longest // 2 + 2, np.int64)
        self._ring1 = np.zeros(3 * longest // 10 + 2, np.int64)
        self._ring2 = np.zeros(longest // 5 + 4, np.int64)
        self._work = np.zeros(CHUNK, np.int64)
        self.set_length(longest)

    cdef void set_length(self, Py_ssize_t length) noexcept nogil:
        """[audio] Set the length, 3 to `longest` frames. The state is then as if all values so far had been 0."""
        cdef Py_ssize_t total = length + BOXES - 1
        self.length = length
        # The boxes have half, three tenths, and the rest of the length: of the divisions that were tried, this one leaves the
        # least energy above 200 Hz when a step is smoothed.
        self._box[0] = total // 2
        self._box[1] = 3 * total // 10
        self._box[2] = total - self._box[0] - self._box[1]
        self._scale = 1.0 / (<double> UNITY * <double> self._box[0] * <double> self._box[1] * <double> self._box[2])
        self.clear()

    cdef int64_t *ring(self, Py_ssize_t box) noexcept nogil:
        if box == 0:
            return &self._ring0[0]
        return &self._ring1[0] if box == 1 else &self._ring2[0]

    cdef void clear(self) noexcept nogil:
        """[audio] Clear the state, as if all values so far had been 0."""
        cdef Py_ssize_t box, i
        cdef int64_t *ring
        for box in range(BOXES):
            ring = self.ring(box)
            for i in range(self._box[box]):
                ring[i] = 0
            self._sum[box] = 0
            self._at[box] = 0

    cdef void run(self, float *x, Py_ssize_t frames) noexcept nogil:
        """[audio] Replace values by their moving average."""
        cdef Py_ssize_t box, step, done, part, at, i
        cdef int64_t *ring
        cdef int64_t *work = &self._work[0]
        cdef int64_t *stretch
        cdef int64_t total, new
        while frames > 0:
            step = frames if frames < CHUNK else CHUNK
            for i in range(step):
                work[i] = <int> (x[i] * <float> UNITY)
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
                x[i] = <float> (<double> work[i] * self._scale)
            x += step
            frames -= step

    def process(self, float[::1] x not None):
        """[any] `run`, for tests."""
        if x.shape[0]:
            self.run(&x[0], x.shape[0])
