# cython: boundscheck=False, wraparound=False, cdivision=True
# Lanes are below four, indices are those of the loops. Pieces end at CHUNK and at the ends of the rings.
"""Compressors: four compressors that run at once, one band in each lane, with two channels each.

The design is feed-forward, in decibels, after D. Giannoulis, M. Massberg, J. D. Reiss, "Digital Dynamic Range Compressor Design - A
Tutorial and Analysis", JAES 60(6), 2012:

    level -> look-ahead -> link -> static curve with quadratic knees (eq. 4) -> smooth decoupled detector (eq. 17) -> gain

The detector follows the gain reduction instead of the level, so it is at 0 dB below the threshold and each attack starts
there:

    held      = max(reduction, held moved towards reduction with the release constant, after the hold time)
    smoothed  = smoothed moved towards held with the attack constant

- Level: the peak, the mean square over 10 ms, or a blend of their powers. The mean square of a sine is 3 dB below its peak.
- Link: at 100 %, both channels follow the louder one. They do not follow the sum, so sound in opposite phase is detected at its
  full level. At 0 %, each channel follows its own level.
- Curve: downward above the threshold, upward below the lower threshold, expansion below the lowest one. Each part has a gain
  range that limits it. The expander opens with the attack time and closes with the release time, in a separate detector.
- Times are time constants: the time for 63 % of a change in dB. A release passes through both stages of the detector. The
  first stage is therefore made shorter, so that both together take the stated time, and the second stage falls at least four
  times as fast as the release.
- Adaptive release: for a steady tone as stated, up to five times shorter for a higher crest factor, and up to twice as long
  for a lower one (a square wave). After the same authors' "Parameter automation in a dynamic range compressor", JAES 61(10), 2013.
- The sound is delayed by 5 ms for the detector, whatever the look-ahead, so that the latency does not depend on settings.
  The delay can be switched off (`set_waiting`); there is no look-ahead then.

While times or values of the curve are on a ramp, two detectors run in parallel: one uses the values at the start of the ramp, the
other one those at its end, and the reduction crossfades from the first to the second. A single detector that follows a moving
curve would rise in steps, at each peak of the waveform: on a tone, a threshold that moves by 40 dB within 20 ms would cause a
residue of -97 dBFS at 7 kHz.

The cost depends on the settings, never on the sound. A part of the computation that no lane needs (see `settings.pxd`) is
left out as soon as it has decayed, and it starts again at once when a lane needs it. The check for the decay takes place
every CHUNK frames of the stream, whatever the size of the blocks. If all lanes are linked, one detector serves both channels.
"""

import numpy as np

from libc.string cimport memcpy, memset

from dsp_ext.core cimport power_to_db
from .ballistics cimport Follower, Times, average, crest, follow, follow_all, times_of
from .gain_curve cimport (
    Values, add_changed, approach, blend, changes, curve_down, curves, decibels, hurry, link, louder, powers,
    raise_to_largest, take,
)
from .places cimport BAND_BYPASS
from .settings cimport (
    ADAPTING, APART, AVERAGING, HOLDING, LANES_OF_BANDS, LIFTING, OPENING, BandSettings, part_per_frame,
)

from dsp_ext.settings import BAND

#: The longest look-ahead, which is also the constant delay of the sound.
LONGEST_LOOKAHEAD_MS = BAND["lookahead_ms"].high

cdef enum:
    BANDS = LANES_OF_BANDS
    CHUNK = 128  # frames per pass: the scratch memory stays in the first-level cache
    # Rows of scratch memory. For pairs of rows, the constant names the left channel's row.
    LEVEL = 0  # later replaced by the reduction and then by gain - 1
    OPEN = 2
    MEAN = 4
    PEAKS = 6
    SQUARES
    RELEASES
    NEXT  # like LEVEL and OPEN, computed with the settings to which a ramp leads
    NEXT_OPEN = 11
    ROWS = 13
    # Rows of the rings.
    POWER = 0
    SOUND = 2
    RINGS = 4

cdef double RMS_MS = 10.0
cdef double CREST_MS = 200.0
cdef double FLOOR_DB = -150.0
cdef float SILENT = 1e-15
cdef double CLOSE_DB = 1e-6  # -139 dB relative to the sound: smaller changes may be left out


cdef class Compressors(Processor):
    """Four compressors. Used as a processor, the first one processes the whole band. Latency 5 ms or none. O(frames)."""

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
        """[control] Call `settings.set`."""
        self.settings.set(name, value, lane)

    cdef void set_waiting(self, bint waiting) noexcept nogil:
        """[audio] Whether the sound is delayed for the detector from now on. Clears the history."""
        self._waiting = self._ahead if waiting else 0
        self.clear()

    cdef void settle(self) noexcept nogil:
        """[audio] End all ramps at once."""
        if self.settings.values.under_way():
            memcpy(&self._follower[0], &self._next[0], 2 * sizeof(Follower))
        self.settings.settle()

    cdef void clear(self) noexcept nogil:
        memset(&self._ring[0, 0], 0, RINGS * self._ring.shape[1] * sizeof(float))
        memset(&self._follower[0], 0, 2 * sizeof(Follower))
        memset(&self._next[0], 0, 2 * sizeof(Follower))
        memset(&self._mean[0][0], 0, 2 * BANDS * sizeof(double))
        memset(&self._peak[0], 0, BANDS * sizeof(double))
        memset(&self._square[0], 0, BANDS * sizeof(double))
        self._at = 0
        self._parts = self.settings.needed

    cdef Py_ssize_t delay(self) noexcept nogil:
        return self._waiting

    cdef float take_reduction_db(self, int lane) noexcept nogil:
        """[audio] The lowest gain since the last call, in dB, 0 or below. Includes bypass, but not make-up and mix."""
        cdef float deepest = <float> 0.0 - self._deepest_db[lane]  # never -0
        self._deepest_db[lane] = 0.0
        return 0.0 if self.settings.is_on(lane, BAND_BYPASS) else deepest

    cdef void levels_db(self, double *levels, Py_ssize_t frames) noexcept nogil:
        """[audio] For each band, the highest level in dBFS that its detector has heard in the last `frames` frames, at most as many
        as the ring holds. O(frames)."""
        cdef Py_ssize_t length = self._ring.shape[1] // BANDS, first, older
        cdef int channel, lane
        cdef float top[BANDS]
        memset(&top[0], 0, BANDS * sizeof(float))
        frames = min(frames, length)
        first = (self._at - frames) & (length - 1)
        older = min(frames, length - first)  # up to the end of the ring
        for channel in range(2 if self._parts & APART else 1):
            raise_to_largest(&top[0], &self._ring[POWER + channel, BANDS * first], older)
            raise_to_largest(&top[0], &self._ring[POWER + channel, 0], frames - older)
        for lane in range(BANDS):
            levels[lane] = power_to_db(top[lane]) if top[lane] > SILENT else FLOOR_DB

    # -- parts of the computation ----------------------------------------------------------------------------------------

    cdef void widen(self, int parts) noexcept nogil:
        """Compute `parts` as well from now on. The right channel's detectors start from the state of the common ones."""
        cdef Py_ssize_t length = self._ring.shape[1]
        if parts & APART and not self._parts & APART:
            memcpy(&self._ring[POWER + 1, 0], &self._ring[POWER, 0], length * sizeof(float))
            memcpy(&self._follower[1], &self._follower[0], sizeof(Follower))
            memcpy(&self._next[1], &self._next[0], sizeof(Follower))
        self._parts |= parts

    cdef void narrow(self) noexcept nogil:
        """Leave out parts that are no longer needed, if they have decayed or make no audible difference."""
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
            memset(right, 0, sizeof(Follower))  # so that a hold in this detector does not delay the next `narrow`
        self._parts &= ~over

    cdef Py_ssize_t step(self, Py_ssize_t frames) noexcept nogil:
        """The number of frames in the next piece. All ramps either move or rest throughout it, and it ends at the end of a
        ring or of a CHUNK of the stream."""
        cdef Py_ssize_t length = self._ring.shape[1] // BANDS, late
        if self.settings.needed & ~self._parts:
            self.widen(self.settings.needed)
        elif self._parts & ~self.settings.needed and self._at % CHUNK == 0 and not self.settings.moving():
            self.narrow()
        frames = self.settings.values.piece(min(frames, CHUNK - self._at % CHUNK))
        late = self._at - self._waiting
        frames = min(frames, length - (late & (length - 1)))
        return min(frames, length - ((late + self.lookahead(0)) & (length - 1)))

    cdef Py_ssize_t lookahead(self, int lane) noexcept nogil:
        """The look-ahead in frames, at most the delay of the sound."""
        return min(self.settings.lookahead[lane], self._waiting)

    # -- sound ---------------------------------------------------------------------------------------------------

    cdef void add(self, const float *left, const float *right, float *sum_l, float *sum_r, bint whole,
                  Py_ssize_t frames) noexcept nogil:
        """[audio] Add (gain - 1) times the bands, delayed by `delay`, to the sums; with `whole`, add gain times the bands.
        `left` and `right` hold four numbers per frame. Without `whole`, nothing is added if no gain changes the sound."""
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
        """[audio] Replace the bands by gain - 1 for the delayed sound. Returns whether both channels have the same gain."""
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
        """Process the sound in the first lane. The other lanes get silence."""
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
        """Compute gain - 1 for `frames` frames, in LEVEL, and store the sound in its ring."""
        cdef Py_ssize_t i
        cdef int parts = self._parts, channel
        cdef float *level = &self._work[LEVEL, 0]
        cdef float *next_ = &self._work[NEXT, 0]
        cdef float *release = &self._work[RELEASES, 0]
        cdef Values values
        cdef bint moving = self.settings.moving()
        values.start, values.span = self.settings.values.start(), self.settings.values.span()
        values.shape, values.moving = self.settings.values.shape(), moving
        self.listen(left, right, values, frames)
        self.look_ahead(frames)
        if parts & ADAPTING:
            hurry(&self._work[PEAKS, 0], &self._work[SQUARES, 0], release, values, frames)
        elif parts & (OPENING | HOLDING):
            for i in range(BANDS * frames):
                release[i] = 1
        if moving:
            if not self.settings.values.under_way():
                memcpy(&self._next[0], &self._follower[0], 2 * sizeof(Follower))
            memcpy(next_, level, 2 * BANDS * CHUNK * sizeof(float))
            self.detect(&self._next[0], NEXT, NEXT_OPEN, self.settings.values.goal(), frames)
        self.detect(&self._follower[0], LEVEL, OPEN, self.settings.values.start(), frames)
        for channel in range(2 if parts & APART else 1):
            if moving:
                approach(level, next_, values.shape, frames)
            changes(level, &self._deepest_db[0], values, frames)
            level += BANDS * CHUNK
            next_ += BANDS * CHUNK
        self._at = (self._at + frames) & (self._ring.shape[1] // BANDS - 1)
        self.settings.advance(frames)
        if moving and not self.settings.values.under_way():  # the ramp has reached its target
            memcpy(&self._follower[0], &self._next[0], 2 * sizeof(Follower))

    cdef void detect(self, Follower *followers, int level_row, int open_row, const float *settled,
                     Py_ssize_t frames) noexcept nogil:
        """Convert the levels in the rows from `level_row` on to smoothed reductions, in place. `settled` contains the values of
        the curve without ramps."""
        cdef int parts = self._parts, channel
        cdef Times times = times_of(settled)
        cdef float *level
        cdef float *open_db
        if parts & APART:
            link(&self._work[level_row, 0], &self._work[level_row + 1, 0], settled, frames)
        for channel in range(2 if parts & APART else 1):
            level = &self._work[level_row + channel, 0]
            open_db = &self._work[open_row + channel, 0]
            if parts & (LIFTING | OPENING):
                curves(level, level, open_db, settled, frames)
            else:
                curve_down(level, level, settled, frames)
            if parts & (OPENING | ADAPTING | HOLDING):
                if not parts & (LIFTING | OPENING):
                    memset(open_db, 0, BANDS * frames * sizeof(float))
                follow_all(&followers[channel], &times, level, open_db, &self._work[RELEASES, 0], frames)
            else:
                follow(&followers[channel], &times, level, frames)

    cdef void listen(self, const float *left, const float *right, Values values, Py_ssize_t frames) noexcept nogil:
        """Store the sound and its power in the rings. Compute PEAKS and SQUARES of the louder channel."""
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
        """Read the levels, delayed by the constant delay minus the look-ahead of each lane, and store them in LEVEL."""
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
        """The parts that are computed now, as flags of `settings.pxd`. 0: nothing beyond one plain compressor. [any]"""
        return self._parts

    def take(self, int lane=0):
        """[any] For tests: `take_reduction_db`."""
        return self.take_reduction_db(lane)

    def changes(self, const float[:, :, ::1] bands not None):
        """[any] For tests: `replace` for `bands` (shape (2, frames, 4)). Returns gain - 1 in that shape."""
        if bands.shape[0] != 2 or bands.shape[2] != BANDS:
            raise ValueError(f"bands must have shape (2, frames, {BANDS}), not {np.shape(bands)}")
        out = np.array(bands)
        cdef float[:, :, ::1] view = out
        if view.shape[1]:
            with nogil:
                self.replace(&view[0, 0, 0], &view[1, 0, 0], view.shape[1])
        return out
