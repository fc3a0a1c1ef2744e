# cython: boundscheck=False, wraparound=False, cdivision=True
# Indices are the loops' own and end at CHUNK; rings are cut at their ends; knees are kept above zero where they divide.
"""Compressor: one band of dynamics, two channels.

Feed-forward, in decibels, after D. Giannoulis, M. Massberg, J. D. Reiss, "Digital Dynamic Range Compressor Design - A
Tutorial and Analysis", JAES 60(6), 2012:

    level -> link -> look-ahead -> static curve with quadratic knees (eq. 4) -> smooth decoupled detector (eq. 17) -> gain

The detector follows the gain reduction, not the level, so it lies at 0 dB below the threshold and attacks from there:

    held      = max(reduction, held moved towards reduction with the release constant, after the hold time)
    smoothed += (held - smoothed) moved with the attack constant

- Level: the peak, or the mean square of 10 ms, or a blend of their powers; a sine's mean square lies 3 dB below its peak.
- Link: 100 % follows the louder channel, not the sum, so that sound in anti-phase is seen at its level; 0 % each its own.
- Curve: down above the threshold; up below the lower threshold; expansion below the lowest. Each has a range, beyond
  which it does no more. Expansion opens with the attack and closes with the release, in a detector of its own.
- Times are time constants: 63 % of the way in dB. The release is heard through both stages, so the first one is made
  shorter until the whole takes the stated time, and the second one falls no slower than a quarter of the release.
- Adaptive release: the stated one for a steady tone, shorter by up to five times the more the crest factor exceeds its,
  after the same authors' "Parameter automation in a dynamic range compressor", JAES 61(10), 2013.
- The sound waits 5 ms for the detector, whatever the look-ahead, so the latency does not depend on settings.
"""

from libc.string cimport memcpy, memset

import numpy as np

from . import by_name
from ._pair cimport Pair, add, choose, greater, left_of, lesser, mul, pair, right_of, sub
from .dynamics cimport (
    EXPAND_RANGE,
    EXPAND_SLOPE,
    EXPAND_THRESHOLD,
    HASTE,
    KNEE,
    LINK,
    MAKEUP,
    PRESENT,
    RANGE,
    RMS,
    SLOPE,
    THRESHOLD,
    TILT,
    UP_RANGE,
    UP_SLOPE,
    UP_THRESHOLD,
    VALUES,
    WET,
    changes,
    curve,
    hurry,
    levels,
    loss_at_full_scale,
)

#: Names of the settings, in the order of the enum in compressor.pxd. Units are in the names; switches are 0 or 1.
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
#: The longest look-ahead, and what the sound always waits.
LONGEST_LOOKAHEAD_MS = 5.0
#: A ratio of this or more is infinite.
LIMITING_RATIO = 100.0

cdef enum:
    CHUNK = 128  # frames per pass: the work stays in the first-level cache
    # Rows of the work.
    LEVEL_L = 0
    LEVEL_R
    DOWN_L
    DOWN_R
    OPEN_L
    OPEN_R
    RELEASE
    PEAK
    SQUARE
    DELAYED_L
    DELAYED_R
    ROWS

cdef double RMS_MS = 10.0
cdef double CREST_MS = 200.0
cdef double LIMITING = LIMITING_RATIO
cdef float SILENCE_DB = -200.0


cdef inline double _part_per_frame(double time_ms, double rate_hz) noexcept nogil:
    """1 - exp(-1 / (time * rate)): the part of the way that a one-pole smoother goes in a frame.

    As a Padé fraction, since float32's exp2 would be too coarse for seconds; 4e-6 off at 0.1 ms, less above.
    """
    cdef double u = 1000.0 / (time_ms * rate_hz)
    return u / (1.0 + u * (0.5 + u / 12.0))


cdef class Compressor(Processor):
    """Compressor of one band; as a processor of its own, of the whole band. Latency 5 ms. O(frames)."""

    def prepare(self, rate_hz, max_block):
        super().prepare(rate_hz, max_block)
        assert len(SETTINGS) == COMPRESSOR_SETTINGS
        self._values = Glide(rate_hz, [0.0] * VALUES)
        self._work = np.zeros((ROWS, CHUNK), np.float32)
        self._ahead = round(LONGEST_LOOKAHEAD_MS * 1e-3 * rate_hz)
        self._ring = np.zeros((4, 1 << int(self._ahead + CHUNK).bit_length()), np.float32)
        self._rms = _part_per_frame(RMS_MS, rate_hz)
        self._crest = _part_per_frame(CREST_MS, rate_hz)
        for what, value in enumerate(DEFAULTS.values()):
            self._settings[what] = value
        for what, value in enumerate(DEFAULTS.values()):
            self.set_value(what, value)
        self.set_present(True)
        self.settle()
        self.clear()
        self._deepest_db = 0.0

    def set(self, str name, double value):
        """[control] One of SETTINGS by name. Raises KeyError, or ValueError where it is not a finite number."""
        by_name.known(name, SETTINGS)
        by_name.finite(name, value)
        self.set_value(SETTINGS.index(name), value)

    cdef void set_value(self, int what, double value) noexcept nogil:
        """[audio] `value` in the unit of its name: dB, ms, %, a ratio of at least 1, or 0 and 1 for a switch.

        Values of the curve and of the mix glide; times act at once, on what is smooth. `solo` and `mute` are noted for
        whoever holds the bands together; see `set_present`.
        """
        self._settings[what] = value
        if what == THRESHOLD_DB:
            self._values.to(THRESHOLD, <float> value)
        elif what == RATIO:
            self._values.to(SLOPE, <float> (1.0 if value >= LIMITING else 1.0 - 1.0 / value))
        elif what == KNEE_DB:
            self._values.to(KNEE, <float> value)
        elif what == RANGE_DB:
            self._values.to(RANGE, <float> value)
        elif what == UP_THRESHOLD_DB:
            self._values.to(UP_THRESHOLD, <float> value)
        elif what == UP_RATIO:
            self._values.to(UP_SLOPE, <float> (1.0 - 1.0 / value))
        elif what == UP_RANGE_DB:
            self._values.to(UP_RANGE, <float> value)
        elif what == EXPAND_THRESHOLD_DB:
            self._values.to(EXPAND_THRESHOLD, <float> value)
        elif what == EXPAND_RATIO:
            self._values.to(EXPAND_SLOPE, <float> (value - 1.0))
        elif what == EXPAND_RANGE_DB:
            self._values.to(EXPAND_RANGE, <float> value)
        elif what == RMS_PCT:
            self._values.to(RMS, <float> (value / 100.0))
        elif what == LINK_PCT:
            self._values.to(LINK, <float> (value / 100.0))
        elif what == ADAPTIVE:
            self._values.to(HASTE, <float> value)
        elif what == WET_PCT or what == BYPASS:
            self._values.to(WET, <float> (0.0 if self._settings[BYPASS] != 0 else self._settings[WET_PCT] / 100.0))
        elif what == ATTACK_MS or what == RELEASE_MS:
            self.set_times()
        elif what == HOLD_MS:
            self._hold = <Py_ssize_t> (value * 1e-3 * self.rate_hz + 0.5)
        elif what == LOOKAHEAD_MS:
            self._lookahead = min(<Py_ssize_t> (value * 1e-3 * self.rate_hz + 0.5), self._ahead)
        self.set_makeup()

    cdef void set_times(self) noexcept nogil:
        cdef double attack_ms = self._settings[ATTACK_MS], release_ms = self._settings[RELEASE_MS]
        cdef double fall_ms = min(attack_ms, 0.25 * release_ms)
        self._attack = _part_per_frame(attack_ms, self.rate_hz)
        self._fall = _part_per_frame(fall_ms, self.rate_hz)
        # Two one-poles in a row, t1 and t2 <= t1 / 3, reach 63 % after t1 + t2 + t2^2 / (2 t1), within 1 %.
        self._release = _part_per_frame(release_ms - fall_ms - 0.5 * fall_ms * fall_ms / release_ms, self.rate_hz)

    cdef void set_makeup(self) noexcept nogil:
        """Automatic make-up gives back half of what full scale loses."""
        cdef float *target = &self._values._target[0]
        cdef float makeup = <float> self._settings[MAKEUP_DB]
        if self._settings[AUTO_MAKEUP] != 0:
            makeup += <float> 0.5 * loss_at_full_scale(target[THRESHOLD], target[SLOPE], target[KNEE], target[RANGE])
        self._values.to(MAKEUP, makeup)

    cdef void set_present(self, bint present) noexcept nogil:
        """[audio] Whether the band is heard at all."""
        self._values.to(PRESENT, 1.0 if present else 0.0)

    cdef bint is_present(self) noexcept nogil:
        """[audio] Whether it is, or is about to be."""
        return self._values._target[PRESENT] == 1

    cdef void set_tilt_db(self, float tilt_db) noexcept nogil:
        """[audio] What the side-chain's tilt adds to the level of this band."""
        self._values.to(TILT, tilt_db)

    cdef bint is_on(self, int what) noexcept nogil:
        """[audio] A switch among the settings."""
        return self._settings[what] != 0

    cdef bint is_neutral(self) noexcept nogil:
        """[audio] Whether these settings change no sound, whatever comes."""
        cdef double *s = &self._settings[0]
        cdef bint idle = s[BYPASS] != 0 or s[WET_PCT] == 0
        cdef bint flat = s[RATIO] == 1 and s[UP_RATIO] == 1 and s[EXPAND_RATIO] == 1 and s[MAKEUP_DB] == 0
        return self.is_present() and (idle or flat)

    cdef void settle(self) noexcept nogil:
        """[audio] End all ramps at once."""
        self._values.settle()

    cdef void clear(self) noexcept nogil:
        cdef Py_ssize_t i
        memset(&self._ring[0, 0], 0, 4 * self._ring.shape[1] * sizeof(float))
        for i in range(self._ring.shape[1]):
            self._ring[0, i] = self._ring[1, i] = SILENCE_DB
        self._at = 0
        for i in range(2):
            self._means[i] = self._louder[i] = 0
        for i in range(12):
            self._followers[i] = 0

    cdef Py_ssize_t delay(self) noexcept nogil:
        return self._ahead

    cdef float take_reduction_db(self) noexcept nogil:
        """[audio] The deepest gain since the last call, in dB, 0 or below; make-up and mix do not count, bypass does."""
        cdef float deepest = self._deepest_db
        self._deepest_db = 0.0
        return deepest if self._settings[BYPASS] == 0 else 0.0

    # -- sound ---------------------------------------------------------------------------------------------------

    cdef void add(self, const float *left, const float *right, float *sum_l, float *sum_r,
                  Py_ssize_t frames) noexcept nogil:
        """[audio] Add (gain - 1) times this band, 5 ms late, to the sums. Nothing is added where nothing is changed."""
        cdef Py_ssize_t at = 0, step, i
        cdef float *change_l = &self._work[DOWN_L, 0]
        cdef float *change_r = &self._work[DOWN_R, 0]
        cdef float *late_l = &self._work[DELAYED_L, 0]
        cdef float *late_r = &self._work[DELAYED_R, 0]
        while at < frames:
            step = self._values.piece(min(frames - at, CHUNK))
            self.piece(left + at, right + at, step)
            for i in range(step):
                sum_l[at + i] += change_l[i] * late_l[i]
                sum_r[at + i] += change_r[i] * late_r[i]
            at += step

    cdef void replace(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        """[audio] gain - 1, as the sound of 5 ms ago wants it, in place of this band."""
        cdef Py_ssize_t at = 0, step
        while at < frames:
            step = self._values.piece(min(frames - at, CHUNK))
            self.piece(left + at, right + at, step)
            memcpy(left + at, &self._work[DOWN_L, 0], step * sizeof(float))
            memcpy(right + at, &self._work[DOWN_R, 0], step * sizeof(float))
            at += step

    cdef void run(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        cdef Py_ssize_t at = 0, step, i
        cdef float *change_l = &self._work[DOWN_L, 0]
        cdef float *change_r = &self._work[DOWN_R, 0]
        cdef float *late_l = &self._work[DELAYED_L, 0]
        cdef float *late_r = &self._work[DELAYED_R, 0]
        while at < frames:
            step = self._values.piece(min(frames - at, CHUNK))
            self.piece(left + at, right + at, step)
            for i in range(step):
                left[at + i] = late_l[i] + change_l[i] * late_l[i]
                right[at + i] = late_r[i] + change_r[i] * late_r[i]
            at += step

    cdef void piece(self, const float *left, const float *right, Py_ssize_t frames) noexcept nogil:
        """Rows of the work for `frames` frames: the delayed band, and gain - 1 in place of DOWN."""
        cdef const float *start = self._values.start()
        cdef const float *span = self._values.span()
        cdef const float *shape = self._values.shape()
        cdef float *level_l = &self._work[LEVEL_L, 0]
        cdef float *level_r = &self._work[LEVEL_R, 0]
        cdef float *down_l = &self._work[DOWN_L, 0]
        cdef float *down_r = &self._work[DOWN_R, 0]
        cdef float *open_l = &self._work[OPEN_L, 0]
        cdef float *open_r = &self._work[OPEN_R, 0]
        cdef Py_ssize_t length = self._ring.shape[1], late = self._at - self._ahead + self._lookahead
        self.powers(left, right, frames)
        hurry(&self._work[PEAK, 0], &self._work[SQUARE, 0], &self._work[RELEASE, 0], start, span, shape, frames)
        levels(level_l, level_r, start, span, shape, frames)
        _put(&self._ring[0, 0], length, self._at, level_l, frames)
        _put(&self._ring[1, 0], length, self._at, level_r, frames)
        _put(&self._ring[2, 0], length, self._at, left, frames)
        _put(&self._ring[3, 0], length, self._at, right, frames)
        _get(&self._ring[0, 0], length, late, level_l, frames)
        _get(&self._ring[1, 0], length, late, level_r, frames)
        _get(&self._ring[2, 0], length, self._at - self._ahead, &self._work[DELAYED_L, 0], frames)
        _get(&self._ring[3, 0], length, self._at - self._ahead, &self._work[DELAYED_R, 0], frames)
        self._at = (self._at + frames) & (length - 1)
        curve(level_l, down_l, open_l, start, span, shape, frames)
        curve(level_r, down_r, open_r, start, span, shape, frames)
        self.follow(frames)
        changes(down_l, start, span, shape, frames)
        changes(down_r, start, span, shape, frames)
        self._values.advance(frames)

    cdef void powers(self, const float *left, const float *right, Py_ssize_t frames) noexcept nogil:
        """Power of each channel in LEVEL, blended with its mean square; peak and mean square of the louder."""
        cdef Py_ssize_t i
        cdef float *level_l = &self._work[LEVEL_L, 0]
        cdef float *level_r = &self._work[LEVEL_R, 0]
        cdef float *mean_l = &self._work[DOWN_L, 0]
        cdef float *mean_r = &self._work[DOWN_R, 0]
        cdef float *peak = &self._work[PEAK, 0]
        cdef float *square = &self._work[SQUARE, 0]
        cdef const float *shape = self._values.shape()
        cdef float blend = self._values.start()[RMS], blend_ = self._values.span()[RMS]
        cdef Pair rms = pair(self._rms, self._rms), crest = pair(self._crest, self._crest)
        cdef Pair rms_left = pair(1.0 - self._rms, 1.0 - self._rms), crest_left = pair(1.0 - self._crest, 1.0 - self._crest)
        cdef Pair means = pair(self._means[0], self._means[1]), louder = pair(self._louder[0], self._louder[1])
        cdef double most
        for i in range(frames):
            level_l[i] = left[i] * left[i]
            level_r[i] = right[i] * right[i]
        for i in range(frames):
            most = level_l[i] if level_l[i] > level_r[i] else level_r[i]
            means = add(mul(means, rms_left), mul(pair(level_l[i], level_r[i]), rms))
            # The first lane holds peaks, the second one averages.
            louder = greater(add(mul(louder, crest_left), mul(pair(most, most), crest)), pair(most, 0.0))
            mean_l[i] = <float> left_of(means)
            mean_r[i] = <float> right_of(means)
            peak[i] = <float> left_of(louder)
            square[i] = <float> right_of(louder)
        self._means[0], self._means[1] = left_of(means), right_of(means)
        self._louder[0], self._louder[1] = left_of(louder), right_of(louder)
        for i in range(frames):
            level_l[i] = level_l[i] + (blend + blend_ * shape[i]) * (mean_l[i] - level_l[i])
            level_r[i] = level_r[i] + (blend + blend_ * shape[i]) * (mean_r[i] - level_r[i])

    cdef void follow(self, Py_ssize_t frames) noexcept nogil:
        """The detectors: from what the curve asks for to the smoothed reduction, in DOWN; their deepest for the meter."""
        cdef Py_ssize_t i
        cdef float *down_l = &self._work[DOWN_L, 0]
        cdef float *down_r = &self._work[DOWN_R, 0]
        cdef const float *open_l = &self._work[OPEN_L, 0]
        cdef const float *open_r = &self._work[OPEN_R, 0]
        cdef const float *releases = &self._work[RELEASE, 0]
        cdef double *state = &self._followers[0]
        cdef double part, base = self._release
        cdef Pair zero = pair(0, 0), one = pair(1, 1), hold = pair(self._hold, self._hold)
        cdef Pair attack = pair(self._attack, self._attack), fall = pair(self._fall, self._fall)
        cdef Pair attack_left = sub(one, attack), fall_left = sub(one, fall), release, release_left
        cdef Pair held = pair(state[0], state[1]), smoothed = pair(state[2], state[3]), wait = pair(state[4], state[5])
        cdef Pair held_o = pair(state[6], state[7]), smoothed_o = pair(state[8], state[9]), wait_o = pair(state[10], state[11])
        cdef Pair target, slow, most = pair(-self._deepest_db, -self._deepest_db)
        for i in range(frames):
            part = base * releases[i]
            part = part if part < 1.0 else 1.0
            release = pair(part, part)
            release_left = sub(one, release)
            target = pair(down_l[i], down_r[i])
            slow = add(mul(held, release_left), mul(target, release))
            slow = choose(wait, zero, held, slow)
            wait = choose(held, target, greater(sub(wait, one), zero), hold)
            held = greater(target, slow)
            # The fall is the quicker of the two: the lesser way is the attack's upwards and the fall's downwards.
            smoothed = lesser(add(mul(smoothed, attack_left), mul(held, attack)), add(mul(smoothed, fall_left), mul(held, fall)))
            target = pair(open_l[i], open_r[i])
            slow = add(mul(held_o, release_left), mul(target, release))
            slow = choose(wait_o, zero, held_o, slow)
            wait_o = choose(held_o, target, greater(sub(wait_o, one), zero), hold)
            held_o = greater(target, slow)
            smoothed_o = lesser(
                add(mul(smoothed_o, attack_left), mul(held_o, attack)), add(mul(smoothed_o, fall_left), mul(held_o, fall))
            )
            slow = sub(smoothed, smoothed_o)
            most = greater(slow, most)
            down_l[i] = <float> left_of(slow)
            down_r[i] = <float> right_of(slow)
        _store(state, held)
        _store(state + 2, smoothed)
        _store(state + 4, wait)
        _store(state + 6, held_o)
        _store(state + 8, smoothed_o)
        _store(state + 10, wait_o)
        self._deepest_db = <float> (0.0 - max(left_of(most), right_of(most)))  # never -0

    def take(self):
        """`take_reduction_db`, for tests. [any]"""
        return self.take_reduction_db()


cdef inline void _store(double *to, Pair p) noexcept nogil:
    to[0] = left_of(p)
    to[1] = right_of(p)


cdef void _put(float *ring, Py_ssize_t length, Py_ssize_t at, const float *row, Py_ssize_t frames) noexcept nogil:
    """Write a row to a ring whose length is a power of two."""
    cdef Py_ssize_t start = at & (length - 1)
    cdef Py_ssize_t first = min(frames, length - start)
    memcpy(ring + start, row, first * sizeof(float))
    memcpy(ring, row + first, (frames - first) * sizeof(float))


cdef void _get(const float *ring, Py_ssize_t length, Py_ssize_t at, float *row, Py_ssize_t frames) noexcept nogil:
    cdef Py_ssize_t start = at & (length - 1)
    cdef Py_ssize_t first = min(frames, length - start)
    memcpy(row, ring + start, first * sizeof(float))
    memcpy(row + first, ring, (frames - first) * sizeof(float))
