# cython: boundscheck=False, wraparound=False, cdivision=True
# Blocks are cut to CHUNK. Every buffer keeps the history that its filter needs, before a chunk of new values.
"""Saturator: soft or hard clipping by a curve, four times oversampled, with antiderivative antialiasing.

The sound itself only passes through a delay. The difference that the curve makes, f(drive x) / drive - x, is computed at
four times the rate, decimated, multiplied by `mix`, and added. Below the threshold of the hard curve, and whenever mix is 0,
words therefore pass unchanged, and no filter colours sound that is not saturated.

| curve | f(x) |
|---|---|
| cubic | x - 4/27 x^3 up to 1.5, then 1: soft, odd harmonics, almost only the third at low level |
| tanh | the softest curve, never quite flat |
| hard | x up to 1, then 1: changes only samples above full scale (after drive) |
| tube | tanh around a shifted operating point: adds even harmonics, and a little DC, which the DC filter can remove |

Small signals keep their level at any drive: more drive lowers the ceiling of the curve instead. The latency is always 87
frames. Filters: `design_saturator.py`; curves: `shaper.pxd`.
"""

import numpy as np

from libc.string cimport memcpy, memmove, memset

from dsp_ext.core cimport LANES, Processor, Float4, Ramp, db_to_gain, eight, put_float4, float4, float4_at
from .places cimport SATURATOR_CURVE, SATURATOR_DRIVE_DB, SATURATOR_ENABLED, SATURATOR_MIX_PCT
from .saturator_taps cimport DOWN, SHARP, SOFT
from .shaper cimport polynomial_extra, tanh4, tanh_extra

from dsp_ext.settings import SATURATOR

cdef enum:
    CHUNK = 256  # a multiple of four
    LATENCY = 87
    SETTLED = 2 * LATENCY  # frames after which no filter contains earlier sound
    # The age of the values that each step computes, in frames before the newest sample.
    HALF_AGE = 40
    EXTRA_AGE = HALF_AGE + 4
    SLOW_AGE = EXTRA_AGE + 4
    # Frames that are kept before the new ones.
    HALF_KEPT = EXTRA_AGE + 4 - HALF_AGE
    EXTRA_KEPT = SLOW_AGE + 4 - EXTRA_AGE
    EVEN_KEPT = LATENCY - SLOW_AGE
    ODD_KEPT = LATENCY + 40 - SLOW_AGE
    # Values of the setting `curve`.
    CUBIC = 0
    TANH
    HARD
    TUBE
    # States: the delay only; filters run, but nothing is added yet; everything runs; filters run until they are empty.
    ASLEEP = 0
    WAKING
    WORKING
    RESTING

cdef float TUBE_BIAS = 0.4


cdef void sharp(const float *x, float *out, Py_ssize_t frames) noexcept nogil:
    """out[i] = the point half-way between x[i + 39] and x[i + 40], from x[i .. i + 79]."""
    cdef Py_ssize_t i
    for i in range(frames):
        out[i] = (
            (eight(SHARP, x + i, x + i + 72) + eight(SHARP + 8, x + i + 8, x + i + 64))
            + (eight(SHARP + 16, x + i + 16, x + i + 56) + eight(SHARP + 24, x + i + 24, x + i + 48))
            + eight(SHARP + 32, x + i + 32, x + i + 40)
        )


cdef void soft(const float *u, const float *v, float *out, Py_ssize_t frames) noexcept nogil:
    """out[i] = the point half-way between v[i + 3] and u[i + 4] of the signal u[i], v[i], ... u[i + 7], v[i + 7]."""
    cdef Py_ssize_t i
    for i in range(frames):
        out[i] = (
            ((SOFT[0] * (u[i] + v[i + 7]) + SOFT[1] * (v[i] + u[i + 7]))
             + (SOFT[2] * (u[i + 1] + v[i + 6]) + SOFT[3] * (v[i + 1] + u[i + 6])))
            + ((SOFT[4] * (u[i + 2] + v[i + 5]) + SOFT[5] * (v[i + 2] + u[i + 5]))
               + (SOFT[6] * (u[i + 3] + v[i + 4]) + SOFT[7] * (v[i + 3] + u[i + 4])))
        )


cdef inline float four(const float *c, float a0, float b0, float a1, float b1, float a2, float b2, float a3, float b3) noexcept nogil:
    return (c[0] * (a0 + b0) + c[1] * (a1 + b1)) + (c[2] * (a2 + b2) + c[3] * (a3 + b3))


cdef void down_even(const float *d0, const float *d1, const float *d2, const float *d3, float *out, Py_ssize_t frames) noexcept nogil:
    """Apply the 32 taps around d0[i + 4], between d[4 (i + 4)] and the next value. The signal d is d0, d1, d2, d3
    interleaved."""
    cdef Py_ssize_t i
    for i in range(frames):
        out[i] = (
            (four(DOWN, d1[i], d0[i + 8], d2[i], d3[i + 7], d3[i], d2[i + 7], d0[i + 1], d1[i + 7])
             + four(DOWN + 4, d1[i + 1], d0[i + 7], d2[i + 1], d3[i + 6], d3[i + 1], d2[i + 6], d0[i + 2], d1[i + 6]))
            + (four(DOWN + 8, d1[i + 2], d0[i + 6], d2[i + 2], d3[i + 5], d3[i + 2], d2[i + 5], d0[i + 3], d1[i + 5])
               + four(DOWN + 12, d1[i + 3], d0[i + 5], d2[i + 3], d3[i + 4], d3[i + 3], d2[i + 4], d0[i + 4], d1[i + 4]))
        )


cdef void down_odd(const float *d0, const float *d1, const float *d2, const float *d3, float *out, Py_ssize_t frames) noexcept nogil:
    """The same, two values later."""
    cdef Py_ssize_t i
    for i in range(frames):
        out[i] = (
            (four(DOWN, d3[i], d2[i + 8], d0[i + 1], d1[i + 8], d1[i + 1], d0[i + 8], d2[i + 1], d3[i + 7])
             + four(DOWN + 4, d3[i + 1], d2[i + 7], d0[i + 2], d1[i + 7], d1[i + 2], d0[i + 7], d2[i + 2], d3[i + 6]))
            + (four(DOWN + 8, d3[i + 2], d2[i + 6], d0[i + 3], d1[i + 6], d1[i + 3], d0[i + 6], d2[i + 3], d3[i + 5])
               + four(DOWN + 12, d3[i + 3], d2[i + 5], d0[i + 4], d1[i + 5], d1[i + 4], d0[i + 5], d2[i + 4], d3[i + 4]))
        )


cdef void extra(const float *a, const float *b, float *out, const float *drive, const float *amount, int curve,
                Py_ssize_t frames) noexcept nogil:
    """The difference that the curve makes, as a mean from a[i] to b[i]. The count is rounded up to a multiple of four; all
    rows have space for that."""
    cdef Py_ssize_t i = 0
    cdef Float4 bias = float4(TUBE_BIAS if curve == TUBE else 0.0), at_bias = tanh4(bias)
    cdef Float4 slope = float4(1.0) / (float4(1.0) - at_bias * at_bias)
    cdef Float4 limit = float4(1.5 if curve == CUBIC else 1.0), cube = float4(-4.0 / 27.0 if curve == CUBIC else 0.0)
    cdef Float4 factor
    if curve == CUBIC or curve == HARD:
        while i < frames:
            factor = float4_at(drive + i)
            put_float4(
                out + i,
                float4_at(amount + i)
                * polynomial_extra(factor * float4_at(a + i), factor * float4_at(b + i), limit, cube, float4(1.0)),
            )
            i += LANES
    else:
        while i < frames:
            factor = float4_at(drive + i)
            put_float4(
                out + i,
                float4_at(amount + i) * tanh_extra(factor * float4_at(a + i), factor * float4_at(b + i), bias, at_bias, slope),
            )
            i += LANES


cdef class SaturatorChannel:
    """The filters and the curve of one channel."""

    def __init__(self):
        self._x = np.zeros(LATENCY + CHUNK, np.float32)
        self._half = np.zeros(HALF_KEPT + CHUNK, np.float32)
        self._even = np.zeros(CHUNK, np.float32)
        self._odd = np.zeros(1 + CHUNK, np.float32)
        self._extra = np.zeros((4, EXTRA_KEPT + CHUNK), np.float32)
        self._slow_even = np.zeros(EVEN_KEPT + CHUNK, np.float32)
        self._slow_odd = np.zeros(ODD_KEPT + CHUNK, np.float32)

    cdef void clear(self) noexcept nogil:
        self._x[:] = 0.0
        self._half[:] = 0.0
        self._odd[:] = 0.0
        self._extra[:, :] = 0.0
        self._slow_even[:] = 0.0
        self._slow_odd[:] = 0.0

    cdef void wait(self, float *x, Py_ssize_t frames) noexcept nogil:
        """[audio] Only delay the sound; nothing is added. Afterwards `run` needs SETTLED frames with amounts of 0."""
        cdef float *sample = &self._x[0]
        memcpy(sample + LATENCY, x, frames * sizeof(float))
        memcpy(x, sample, frames * sizeof(float))
        memmove(sample, sample + frames, LATENCY * sizeof(float))

    cdef void run(self, float *x, const float *drive, const float *amount, int curve, Py_ssize_t frames) noexcept nogil:
        """[audio] Process in place, at most CHUNK frames. `drive` and `amount` = mix / drive have one value per frame."""
        cdef Py_ssize_t i
        cdef float *sample = &self._x[0]  # the present output, 87 frames before the newest input
        cdef float *half = &self._half[0]
        cdef float *even = &self._even[0]
        cdef float *odd = &self._odd[1]
        cdef float *slow_even = &self._slow_even[0]
        cdef float *slow_odd = &self._slow_odd[0]
        cdef float *d0 = &self._extra[0, 0]
        cdef float *d1 = &self._extra[1, 0]
        cdef float *d2 = &self._extra[2, 0]
        cdef float *d3 = &self._extra[3, 0]
        # The sample, and the half-way point after it, to which the curve is applied now.
        cdef float *now = sample + LATENCY - EXTRA_AGE
        cdef float *half_now = half + HALF_KEPT - EXTRA_AGE + HALF_AGE
        memcpy(sample + LATENCY, x, frames * sizeof(float))
        sharp(sample + LATENCY - HALF_AGE - 39, half + HALF_KEPT, frames)
        soft(half_now - 4, now - 3, even, frames)
        soft(now - 3, half_now - 3, odd, frames)
        extra(odd - 1, now, d0 + EXTRA_KEPT, drive, amount, curve, frames)
        extra(now, even, d1 + EXTRA_KEPT, drive, amount, curve, frames)
        extra(even, half_now, d2 + EXTRA_KEPT, drive, amount, curve, frames)
        extra(half_now, odd, d3 + EXTRA_KEPT, drive, amount, curve, frames)
        down_even(d0, d1, d2, d3, slow_even + EVEN_KEPT, frames)
        down_odd(d0, d1, d2, d3, slow_odd + ODD_KEPT, frames)
        sharp(slow_odd, x, frames)
        for i in range(frames):
            x[i] = sample[i] + (<float> 0.5 * x[i] + <float> 0.5 * slow_even[i])
        memmove(sample, sample + frames, LATENCY * sizeof(float))
        memmove(half, half + frames, HALF_KEPT * sizeof(float))
        self._odd[0] = odd[frames - 1]
        for i in range(4):
            memmove(&self._extra[i, 0], &self._extra[i, frames], EXTRA_KEPT * sizeof(float))
        memmove(slow_even, slow_even + frames, EVEN_KEPT * sizeof(float))
        memmove(slow_odd, slow_odd + frames, ODD_KEPT * sizeof(float))


cdef class Saturator(Processor):
    """Stereo saturator. Settings, ranges and defaults: `dsp_ext.settings.SATURATOR`."""

    def __init__(self, rate_hz=48000, max_block=4096):
        for place, default in enumerate(SATURATOR.defaults.values()):
            self._settings[place] = default
        super().__init__(rate_hz, max_block)

    def prepare(self, rate_hz, max_block):
        super().prepare(rate_hz, max_block)
        self._left = SaturatorChannel()
        self._right = SaturatorChannel()
        self._drive = Ramp(rate_hz, 1.0)
        self._mix = Ramp(rate_hz, 0.0)
        self._drives = np.zeros(CHUNK, np.float32)
        self._amounts = np.zeros(CHUNK, np.float32)

    cdef void set_value(self, int place, double value) noexcept nogil:
        """[audio] Set the setting at `place` of SATURATOR to an allowed value."""
        self._settings[place] = value
        self._drive.to(db_to_gain(<float> self._settings[SATURATOR_DRIVE_DB]))

    cdef int wanted_curve(self) noexcept nogil:
        return <int> self._settings[SATURATOR_CURVE]

    cdef float goal(self) noexcept nogil:
        """The value to which the mix should move now. A new curve is used after the mix has reached 0."""
        if self._settings[SATURATOR_ENABLED] == 0 or self.wanted_curve() != self._curve:
            return 0.0
        return <float> (self._settings[SATURATOR_MIX_PCT] * 0.01)

    cdef void settle(self) noexcept nogil:
        """[control] End all ramps at once. Use it for the state at the start of a run."""
        self._curve = self.wanted_curve()
        self._mix.jump(self.goal())
        self._drive.jump(self._drive._target)
        self._state = WORKING if self.goal() > 0.0 else ASLEEP

    cdef void clear(self) noexcept nogil:
        self._left.clear()
        self._right.clear()

    cdef Py_ssize_t delay(self) noexcept nogil:
        return LATENCY

    cdef Py_ssize_t begin_step(self, Py_ssize_t frames) noexcept nogil:
        """Decide the next state. Returns for how many of `frames` it is valid."""
        frames = min(frames, CHUNK)
        if self._state == ASLEEP and self.wanted_curve() != self._curve:
            self._curve = self.wanted_curve()
        if self._state == ASLEEP and self.goal() > 0.0:
            self._state = WAKING
            self._remaining = SETTLED
        if self._state == RESTING and self.goal() > 0.0:
            self._state = WORKING
        if self._state == WORKING:
            if self._mix._value == 0.0 and not self._mix.moving():
                self._curve = self.wanted_curve()
            self._mix.to(self.goal())
            if self._mix.moving():
                return min(frames, self._mix.length - self._mix._at)
            if self._mix._value == 0.0:
                self._state = RESTING
                self._remaining = SETTLED
        if self._state == WAKING or self._state == RESTING:
            return min(frames, self._remaining)
        return frames

    cdef void end_step(self, Py_ssize_t frames) noexcept nogil:
        if self._state == WAKING or self._state == RESTING:
            self._remaining -= frames
            if self._remaining == 0:
                self._state = WORKING if self._state == WAKING else ASLEEP

    cdef void run(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        cdef Py_ssize_t i, step
        cdef float *drive = &self._drives[0]
        cdef float *amount = &self._amounts[0]
        while frames > 0:
            step = self.begin_step(frames)
            self._drive.fill(drive, step)
            self._mix.fill(amount, step)
            if self._state == ASLEEP:
                self._left.wait(left, step)
                self._right.wait(right, step)
            else:
                for i in range(step):
                    amount[i] = amount[i] / drive[i]
                self._left.run(left, drive, amount, self._curve, step)
                self._right.run(right, drive, amount, self._curve, step)
            self.end_step(step)
            left += step
            right += step
            frames -= step

    def set(self, *, settle=False, **settings):
        """[control] Set settings by name: `set(enabled=1, drive_db=6, curve="tanh")`. `settle` ends the ramps at once.

        Raises KeyError for an unknown name, ValueError for a value that is out of range. Not while another thread processes.
        """
        for name, value in settings.items():
            place, number = SATURATOR.check(name, value)
            self.set_value(place, number)
        if settle:
            self.settle()


def saturated(values, *, drive_db=0.0, curve="cubic", mix_pct=100.0):
    """What the saturator makes of constant `values` (shape (n,)), for displays: the same curve that the audio thread uses, shape
    (n,), float32. [control] Raises ValueError for a value that is out of range."""
    cdef Py_ssize_t frames = len(values)
    cdef int which = <int> SATURATOR.check("curve", curve)[1]
    drive = db_to_gain(<float> <double> SATURATOR.check("drive_db", drive_db)[1])
    share = SATURATOR.check("mix_pct", mix_pct)[1] / 100
    padded = np.zeros((4, frames + LANES), np.float32)  # `extra` rounds the count up
    padded[0, :frames] = values
    padded[1] = drive
    padded[2] = share / drive
    cdef float[:, ::1] rows = padded
    extra(&rows[0, 0], &rows[0, 0], &rows[3, 0], &rows[1, 0], &rows[2, 0], which, frames)
    return padded[0, :frames] + padded[3, :frames]
