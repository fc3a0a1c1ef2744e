# cython: boundscheck=False, wraparound=False, cdivision=True
# Lanes are below four, settings below COMPRESSOR_SETTINGS.
"""BandSettings: the settings of four compressors, and what they come to for the sound: values that glide, times, flags."""

from .gain_curve cimport (
    EXPAND_RANGE, EXPAND_SLOPE, EXPAND_THRESHOLD, HASTE, KNEE, LINK, MAKEUP, PRESENT, RANGE, RMS, SLOPE, THRESHOLD,
    TILT, UP_RANGE, UP_SLOPE, UP_THRESHOLD, VALUES, WET, loss_at_full_scale,
)

from dsp_ext.core import validate

#: Names of the settings, in the order of the enum in settings.pxd. Units are in the names; switches are 0 or 1.
SETTINGS = (
    "threshold_db",
    "ratio",
    "knee_db",
    "range_db",
    "attack_ms",
    "hold_ms",
    "release_ms",
    "adaptive",
    "rms_pct",
    "lookahead_ms",
    "up_threshold_db",
    "up_ratio",
    "up_range_db",
    "expand_threshold_db",
    "expand_ratio",
    "expand_range_db",
    "link_pct",
    "makeup_db",
    "auto_makeup",
    "wet_pct",
    "bypass",
    "solo",
    "mute",
)
#: What they are until they are set: nothing is compressed.
DEFAULTS = dict(
    zip(
        SETTINGS,
        (0, 1, 6, 60, 10, 0, 150, 0, 0, 0, -40, 1, 12, -60, 1, 24, 100, 0, 0, 100, 0, 0, 0),
        strict=True,
    )
)
#: A ratio of this or more is infinite.
LIMITING_RATIO = 100.0

cdef enum:
    LANES = LANES_OF_BANDS

cdef double LIMITING = LIMITING_RATIO


cdef double part_per_frame(double time_ms, double rate_hz) noexcept nogil:
    """1 - exp(-1 / (time * rate)): the part of the way that a one-pole smoother goes in a frame.

    As a Padé fraction, since float32's exp2 would be too coarse for seconds; 4e-6 off at 0.1 ms, less above.
    """
    cdef double u = 1000.0 / (time_ms * rate_hz)
    return u / (1.0 + u * (0.5 + u / 12.0))


cdef class BandSettings:
    """[control] makes it, at its defaults; [audio] sets and reads it. Nothing allocates after that."""

    def __init__(self, rate_hz, longest_lookahead):
        """`longest_lookahead` in frames."""
        assert len(SETTINGS) == COMPRESSOR_SETTINGS
        self.rate_hz = rate_hz
        self.longest_lookahead = longest_lookahead
        self.values = Glide(rate_hz, [0.0] * (VALUES * LANES))
        for lane in range(LANES):
            for what, value in enumerate(DEFAULTS.values()):
                self._settings[lane][what] = value
            for what, value in enumerate(DEFAULTS.values()):
                self.set_value(lane, what, value)
            self.set_present(lane, True)
        self.settle()

    def set(self, str name, double value, int lane=0):
        """[control] One of SETTINGS by name. Raises KeyError, or ValueError where it is not a finite number."""
        validate.known(name, SETTINGS)
        validate.finite(name, value)
        validate.in_range("lane", lane, 0, LANES - 1)
        self.set_value(lane, SETTINGS.index(name), value)

    cdef void to(self, int lane, int what, double value) noexcept nogil:
        self.values.to(LANES * what + lane, <float> value)

    cdef void set_value(self, int lane, int what, double value) noexcept nogil:
        """[audio] `value` in the unit of its name: dB, ms, %, a ratio of at least 1, or 0 and 1 for a switch.

        Values of the curve and of the mix glide; times act at once, on what is smooth. `solo` and `mute` are noted for
        whoever holds the bands together; see `set_present`.
        """
        cdef double *settings = &self._settings[lane][0]
        settings[what] = value
        if what == THRESHOLD_DB:
            self.to(lane, THRESHOLD, value)
        elif what == RATIO:
            self.to(lane, SLOPE, 1.0 if value >= LIMITING else 1.0 - 1.0 / value)
        elif what == KNEE_DB:
            self.to(lane, KNEE, value)
        elif what == RANGE_DB:
            self.to(lane, RANGE, value)
        elif what == UP_THRESHOLD_DB:
            self.to(lane, UP_THRESHOLD, value)
        elif what == UP_RATIO:
            self.to(lane, UP_SLOPE, 1.0 - 1.0 / value)
        elif what == UP_RANGE_DB:
            self.to(lane, UP_RANGE, value)
        elif what == EXPAND_THRESHOLD_DB:
            self.to(lane, EXPAND_THRESHOLD, value)
        elif what == EXPAND_RATIO:
            self.to(lane, EXPAND_SLOPE, value - 1.0)
        elif what == EXPAND_RANGE_DB:
            self.to(lane, EXPAND_RANGE, value)
        elif what == RMS_PCT:
            self.to(lane, RMS, value / 100.0)
        elif what == LINK_PCT:
            self.to(lane, LINK, value / 100.0)
        elif what == ADAPTIVE:
            self.to(lane, HASTE, value)
        elif what == WET_PCT or what == BYPASS:
            self.to(lane, WET, 0.0 if settings[BYPASS] != 0 else settings[WET_PCT] / 100.0)
        elif what == ATTACK_MS or what == RELEASE_MS:
            self.set_times(lane)
        elif what == HOLD_MS:
            self.times.hold[lane] = <double> <Py_ssize_t> (value * 1e-3 * self.rate_hz + 0.5)
        elif what == LOOKAHEAD_MS:
            self.lookahead[lane] = min(<Py_ssize_t> (value * 1e-3 * self.rate_hz + 0.5), self.longest_lookahead)
        self.set_makeup(lane)
        self.ask()

    cdef void set_times(self, int lane) noexcept nogil:
        cdef double attack_ms = self._settings[lane][ATTACK_MS], release_ms = self._settings[lane][RELEASE_MS]
        cdef double fall_ms = min(attack_ms, 0.25 * release_ms)
        self.times.attack[lane] = part_per_frame(attack_ms, self.rate_hz)
        self.times.fall[lane] = part_per_frame(fall_ms, self.rate_hz)
        # Two one-poles in a row, t1 and t2 <= t1 / 3, reach 63 % after t1 + t2 + t2^2 / (2 t1), within 1 %.
        release_ms = release_ms - fall_ms - 0.5 * fall_ms * fall_ms / release_ms
        self.times.release[lane] = part_per_frame(release_ms, self.rate_hz)

    cdef void set_makeup(self, int lane) noexcept nogil:
        """Automatic make-up gives back half of what full scale loses."""
        cdef float *target = &self.values._target[lane]
        cdef float makeup = <float> self._settings[lane][MAKEUP_DB]
        if self._settings[lane][AUTO_MAKEUP] != 0:
            makeup += <float> 0.5 * loss_at_full_scale(
                target[LANES * THRESHOLD], target[LANES * SLOPE], target[LANES * KNEE], target[LANES * RANGE]
            )
        self.to(lane, MAKEUP, makeup)

    cdef void set_present(self, int lane, bint present) noexcept nogil:
        """[audio] Whether the band is heard at all."""
        self.to(lane, PRESENT, 1.0 if present else 0.0)

    cdef bint is_present(self, int lane) noexcept nogil:
        """[audio] Whether it is, or is about to be."""
        return self.values._target[LANES * PRESENT + lane] == 1

    cdef void set_tilt_db(self, int lane, float tilt_db) noexcept nogil:
        """[audio] What the side-chain's tilt adds to the level of this band."""
        self.to(lane, TILT, tilt_db)

    cdef bint is_on(self, int lane, int what) noexcept nogil:
        """[audio] A switch among the settings."""
        return self._settings[lane][what] != 0

    cdef bint is_neutral(self, int lane) noexcept nogil:
        """[audio] Whether these settings change no sound, whatever comes."""
        cdef double *s = &self._settings[lane][0]
        cdef bint idle = s[BYPASS] != 0 or s[WET_PCT] == 0
        cdef bint flat = s[RATIO] == 1 and s[UP_RATIO] == 1 and s[EXPAND_RATIO] == 1 and s[MAKEUP_DB] == 0
        return self.is_present(lane) and (idle or flat)

    cdef void settle(self) noexcept nogil:
        """[audio] End all ramps at once."""
        self.values.settle()
        self.ask()

    cdef bint moving(self) noexcept nogil:
        """[audio] Whether values are on their way."""
        return self.values._at < self.values.length

    cdef void advance(self, Py_ssize_t frames) noexcept nogil:
        """[audio] Go past the frames of a piece."""
        if self.moving():
            self.values.advance(frames)
            self.ask()

    cdef void ask(self) noexcept nogil:
        """What the settings need, as they are or as they are about to be."""
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
            if self.leaves(lane, HASTE, 0):
                parts |= HURRYING
            if self.times.hold[lane] != 0:
                parts |= HOLDING
        self.needed = parts

    cdef bint leaves(self, int lane, int what, float value) noexcept nogil:
        """Whether a value is or is about to be another than `value`."""
        cdef int which = LANES * what + lane
        return (
            self.values._start[which] != value or self.values._span[which] != 0 or self.values._target[which] != value
        )
