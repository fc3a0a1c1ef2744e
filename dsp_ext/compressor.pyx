# cython: boundscheck=False, wraparound=False, cdivision=True
# Indices are the loops' own and end at CHUNK; the knee is kept above zero where it divides.
"""Compressor: one band of dynamics, two channels under one gain.

Feed-forward, in decibels, after D. Giannoulis, M. Massberg, J. D. Reiss, "Digital Dynamic Range Compressor Design - A
Tutorial and Analysis", JAES 60(6), 2012:

    level -> static curve with a quadratic knee (eq. 4) -> smooth decoupled peak detector (eq. 17) -> make-up -> gain

The detector follows the gain reduction, not the level, so it lies at 0 dB below the threshold and attacks from there:

    held      = max(reduction, held moved towards reduction with the release constant)
    smoothed += (held - smoothed) moved with the attack constant

The two channels are linked by the louder of them, not by their sum: sound in anti-phase is seen at its level.
Times are time constants: 63 % of the way in dB. The release is heard through both stages, so the first one is made
shorter until the whole takes the stated time, and the second one falls no slower than a quarter of the release.
"""

from libc.math cimport fabsf

import numpy as np

from ._math cimport OCTAVES_PER_DB, exp2_, gain_to_db

#: Names of the settings, in the order of the enum in compressor.pxd. Units are in the names.
SETTINGS = ("threshold_db", "ratio", "knee_db", "attack_ms", "release_ms", "makeup_db")
_DEFAULTS = (0.0, 1.0, 6.0, 10.0, 150.0, 0.0)

cdef enum:
    CHUNK = 128  # frames per pass: the work stays in the first-level cache

#: -200 dB: what silence counts as, so that the logarithm is defined.
cdef float FLOOR = 1e-10
cdef float NARROWEST_KNEE_DB = 1e-6


cdef inline double _part_per_frame(double time_ms, double rate_hz) noexcept nogil:
    """1 - exp(-1 / (time * rate)): the part of the way that a one-pole smoother goes in a frame.

    As a Padé fraction, since float32's exp2 would be too coarse for seconds; 4e-6 off at 0.1 ms, less above.
    """
    cdef double u = 1000.0 / (time_ms * rate_hz)
    return u / (1.0 + u * (0.5 + u / 12.0))


cdef class Compressor(Processor):
    """Compressor of one band; as a processor of its own, of the whole band. Latency 0. O(frames)."""

    def prepare(self, rate_hz, max_block):
        super().prepare(rate_hz, max_block)
        assert len(SETTINGS) == len(_DEFAULTS) == COMPRESSOR_SETTINGS
        self._threshold = Ramp(rate_hz)
        self._slope = Ramp(rate_hz)
        self._knee = Ramp(rate_hz)
        self._makeup = Ramp(rate_hz)
        self._work = np.zeros((5, CHUNK), np.float32)
        self._attack_ms, self._release_ms = _DEFAULTS[ATTACK_MS], _DEFAULTS[RELEASE_MS]
        for what, value in enumerate(_DEFAULTS):
            self.set_value(what, value)
        self.settle()
        self.clear()
        self._deepest_db = 0.0

    def set(self, str name, double value):
        """[control] One of SETTINGS by name. Raises KeyError, or ValueError where it is not a finite number."""
        if name not in SETTINGS:
            raise KeyError(f"no setting {name!r}; there are {', '.join(SETTINGS)}")
        if not np.isfinite(value):
            raise ValueError(f"{name} must be a finite number, not {value}")
        self.set_value(SETTINGS.index(name), value)

    cdef void set_value(self, int what, double value) noexcept nogil:
        """[audio] `value` in the unit of its name: dB, ms, or a ratio of at least 1."""
        cdef double fall_ms
        if what == THRESHOLD_DB:
            self._threshold.to(<float> value)
        elif what == RATIO:
            self._slope.to(<float> (1.0 - 1.0 / value))
        elif what == KNEE_DB:
            self._knee.to(<float> value)
        elif what == MAKEUP_DB:
            self._makeup.to(<float> value)
        elif what == ATTACK_MS or what == RELEASE_MS:
            if what == ATTACK_MS:
                self._attack_ms = value
            else:
                self._release_ms = value
            fall_ms = min(self._attack_ms, 0.25 * self._release_ms)
            self._attack = _part_per_frame(self._attack_ms, self.rate_hz)
            self._fall = _part_per_frame(fall_ms, self.rate_hz)
            # Two one-poles in a row, t1 and t2 <= t1 / 3, reach 63 % after t1 + t2 + t2^2 / (2 t1), within 1 %.
            self._release = _part_per_frame(
                self._release_ms - fall_ms - 0.5 * fall_ms * fall_ms / self._release_ms, self.rate_hz
            )

    cdef void settle(self) noexcept nogil:
        """[audio] End all ramps at once."""
        self._threshold.jump(self._threshold._target)
        self._slope.jump(self._slope._target)
        self._knee.jump(self._knee._target)
        self._makeup.jump(self._makeup._target)

    cdef void clear(self) noexcept nogil:
        self._held_db = 0.0
        self._reduction_db = 0.0

    cdef float take_reduction_db(self) noexcept nogil:
        """[audio] The deepest gain since the last call, in dB, 0 or below; make-up does not count."""
        cdef float deepest = self._deepest_db
        self._deepest_db = 0.0
        return deepest

    cdef void gains(self, const float *left, const float *right, float *gain, Py_ssize_t frames) noexcept nogil:
        """[audio] The gain factor, make-up included, for each of `frames` frames of this band."""
        cdef Py_ssize_t at = 0, step
        while at < frames:
            step = frames - at if frames - at < CHUNK else CHUNK
            self.chunk(left + at, right + at, gain + at, step)
            at += step

    cdef void chunk(self, const float *left, const float *right, float *gain, Py_ssize_t frames) noexcept nogil:
        cdef Py_ssize_t i
        cdef float *threshold = &self._work[0, 0]
        cdef float *slope = &self._work[1, 0]
        cdef float *knee = &self._work[2, 0]
        cdef float *makeup = &self._work[3, 0]
        cdef float *reduction = &self._work[4, 0]
        self._threshold.fill(threshold, frames)
        self._slope.fill(slope, frames)
        self._knee.fill(knee, frames)
        self._makeup.fill(makeup, frames)
        _levels(left, right, reduction, frames)
        _curve(reduction, threshold, slope, knee, frames)
        self.smooth(reduction, frames)
        for i in range(frames):
            gain[i] = exp2_((makeup[i] - reduction[i]) * OCTAVES_PER_DB)

    cdef void smooth(self, float *reduction, Py_ssize_t frames) noexcept nogil:
        """The detector, in place: from the curve's reduction in dB to the smoothed one."""
        cdef Py_ssize_t i
        cdef double held = self._held_db, smoothed = self._reduction_db, target, slow, way
        cdef double attack = self._attack, fall = self._fall, release = self._release
        cdef float deepest = -self._deepest_db
        for i in range(frames):
            target = reduction[i]
            slow = held + (target - held) * release
            held = target if target > slow else slow
            way = held - smoothed
            # The fall is the quicker of the two: the lesser way is the attack's upwards and the fall's downwards.
            slow = way * fall
            way = way * attack
            smoothed += way if way < slow else slow
            reduction[i] = <float> smoothed
        for i in range(frames):
            deepest = reduction[i] if reduction[i] > deepest else deepest
        self._held_db = held
        self._reduction_db = smoothed
        self._deepest_db = -deepest

    cdef void run(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        cdef float gain[CHUNK]
        cdef Py_ssize_t at = 0, step, i
        while at < frames:
            step = frames - at if frames - at < CHUNK else CHUNK
            self.gains(left + at, right + at, gain, step)
            for i in range(step):
                left[at + i] = left[at + i] * gain[i]
                right[at + i] = right[at + i] * gain[i]
            at += step

    def take(self):
        """`take_reduction_db`, for tests. [any]"""
        return self.take_reduction_db()


cdef void _levels(const float *left, const float *right, float *level_db, Py_ssize_t frames) noexcept nogil:
    """Level of the louder channel, in dB re full scale."""
    cdef Py_ssize_t i
    cdef float a, b
    for i in range(frames):
        a = fabsf(left[i])
        b = fabsf(right[i])
        a = a if a > b else b
        a = a if a > FLOOR else FLOOR
        level_db[i] = gain_to_db(a)


cdef void _curve(float *level_db, const float *threshold_db, const float *slope, const float *knee_db,
                 Py_ssize_t frames) noexcept nogil:
    """Gain reduction in dB, 0 or above, in place of the level. Branch-free form of the three-part curve with its knee."""
    cdef Py_ssize_t i
    cdef float over, half, inside, above, knee
    for i in range(frames):
        knee = knee_db[i]
        knee = knee if knee > NARROWEST_KNEE_DB else NARROWEST_KNEE_DB
        half = <float> 0.5 * knee
        over = level_db[i] - threshold_db[i]
        above = over - half
        above = above if above > 0 else 0
        inside = over + half
        inside = inside if inside > 0 else 0
        inside = inside if inside < knee else knee
        level_db[i] = slope[i] * (inside * inside / (<float> 2.0 * knee) + above)
