# cython: boundscheck=False, wraparound=False, cdivision=True
# Blocks are cut to CHUNK; all arrays are that long.
"""Limiter: keeps a true-peak ceiling, by construction.

    gain -> first pass (look-ahead up to 10 ms) -> second pass (1.5 ms) -> clamp -> listening

The first pass does the limiting, to 0.03 dB below the ceiling (`stage.pyx`). Its detector saw the input, and a
moving gain shifts peaks a little; the second pass measures what came out, and is idle as long as that is within 0.015 dB
of the ceiling. The clamp stops what no path is known for; `clamps` counts the samples it changed and stays 0.

The promise: the output, read by the meter of ITU-R BS.1770-5 Annex 2, or by a 16-fold interpolator of 64 taps, is at or
below the ceiling. No meter can promise it for every waveform between the samples: patterns that alternate at half the
sampling rate can hide peaks from any finite interpolator. Programme to 20.5 kHz stays within 0.02 dB on far longer ones.

Moving the ceiling up ramps over 20 ms. Moving it down acts at once: everything on its way through the passes is lowered
by one step, as far as the loudest peak there needs it, and what follows is limited to the new ceiling as usual. The same
happens where peaks between the samples begin to count, and where the limiter is switched on.
Switched off, gain goes to 0 dB and the ceiling out of reach, both ramped: after the release, the output is the exact
delayed input. Latency is the same for all settings.

A style sets look-ahead, hold and the two releases; each can be set by hand instead:

| style | look-ahead | hold | release | slow release | for |
|---|---|---|---|---|---|
| transparent | 10 ms | 20 ms | 120 ms | 1200 ms | gain that moves little and softly; tones from 25 Hz stay pure |
| punchy | 4 ms | 12 ms | 60 ms | 500 ms | attacks keep their edge, the level recovers quickly behind them |
| aggressive | 1.5 ms | 10 ms | 20 ms | off | loudness: dips only as long as it must; tones from 50 Hz stay pure |
"""

import numpy as np

from dsp_ext.core cimport OCTAVES_PER_DB, Delay, Processor, Ramp, db_to_gain, exp2_, gain_to_db, log2_
from .stage cimport LimiterPass

from dsp_ext.core import validate

#: Look-ahead, hold, release and slow release of the styles, in ms (a slow release of 0 is off).
STYLES = {
    "transparent": (10.0, 20.0, 120.0, 1200.0),
    "punchy": (4.0, 12.0, 60.0, 500.0),
    "aggressive": (1.5, 10.0, 20.0, 0.0),
}
#: The longest look-ahead and hold that can be set.
LONGEST_LOOKAHEAD_MS = 10.0
LONGEST_HOLD_MS = 50.0
#: What can be set, by its range. 0 ms: as the style has it.
SETTINGS = {
    "enabled": (0, 1),
    "gain_db": (-60, 60),
    "ceiling_dbtp": (-60, 0),
    "style": (0, len(STYLES) - 1),
    "lookahead_ms": (0, LONGEST_LOOKAHEAD_MS),
    "hold_ms": (0, LONGEST_HOLD_MS),
    "release_ms": (0, 5000),
    "slow_release_ms": (0, 10000),
    "link_fast_pct": (0, 100),
    "link_slow_pct": (0, 100),
    "true_peak": (0, 1),
    "unity_listen": (0, 1),
    "delta": (0, 1),
}
# Look-ahead, hold and release of the second pass.
_SECOND_PASS_MS = (1.5, 10.0, 50.0)
# Where the passes aim, below the ceiling.
_MARGINS_DB = (0.03, 0.015)

cdef enum:
    CHUNK = 256
    TIMES = 4
    # Places in SETTINGS.
    ENABLED = 0
    GAIN_DB
    CEILING_DBTP
    STYLE
    LOOKAHEAD_MS
    HOLD_MS
    RELEASE_MS
    SLOW_RELEASE_MS
    LINK_FAST_PCT
    LINK_SLOW_PCT
    TRUE_PEAK
    UNITY_LISTEN
    DELTA

cdef float FIRST_MARGIN = _MARGINS_DB[0] * OCTAVES_PER_DB
cdef float SECOND_MARGIN = _MARGINS_DB[1] * OCTAVES_PER_DB
cdef float OUT_OF_REACH = 20.0  # octaves above full scale
cdef float SILENCE = 1e-6
cdef float[3][TIMES] STYLE_TIMES
STYLE_TIMES = list(STYLES.values())


cdef float between(float x, float low, float high) noexcept nogil:
    return low if x < low else high if x > high else x


cdef class Limiter(Processor):
    """Stereo. Defaults: gain 0 dB, ceiling -1 dBTP, transparent, fully linked, true peaks, enabled."""

    def __init__(self, rate_hz=48000, max_block=4096):
        self._enabled = self._true_peak = True
        self._gain_db = 0.0
        self._ceiling_dbtp = -1.0
        self._link_fast = self._link_slow = 1.0
        super().__init__(rate_hz, max_block)

    def prepare(self, rate_hz, max_block):
        super().prepare(rate_hz, max_block)
        assert len(SETTINGS) == LIMITER_SETTINGS
        self._first = LimiterPass(rate_hz, LONGEST_LOOKAHEAD_MS, LONGEST_HOLD_MS, split=True)
        self._second = LimiterPass(rate_hz, _SECOND_PASS_MS[0], _SECOND_PASS_MS[1], split=False)
        self._second.set_releases(_SECOND_PASS_MS[2], 0.0)
        self._dry_delay = Delay(rate_hz, CHUNK, self._second.latency)
        self._gain = Ramp(rate_hz)
        self._ceiling = Ramp(rate_hz)
        self._listen = Ramp(rate_hz)
        self._delta = Ramp(rate_hz)
        self._dry = np.zeros((2, CHUNK), np.float32)
        self._unused = np.zeros((2, CHUNK), np.float32)
        self._gains = np.zeros(CHUNK, np.float32)
        self._ceilings = np.zeros(CHUNK, np.float32)
        self.clamps = 0
        self._first.set_links(self._link_fast, self._link_slow)
        self._first.set_true_peak(self._true_peak)
        self._second.set_true_peak(self._true_peak)
        self.aim_times()
        self.aim()
        self.settle()

    # -- settings ------------------------------------------------------------------------------------------------

    cdef void set_enabled(self, bint enabled) noexcept nogil:
        """[audio] Off: a pure delay, once gain and reduction have gone back. On: the ceiling holds at once."""
        self._enabled = enabled
        self.aim()
        self.aim_times()

    cdef void set_gain_db(self, float gain_db) noexcept nogil:
        """[audio] Gain before the limiting, in dB, -60 to 60."""
        self._gain_db = between(gain_db, -60.0, 60.0)
        self.aim()

    cdef void set_ceiling_dbtp(self, float ceiling_dbtp) noexcept nogil:
        """[audio] Highest true peak, in dBTP, -60 to 0. Down at once, up over 20 ms."""
        self._ceiling_dbtp = between(ceiling_dbtp, -60.0, 0.0)
        self.aim()

    cdef void set_reserve(self, double reserve) noexcept nogil:
        """[audio] Stay this much (linear) below the ceiling, for what dither adds later."""
        self._reserve = reserve
        self.aim()

    cdef void set_style(self, int style) noexcept nogil:
        """[audio] Place in STYLES."""
        self._style = 0 if style < 0 else 2 if style > 2 else style
        self.aim_times()

    cdef void set_lookahead_ms(self, float lookahead_ms) noexcept nogil:
        """[audio] Look-ahead by hand, up to 10 ms; 0: as the style has it."""
        self._lookahead_ms = lookahead_ms
        self.aim_times()

    cdef void set_hold_ms(self, float hold_ms) noexcept nogil:
        """[audio] Hold by hand, up to 50 ms; 0: as the style has it."""
        self._hold_ms = hold_ms
        self.aim_times()

    cdef void set_release_ms(self, float release_ms) noexcept nogil:
        """[audio] Time constant of the release by hand, in ms, of the reduction in dB; 0: as the style has it."""
        self._release_ms = release_ms
        self.aim_times()

    cdef void set_slow_release_ms(self, float slow_release_ms) noexcept nogil:
        """[audio] The same for what has lasted (400 ms); 0: as the style has it, below 400: none."""
        self._slow_release_ms = slow_release_ms
        self.aim_times()

    cdef void set_link_fast_pct(self, float link_pct) noexcept nogil:
        """[audio] How far transients of one channel reduce the other: 0 to 100 %."""
        self._link_fast = between(link_pct * <float> 0.01, 0.0, 1.0)
        self._first.set_links(self._link_fast, self._link_slow)

    cdef void set_link_slow_pct(self, float link_pct) noexcept nogil:
        """[audio] The same for the slow release."""
        self._link_slow = between(link_pct * <float> 0.01, 0.0, 1.0)
        self._first.set_links(self._link_fast, self._link_slow)

    cdef void set_true_peak(self, bint true_peak) noexcept nogil:
        """[audio] Whether the ceiling holds between the samples, or for samples only."""
        cdef bint was = self._true_peak
        self._true_peak = true_peak
        self._first.set_true_peak(true_peak)
        self._second.set_true_peak(true_peak)
        if true_peak and not was:
            self.lower()

    cdef void set_unity_listen(self, bint unity_listen) noexcept nogil:
        """[audio] Take back the gain after the ceiling (never more than 0 dB): the limiting at the input's loudness."""
        self._unity_listen = unity_listen
        self.aim()

    cdef void set_delta(self, bint delta) noexcept nogil:
        """[audio] Hear what is removed: gained input minus output, cut at the ceiling."""
        self._delta.to(1.0 if delta else 0.0)

    cdef void aim(self) noexcept nogil:
        """Send the ramps where the settings want them."""
        cdef float ceiling = self._ceiling_dbtp * OCTAVES_PER_DB, below
        if self._reserve > 0.0:
            below = db_to_gain(self._ceiling_dbtp) - <float> self._reserve
            ceiling = log2_(below if below > SILENCE else SILENCE)
        ceiling = ceiling if self._enabled else OUT_OF_REACH
        cdef float gain_db = self._gain_db if self._enabled else <float> 0.0
        self._gain.to(db_to_gain(gain_db))
        self._listen.to(db_to_gain(-gain_db) if self._unity_listen and gain_db > 0.0 else <float> 1.0)
        if ceiling < self._ceiling._value:
            self._ceiling.jump(ceiling)
            self.lower()
        else:
            self._ceiling.turn(ceiling)  # never on to a higher one

    cdef void lower(self) noexcept nogil:
        """What is under way obeys the present ceiling from the next frame on."""
        self._first.press(self._ceiling._value - FIRST_MARGIN)
        self._second.attenuate(self._ceiling._value - SECOND_MARGIN)

    cdef void aim_times(self) noexcept nogil:
        cdef float *style = &STYLE_TIMES[self._style][0]
        self._first.set_times(
            self._lookahead_ms if self._lookahead_ms > 0.0 else style[0], self._hold_ms if self._hold_ms > 0.0 else style[1]
        )
        if self._enabled:
            self._first.set_releases(
                self._release_ms if self._release_ms > 0.0 else style[2],
                self._slow_release_ms if self._slow_release_ms > 0.0 else style[3],
            )
        else:
            self._first.set_releases(20.0, 0.0)  # let go soon

    cdef void settle(self) noexcept nogil:
        """[control] End all ramps and changes at once: for the state a run starts from."""
        self._gain.jump(self._gain._target)
        self._ceiling.jump(self._ceiling._target)
        self._listen.jump(self._listen._target)
        self._delta.jump(self._delta._target)
        self._first.settle()

    # -- sound ---------------------------------------------------------------------------------------------------

    cdef void clear(self) noexcept nogil:
        self._first.clear()
        self._second.clear()
        self._dry_delay.clear()

    cdef Py_ssize_t delay(self) noexcept nogil:
        return self._first.latency + self._second.latency

    cdef float take_reduction_db(self) noexcept nogil:
        """[audio] Deepest reduction since the last call, of either channel, in dB, 0 or below."""
        return gain_to_db(self._first.take_least() * self._second.take_least())

    cdef void run(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        cdef Py_ssize_t step
        while frames > 0:
            step = frames if frames < CHUNK else CHUNK
            self.chunk(left, right, step)
            left += step
            right += step
            frames -= step

    cdef void chunk(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        cdef Py_ssize_t i
        cdef float *gain = &self._gains[0]
        cdef float *ceiling = &self._ceilings[0]
        cdef float *dry_l = &self._dry[0, 0]
        cdef float *dry_r = &self._dry[1, 0]
        cdef int clamped = 0
        cdef float l, r
        self._gain.fill(gain, frames)
        self._ceiling.fill(ceiling, frames)
        for i in range(frames):
            left[i] = left[i] * gain[i]
            right[i] = right[i] * gain[i]
        self._first.run(left, right, ceiling, FIRST_MARGIN, dry_l, dry_r, frames)
        self._dry_delay.run(dry_l, dry_r, frames)
        self._second.run(left, right, ceiling, SECOND_MARGIN, &self._unused[0, 0], &self._unused[1, 0], frames)
        for i in range(frames):
            ceiling[i] = exp2_(ceiling[i])
            l = between(left[i], -ceiling[i], ceiling[i])
            r = between(right[i], -ceiling[i], ceiling[i])
            clamped += (l != left[i]) + (r != right[i])
            left[i] = l
            right[i] = r
        self.clamps += clamped
        self._delta.fill(gain, frames)
        for i in range(frames):
            l = left[i] + gain[i] * (dry_l[i] - (left[i] + left[i]))
            r = right[i] + gain[i] * (dry_r[i] - (right[i] + right[i]))
            left[i] = between(l, -ceiling[i], ceiling[i])
            right[i] = between(r, -ceiling[i], ceiling[i])
        self._listen.fill(gain, frames)
        for i in range(frames):
            left[i] = left[i] * gain[i]
            right[i] = right[i] * gain[i]

    # -- by name and by number -----------------------------------------------------------------------------------

    cdef void set_value(self, int index, double value) noexcept nogil:
        """[audio] Setting number `index` of SETTINGS; switches are 0 or 1, the style its place in STYLES."""
        cdef float number = <float> value
        if index == ENABLED:
            self.set_enabled(value != 0)
        elif index == GAIN_DB:
            self.set_gain_db(number)
        elif index == CEILING_DBTP:
            self.set_ceiling_dbtp(number)
        elif index == STYLE:
            self.set_style(<int> value)
        elif index == LOOKAHEAD_MS:
            self.set_lookahead_ms(number)
        elif index == HOLD_MS:
            self.set_hold_ms(number)
        elif index == RELEASE_MS:
            self.set_release_ms(number)
        elif index == SLOW_RELEASE_MS:
            self.set_slow_release_ms(number)
        elif index == LINK_FAST_PCT:
            self.set_link_fast_pct(number)
        elif index == LINK_SLOW_PCT:
            self.set_link_slow_pct(number)
        elif index == TRUE_PEAK:
            self.set_true_peak(value != 0)
        elif index == UNITY_LISTEN:
            self.set_unity_listen(value != 0)
        elif index == DELTA:
            self.set_delta(value != 0)

    def set(self, *, settle=False, **settings):
        """[control] Settings by name: `set(gain_db=6, style="punchy")`; `settle` ends the ramps. Not while processing.

        Raises KeyError for a name there is not, ValueError for a value out of range.
        """
        for name, value in settings.items():
            validate.known(name, SETTINGS)
            if name == "style" and value in STYLES:
                value = list(STYLES).index(value)
            elif name == "style":
                raise ValueError(f"style must be one of {', '.join(STYLES)}, not {value!r}")
            validate.in_range(name, value, *SETTINGS[name])
            self.set_value(list(SETTINGS).index(name), value)
        if settle:
            self.settle()

    def read_reduction_db(self):
        """[any] `take_reduction_db`, for tests."""
        return self.take_reduction_db()
