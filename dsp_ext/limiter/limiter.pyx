# cython: boundscheck=False, wraparound=False, cdivision=True
# Blocks are cut to CHUNK; all arrays have that length.
"""Limiter: keeps every true peak at or below the ceiling, by construction.

    gain -> steady stage -> peak stage -> guard stage -> clamp -> listening

The steady stage reduces held tones slowly. If there is loud bass below these tones, it reduces the bass alone
(`steady_stage.pyx`). On most music it does nothing. The peak stage limits to 0.03 dB below the ceiling (`peak_stage.pyx`). It
uses a slow gain for reductions that last, and short dips for all others (`reduction.pyx`). Peaks are measured at the input, and
a moving gain shifts them slightly. The guard stage therefore measures the result; it does nothing while all peaks are at least
0.015 dB below the ceiling. The clamp is a safety net: `clamps` counts the samples that it has changed, and should stay 0.

The promise: the output, measured by the meter of ITU-R BS.1770-5 Annex 2, is at or below the ceiling in force for it. By a
16-fold interpolator of 128 taps, as Burnish's own meters have, it is at most 0.06 dB above it for full-scale samples that
alternate at half the rate, and at or below it for other sounds. A meter of 32 points and 128 taps reads at most 0.02 dB more. No
limiter can promise this for every meter, since patterns that alternate at half the sampling rate can hide peaks from any finite
interpolator. Programme up to 20.5 kHz stays within 0.02 dB on far longer ones.

The ceiling moves over 20 ms in both directions, with a smooth start and end. The ceiling is delayed together with the audio:
each frame is limited to the ceiling that was set when the frame entered the limiter. When a time, the style or the choice
between true peaks and sample peaks changes, a second set of envelopes is started. After about 0.2 s it has settled, and the
gain crossfades to it. When the limiter is switched off, the gain ramps to 0 dB and the ceiling ramps far above full scale;
after the release, the output is exactly the delayed input. The latency is the same for all settings.

The styles are in `dsp_ext.settings`:

| style | for |
|---|---|
| transparent | the least change of the music at the same loudness |
| punchy | drums and rock: the gain is reduced less just after an attack |
| aggressive | loudness: the shortest dips, with more distortion of loud bass |

The settings for hold and release apply to the dips, the setting for the slow release applies to the lasting reduction. The
lengths of the dips are proportional to the look-ahead: with 10 ms, the dips take 2.4 and 1.2 ms. Between 23 and 24 dB of gain,
all styles change to the shortest dips. With longer dips, which would merge at such gains, the loudness could not rise above
about -7.5 LUFS.
"""

from libc.string cimport memcpy

import numpy as np

from dsp_ext.core cimport OCTAVES_PER_DB, Delay, Processor, Ramp, db_to_gain, exp2_, gain_to_db, log2_
from .places cimport (
    LIMITER_CEILING_DBTP, LIMITER_DELTA, LIMITER_ENABLED, LIMITER_GAIN_DB, LIMITER_HOLD_MS, LIMITER_LINK_FAST_PCT,
    LIMITER_LINK_SLOW_PCT, LIMITER_LOOKAHEAD_MS, LIMITER_RELEASE_MS, LIMITER_SLOW_RELEASE_MS, LIMITER_STYLE,
    LIMITER_TRUE_PEAK, LIMITER_UNITY_LISTEN,
)
from .times cimport Times

from dsp_ext.settings import LIMITER, LIMITER_DRIVEN, LIMITER_STYLES

from .guard_stage import GuardStage
from .peak_stage import PeakStage
from .steady_stage import SteadyStage

# The lengths of the mid dips and of the fast dips as fractions of the look-ahead.
_MID_SHARE = 0.24
_FAST_SHARE = 0.12

cdef enum:
    CHUNK = 256
    # Columns of STYLE_VALUES.
    LOOKAHEAD = 0
    HOLD
    RELEASE
    SLOW_RELEASE
    LASTING
    MID_REACH
    VALUES

cdef float OUT_OF_REACH = 12.0  # octaves above full scale
cdef float SILENCE = 1e-6
cdef double DRIVEN_FROM_DB = 23.0
cdef double MID_SHARE = _MID_SHARE
cdef double FAST_SHARE = _FAST_SHARE
cdef double[3][VALUES] STYLE_VALUES
STYLE_VALUES = list(LIMITER_STYLES.values())
cdef double[VALUES] DRIVEN_VALUES
DRIVEN_VALUES = LIMITER_DRIVEN


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
        self._steady = SteadyStage(rate_hz)
        self._peak = PeakStage(rate_hz, LIMITER["lookahead_ms"].high * (_MID_SHARE + _FAST_SHARE), LIMITER["hold_ms"].high)
        self._guard = GuardStage(rate_hz)
        self._dry_delay = Delay(rate_hz, CHUNK, self.delay())
        self._gain = Ramp(rate_hz)
        self._ceiling = Ramp(rate_hz)
        self._listen = Ramp(rate_hz)
        self._delta = Ramp(rate_hz)
        self._dry = np.zeros((2, CHUNK), np.float32)
        self._excess = np.zeros((2, CHUNK), np.float32)
        self._gains = np.zeros(CHUNK, np.float32)
        self._ceilings = np.zeros(CHUNK, np.float32)
        self.clamps = 0
        self.aim()
        self.settle()

    # -- settings ------------------------------------------------------------------------------------------------

    def set(self, *, settle=False, **settings):
        """[control] Settings by name: `set(gain_db=6, style="punchy")`; `settle` ends the ramps. Do not call this while another
        thread processes.

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
        """[audio] Limit to this much (linear) below the ceiling, because the dither adds up to this amount later."""
        self._reserve = reserve
        self.aim()

    cdef bint is_on(self, int place) noexcept nogil:
        return self._settings[place] != 0

    cdef float share(self, int place) noexcept nogil:
        """A setting in percent as a number from 0 to 1."""
        return between(<float> self._settings[place] * <float> 0.01, 0.0, 1.0)

    cdef double driven(self) noexcept nogil:
        """The weight of DRIVEN_VALUES against the values of the style: 0 up to DRIVEN_FROM_DB of gain, 1 from one decibel above
        it."""
        return between(<float> (self._settings[LIMITER_GAIN_DB] - DRIVEN_FROM_DB), 0.0, 1.0)

    cdef double of_style(self, int which) noexcept nogil:
        """A value of the selected style at the present gain."""
        cdef double value = STYLE_VALUES[<int> self._settings[LIMITER_STYLE]][which]
        return value + self.driven() * (DRIVEN_VALUES[which] - value)

    cdef double time_ms(self, int place, int which) noexcept nogil:
        """A time setting; a setting of 0 means the time of the selected style."""
        return self._settings[place] if self._settings[place] > 0.0 else self.of_style(which)

    cdef void aim(self) noexcept nogil:
        """Move all ramps, times and links to the values that the settings require. Values that are already correct do not
        change."""
        cdef float fast = self.share(LIMITER_LINK_FAST_PCT), slow = self.share(LIMITER_LINK_SLOW_PCT)
        self._steady.set_true_peak(self.is_on(LIMITER_TRUE_PEAK))
        self._steady.set_link(slow)
        self._peak.set_links(fast, slow)
        self._peak.set_times(self.times())
        self._delta.to(1.0 if self.is_on(LIMITER_DELTA) else 0.0)
        self.aim_levels()

    cdef Times times(self) noexcept nogil:
        cdef Times times
        cdef double lookahead_ms = self.time_ms(LIMITER_LOOKAHEAD_MS, LOOKAHEAD)
        times.mid_ms = lookahead_ms * MID_SHARE
        times.fast_ms = lookahead_ms * FAST_SHARE
        times.dip_hold_ms = self.time_ms(LIMITER_HOLD_MS, HOLD)
        times.dip_release_ms = self.time_ms(LIMITER_RELEASE_MS, RELEASE)
        times.lasting_ms = self.of_style(LASTING)
        times.lasting_release_ms = self.time_ms(LIMITER_SLOW_RELEASE_MS, SLOW_RELEASE)
        times.mid_reach = <float> self.of_style(MID_REACH) * OCTAVES_PER_DB
        times.split = self._settings[LIMITER_LINK_FAST_PCT] < 100.0 or self._settings[LIMITER_LINK_SLOW_PCT] < 100.0
        times.true_peak = self.is_on(LIMITER_TRUE_PEAK)
        return times

    cdef void aim_levels(self) noexcept nogil:
        """Set the targets of gain, ceiling, and the gain compensation for listening at unity."""
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
        self._ceiling.to(ceiling)

    cdef void settle(self) noexcept nogil:
        """[control] End all ramps and crossfades at once. Use this at the start of a run."""
        self._gain.jump(self._gain._target)
        self._ceiling.jump(self._ceiling._target)
        self._listen.jump(self._listen._target)
        self._delta.jump(self._delta._target)
        self._steady.settle()
        self._peak.settle()
        if not self._begun:
            self.set_past_ceiling()

    # -- sound ---------------------------------------------------------------------------------------------------

    cdef void clear(self) noexcept nogil:
        self._steady.clear()
        self._peak.clear()
        self._guard.clear()
        self._dry_delay.clear()
        self._begun = False
        self.set_past_ceiling()

    cdef void set_past_ceiling(self) noexcept nogil:
        """Apply the present ceiling to the silence before the first sound as well, because the filters of the steady stage spread
        bass to before its beginning."""
        self._steady.set_past_ceiling(self._ceiling._value)
        self._peak.set_past_ceiling(self._ceiling._value)
        self._guard.set_past_ceiling(self._ceiling._value)

    cdef Py_ssize_t delay(self) noexcept nogil:
        return self._steady.latency + self._peak.latency + self._guard.latency

    cdef float take_reduction_db(self) noexcept nogil:
        """[audio] The deepest reduction of either channel since the last call, in dB, 0 or below."""
        return gain_to_db(self._steady.take_least() * self._peak.take_least() * self._guard.take_least())

    cdef void run(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        cdef Py_ssize_t step
        self._begun = True
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
        cdef float *excess_l = &self._excess[0, 0]
        cdef float *excess_r = &self._excess[1, 0]
        cdef int clamped = 0
        cdef float l, r
        self._gain.fill(gain, frames)
        self._ceiling.fill(ceiling, frames)
        for i in range(frames):
            left[i] = left[i] * gain[i]
            right[i] = right[i] * gain[i]
        memcpy(dry_l, left, frames * sizeof(float))
        memcpy(dry_r, right, frames * sizeof(float))
        self._dry_delay.run(dry_l, dry_r, frames)
        self._steady.run(left, right, ceiling, excess_l, excess_r, frames)
        self._peak.run(left, right, ceiling, excess_l, excess_r, frames)
        self._guard.run(left, right, ceiling, self._peak.true_peak(), frames)
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

    def transfer_db(self, levels_db):
        """[any] The true peak of the output in dBTP for a steady tone with a true peak of `levels_db` (shape (n,)), without
        delta: shape (n,). The gain reduction of a steady tone ends at the ceiling, within 0.03 dB."""
        gain, ceiling, listen = (20 * np.log10(x) for x in (
            self._gain._target, 2.0 ** min(self._ceiling._target, OUT_OF_REACH), self._listen._target))
        return np.minimum(np.asarray(levels_db, float) + gain, ceiling) + listen
