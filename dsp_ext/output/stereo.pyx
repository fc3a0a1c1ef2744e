# cython: boundscheck=False, wraparound=False, cdivision=True
# Indices are those of the loops. 1 + g is above 1 for every frequency below Nyquist.
"""Stereo: width in three bands, mono-maker, balance and polarity, without latency.

Width and mono-maker process the side signal S = (left - right) / 2 and add only the change to the sound:

    left + change, right - change,  change = (w_low - 1) low + (w_mid - 1) mid + (w_high - 1) high + mono-maker

Neutral settings therefore pass the input bit for bit, and mid never changes. One-pole low-passes split the bands: low =
LP1(S), mid = LP2(S) - LP1(S), high = S - LP2(S). Equal widths add up to a plain gain of S. The mono-maker is a second-order
Butterworth high-pass on the side. All filters are topology-preserving (V. Zavalishin, "The Art of VA Filter Design", 2018, chapters 3 and 4),
so a ramp of their frequencies makes no clicks. They shift the phase of the side against mid near the split frequencies.

In linear mode, the kernel of the EQ processes the side instead, without phase shift and therefore before the multiband
(`design_stereo.py`). This processor then only applies balance and polarity (`leave_side`).
"""

import numpy as np

from dsp_ext.core cimport tan_
from .places cimport (
    STEREO_BALANCE_PCT, STEREO_ENABLED, STEREO_INVERT_LEFT, STEREO_INVERT_RIGHT, STEREO_MONO, STEREO_MONO_HZ,
    STEREO_SPLIT_HIGH_HZ, STEREO_SPLIT_LOW_HZ, STEREO_WIDTH_HIGH_PCT, STEREO_WIDTH_LOW_PCT, STEREO_WIDTH_MID_PCT,
)

from dsp_ext.settings import STEREO

cdef enum:
    CHUNK = 512  # the largest number of frames per piece; not above the length of a ramp
    # The ramped values.
    LOW = 0
    MID
    HIGH
    LOW_POLE
    HIGH_POLE
    MONO_PART
    MONO_POLE
    GAIN_L
    GAIN_R
    VALUES

cdef double BUTTERWORTH = 1.4142135623730951  # damping: 1 / Q
cdef double PI = 3.141592653589793


cdef struct Side:
    double state_low, state_high, one, two  # states of the filters
    double low, high, pole, factor  # their coefficients
    double width_low, width_mid, width_high, mono  # the amount of each


cdef class Stereo(Processor):
    """Latency 0. O(frames). float64 internally."""

    def prepare(self, rate_hz, max_block):
        super().prepare(rate_hz, max_block)
        self._side_elsewhere = False
        self._values = RampBank(rate_hz, [0.0] * VALUES)
        for place, value in enumerate(STEREO.defaults.values()):
            self._settings[place] = value
        self.aim()
        self.settle()
        self.clear()

    def set(self, str name, double value):
        """[control] Set one of `dsp_ext.settings.STEREO` by name. Raises KeyError for an unknown name, ValueError for a
        value that is out of range."""
        place, number = STEREO.check(name, value)
        self.set_value(place, number)

    cdef void set_value(self, int place, double value) noexcept nogil:
        """[audio] Set the setting at `place` of STEREO to an allowed value."""
        self._settings[place] = value
        self.aim()

    cdef void aim(self) noexcept nogil:
        """Move all values to those that the settings require. Values that are already correct do not change."""
        cdef double *s = &self._settings[0]
        cdef double on, side, low_hz, high_hz, balance
        on = 1.0 if s[STEREO_ENABLED] != 0 else 0.0
        side = 0.0 if self._side_elsewhere else on
        low_hz = min(s[STEREO_SPLIT_LOW_HZ], s[STEREO_SPLIT_HIGH_HZ])
        high_hz = max(s[STEREO_SPLIT_LOW_HZ], s[STEREO_SPLIT_HIGH_HZ])
        balance = on * s[STEREO_BALANCE_PCT] / 100.0
        self._values.to(LOW, <float> (side * (s[STEREO_WIDTH_LOW_PCT] / 100.0 - 1.0)))
        self._values.to(MID, <float> (side * (s[STEREO_WIDTH_MID_PCT] / 100.0 - 1.0)))
        self._values.to(HIGH, <float> (side * (s[STEREO_WIDTH_HIGH_PCT] / 100.0 - 1.0)))
        self._values.to(LOW_POLE, <float> tan_(PI * low_hz / self.rate_hz))
        self._values.to(HIGH_POLE, <float> tan_(PI * high_hz / self.rate_hz))
        self._values.to(MONO_PART, <float> (side if s[STEREO_MONO] != 0 else 0.0))
        self._values.to(MONO_POLE, <float> tan_(PI * s[STEREO_MONO_HZ] / self.rate_hz))
        self._values.to(GAIN_L, <float> ((1.0 - max(balance, 0.0)) * (-1.0 if on * s[STEREO_INVERT_LEFT] != 0 else 1.0)))
        self._values.to(GAIN_R, <float> ((1.0 + min(balance, 0.0)) * (-1.0 if on * s[STEREO_INVERT_RIGHT] != 0 else 1.0)))

    cdef bint leave_side(self, bint elsewhere) noexcept nogil:
        """[audio] Set whether the EQ does width and mono-maker from now on; ramped. Returns whether that is a change."""
        if elsewhere == self._side_elsewhere:
            return False
        self._side_elsewhere = elsewhere
        self.aim()
        return True

    cdef void settle(self) noexcept nogil:
        """[audio] End all ramps at once."""
        self._values.settle()

    cdef void clear(self) noexcept nogil:
        self._low = self._high = self._mono_1 = self._mono_2 = 0

    cdef void run(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        cdef Py_ssize_t at = 0, step
        while at < frames:
            step = self._values.piece(min(frames - at, CHUNK))
            self.piece(left + at, right + at, step)
            self._values.advance(step)
            at += step

    cdef void piece(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        """Process one piece. Filters without effect are left out, and start with empty states when their effect is ramped
        in."""
        cdef const float *start = self._values.start()
        cdef const float *span = self._values.span()
        cdef const float *shape = self._values.shape()
        cdef float gain_l = start[GAIN_L], gain_l_ = span[GAIN_L], gain_r = start[GAIN_R], gain_r_ = span[GAIN_R]
        cdef bint moving = self._values._at < self._values.length
        cdef Side side
        cdef Py_ssize_t i
        if moving or start[LOW] != 0 or start[MID] != 0 or start[HIGH] != 0 or start[MONO_PART] != 0:
            side.state_low, side.state_high, side.one, side.two = self._low, self._high, self._mono_1, self._mono_2
            _aim(&side, start, span, 0)
            for i in range(frames):
                if moving:
                    _aim(&side, start, span, shape[i])
                _change(&side, left + i, right + i)
            self._low, self._high, self._mono_1, self._mono_2 = side.state_low, side.state_high, side.one, side.two
        else:
            self.clear()
        if moving or gain_l != 1 or gain_r != 1:
            for i in range(frames):
                left[i] = left[i] * (gain_l + gain_l_ * shape[i])
            for i in range(frames):
                right[i] = right[i] * (gain_r + gain_r_ * shape[i])

    def side_response(self, freqs_hz):
        """[control] The complex response of the side signal at `freqs_hz`, for the present settings."""
        cdef float[::1] t = self._values._target
        freqs = np.asarray(freqs_hz, float)
        z = np.tan(np.pi * freqs / self.rate_hz) * 1j  # s, with the frequency prewarped
        low, high = t[LOW_POLE] / (t[LOW_POLE] + z), t[HIGH_POLE] / (t[HIGH_POLE] + z)
        width = 1 + t[LOW] * low + t[MID] * (high - low) + t[HIGH] * (1 - high)
        passed = z**2 / (z**2 + BUTTERWORTH * t[MONO_POLE] * z + t[MONO_POLE] ** 2)
        return width * (1 + t[MONO_PART] * (passed - 1))


cdef inline void _aim(Side *now, const float *start, const float *span, double shape) noexcept nogil:
    """Set widths and coefficients for the progress `shape` of the ramp. The divisions are kept apart from the states, which
    would have to wait for them."""
    cdef double g
    now.width_low = start[LOW] + span[LOW] * shape
    now.width_mid = start[MID] + span[MID] * shape
    now.width_high = start[HIGH] + span[HIGH] * shape
    g = start[LOW_POLE] + span[LOW_POLE] * shape
    now.low = g / (1.0 + g)
    g = start[HIGH_POLE] + span[HIGH_POLE] * shape
    now.high = g / (1.0 + g)
    now.pole = start[MONO_POLE] + span[MONO_POLE] * shape
    now.factor = 1.0 / (1.0 + now.pole * (now.pole + BUTTERWORTH))
    now.mono = start[MONO_PART] + span[MONO_PART] * shape


cdef inline void _change(Side *now, float *left, float *right) noexcept nogil:
    """Process one frame."""
    cdef double side = 0.5 * (<double> left[0] - <double> right[0]), v, low, high, change, x, band
    v = (side - now.state_low) * now.low
    low = v + now.state_low
    now.state_low = low + v
    v = (side - now.state_high) * now.high
    high = v + now.state_high
    now.state_high = high + v
    change = now.width_low * low + now.width_mid * (high - low) + now.width_high * (side - high)
    # State-variable filter: x is the side after the width, `band` and `v` are its band-pass and its low-pass.
    x = side + change
    band = (now.one + now.pole * (x - now.two)) * now.factor
    v = now.two + now.pole * band
    now.one = 2.0 * band - now.one
    now.two = 2.0 * v - now.two
    change -= now.mono * (BUTTERWORTH * band + v)
    left[0] = left[0] + <float> change
    right[0] = right[0] - <float> change
