# cython: boundscheck=False, wraparound=False, cdivision=True
# Blocks are cut to CHUNK; all arrays have that length.
"""Limiter: keeps a true-peak ceiling, by construction.

    gain -> first stage (look-ahead up to 10 ms) -> second stage (1.5 ms) -> clamp -> listening

The first stage does the limiting, to 0.03 dB below the ceiling (`stage.pyx`). Its detector measures the input, and a moving
gain shifts peaks a little. The second stage therefore measures the result of the first; it does nothing while that is within
0.015 dB of the ceiling. The clamp catches what should not exist: `clamps` counts the samples that it changed and stays 0.

The promise: the output, measured by the meter of ITU-R BS.1770-5 Annex 2 or by a 16-fold interpolator of 64 taps, is at or
below the ceiling. No meter can promise this for every waveform between the samples, since patterns that alternate at half the
sampling rate can hide peaks from any finite interpolator. Programme up to 20.5 kHz stays within 0.02 dB on far longer ones.

Raising the ceiling ramps over 20 ms. Lowering it acts at once: all audio in the delay lines is lowered by one step, as far as
its loudest peak requires, and later audio is limited to the new ceiling as usual. The same happens when true-peak detection
or the limiter itself is switched on. When the limiter is switched off, the gain ramps to 0 dB and the ceiling ramps far above
full scale; after the release, the output is exactly the delayed input. The latency is the same for all settings.

A style sets look-ahead, hold and the two releases. Each of them can also be set by itself:

| style | look-ahead | hold | release | slow release | for |
|---|---|---|---|---|---|
| transparent | 10 ms | 20 ms | 120 ms | 1200 ms | small, slow gain changes; no audible distortion of tones down to 25 Hz |
| punchy | 4 ms | 12 ms | 60 ms | 500 ms | attacks stay sharp, and the level recovers quickly after them |
| aggressive | 1.5 ms | 10 ms | 20 ms | off | loudness: the shortest reductions; no audible distortion of tones down to 50 Hz |
"""

import numpy as np

from dsp_ext.core cimport OCTAVES_PER_DB, Delay, Processor, Ramp, db_to_gain, exp2_, gain_to_db, log2_
from .places cimport (
    LIMITER_CEILING_DBTP, LIMITER_DELTA, LIMITER_ENABLED, LIMITER_GAIN_DB, LIMITER_HOLD_MS, LIMITER_LINK_FAST_PCT,
    LIMITER_LINK_SLOW_PCT, LIMITER_LOOKAHEAD_MS, LIMITER_RELEASE_MS, LIMITER_SLOW_RELEASE_MS, LIMITER_STYLE,
    LIMITER_TRUE_PEAK, LIMITER_UNITY_LISTEN,
)
from .stage cimport LimiterStage

from dsp_ext.settings import LIMITER, LIMITER_STYLES

# Look-ahead, hold and release of the second stage.
_SECOND_STAGE_MS = (1.5, 10.0, 50.0)
# How far below the ceiling each stage limits.
_MARGINS_DB = (0.03, 0.015)

cdef enum:
    CHUNK = 256
    # Columns of STYLE_TIMES.
    LOOKAHEAD = 0
    HOLD
    RELEASE
    SLOW_RELEASE
    TIMES

cdef float FIRST_MARGIN = _MARGINS_DB[0] * OCTAVES_PER_DB
cdef float SECOND_MARGIN = _MARGINS_DB[1] * OCTAVES_PER_DB
cdef float OUT_OF_REACH = 20.0  # octaves above full scale
cdef float SILENCE = 1e-6
cdef double OFF_RELEASE_MS = 20.0  # release of what is left when the limiter is switched off
cdef float[3][TIMES] STYLE_TIMES
STYLE_TIMES = list(LIMITER_STYLES.values())


cdef float between(float x, float low, float high) noexcept nogil:
    return low if x < low else high if x > high else x


cdef class Limiter(Processor):
    """Stereo. Settings, ranges and defaults: `dsp_ext.settings.LIMITER`."""

    def __init__(self, rate_hz=48000, max_block=4096):
        for place, default in enumerate(LIMITER.defaults.values()):
            self._settings[place] = default
        super().__init__(rate_hz, max_block)

    def prepare(self, rate_hz, max_block):
        super().prepare(rate_hz, max_block)
        self._first = LimiterStage(rate_hz, LIMITER["lookahead_ms"].high, LIMITER["hold_ms"].high, split=True)
        self._second = LimiterStage(rate_hz, _SECOND_STAGE_MS[0], _SECOND_STAGE_MS[1], split=False)
        self._second.set_times(_SECOND_STAGE_MS[0], _SECOND_STAGE_MS[1], _SECOND_STAGE_MS[2], 0.0)
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
        self.aim()
        self.settle()

    # -- settings ------------------------------------------------------------------------------------------------

    def set(self, *, settle=False, **settings):
        """[control] Settings by name: `set(gain_db=6, style="punchy")`; `settle` ends the ramps. Not while processing.

        Raises KeyError for an unknown name, ValueError for a value that is out of range.
        """
        for name, value in settings.items():
            place, number = LIMITER.check(name, value)
            self.set_value(place, number)
        if settle:
            self.settle()

    cdef void set_value(self, int place, double value) noexcept nogil:
        """[audio] Set the setting at `place` of LIMITER to an allowed value."""
        self._settings[place] = value
        self.aim()

    cdef void set_reserve(self, double reserve) noexcept nogil:
        """[audio] Stay this much (linear) below the ceiling, because dither will add as much later."""
        self._reserve = reserve
        self.aim()

    cdef bint is_on(self, int place) noexcept nogil:
        return self._settings[place] != 0

    cdef float share(self, int place) noexcept nogil:
        """A setting in percent as a number from 0 to 1."""
        return between(<float> self._settings[place] * <float> 0.01, 0.0, 1.0)

    cdef float time_ms(self, int place, int which) noexcept nogil:
        """A time: as it is set, or that of the style where it is set to 0."""
        cdef float time_ms = <float> self._settings[place]
        return time_ms if time_ms > 0.0 else STYLE_TIMES[<int> self._settings[LIMITER_STYLE]][which]

    cdef void aim(self) noexcept nogil:
        """Let all ramps, times and links move to what the settings require. What is there already does not change."""
        cdef bint true_peak = self.is_on(LIMITER_TRUE_PEAK), newly_true = true_peak and not self._true_peak
        self._true_peak = true_peak
        self._first.set_true_peak(true_peak)
        self._second.set_true_peak(true_peak)
        self._first.set_links(self.share(LIMITER_LINK_FAST_PCT), self.share(LIMITER_LINK_SLOW_PCT))
        self.aim_times()
        self._delta.to(1.0 if self.is_on(LIMITER_DELTA) else 0.0)
        self.aim_levels()
        if newly_true:
            self.lower()

    cdef void aim_times(self) noexcept nogil:
        cdef bint enabled = self.is_on(LIMITER_ENABLED)
        self._first.set_times(
            self.time_ms(LIMITER_LOOKAHEAD_MS, LOOKAHEAD),
            self.time_ms(LIMITER_HOLD_MS, HOLD),
            self.time_ms(LIMITER_RELEASE_MS, RELEASE) if enabled else OFF_RELEASE_MS,
            self.time_ms(LIMITER_SLOW_RELEASE_MS, SLOW_RELEASE) if enabled else 0.0,
        )

    cdef void aim_levels(self) noexcept nogil:
        """Gain, ceiling, and the gain compensation for listening at unity."""
        cdef bint enabled = self.is_on(LIMITER_ENABLED)
        cdef float gain_db = <float> self._settings[LIMITER_GAIN_DB] if enabled else <float> 0.0
        cdef float ceiling_dbtp = <float> self._settings[LIMITER_CEILING_DBTP]
        cdef float ceiling = ceiling_dbtp * OCTAVES_PER_DB, below
        if self._reserve > 0.0:
            below = db_to_gain(ceiling_dbtp) - <float> self._reserve
            ceiling = log2_(below if below > SILENCE else SILENCE)
        ceiling = ceiling if enabled else OUT_OF_REACH
        self._gain.to(db_to_gain(gain_db))
        self._listen.to(
            db_to_gain(-gain_db) if self.is_on(LIMITER_UNITY_LISTEN) and gain_db > 0.0 else <float> 1.0
        )
        if ceiling < self._ceiling._value:
            self._ceiling.jump(ceiling)
            self.lower()
        else:
            self._ceiling.turn(ceiling)  # at once, since it must not continue to a higher target

    cdef void lower(self) noexcept nogil:
        """Keep all audio in the delay lines below the present ceiling, from the next frame on."""
        self._first.press(self._ceiling._value - FIRST_MARGIN)
        self._second.attenuate(self._ceiling._value - SECOND_MARGIN)

    cdef void settle(self) noexcept nogil:
        """[control] End all ramps and crossfades at once: for the state at the start of a run."""
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

    def read_reduction_db(self):
        """[any] `take_reduction_db`, for tests."""
        return self.take_reduction_db()
