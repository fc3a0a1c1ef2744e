# cython: boundscheck=False, wraparound=False, cdivision=True
# Indices are the loops' own; 1 + g is above 1 for every frequency below Nyquist.
"""Stereo: width in three bands, mono-maker, balance and polarity, without latency.

All of it works on the side signal S = (left - right) / 2 and adds only the change to the sound,

    left + change, right - change,  change = (w_low - 1) low + (w_mid - 1) mid + (w_high - 1) high + mono-maker

so neutral settings pass the input bit for bit, and mid is never touched. The bands are split by one-pole low-passes: low =
LP1(S), mid = LP2(S) - LP1(S), high = S - LP2(S); equal widths add up to a plain gain of S. The mono-maker is a
second-order Butterworth high-pass of the side. All filters are of the topology-preserving kind (V. Zavalishin, "The Art
of VA Filter Design", 2018, chapters 3 and 4), which stays clean while frequencies glide. Their phase turns the side
against mid near the splits. Where the EQ is linear its kernel does what happens to the side, without phase and so before
the multiband (`design_stereo.py`), and only balance and polarity are left for here (`leave_side`).
"""

import numpy as np

from . import by_name
from ._math cimport tan_

#: Names of the settings, in the order of the enum in stereo.pxd. Units are in the names; switches are 0 or 1.
SETTINGS = (
    "enabled",
    "width_low_pct",
    "width_mid_pct",
    "width_high_pct",
    "split_low_hz",
    "split_high_hz",
    "mono",
    "mono_hz",
    "balance_pct",
    "invert_left",
    "invert_right",
)
#: What they are until they are set: neutral.
DEFAULTS = dict(zip(SETTINGS, (1, 100, 100, 100, 200, 4000, 0, 120, 0, 0, 0), strict=True))

cdef enum:
    CHUNK = 512  # frames at most per piece; not above the length of a glide
    # Values on the glide.
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


cdef class Stereo(Processor):
    """Latency 0. O(frames). float64 inside."""

    def prepare(self, rate_hz, max_block):
        super().prepare(rate_hz, max_block)
        assert len(SETTINGS) == STEREO_SETTINGS
        self._side_elsewhere = False
        self._values = Glide(rate_hz, [0.0] * VALUES)
        for what, value in enumerate(DEFAULTS.values()):
            self._settings[what] = value
        self.set_value(STEREO_ENABLED, 1)
        self.settle()
        self.clear()

    def set(self, str name, double value):
        """[control] One of SETTINGS by name. Raises KeyError, or ValueError where it is not a finite number."""
        by_name.known(name, SETTINGS)
        by_name.finite(name, value)
        self.set_value(SETTINGS.index(name), value)

    cdef void set_value(self, int what, double value) noexcept nogil:
        """[audio] `value` in the unit of its name: %, Hz up to a quarter of the rate, 0 and 1 for a switch."""
        cdef double *s = &self._settings[0]
        cdef double on, side, low_hz, high_hz, balance
        s[what] = value
        on = 1.0 if s[STEREO_ENABLED] != 0 else 0.0
        side = 0.0 if self._side_elsewhere else on
        low_hz = min(s[SPLIT_LOW_HZ], s[SPLIT_HIGH_HZ])
        high_hz = max(s[SPLIT_LOW_HZ], s[SPLIT_HIGH_HZ])
        balance = on * s[BALANCE_PCT] / 100.0
        self._values.to(LOW, <float> (side * (s[WIDTH_LOW_PCT] / 100.0 - 1.0)))
        self._values.to(MID, <float> (side * (s[WIDTH_MID_PCT] / 100.0 - 1.0)))
        self._values.to(HIGH, <float> (side * (s[WIDTH_HIGH_PCT] / 100.0 - 1.0)))
        self._values.to(LOW_POLE, <float> tan_(PI * low_hz / self.rate_hz))
        self._values.to(HIGH_POLE, <float> tan_(PI * high_hz / self.rate_hz))
        self._values.to(MONO_PART, <float> (side if s[MONO] != 0 else 0.0))
        self._values.to(MONO_POLE, <float> tan_(PI * s[MONO_HZ] / self.rate_hz))
        self._values.to(GAIN_L, <float> ((1.0 - max(balance, 0.0)) * (-1.0 if on * s[INVERT_LEFT] != 0 else 1.0)))
        self._values.to(GAIN_R, <float> ((1.0 + min(balance, 0.0)) * (-1.0 if on * s[INVERT_RIGHT] != 0 else 1.0)))

    cdef bint leave_side(self, bint elsewhere) noexcept nogil:
        """[audio] Whether width and mono-maker are done by others, from now on; ramped. Returns whether that is new."""
        if elsewhere == self._side_elsewhere:
            return False
        self._side_elsewhere = elsewhere
        self.set_value(STEREO_ENABLED, self._settings[STEREO_ENABLED])
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
        cdef const float *start = self._values.start()
        cdef const float *span = self._values.span()
        cdef const float *shape = self._values.shape()
        cdef double w_low = start[LOW], w_mid = start[MID], w_high = start[HIGH]
        cdef double w_low_ = span[LOW], w_mid_ = span[MID], w_high_ = span[HIGH]
        cdef double g_low = start[LOW_POLE], g_high = start[HIGH_POLE], g_mono = start[MONO_POLE]
        cdef double g_low_ = span[LOW_POLE], g_high_ = span[HIGH_POLE], g_mono_ = span[MONO_POLE]
        cdef double mono = start[MONO_PART], mono_ = span[MONO_PART]
        cdef float gain_l = start[GAIN_L], gain_l_ = span[GAIN_L], gain_r = start[GAIN_R], gain_r_ = span[GAIN_R]
        cdef double state_low = self._low, state_high = self._high, one = self._mono_1, two = self._mono_2
        cdef double s, side, g, v, low, high, change, x, band
        cdef Py_ssize_t i
        # Divisions are kept apart from the states, which would wait for them.
        for i in range(frames):
            s = shape[i]
            side = 0.5 * (<double> left[i] - <double> right[i])
            g = g_low + g_low_ * s
            v = (side - state_low) * (g / (1.0 + g))
            low = v + state_low
            state_low = low + v
            g = g_high + g_high_ * s
            v = (side - state_high) * (g / (1.0 + g))
            high = v + state_high
            state_high = high + v
            change = (w_low + w_low_ * s) * low + (w_mid + w_mid_ * s) * (high - low) \
                + (w_high + w_high_ * s) * (side - high)
            # State-variable filter: x is what is left of the side, `band` and `v` its band-pass and low-pass.
            x = side + change
            g = g_mono + g_mono_ * s
            band = (one + g * (x - two)) * (1.0 / (1.0 + g * (g + BUTTERWORTH)))
            v = two + g * band
            one = 2.0 * band - one
            two = 2.0 * v - two
            change -= (mono + mono_ * s) * (BUTTERWORTH * band + v)
            left[i] = (left[i] + <float> change) * (gain_l + gain_l_ * shape[i])
            right[i] = (right[i] - <float> change) * (gain_r + gain_r_ * shape[i])
        self._low, self._high, self._mono_1, self._mono_2 = state_low, state_high, one, two

    def side_response(self, freqs_hz):
        """Complex response of the side signal at `freqs_hz`, for the settings as they are set. [control]"""
        cdef float[::1] t = self._values._target
        freqs = np.asarray(freqs_hz, float)
        z = np.tan(np.pi * freqs / self.rate_hz) * 1j  # the prewarped s
        low, high = t[LOW_POLE] / (t[LOW_POLE] + z), t[HIGH_POLE] / (t[HIGH_POLE] + z)
        width = 1 + t[LOW] * low + t[MID] * (high - low) + t[HIGH] * (1 - high)
        passed = z**2 / (z**2 + BUTTERWORTH * t[MONO_POLE] * z + t[MONO_POLE] ** 2)
        return width * (1 + t[MONO_PART] * (passed - 1))
