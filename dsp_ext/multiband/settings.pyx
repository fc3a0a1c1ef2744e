# cython: boundscheck=False, wraparound=False, cdivision=True
# Lanes are below four, places below BAND_SETTINGS.
"""BandSettings: the settings of four compressors, and the numbers that are derived from them: ramped values and flags."""

import numpy as np

from dsp_ext.core cimport log2_
from .gain_curve cimport (
    ADAPTIVE, ATTACK, EXPAND_RANGE, EXPAND_SLOPE, EXPAND_THRESHOLD, FALL, HOLD, KNEE, LINK, MAKEUP, PRESENT, RANGE,
    RELEASE, RMS, SLOPE, THRESHOLD, TILT, UP_RANGE, UP_SLOPE, UP_THRESHOLD, VALUES, WET, loss_at_full_scale,
)
from .places cimport (
    BAND_ADAPTIVE, BAND_ATTACK_MS, BAND_AUTO_MAKEUP, BAND_BYPASS, BAND_EXPAND_RANGE_DB, BAND_EXPAND_RATIO,
    BAND_EXPAND_THRESHOLD_DB, BAND_HOLD_MS, BAND_KNEE_DB, BAND_LINK_PCT, BAND_LOOKAHEAD_MS, BAND_MAKEUP_DB,
    BAND_RANGE_DB, BAND_RATIO, BAND_RELEASE_MS, BAND_RMS_PCT, BAND_THRESHOLD_DB, BAND_UP_RANGE_DB, BAND_UP_RATIO,
    BAND_UP_THRESHOLD_DB, BAND_WET_PCT,
)

from dsp_ext.settings import BAND, LIMITING_RATIO

cdef enum:
    LANES = LANES_OF_BANDS

cdef double LIMITING = LIMITING_RATIO
cdef double GENTLE_MS = 60.0  # see `set_gentle`
#: How far values in dB move in one ramp. The make-up moves at most half as far as the threshold, like automatic make-up.
FARTHEST_DB = dict.fromkeys((THRESHOLD, RANGE, UP_THRESHOLD, UP_RANGE, EXPAND_THRESHOLD, EXPAND_RANGE), 10.0) | {MAKEUP: 5.0}


cdef double part_per_frame(double time_ms, double rate_hz) noexcept nogil:
    """1 - exp(-1 / (time * rate)): the coefficient of a one-pole smoother per frame.

    Computed as a Padé fraction, because exp2 in float32 would be too coarse for times of seconds. The error is 4e-6 at 0.1
    ms and less for longer times.
    """
    cdef double u = 1000.0 / (time_ms * rate_hz)
    return u / (1.0 + u * (0.5 + u / 12.0))


cdef float tilt_of_band_db(double tilt_db, double low_hz, double high_hz) noexcept nogil:
    """The gain in dB that a tilt of `tilt_db` per octave around 1 kHz has at the geometric mean of the edges of a band."""
    return <float> (0.5 * tilt_db) * log2_(<float> (low_hz * high_hz * 1e-6))


cdef class BandSettings:
    """[control] creates it with default values; [audio] sets and reads it. It does not allocate after that."""

    def __init__(self, rate_hz, longest_lookahead):
        """`longest_lookahead` in frames."""
        self.rate_hz = rate_hz
        self.longest_lookahead = longest_lookahead
        farthest = np.full((VALUES, LANES), np.inf)
        for what, far_db in FARTHEST_DB.items():
            farthest[what] = far_db
        self.values = RampBank(rate_hz, np.zeros(VALUES * LANES), farthest.ravel())
        for lane in range(LANES):
            for place, value in enumerate(BAND.defaults.values()):
                self._settings[lane][place] = value
            self.aim(lane)
            self.set_present(lane, True)
        self.settle()

    def set(self, str name, double value, int lane=0):
        """[control] Set one of `dsp_ext.settings.BAND` by name. Raises KeyError for an unknown name, ValueError for a value
        or a lane that is out of range."""
        if not 0 <= lane < LANES:
            raise ValueError(f"lane must be 0 to {LANES - 1}, not {lane}")
        place, number = BAND.check(name, value)
        self.set_value(lane, place, number)

    cdef void to(self, int lane, int what, double value) noexcept nogil:
        self.values.to(LANES * what + lane, <float> value)

    cdef void set_value(self, int lane, int place, double value) noexcept nogil:
        """[audio] Set the setting at `place` of BAND to an allowed value.

        Values of the curve, of the mix and times are ramped. Only the look-ahead acts at once. `solo` and `mute` are only
        stored; the multiband compressor evaluates them. See `set_present`.
        """
        self._settings[lane][place] = value
        self.aim(lane)

    cdef void aim(self, int lane) noexcept nogil:
        """Move all values of a lane to the values that its settings require. Values that are already correct do not change."""
        cdef double *settings = &self._settings[lane][0]
        cdef double ratio = settings[BAND_RATIO]
        self.to(lane, THRESHOLD, settings[BAND_THRESHOLD_DB])
        self.to(lane, SLOPE, 1.0 if ratio >= LIMITING else 1.0 - 1.0 / ratio)
        self.to(lane, KNEE, settings[BAND_KNEE_DB])
        self.to(lane, RANGE, settings[BAND_RANGE_DB])
        self.to(lane, UP_THRESHOLD, settings[BAND_UP_THRESHOLD_DB])
        self.to(lane, UP_SLOPE, 1.0 - 1.0 / settings[BAND_UP_RATIO])
        self.to(lane, UP_RANGE, settings[BAND_UP_RANGE_DB])
        self.to(lane, EXPAND_THRESHOLD, settings[BAND_EXPAND_THRESHOLD_DB])
        self.to(lane, EXPAND_SLOPE, settings[BAND_EXPAND_RATIO] - 1.0)
        self.to(lane, EXPAND_RANGE, settings[BAND_EXPAND_RANGE_DB])
        self.to(lane, RMS, settings[BAND_RMS_PCT] / 100.0)
        self.to(lane, LINK, settings[BAND_LINK_PCT] / 100.0)
        self.to(lane, ADAPTIVE, settings[BAND_ADAPTIVE])
        self.to(lane, WET, 0.0 if settings[BAND_BYPASS] != 0 else settings[BAND_WET_PCT] / 100.0)
        self.to(lane, HOLD, <double> self.frames(settings[BAND_HOLD_MS]))
        self.lookahead[lane] = min(self.frames(settings[BAND_LOOKAHEAD_MS]), self.longest_lookahead)
        self.set_times(lane)
        self.set_makeup(lane)
        self.ask()

    cdef Py_ssize_t frames(self, double time_ms) noexcept nogil:
        """Convert a time to frames, rounded."""
        return <Py_ssize_t> (time_ms * 1e-3 * self.rate_hz + 0.5)

    cdef void set_times(self, int lane) noexcept nogil:
        cdef double attack_ms = self._settings[lane][BAND_ATTACK_MS], release_ms = self._settings[lane][BAND_RELEASE_MS]
        cdef double fall_ms = min(attack_ms, 0.25 * release_ms)
        cdef double least_ms = GENTLE_MS if self._gentle else 0.0
        self.to(lane, ATTACK, part_per_frame(max(attack_ms, least_ms), self.rate_hz))
        self.to(lane, FALL, part_per_frame(max(fall_ms, least_ms), self.rate_hz))
        # Two one-pole smoothers in series, with the times t1 and t2 <= t1 / 3, reach 63 % after t1 + t2 + t2^2 / (2 t1),
        # within 1 %.
        release_ms = release_ms - fall_ms - 0.5 * fall_ms * fall_ms / release_ms
        self.to(lane, RELEASE, part_per_frame(release_ms, self.rate_hz))

    cdef void set_gentle(self, bint gentle) noexcept nogil:
        """[audio] Set whether attack and release are at least GENTLE_MS long, while a crossover makes a long move or a new kernel
        fades in. Without this, a compressor would follow a sound that moves into its band as quickly as a new sound, which
        clicks if the band contains another sound."""
        cdef int lane
        if gentle != self._gentle:
            self._gentle = gentle
            for lane in range(LANES):
                self.set_times(lane)

    cdef void set_makeup(self, int lane) noexcept nogil:
        """Set the make-up gain. Automatic make-up compensates for half of the gain reduction at full scale."""
        cdef float *target = &self.values._target[lane]
        cdef float makeup = <float> self._settings[lane][BAND_MAKEUP_DB]
        if self._settings[lane][BAND_AUTO_MAKEUP] != 0:
            makeup += <float> 0.5 * loss_at_full_scale(
                target[LANES * THRESHOLD], target[LANES * SLOPE], target[LANES * KNEE], target[LANES * RANGE]
            )
        self.to(lane, MAKEUP, makeup)

    cdef void set_present(self, int lane, bint present) noexcept nogil:
        """[audio] Set whether the band is audible."""
        self.to(lane, PRESENT, 1.0 if present else 0.0)

    cdef bint is_present(self, int lane) noexcept nogil:
        """[audio] Whether the band is audible, or is about to be."""
        return self.values._target[LANES * PRESENT + lane] == 1

    cdef void set_tilt_db(self, int lane, float tilt_db) noexcept nogil:
        """[audio] Set the gain in dB that the tilt of the side-chain adds to the level of this band."""
        self.to(lane, TILT, tilt_db)

    cdef bint is_on(self, int lane, int place) noexcept nogil:
        """[audio] Whether the switch at `place` of BAND is on."""
        return self._settings[lane][place] != 0

    cdef bint is_neutral(self, int lane) noexcept nogil:
        """[audio] Whether these settings leave every sound unchanged."""
        cdef double *s = &self._settings[lane][0]
        cdef bint idle = s[BAND_BYPASS] != 0 or s[BAND_WET_PCT] == 0
        cdef bint flat = s[BAND_RATIO] == 1 and s[BAND_UP_RATIO] == 1 and s[BAND_EXPAND_RATIO] == 1 and s[BAND_MAKEUP_DB] == 0
        return self.is_present(lane) and (idle or flat)

    cdef void settle(self) noexcept nogil:
        """[audio] End all ramps at once."""
        self.values.settle()
        self.ask()

    cdef bint moving(self) noexcept nogil:
        """[audio] Whether values are being ramped."""
        return self.values.moving()

    cdef void advance(self, Py_ssize_t frames) noexcept nogil:
        """[audio] Advance past the frames of a piece."""
        if self.moving():
            self.values.advance(frames)
            self.ask()

    cdef void ask(self) noexcept nogil:
        """Determine the parts of the computation that the settings need, with their present and their target values."""
        cdef int lane, parts = 0
        for lane in range(LANES):
            if self.leaves(lane, LINK, 1):
                parts |= APART
            if self.leaves(lane, UP_SLOPE, 0):
                parts |= LIFTING
            if self.leaves(lane, EXPAND_SLOPE, 0):
                parts |= OPENING
            if self.leaves(lane, RMS, 0):
                parts |= AVERAGING
            if self.leaves(lane, ADAPTIVE, 0):
                parts |= ADAPTING
            if self.leaves(lane, HOLD, 0):
                parts |= HOLDING
        self.needed = parts

    cdef bint leaves(self, int lane, int what, float value) noexcept nogil:
        """Whether a value differs from `value`, now or at the end of its ramp."""
        cdef int which = LANES * what + lane
        return (
            self.values._start[which] != value or self.values._span[which] != 0 or self.values._target[which] != value
        )
