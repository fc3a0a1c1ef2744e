# cython: boundscheck=False, wraparound=False, cdivision=True
# Indices are the loops' own; lengths are cut to CHUNK, rings to their own length.
"""The parts of a limiter's gain: sliding maximum, release, and smoothing of finite length.

All of them work in place. Their results do not depend on how the stream is divided into blocks. None allocates memory after
its construction, and the cost does not depend on the signal.
"""

import numpy as np

from libc.string cimport memcpy, memmove, memset

cdef enum:
    CHUNK = 256
    BOXES = 3
    UNITY = 1 << 30  # 1.0 in the integers of BoxSmoother

#: How long a reduction must last to be taken over by SlowRelease.
CHARGE_MS = 400.0

cdef double _CHARGE_MS = CHARGE_MS
# In octaves, 0.006 dB.
cdef double FLOOR = 1e-3


cdef double share(double time_ms, double rate_hz) noexcept nogil:
    """1 - exp(-1 / (time rate)): the part of the remaining distance that an exponential of that time constant covers in a
    frame. A time below 1 ms counts as 1 ms."""
    cdef double x = 1000.0 / ((time_ms if time_ms > 1.0 else 1.0) * rate_hz)
    # x < 0.023: the error of four terms is 1e-9 of the value, without the C library.
    return x * (1.0 - x * (1.0 / 2.0 - x * (1.0 / 6.0 - x / 24.0)))


cdef void set_releases(GainSettings *settings, double fast_ms, double slow_ms, double rate_hz) noexcept nogil:
    """[audio] Set the time constants of Release and of the fall of SlowRelease, in ms.

    A slow time below CHARGE_MS switches the slow release off: it goes to 0 within a few times 50 ms.
    """
    settings.release = share(fast_ms, rate_hz)
    if slow_ms < _CHARGE_MS:
        settings.slow_share = 0.0
        settings.slow_rise = settings.slow_fall = share(0.125 * _CHARGE_MS, rate_hz)
    else:
        settings.slow_share = 1.0
        settings.slow_rise = share(_CHARGE_MS, rate_hz)
        settings.slow_fall = share(slow_ms, rate_hz)


cdef class SlidingMax:
    """Largest of the newest `window` values; values before the first count as 0.

    A ladder: maxima over 2, 4, 8 ... values, each from two of the rung below, and the last rung overlaps to the exact
    window. log2(window) comparisons a sample, but side by side in vector lanes and always the same, unlike the usual
    monotonic queue (Lemire 2006), whose cost follows the signal.
    """

    def __init__(self, Py_ssize_t longest):
        """[control] Room for windows up to `longest` frames; starts with the longest."""
        if longest < 1:
            raise ValueError(f"window must be at least 1 frame, not {longest}")
        self.longest = longest
        # Each level keeps `distance` past values, with a chunk of new ones behind them.
        levels = int(longest).bit_length()
        self._distance = np.zeros(levels, np.intp)
        self._history = np.zeros(longest + levels * CHUNK, np.float32)
        self.set_window(longest)

    cdef void set_window(self, Py_ssize_t window) noexcept nogil:
        """[audio] Another window, 1 to `longest` frames; forgets the past."""
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
    """Rises at once and falls exponentially towards `rest`, with the time constant of the fast release.

    The fall aims at FLOOR below `rest`, so that it ends: a fall from 1 to 0 reaches exactly 0 after 7 time constants.
    """

    cdef void jump(self, double value) noexcept nogil:
        """[audio] Set the present value."""
        self._value = value

    cdef void raise_to(self, double value) noexcept nogil:
        """[audio] Raise the present value to `value`, unless it is higher already."""
        self._value = value if value > self._value else self._value

    cdef void clear(self) noexcept nogil:
        self._value = 0.0

    cdef void run(self, float *x, const float *rest, const GainSettings *settings, Py_ssize_t frames) noexcept nogil:
        """[audio] Replace x >= 0 by the envelope of x that falls towards rest >= 0, or x where that is higher."""
        cdef Py_ssize_t i
        cdef double value = self._value, take = settings.release, keep = 1.0 - take, floor = take * FLOOR, new, aim
        for i in range(frames):
            new = x[i]
            aim = rest[i] if rest[i] > x[i] else x[i]
            value = keep * value + (take * aim - floor)
            value = new if new > value else value
            x[i] = <float> value
        self._value = value

    cdef void run_two(self, Release other, float *x, const float *rest_x, float *y, const float *rest_y,
                      const GainSettings *settings, Py_ssize_t frames) noexcept nogil:
        """[audio] `run` on x, and `other.run` on y. They alternate, because each value depends on the one before."""
        cdef Py_ssize_t i
        cdef double take = settings.release, keep = 1.0 - take, floor = take * FLOOR
        cdef double value_x = self._value, value_y = other._value
        cdef double new_x, new_y, aim_x, aim_y
        for i in range(frames):
            new_x = x[i]
            new_y = y[i]
            aim_x = rest_x[i] if rest_x[i] > x[i] else x[i]
            aim_y = rest_y[i] if rest_y[i] > y[i] else y[i]
            value_x = keep * value_x + (take * aim_x - floor)
            value_y = keep * value_y + (take * aim_y - floor)
            value_x = new_x if new_x > value_x else value_x
            value_y = new_y if new_y > value_y else value_y
            x[i] = <float> value_x
            y[i] = <float> value_y
        self._value = value_x
        other._value = value_y

    def process(self, float[::1] x not None, const float[::1] rest not None, *, rate_hz, release_ms):
        """[any] `run` with one release time, for tests."""
        cdef GainSettings settings
        set_releases(&settings, release_ms, 0.0, rate_hz)
        if x.shape[0]:
            self.run(&x[0], &rest[0], &settings, min(x.shape[0], rest.shape[0]))


cdef class SlowRelease:
    """Follows reductions that last: rises with a time constant of CHARGE_MS and falls with that of the slow release.

    It is never above the largest input so far. A single peak hardly changes it. Dense programme leaves a reduction that fades
    slowly, below the fast release of the peaks. It reaches 0 exactly, as Release does.
    """

    cdef void jump(self, double value) noexcept nogil:
        """[audio] Set the present value."""
        self._value = value

    cdef void clear(self) noexcept nogil:
        self._value = 0.0

    cdef void run(self, const float *x, float *out, const GainSettings *settings, Py_ssize_t frames) noexcept nogil:
        """[audio] out = the slow envelope of x >= 0."""
        cdef Py_ssize_t i
        cdef double rise = settings.slow_rise, fall = settings.slow_fall, share = settings.slow_share
        cdef double value = self._value, floor = fall * FLOOR, aim, up, down
        for i in range(frames):
            aim = share * x[i]
            # Since rise >= fall, the larger of the two is the right one whether the value has to rise or to fall.
            up = (1.0 - rise) * value + (rise * aim - floor)
            down = (1.0 - fall) * value + (fall * aim - floor)
            value = up if up > down else down
            value = value if value > 0.0 else 0.0
            out[i] = <float> value
        self._value = value

    cdef void run_two(self, SlowRelease other, const float *x, float *out_x, const float *y, float *out_y,
                      const GainSettings *settings, Py_ssize_t frames) noexcept nogil:
        """[audio] `run` on x, and `other.run` on y. They alternate, because each value depends on the one before."""
        cdef Py_ssize_t i
        cdef double rise = settings.slow_rise, fall = settings.slow_fall, share = settings.slow_share
        cdef double value_x = self._value, value_y = other._value, floor = fall * FLOOR, up_x, up_y, down_x, down_y
        for i in range(frames):
            up_x = (1.0 - rise) * value_x + (rise * (share * x[i]) - floor)
            up_y = (1.0 - rise) * value_y + (rise * (share * y[i]) - floor)
            down_x = (1.0 - fall) * value_x + (fall * (share * x[i]) - floor)
            down_y = (1.0 - fall) * value_y + (fall * (share * y[i]) - floor)
            value_x = up_x if up_x > down_x else down_x
            value_y = up_y if up_y > down_y else down_y
            value_x = value_x if value_x > 0.0 else 0.0
            value_y = value_y if value_y > 0.0 else 0.0
            out_x[i] = <float> value_x
            out_y[i] = <float> value_y
        self._value = value_x
        other._value = value_y

    def process(self, float[::1] x not None, *, rate_hz, release_ms):
        """[any] `run` in place with one release time, for tests."""
        cdef GainSettings settings
        set_releases(&settings, 100.0, release_ms, rate_hz)
        if x.shape[0]:
            self.run(&x[0], &x[0], &settings, x.shape[0])


cdef class BoxSmoother:
    """Moving average of gains (0 to 1) over `length` values: three boxes in cascade.

    Finite, non-negative, sums to 1: what comes out is never above the largest gain of the last `length`, so no peak that
    the gains were made for gets past. Integers (2^30 is 1) make the running sums exact for ever; where all gains are 1,
    the result is exactly 1. Past gains count as 1.
    """

    def __init__(self, Py_ssize_t longest):
        """[control] Room for `longest` frames, at least 3; starts with that length."""
        if longest < BOXES:
            raise ValueError(f"length must be at least {BOXES} frames, not {longest}")
        self.longest = longest
        # No box is longer for a shorter length, but the third may be by one, by its rounding.
        self._ring0 = np.zeros(longest // 2 + 2, np.int64)
        self._ring1 = np.zeros(3 * longest // 10 + 2, np.int64)
        self._ring2 = np.zeros(longest // 5 + 4, np.int64)
        self._work = np.zeros(CHUNK, np.int64)
        self.set_length(longest)

    cdef void set_length(self, Py_ssize_t length) noexcept nogil:
        """[audio] Another length, 3 to `longest` frames; as if all gains so far had been 1."""
        cdef Py_ssize_t total = length + BOXES - 1
        self.length = length
        # Half, three tenths, the rest: of 10 ms, this leaves the least beyond 200 Hz of a gain that steps.
        self._box[0] = total // 2
        self._box[1] = 3 * total // 10
        self._box[2] = total - self._box[0] - self._box[1]
        self._unit[0] = UNITY
        self._unit[1] = self._unit[0] * self._box[0]
        self._unit[2] = self._unit[1] * self._box[1]
        self._scale = 1.0 / (<double> self._unit[2] * <double> self._box[2])
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
