# cython: boundscheck=False, wraparound=False, cdivision=True
# Indices are bands below MOST_BANDS and frames below CHUNK.
"""Multiband: a compressor in each of two to five bands.

The output is out = delayed x + sum of (gain_k - 1) band_k. If no band changes its gain, nothing is added and the delayed
input passes bit for bit, so the crossover is audible only while a compressor works. There are three kinds of split:

- linear: the zero-phase kernels of `design_crossover.py` in one shared convolver. Band 1 = LP_1 * x, band k =
  (LP_k - LP_{k-1}) * x, and the last band is the rest of the delayed input.
- LR4 (see `lr4.pyx`): no pre-ringing. The bands add up to x through allpasses, which replaces x in the sum. While the
  settings of all bands are neutral, the split is switched out of circuit.
- shelves (see `shelves.pyx`): the sound is not split. The LR4 bands only feed the detectors, and the gains of the bands
  become gains of shelves through which the input passes. Solo and mute need separate bands, so while one of them is on, the
  bands of LR4 are used.

Each kind has its own latency, so a change of the split is a jump through silence (`jump_split`); see `engine.pyx`. The
channels are left and right, or mid and side: (left + right) / 2 and (left - right) / 2.
"""

import numpy as np

from libc.string cimport memcpy, memset

from .compressors cimport Compressors
from .places cimport (
    BAND_MUTE, BAND_SETTINGS, BAND_SOLO, MULTIBAND_BANDS, MULTIBAND_ENABLED, MULTIBAND_MID_SIDE, MULTIBAND_SPLIT,
    MULTIBAND_TILT_DB, MULTIBAND_X1_HZ,
)
from .settings cimport LANES_OF_BANDS, tilt_of_band_db

from dsp_ext.core import partition_frames, rate_factor
from dsp_ext.settings import BAND, MULTIBAND
from .design_crossover import design

cdef enum:
    CHUNK = 128  # frames per pass
    WAYS = 2  # channels
    ROW = LANES_OF_BANDS * CHUNK  # numbers in a row of four bands


cdef double SILENT_DB = -150.0


cdef class Multiband(Processor):
    """A compressor in bands. O(frames). The latency is the same in and out of circuit. Shelves have none. LR4 has the
    longest look-ahead of the compressors. The linear split adds half a kernel and a partition of the convolver to that."""

    def prepare(self, rate_hz, max_block):
        super().prepare(rate_hz, max_block)
        for place, default in enumerate(MULTIBAND.defaults.values()):
            self._settings[place] = default
        freqs_hz = [MULTIBAND[f"x{k}_hz"].default for k in range(1, MOST_BANDS)]
        self.bands = MOST_BANDS
        self.taps = 4096 * rate_factor(rate_hz)
        partition = partition_frames(rate_hz)
        self.convolver = Convolver(rate_hz, partition, self.taps // partition, self.bands - 1)
        self._count = <int> self._settings[MULTIBAND_BANDS] + 2
        self.convolver.load(self.convolver.pack(design(freqs_hz[:self._count - 1], rate_hz, self.taps)), jump=True)
        self._lr4 = Lr4(rate_hz, freqs_hz, self._count - 1)
        self._shelves = Shelves(rate_hz, self._lr4._poles, self._count - 1)
        self._first = Compressors(rate_hz, max_block)
        self._fifth = Compressors(rate_hz, max_block)
        self._of[0], self._of[1] = <void *> self._first, <void *> self._fifth
        # The linear split subtracts low-passes from the input, so the input needs their delay. The sum needs the delay of
        # the compressors as well.
        self._to_split = Delay(rate_hz, max_block, partition + self.taps // 2)
        self._to_sum = Delay(rate_hz, max_block, self._first.latency)
        self._enabled = Ramp(rate_hz, 1.0)
        self._mid_side = False
        for band in range(MOST_BANDS):
            self._present[band] = True
        self._kind = self._split = LINEAR
        self._wait = self._fifth_left = 0
        self._fifth_rests = True
        self._low = np.zeros(((self.bands - 1) * WAYS, CHUNK), np.float32)
        self._rows = np.zeros((2 * WAYS, ROW), np.float32)
        self._work = np.zeros((3, CHUNK), np.float32)

    # -- settings ------------------------------------------------------------------------------------------------

    def set(self, str name, double value):
        """[control] Set one of `dsp_ext.settings.MULTIBAND`, or a setting of a band, for example "b1.threshold_db". A new
        split is used at once. Raises KeyError for an unknown name, ValueError for a value that is out of range."""
        band, _, setting = name.partition(".")
        if band in [f"b{k + 1}" for k in range(self.bands)]:
            place, number = BAND.check(setting, value)
            self.set_band(int(band[1:]) - 1, place, number)
            return
        place, number = MULTIBAND.check(name, value)
        self.set_value(place, number)
        if self.wants_jump():
            self.jump_split()

    cdef void set_value(self, int place, double value) noexcept nogil:
        """[audio] Set the setting at `place` of MULTIBAND to an allowed value. A new split is only stored: see
        `wants_jump`."""
        self._settings[place] = value
        self.aim()
        self.change_mode()

    cdef bint is_on(self, int place) noexcept nogil:
        return self._settings[place] != 0

    cdef void aim(self) noexcept nogil:
        """Move crossovers, tilt and bands to the values that the settings require. Values that are already correct do not
        change."""
        cdef int k
        self._count = <int> self._settings[MULTIBAND_BANDS] + 2
        for k in range(MOST_BANDS - 1):
            self._lr4.set_freq_hz(k, self._settings[MULTIBAND_X1_HZ + k])
        self._lr4.set_used(self._count - 1)
        self._shelves.follow(self._lr4._poles, self._count - 1)
        if self._kind != LINEAR and self._lr4._poles.is_far():
            self.set_gentle(True)
        self.set_tilt()
        self.set_presence()

    cdef void set_gentle(self, bint gentle) noexcept nogil:
        """Set whether all compressors react gently: while a crossover makes a long move, and while a new kernel fades in."""
        self._first.settings.set_gentle(gentle)
        self._fifth.settings.set_gentle(gentle)

    cdef void set_tilt(self) noexcept nogil:
        """Set the tilt of each band to its value at the geometric mean of the band's edges, between 20 Hz and 20 kHz."""
        cdef int band, k
        cdef double freq
        cdef double edges_hz[MOST_BANDS + 1]
        edges_hz[0] = 20.0
        for band in range(1, self._count):  # sort by insertion
            freq = self._settings[MULTIBAND_X1_HZ + band - 1]
            k = band
            while k > 1 and edges_hz[k - 1] > freq:
                edges_hz[k] = edges_hz[k - 1]
                k -= 1
            edges_hz[k] = freq
        edges_hz[self._count] = 20000.0
        for band in range(self._count):
            (<Compressors> self._of[band // LANES_OF_BANDS]).settings.set_tilt_db(
                band % LANES_OF_BANDS,
                tilt_of_band_db(self._settings[MULTIBAND_TILT_DB], edges_hz[band], edges_hz[band + 1]),
            )

    cdef bint is_needed(self) noexcept nogil:
        """Whether the compressor must be in circuit in the present mode. Bands that are not in use do not count."""
        cdef int band
        cdef bint neutral = True
        for band in range(self._count):
            neutral = neutral and (<Compressors> self._of[band // LANES_OF_BANDS]).settings.is_neutral(band % LANES_OF_BANDS)
        return (
            self.is_on(MULTIBAND_ENABLED) and self._wait == 0 and not (self._kind == LR4 and neutral)
            and self.is_on(MULTIBAND_MID_SIDE) == self._mid_side and self.kind() == self._kind
        )

    cdef int kind(self) noexcept nogil:
        """The kind of split to compute: as set, but LR4 instead of shelves if a band must be audible alone."""
        cdef int band
        if self._split == SHELVES:
            for band in range(self._count):
                if not self._present[band]:
                    return LR4
        return self._split

    cdef bint wants_jump(self) noexcept nogil:
        """[audio] Whether the split that is set differs from the one in use."""
        return <int> self._settings[MULTIBAND_SPLIT] != self._split

    cdef void jump_split(self) noexcept nogil:
        """[audio] Use the split that is set, with its latency, from now on. Clears the history."""
        self._split = <int> self._settings[MULTIBAND_SPLIT]
        self._to_split.set_frames(self.convolver.partition + self.taps // 2 if self._split == LINEAR else 0)
        self._first.set_waiting(self._split != SHELVES)
        self._fifth.set_waiting(self._split != SHELVES)
        self._to_sum.set_frames(self._first.delay())
        self._lr4.settle()
        self._shelves.settle()
        self.begin_mode()
        self.clear()
        self._wait = 0
        self._enabled.jump(1.0 if self.is_needed() else 0.0)

    cdef void change_mode(self) noexcept nogil:
        """Change towards the mode that is set. If the kind of split, or mid/side, has to change, the compressor is first taken
        out of circuit. It is put back into circuit when its history belongs to the new mode."""
        if self._enabled._value == 0 and not self._enabled.moving():
            if self.is_on(MULTIBAND_MID_SIDE) != self._mid_side or self.kind() != self._kind:
                self._wait = self._to_sum.delay()
                self._shelves.clear()
                # The values did not move in the meantime; now both are at their targets and agree on the fifth band.
                self._shelves.settle()
                self._lr4.settle()
                self.begin_mode()
                self._first.clear()
                self._fifth.clear()
        if not self._enabled.moving() or self._enabled._at == 0:  # a ramp in progress ends first; `run` calls this method again then
            self._enabled.to(1.0 if self.is_needed() else 0.0)

    cdef void begin_mode(self) noexcept nogil:
        """Change to the mode that the settings require. This is only allowed while no sound of the bands is audible, because
        their ramps end at once."""
        self._mid_side = self.is_on(MULTIBAND_MID_SIDE)
        self._kind = self.kind()
        self.apply_presence()
        self.set_gentle(False)
        self._first.settle()
        self._fifth.settle()

    cdef void set_band(self, int band, int place, double value) noexcept nogil:
        """[audio] Set the setting at `place` of BAND, for band 0 to 4, to an allowed value."""
        if not (0 <= band < MOST_BANDS and 0 <= place < BAND_SETTINGS):
            return
        (<Compressors> self._of[band // LANES_OF_BANDS]).settings.set_value(band % LANES_OF_BANDS, place, value)
        if place == BAND_SOLO or place == BAND_MUTE:
            self.set_presence()
        self.change_mode()

    cdef void set_presence(self) noexcept nogil:
        """Decide by solo and mute which bands are audible. A solo of a band that is not in use does not silence the
        others."""
        cdef int k
        cdef bint any_solo = False, solo, mute
        for k in range(self._count):
            any_solo = any_solo or (<Compressors> self._of[k // LANES_OF_BANDS]).settings.is_on(k % LANES_OF_BANDS, BAND_SOLO)
        for k in range(MOST_BANDS):
            solo = (<Compressors> self._of[k // LANES_OF_BANDS]).settings.is_on(k % LANES_OF_BANDS, BAND_SOLO)
            mute = (<Compressors> self._of[k // LANES_OF_BANDS]).settings.is_on(k % LANES_OF_BANDS, BAND_MUTE)
            self._present[k] = not mute and (solo or not any_solo)
        if self.kind() == self._kind:
            self.apply_presence()

    cdef void apply_presence(self) noexcept nogil:
        """Fade bands in or out by their gains. This is not done for shelves, because they cannot follow a gain down to -80 dB
        within the 20 ms in which they leave the circuit. There, a muted band is left out as soon as LR4 computes the bands."""
        cdef int k
        for k in range(MOST_BANDS):
            (<Compressors> self._of[k // LANES_OF_BANDS]).settings.set_present(
                k % LANES_OF_BANDS, self._kind == SHELVES or self._present[k]
            )

    cdef void settle(self) noexcept nogil:
        """[audio] End all ramps and changes of mode at once."""
        if self.wants_jump():
            self.jump_split()
        self._enabled.jump(0.0)
        self.change_mode()
        self._wait = 0
        self.change_mode()
        self._enabled.jump(self._enabled._target)
        self._lr4.settle()
        self._shelves.settle()
        self.set_gentle(False)
        self._first.settle()
        self._fifth.settle()

    cdef float take_reduction_db(self, int band) noexcept nogil:
        """[audio] The lowest gain of a band since the last call, in dB, 0 or below; 0 while out of circuit."""
        cdef float deepest = (<Compressors> self._of[band // LANES_OF_BANDS]).take_reduction_db(band % LANES_OF_BANDS)
        return deepest if self._enabled._value > 0 else 0.0

    cdef void levels_db(self, double *levels, Py_ssize_t frames) noexcept nogil:
        """[audio] For each of MOST_BANDS bands, the highest level in dBFS that its detector has heard in the last `frames` frames
        (`Compressors.levels_db`); silence for a band that is not in use."""
        cdef double fifth[LANES_OF_BANDS]
        cdef int band
        self._first.levels_db(levels, frames)
        if self._count == MOST_BANDS:
            self._fifth.levels_db(&fifth[0], frames)
            levels[MOST_BANDS - 1] = fifth[0]
        for band in range(self._count, MOST_BANDS):
            levels[band] = SILENT_DB

    def levels(self, Py_ssize_t frames):
        """[any] For tests: `levels_db`. Float64, shape (5,)."""
        out = np.empty(MOST_BANDS)
        cdef double[::1] view = out
        self.levels_db(&view[0], frames)
        return out

    def take(self, int band):
        """[any] For tests: `take_reduction_db` of band 0 to 4."""
        return self.take_reduction_db(band)

    # -- sound ---------------------------------------------------------------------------------------------------

    cdef Py_ssize_t delay(self) noexcept nogil:
        return self._to_split.delay() + self._to_sum.delay()

    cdef void clear(self) noexcept nogil:
        self.convolver.clear()
        self._lr4.clear()
        self._shelves.clear()
        self._to_split.clear()
        self._to_sum.clear()
        self._first.clear()
        self._fifth.clear()
        self._fifth_left = 0
        self.rest_fifth()

    cdef void run(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        """Process the block in parts. A part ends where a ramp or a wait ends, because a change of mode continues there, and
        where the fifth band is added or removed."""
        cdef Py_ssize_t at = 0, step, until
        while at < frames:
            if self._kind == LINEAR:
                self.set_gentle(self.convolver.is_fading())
            elif not self._lr4._poles.moving():
                self.set_gentle(False)
            step = self.step(frames - at)
            until = self._enabled.length - self._enabled._at if self._enabled.moving() else self._wait
            if 0 < until < step:
                step = until
            self.chunk(left + at, right + at, step)
            if self._wait > 0:
                self._wait -= step
            if step == until:
                self.change_mode()
            at += step

    cdef Py_ssize_t step(self, Py_ssize_t frames) noexcept nogil:
        """The number of frames for which the split stays the same. Also decides whether the fifth band is computed. It is left
        out when its compressor contains no sound any more, and starts with an empty history."""
        frames = min(frames, CHUNK)
        if self._kind == LINEAR:
            self._fifth_sounds = self.convolver.most_kernels() == self.bands - 1
            frames = min(frames, self.convolver.until_partition())
        else:
            self._fifth_sounds = self._lr4.is_fourth_in_use()
            frames = self._lr4._poles.piece(frames)
        if self._fifth_sounds:
            if self._fifth_rests:
                self._fifth.settle()
                self._fifth.clear()
            self._fifth_rests = False
            self._fifth_left = self._fifth.delay()
        elif self._fifth_left == 0:
            self.rest_fifth()
        else:
            frames = min(frames, self._fifth_left)
        return frames

    cdef void rest_fifth(self) noexcept nogil:
        """Stop computing the fifth band. Its rows are cleared, because the shelves may still read them."""
        if not self._fifth_rests:
            memset(&self._rows[WAYS, 0], 0, WAYS * ROW * sizeof(float))
        self._fifth_rests = True

    cdef void chunk(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        cdef Py_ssize_t i
        cdef float *enabled = &self._work[0, 0]
        cdef float *sum_l = &self._work[1, 0]
        cdef float *sum_r = &self._work[2, 0]
        cdef bint fifth = not self._fifth_rests
        if fifth:
            memset(&self._rows[WAYS, 0], 0, WAYS * ROW * sizeof(float))
        if self._kind == LINEAR:
            self.convolver.convolve(left, right, &self._low[0, 0], CHUNK, frames)
            self._to_split.run(left, right, frames)
            self.split_linear(left, right, fifth, frames)
        else:
            self._to_split.run(left, right, frames)
            if self.convolver.is_fading():  # a new kernel starts with an empty history, so no fade is needed
                self.convolver.clear()
            self._lr4.split(left, right, &self._rows[0, 0], ROW, frames)
        self._to_sum.run(left, right, frames)
        if self._mid_side:
            _to_mid_side(&self._rows[0, 0], &self._rows[1, 0], LANES_OF_BANDS * frames)
            if fifth:
                _to_mid_side(&self._rows[WAYS, 0], &self._rows[WAYS + 1, 0], LANES_OF_BANDS * frames)
        if self._kind == SHELVES:
            self.shape_whole(left, right, fifth, frames)
        else:
            memset(sum_l, 0, frames * sizeof(float))
            memset(sum_r, 0, frames * sizeof(float))
            self._first.add(&self._rows[0, 0], &self._rows[1, 0], sum_l, sum_r, self._kind == LR4, frames)
            if fifth:
                self._fifth.add(&self._rows[WAYS, 0], &self._rows[WAYS + 1, 0], sum_l, sum_r, self._kind == LR4, frames)
        if self._mid_side:
            _from_mid_side(sum_l, sum_r, frames)
        if self._kind == LR4:  # the sum of the bands replaces the input
            _subtract(sum_l, left, frames)
            _subtract(sum_r, right, frames)
        self._enabled.fill(enabled, frames)
        for i in range(frames):
            left[i] = left[i] + enabled[i] * sum_l[i]
        for i in range(frames):
            right[i] = right[i] + enabled[i] * sum_r[i]
        if not (self._fifth_sounds or self._fifth_rests):
            self._fifth_left -= frames

    cdef void split_linear(self, const float *left, const float *right, bint fifth, Py_ssize_t frames) noexcept nogil:
        """Compute the bands from the low-passes: each low-pass minus the one below it; the last band is the rest of the
        input."""
        cdef Py_ssize_t i
        cdef int way
        cdef const float *low
        cdef const float *whole
        cdef float *row
        for way in range(WAYS):
            low = &self._low[way, 0]
            _bands_of_lows(low, low + WAYS * CHUNK, low + 2 * WAYS * CHUNK, low + 3 * WAYS * CHUNK, &self._rows[way, 0], frames)
            if fifth:
                whole = left if way == 0 else right
                low = low + 3 * WAYS * CHUNK
                row = &self._rows[WAYS + way, 0]
                for i in range(frames):
                    row[LANES_OF_BANDS * i] = whole[i] - low[i]

    cdef void shape_whole(self, const float *left, const float *right, bint fifth, Py_ssize_t frames) noexcept nogil:
        """Compute the change of the input by the gains of the bands, with shelves."""
        cdef float *whole_l = &self._low[0, 0]
        cdef float *whole_r = &self._low[1, 0]
        cdef bint linked = self._first.replace(&self._rows[0, 0], &self._rows[1, 0], frames)
        if fifth:
            linked = self._fifth.replace(&self._rows[WAYS, 0], &self._rows[WAYS + 1, 0], frames) and linked
        memcpy(whole_l, left, frames * sizeof(float))
        memcpy(whole_r, right, frames * sizeof(float))
        if self._mid_side:
            _to_mid_side(whole_l, whole_r, frames)
        self._shelves.change(whole_l, whole_r, &self._rows[0, 0], ROW, linked, &self._work[1, 0], &self._work[2, 0], frames)


cdef void _bands_of_lows(const float *low1, const float *low2, const float *low3, const float *low4, float *row,
                         Py_ssize_t frames) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(frames):
        row[LANES_OF_BANDS * i] = low1[i]
        row[LANES_OF_BANDS * i + 1] = low2[i] - low1[i]
        row[LANES_OF_BANDS * i + 2] = low3[i] - low2[i]
        row[LANES_OF_BANDS * i + 3] = low4[i] - low3[i]


cdef void _subtract(float *of, const float *row, Py_ssize_t frames) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(frames):
        of[i] -= row[i]


cdef void _to_mid_side(float *left, float *right, Py_ssize_t frames) noexcept nogil:
    cdef Py_ssize_t i
    cdef float mid, side
    for i in range(frames):
        mid = <float> 0.5 * (left[i] + right[i])
        side = <float> 0.5 * (left[i] - right[i])
        left[i] = mid
        right[i] = side


cdef void _from_mid_side(float *mid, float *side, Py_ssize_t frames) noexcept nogil:
    cdef Py_ssize_t i
    cdef float left, right
    for i in range(frames):
        left = mid[i] + side[i]
        right = mid[i] - side[i]
        mid[i] = left
        side[i] = right
