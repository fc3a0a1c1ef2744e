# cython: boundscheck=False, wraparound=False, cdivision=True
# Lanes are below four, indices the loops' own; pieces end at CHUNK and at the ends of the rings.
"""Compressors: four bands of dynamics side by side, one in each lane, two channels each.

Feed-forward, in decibels, after D. Giannoulis, M. Massberg, J. D. Reiss, "Digital Dynamic Range Compressor Design - A
Tutorial and Analysis", JAES 60(6), 2012:

    level -> look-ahead -> link -> static curve with quadratic knees (eq. 4) -> smooth decoupled detector (eq. 17) -> gain

The detector follows the gain reduction, not the level, so it lies at 0 dB below the threshold and attacks from there:

    held      = max(reduction, held moved towards reduction with the release constant, after the hold time)
    smoothed += (held - smoothed) moved with the attack constant

- Level: the peak, or the mean square of 10 ms, or a blend of their powers; a sine's mean square lies 3 dB below its peak.
- Link: 100 % follows the louder channel, not the sum, so that sound in anti-phase is seen at its level; 0 % each its own.
- Curve: down above the threshold; up below the lower threshold; expansion below the lowest. Each has a range, beyond
  which it does no more. Expansion opens with the attack and closes with the release, in a detector of its own.
- Times are time constants: 63 % of the way in dB. The release is heard through both stages, so the first one is made
  shorter until the whole takes the stated time, and the second one falls no slower than a quarter of the release.
- Adaptive release: the stated one for a steady tone, up to five times shorter the more the crest factor exceeds its, and up
  to twice as long below it (a square wave), after the same authors' "Parameter automation in a dynamic range
  compressor", JAES 61(10), 2013.
- The sound waits 5 ms for the detector, whatever the look-ahead, so the latency does not depend on settings; or not at all
  (`set_waiting`), and then there is no look-ahead.

Cost depends on the settings, never on the sound: what no lane asks for (see `settings.pxd`) is left out once its past is
over, and comes back at once. Whether it is over is asked every CHUNK frames of the stream, wherever blocks are cut. Where all
lanes are linked, one detector serves both channels.
"""

import numpy as np

from libc.string cimport memcpy, memset

from .ballistics cimport average, crest, follow, follow_all
from .gain_curve cimport add_changed, blend, changes, curve_down, curves, decibels, hurry, link, louder, powers, take
from .places cimport BAND_BYPASS
from .settings cimport (
    ADAPTING, APART, AVERAGING, HOLDING, LANES_OF_BANDS, LIFTING, OPENING, BandSettings, part_per_frame,
)

from dsp_ext.settings import BAND

#: The longest look-ahead, and the constant delay of the sound.
LONGEST_LOOKAHEAD_MS = BAND["lookahead_ms"].high

cdef enum:
    BANDS = LANES_OF_BANDS
    CHUNK = 128  # frames per pass: the work stays in the first-level cache
    # Rows of the work, for the left channel where they come in twos.
    LEVEL = 0  # then what it becomes: reduction, gain - 1
    OPEN = 2
    MEAN = 4
    PEAKS = 6
    SQUARES
    RELEASES
    ROWS
    # Rings.
    POWER = 0
    SOUND = 2
    RINGS = 4

cdef double RMS_MS = 10.0
cdef double CREST_MS = 200.0
cdef double CLOSE_DB = 1e-6  # -139 dB of the sound: what may be left out


cdef class Compressors(Processor):
    """Four compressors; as a processor of its own, the first one on the whole band. Latency 5 ms or none. O(frames)."""

    def prepare(self, rate_hz, max_block):
        super().prepare(rate_hz, max_block)
        self._ahead = self._waiting = round(LONGEST_LOOKAHEAD_MS * 1e-3 * rate_hz)
        self.settings = BandSettings(rate_hz, self._ahead)
        self._work = np.zeros((ROWS, BANDS * CHUNK), np.float32)
        self._ring = np.zeros((RINGS, BANDS << int(self._ahead + CHUNK).bit_length()), np.float32)
        self._rms = part_per_frame(RMS_MS, rate_hz)
        self._crest = part_per_frame(CREST_MS, rate_hz)
        memset(&self._deepest_db[0], 0, BANDS * sizeof(float))
        self.clear()

    def set(self, str name, double value, int lane=0):
        """`settings.set`. [control]"""
        self.settings.set(name, value, lane)

    cdef void set_waiting(self, bint waiting) noexcept nogil:
        """[audio] Whether the sound waits for the detector, from now on; forgets the past."""
        self._waiting = self._ahead if waiting else 0
        self.clear()

    cdef void settle(self) noexcept nogil:
        """[audio] End all ramps at once."""
        self.settings.settle()

    cdef void clear(self) noexcept nogil:
        memset(&self._ring[0, 0], 0, RINGS * self._ring.shape[1] * sizeof(float))
        memset(&self._follower[0], 0, 2 * sizeof(Follower))
        memset(&self._mean[0][0], 0, 2 * BANDS * sizeof(double))
        memset(&self._peak[0], 0, BANDS * sizeof(double))
        memset(&self._square[0], 0, BANDS * sizeof(double))
        self._at = 0
        self._parts = self.settings.needed

    cdef Py_ssize_t delay(self) noexcept nogil:
        return self._waiting

    cdef float take_reduction_db(self, int lane) noexcept nogil:
        """[audio] The deepest gain since the last call, in dB, 0 or below; make-up and mix do not count, bypass does."""
        cdef float deepest = <float> 0.0 - self._deepest_db[lane]  # never -0
        self._deepest_db[lane] = 0.0
        return 0.0 if self.settings.is_on(lane, BAND_BYPASS) else deepest

    # -- what is computed ----------------------------------------------------------------------------------------

    cdef void widen(self, int parts) noexcept nogil:
        """Compute `parts`, too, from now on. The right channel's detectors begin where those of both are."""
        cdef Py_ssize_t length = self._ring.shape[1]
        if parts & APART and not self._parts & APART:
            memcpy(&self._ring[POWER + 1, 0], &self._ring[POWER, 0], length * sizeof(float))
            memcpy(&self._follower[1], &self._follower[0], sizeof(Follower))
        self._parts |= parts

    cdef void narrow(self) noexcept nogil:
        """Leave out what is no longer needed and whose past is over, or makes no difference that could be heard."""
        cdef int lane, over = self._parts & ~self.settings.needed
        cdef Follower *left = &self._follower[0]
        cdef Follower *right = &self._follower[1]
        for lane in range(BANDS):
            if abs(left.open_smoothed[lane]) > CLOSE_DB or abs(right.open_smoothed[lane]) > CLOSE_DB:
                over &= ~OPENING
            if left.wait[lane] > 0 or right.wait[lane] > 0 or left.open_wait[lane] > 0 or right.open_wait[lane] > 0:
                over &= ~HOLDING
            if (abs(left.smoothed[lane] - right.smoothed[lane]) > CLOSE_DB
                    or abs(left.open_smoothed[lane] - right.open_smoothed[lane]) > CLOSE_DB):
                over &= ~APART
        if over & OPENING:
            for lane in range(BANDS):
                left.open_held[lane] = left.open_smoothed[lane] = right.open_held[lane] = right.open_smoothed[lane] = 0
        if over & AVERAGING:
            memset(&self._mean[0][0], 0, 2 * BANDS * sizeof(double))
        if over & ADAPTING:
            memset(&self._peak[0], 0, BANDS * sizeof(double))
            memset(&self._square[0], 0, BANDS * sizeof(double))
        if over & APART:
            louder(&self._ring[POWER, 0], &self._ring[POWER + 1, 0], self._ring.shape[1] // BANDS)
            memset(right, 0, sizeof(Follower))  # so that nothing that it held is waited for
        self._parts &= ~over

    cdef Py_ssize_t step(self, Py_ssize_t frames) noexcept nogil:
        """Frames of the next piece: the settings move or rest throughout, and it ends where a ring or a CHUNK of the stream does."""
        cdef Py_ssize_t length = self._ring.shape[1] // BANDS, late
        if self.settings.needed & ~self._parts:
            self.widen(self.settings.needed)
        elif self._parts & ~self.settings.needed and self._at % CHUNK == 0:
            self.narrow()
        frames = self.settings.values.piece(min(frames, CHUNK - self._at % CHUNK))
        late = self._at - self._waiting
        frames = min(frames, length - (late & (length - 1)))
        return min(frames, length - ((late + self.lookahead(0)) & (length - 1)))

    cdef Py_ssize_t lookahead(self, int lane) noexcept nogil:
        """In frames, no more than the sound waits."""
        return min(self.settings.lookahead[lane], self._waiting)

    # -- sound ---------------------------------------------------------------------------------------------------

    cdef void add(self, const float *left, const float *right, float *sum_l, float *sum_r, bint whole,
                  Py_ssize_t frames) noexcept nogil:
        """[audio] Add (gain - 1) times the bands, as late as `delay`, to the sums; `whole`: gain times the bands. `left` and
        `right` hold four numbers a frame. Without `whole` nothing is added where nothing is changed."""
        cdef Py_ssize_t at = 0, step, late
        cdef int right_gain
        while at < frames:
            step = self.step(frames - at)
            late = (self._at - self._waiting) & (self._ring.shape[1] // BANDS - 1)
            self.piece(left + BANDS * at, right + BANDS * at, step)
            right_gain = LEVEL + 1 if self._parts & APART else LEVEL
            add_changed(sum_l + at, &self._work[LEVEL, 0], &self._ring[SOUND, BANDS * late], whole, step)
            add_changed(sum_r + at, &self._work[right_gain, 0], &self._ring[SOUND + 1, BANDS * late], whole, step)
            at += step

    cdef bint replace(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        """[audio] gain - 1, as the sound that is let go of wants it, in place of the bands. Returns whether both are the same."""
        cdef Py_ssize_t at = 0, step
        cdef int right_gain
        cdef bint same = True
        while at < frames:
            step = self.step(frames - at)
            self.piece(left + BANDS * at, right + BANDS * at, step)
            right_gain = LEVEL + 1 if self._parts & APART else LEVEL
            memcpy(left + BANDS * at, &self._work[LEVEL, 0], BANDS * step * sizeof(float))
            memcpy(right + BANDS * at, &self._work[right_gain, 0], BANDS * step * sizeof(float))
            same = same and right_gain == LEVEL
            at += step
        return same

    cdef void run(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        """The sound in the first lane, silence in the others."""
        cdef Py_ssize_t at = 0, step, late, i, ring = self._ring.shape[1] // BANDS
        cdef float *first = &self._work[OPEN, 0]
        cdef float *second = &self._work[OPEN + 1, 0]
        cdef float *change_l = &self._work[LEVEL, 0]
        cdef float *change_r
        cdef float *late_l
        cdef float *late_r
        while at < frames:
            step = self.step(frames - at)
            late = (self._at - self._waiting) & (ring - 1)
            memset(first, 0, BANDS * step * sizeof(float))
            memset(second, 0, BANDS * step * sizeof(float))
            for i in range(step):
                first[BANDS * i] = left[at + i]
                second[BANDS * i] = right[at + i]
            self.piece(first, second, step)
            change_r = &self._work[LEVEL + 1, 0] if self._parts & APART else change_l
            late_l = &self._ring[SOUND, BANDS * late]
            late_r = &self._ring[SOUND + 1, BANDS * late]
            for i in range(step):
                left[at + i] = late_l[BANDS * i] + change_l[BANDS * i] * late_l[BANDS * i]
                right[at + i] = late_r[BANDS * i] + change_r[BANDS * i] * late_r[BANDS * i]
            at += step

    cdef void piece(self, const float *left, const float *right, Py_ssize_t frames) noexcept nogil:
        """gain - 1 for `frames` frames to LEVEL; the sound into its ring."""
        cdef Py_ssize_t i
        cdef int parts = self._parts, channel
        cdef float *level
        cdef float *open_db
        cdef float *release = &self._work[RELEASES, 0]
        cdef Values values
        values.start = self.settings.values.start()
        values.span = self.settings.values.span()
        values.shape = self.settings.values.shape()
        values.moving = self.settings.moving()
        self.listen(left, right, values, frames)
        self.look_ahead(frames)
        if parts & APART:
            link(&self._work[LEVEL, 0], &self._work[LEVEL + 1, 0], values, frames)
        if parts & ADAPTING:
            hurry(&self._work[PEAKS, 0], &self._work[SQUARES, 0], release, values, frames)
        elif parts & (OPENING | HOLDING):
            for i in range(BANDS * frames):
                release[i] = 1
        for channel in range(2 if parts & APART else 1):
            level = &self._work[LEVEL + channel, 0]
            open_db = &self._work[OPEN + channel, 0]
            if parts & (LIFTING | OPENING):
                curves(level, level, open_db, values, frames)
            else:
                curve_down(level, level, values, frames)
            if parts & (OPENING | ADAPTING | HOLDING):
                if not parts & (LIFTING | OPENING):
                    memset(open_db, 0, BANDS * frames * sizeof(float))
                follow_all(&self._follower[channel], &self.settings.times, level, open_db, release, frames)
            else:
                follow(&self._follower[channel], &self.settings.times, level, frames)
            changes(level, &self._deepest_db[0], values, frames)
        self._at = (self._at + frames) & (self._ring.shape[1] // BANDS - 1)
        self.settings.advance(frames)

    cdef void listen(self, const float *left, const float *right, Values values, Py_ssize_t frames) noexcept nogil:
        """Sound and its power into the rings; PEAKS and SQUARES of the louder channel."""
        cdef int parts = self._parts
        cdef float *power_l = &self._ring[POWER, BANDS * self._at]
        cdef float *power_r = &self._ring[POWER + 1, BANDS * self._at]
        cdef float *mean_l = &self._work[MEAN, 0]
        cdef float *mean_r = &self._work[MEAN + 1, 0]
        if not parts & (APART | AVERAGING | ADAPTING):
            take(left, right, &self._ring[SOUND, BANDS * self._at], &self._ring[SOUND + 1, BANDS * self._at], power_l, frames)
            return
        memcpy(&self._ring[SOUND, BANDS * self._at], left, BANDS * frames * sizeof(float))
        memcpy(&self._ring[SOUND + 1, BANDS * self._at], right, BANDS * frames * sizeof(float))
        powers(left, power_l, frames)
        powers(right, power_r, frames)
        if parts & ADAPTING:
            memcpy(mean_l, power_l, BANDS * frames * sizeof(float))
            louder(mean_l, power_r, frames)
            crest(&self._peak[0], &self._square[0], self._crest, mean_l, &self._work[PEAKS, 0], &self._work[SQUARES, 0], frames)
        if parts & AVERAGING:
            average(&self._mean[0][0], &self._mean[1][0], self._rms, power_l, power_r, mean_l, mean_r, frames)
            blend(power_l, mean_l, values, frames)
            blend(power_r, mean_r, values, frames)
        if not parts & APART:
            louder(power_l, power_r, frames)

    cdef void look_ahead(self, Py_ssize_t frames) noexcept nogil:
        """Levels as late as each lane's look-ahead lets them be, to LEVEL."""
        cdef Py_ssize_t last = self._ring.shape[1] // BANDS - 1, late = self._at - self._waiting, i, at
        cdef Py_ssize_t first = late + self.lookahead(0)
        cdef int channel, lane
        cdef bint same = True
        cdef float *level
        cdef const float *power
        for lane in range(1, BANDS):
            same = same and self.lookahead(lane) == self.lookahead(0)
        for channel in range(2 if self._parts & APART else 1):
            level = &self._work[LEVEL + channel, 0]
            power = &self._ring[POWER + channel, 0]
            if same:
                decibels(power + BANDS * (first & last), level, frames)
                continue
            for lane in range(BANDS):
                at = late + self.lookahead(lane)
                for i in range(frames):
                    level[BANDS * i + lane] = power[BANDS * ((at + i) & last) + lane]
            decibels(level, level, frames)

    @property
    def parts(self):
        """What is being computed, as flags of `settings.pxd`; 0: nothing beyond one plain compressor. [any]"""
        return self._parts

    def take(self, int lane=0):
        """`take_reduction_db`, for tests. [any]"""
        return self.take_reduction_db(lane)

    def changes(self, const float[:, :, ::1] bands not None):
        """`replace` for `bands` (shape (2, frames, 4)): gain - 1 in that shape, for tests. [any]"""
        if bands.shape[0] != 2 or bands.shape[2] != BANDS:
            raise ValueError(f"bands must have shape (2, frames, {BANDS}), not {np.shape(bands)}")
        out = np.array(bands)
        cdef float[:, :, ::1] view = out
        if view.shape[1]:
            with nogil:
                self.replace(&view[0, 0, 0], &view[1, 0, 0], view.shape[1])
        return out
