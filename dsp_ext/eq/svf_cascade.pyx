# cython: boundscheck=False, wraparound=False, cdivision=True
# Indices follow from the layout of a bank below. Blocks are cut to CHUNK.
"""SvfCascade: the minimum-phase filters of the EQ, in float64, without latency.

Two banks hold the sections of all bands, which `design_svf.py` makes. To change them, the control process writes the bank
that is not in use. That bank continues from the states of the other one and first runs for 5 ms without being audible:
states that do not fit the new filter would click, and they decay in that time. It is then faded in over 20 ms (see
`ramp.pyx`). An empty bank is the identity, bit for bit.

The dynamics of a band (see `dynamic_band.pyx`) act after its static sections. The detector reads the input of the whole EQ,
on the channels of the band, so that no gain of the EQ shifts the threshold.
"""

import numpy as np

from libc.math cimport fabs
from libc.string cimport memcpy, memset

from dsp_ext.core cimport Ramp
from .dynamic_band cimport DYNAMIC_NUMBERS, DYNAMIC_ROWS, DYNAMIC_STATES, HIGH_SHELF, NONE, change, keep_in_range
from .svf cimport SECTION_NUMBERS, SECTION_STATES, one_lane, two_lanes

from . import dynamic_band
from .bands import PLACEMENTS

cdef enum:
    CHUNK = 256
    BANDS = 8
    PER_BAND = 7  # the largest number of sections
    ROW = SECTION_NUMBERS
    # A bank: 8 numbers for the convolver and `Eq`, the gain (0 in an empty bank), solo; then for each band: placement (0:
    # inactive), number of sections, rows, and the numbers of its dynamics.
    GAIN = 8
    SOLO = 9
    HEADER = 10
    DYNAMICS = 2 + PER_BAND * ROW  # their index in a band
    BAND = DYNAMICS + DYNAMIC_NUMBERS
    STATIC_STATES = PER_BAND * SECTION_STATES  # states of a band
    STATES = STATIC_STATES + DYNAMIC_STATES
    # Rows of scratch memory.
    LEFT_IN = 0
    RIGHT_IN
    LEFT_NEW
    RIGHT_NEW
    ONE
    LEFT_KEY
    RIGHT_KEY
    ONE_KEY
    NOTHING
    LEFT_CHANGE
    RIGHT_CHANGE
    MORE
    WORK_ROWS = MORE + DYNAMIC_ROWS
    STEREO = 1
    LEFT = 2
    RIGHT = 3
    MID = 4
    SIDE = 5

#: How long a bank runs before its fade-in.
WARM_MS = 5.0

#: The number of float64 values in one bank.
BANK_DOUBLES = HEADER + BANDS * BAND


def pack(bands, rows, gain=1.0, solo=0, *, rate_hz):
    """[control] A bank: `rows` (sections of each of up to 8 bands) and `gain` from `design_svf.design` for `bands`.

    With `solo` (number of a band from 1), only the channels of that band are audible, and no band is dynamic. float64, shape
    (BANK_DOUBLES,).
    """
    if len(bands) > BANDS or any(len(sections) > PER_BAND for sections in rows):
        raise ValueError(f"a bank holds {BANDS} bands of {PER_BAND} sections")
    packed = np.zeros(BANK_DOUBLES)
    packed[GAIN:HEADER] = gain, solo
    for number, (band, sections) in enumerate(zip(bands, rows, strict=True), 1):
        dynamics = [] if solo else dynamic_band.row(band, rate_hz)
        if sections or number == solo or dynamics:
            at = HEADER + (number - 1) * BAND
            packed[at:at + 2] = 1 + PLACEMENTS.index(band.placement), len(sections)
            packed[at + 2:at + 2 + ROW * len(sections)] = np.ravel(sections)
            packed[at + DYNAMICS:at + DYNAMICS + len(dynamics)] = dynamics
    return packed


def unpack(packed):
    """[control] (gain, solo, [(placement, rows) of each active band]) of a bank. The inverse of `pack`."""
    bands = []
    for at in range(HEADER, HEADER + BANDS * BAND, BAND):
        if packed[at]:
            sections = int(packed[at + 1])
            rows = np.reshape(packed[at + 2:at + 2 + ROW * sections], (sections, ROW))
            bands.append((PLACEMENTS[int(packed[at]) - 1], rows))
    return float(packed[GAIN]) if packed[GAIN] else 1.0, int(packed[SOLO]), bands


cdef class SvfCascade:
    """See the module. This class is not a `Processor`; `Eq` is."""

    def __init__(self, rate_hz):
        """[control] Allocate all memory."""
        self._banks = np.zeros((2, BANK_DOUBLES))
        self._states = np.zeros((2, BANDS * STATES))
        self._work = np.zeros((WORK_ROWS, CHUNK))
        self._fade_io = np.zeros(CHUNK, np.float32)
        self._furthest = np.zeros(BANDS)
        self._fade = Ramp(rate_hz, 1.0)
        self._warm = round(WARM_MS * 1e-3 * rate_hz)
        self._warm_left = 0
        self.bank = self._wanted = 0

    def attach(self, double[:, ::1] banks not None):
        """[control] Use this memory for the banks, with rows of at least BANK_DOUBLES. Call it before processing begins."""
        if banks.shape[0] != 2 or banks.shape[1] < BANK_DOUBLES:
            raise ValueError(f"banks must have shape (2, {BANK_DOUBLES}), not ({banks.shape[0]}, {banks.shape[1]})")
        self._banks = banks

    cdef bint is_fading(self) noexcept nogil:
        return self._fade.moving()

    cdef void use_bank(self, int bank) noexcept nogil:
        """[audio] Start a crossfade to `bank`. A band that stays on the same channels continues from the states of the bank
        in use; its dynamics also require that the type is the same. All other bands start from silence. Has no effect during
        a crossfade."""
        cdef int band
        cdef Py_ssize_t at, place
        if self._fade.moving() or bank == self.bank:
            return
        memset(&self._states[bank, 0], 0, BANDS * STATES * sizeof(double))
        for band in range(BANDS):
            at = band * STATES
            place = HEADER + band * BAND
            if self._banks[bank, place] != self._banks[self.bank, place]:
                continue
            memcpy(&self._states[bank, at], &self._states[self.bank, at], STATIC_STATES * sizeof(double))
            at += STATIC_STATES
            if self._banks[bank, place + DYNAMICS] == self._banks[self.bank, place + DYNAMICS]:
                memcpy(&self._states[bank, at], &self._states[self.bank, at], DYNAMIC_STATES * sizeof(double))
                keep_in_range(&self._banks[bank, place + DYNAMICS], &self._states[bank, at])
        self._wanted = bank
        self._warm_left = self._warm
        self._fade.jump(0.0)
        self._fade.to(1.0)

    cdef void jump_bank(self, int bank) noexcept nogil:
        """[audio] Use `bank` at once, starting from silence. Use it for the state at the start of a run."""
        self._wanted = bank
        self.clear()

    cdef void clear(self) noexcept nogil:
        """[audio] Clear the history, and end a crossfade at once."""
        self.bank = self._wanted
        self._warm_left = 0
        self._fade.jump(1.0)
        memset(&self._states[0, 0], 0, 2 * BANDS * STATES * sizeof(double))
        memset(&self._furthest[0], 0, BANDS * sizeof(double))

    cdef double take_change_db(self, int band) noexcept nogil:
        """[audio] The largest change of a band's gain since the last call, in dB; negative if the gain went down."""
        cdef double furthest = self._furthest[band]
        self._furthest[band] = 0.0
        return furthest

    cdef void _note_change(self, int band, double change_db) noexcept nogil:
        if fabs(change_db) > fabs(self._furthest[band]):
            self._furthest[band] = change_db

    cdef bint _is_identity(self, int bank) noexcept nogil:
        cdef int band
        cdef const double *packed = &self._banks[bank, 0]
        if packed[GAIN] != 0 and packed[GAIN] != 1:
            return False
        for band in range(BANDS):
            if packed[HEADER + band * BAND] != 0:
                return False
        return True

    cdef void run(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        """[audio] Filter in place. O(frames * sections), twice that during a crossfade."""
        cdef Py_ssize_t at = 0, step, i
        cdef double *l = &self._work[LEFT_IN, 0]
        cdef double *r = &self._work[RIGHT_IN, 0]
        cdef double *new_l = &self._work[LEFT_NEW, 0]
        cdef double *new_r = &self._work[RIGHT_NEW, 0]
        cdef float *fade = &self._fade_io[0]
        while at < frames:
            step = frames - at if frames - at < CHUNK else CHUNK
            if self._warm_left > 0:
                step = step if step < self._warm_left else self._warm_left
            elif self._fade.moving() and step > self._fade.length - self._fade._at:
                step = self._fade.length - self._fade._at
            for i in range(step):
                l[i] = left[at + i]
                r[i] = right[at + i]
            if self._fade.moving():
                memcpy(new_l, l, step * sizeof(double))
                memcpy(new_r, r, step * sizeof(double))
                self._run_bank(self.bank, l, r, step)
                self._run_bank(self._wanted, new_l, new_r, step)
                if self._warm_left > 0:
                    self._warm_left -= step
                else:
                    self._fade.fill(fade, step)
                    for i in range(step):
                        l[i] = l[i] * (1.0 - fade[i]) + new_l[i] * fade[i]
                        r[i] = r[i] * (1.0 - fade[i]) + new_r[i] * fade[i]
                    if not self._fade.moving():
                        self.bank = self._wanted
            else:
                self._run_bank(self.bank, l, r, step)
            for i in range(step):
                left[at + i] = <float> l[i]
                right[at + i] = <float> r[i]
            at += step

    cdef void _run_bank(self, int bank, double *left, double *right, Py_ssize_t frames) noexcept nogil:
        """Filter both channels by one bank. Stereo sections of successive bands are collected and run together."""
        cdef const double *packed = &self._banks[bank, 0]
        cdef const double *band
        cdef double *state
        cdef const double *rows[BANDS * PER_BAND]  # stereo sections that have not run yet
        cdef double *states[BANDS * PER_BAND]
        cdef bint dynamic
        cdef int number, place, section, sections, pending = 0, solo = <int> packed[SOLO]
        cdef double gain = packed[GAIN] if packed[GAIN] != 0 else 1.0
        cdef Py_ssize_t i
        if self._is_identity(bank):
            return
        memcpy(&self._work[LEFT_KEY, 0], left, frames * sizeof(double))
        memcpy(&self._work[RIGHT_KEY, 0], right, frames * sizeof(double))
        for number in range(BANDS):
            band = packed + HEADER + number * BAND
            state = &self._states[bank, number * STATES]
            place = <int> band[0]
            sections = <int> band[1]
            if place < STEREO or place > SIDE or sections < 0 or sections > PER_BAND:
                continue
            dynamic = NONE < band[DYNAMICS] <= HIGH_SHELF
            if place == STEREO:
                for section in range(sections):
                    rows[pending] = band + 2 + section * ROW
                    states[pending] = state + section * SECTION_STATES
                    pending += 1
            if place != STEREO or dynamic:
                two_lanes(left, right, frames, rows, states, pending)
                pending = 0
            if place != STEREO and (sections or solo):
                self._filter_placed(band, state, solo, left, right, frames)
            if dynamic and place == STEREO:
                self._move_stereo(number, band, state, left, right, frames)
            elif dynamic:
                self._move_placed(number, band, state, left, right, frames)
        two_lanes(left, right, frames, rows, states, pending)
        for i in range(frames):
            left[i] *= gain
            right[i] *= gain

    cdef void _filter_placed(self, const double *band, double *state, bint solo, double *left, double *right,
                             Py_ssize_t frames) noexcept nogil:
        """Filter left, right, mid or side by the static sections of a band. With `solo`, the rest is silenced."""
        cdef double *one = &self._work[ONE, 0]
        cdef Placing placing = _placing(<int> band[0])
        cdef int section
        cdef Py_ssize_t i
        for i in range(frames):
            one[i] = placing.from_l * left[i] + placing.from_r * right[i]
        if solo:
            memset(left, 0, frames * sizeof(double))
            memset(right, 0, frames * sizeof(double))
        else:
            for i in range(frames):
                left[i] -= placing.to_l * one[i]
                right[i] -= placing.to_r * one[i]
        for section in range(<int> band[1]):
            one_lane(one, frames, band + 2 + section * ROW, state + section * SECTION_STATES)
        for i in range(frames):
            left[i] += placing.to_l * one[i]
            right[i] += placing.to_r * one[i]

    cdef void _move_stereo(self, int number, const double *band, double *state, double *left, double *right,
                           Py_ssize_t frames) noexcept nogil:
        """Add the change by the dynamics of a stereo band."""
        cdef double *change_l = &self._work[LEFT_CHANGE, 0]
        cdef double *change_r = &self._work[RIGHT_CHANGE, 0]
        cdef Py_ssize_t i
        self._note_change(number, change(
            band + DYNAMICS, state + STATIC_STATES, &self._work[LEFT_KEY, 0], &self._work[RIGHT_KEY, 0], left, right,
            change_l, change_r, &self._work[MORE, 0], CHUNK, frames,
        ))
        for i in range(frames):
            left[i] += change_l[i]
            right[i] += change_r[i]

    cdef void _move_placed(self, int number, const double *band, double *state, double *left, double *right,
                           Py_ssize_t frames) noexcept nogil:
        """Add the change by the dynamics of a band on left, right, mid or side."""
        cdef double *one = &self._work[ONE, 0]
        cdef double *key = &self._work[ONE_KEY, 0]
        cdef double *key_l = &self._work[LEFT_KEY, 0]
        cdef double *key_r = &self._work[RIGHT_KEY, 0]
        cdef double *nothing = &self._work[NOTHING, 0]
        cdef double *change_l = &self._work[LEFT_CHANGE, 0]
        cdef Placing placing = _placing(<int> band[0])
        cdef Py_ssize_t i
        for i in range(frames):
            one[i] = placing.from_l * left[i] + placing.from_r * right[i]
            key[i] = placing.from_l * key_l[i] + placing.from_r * key_r[i]
        self._note_change(number, change(
            band + DYNAMICS, state + STATIC_STATES, key, nothing, one, nothing, change_l, &self._work[RIGHT_CHANGE, 0],
            &self._work[MORE, 0], CHUNK, frames,
        ))
        for i in range(frames):
            left[i] += placing.to_l * change_l[i]
            right[i] += placing.to_r * change_l[i]


cdef Placing _placing(int place) noexcept nogil:
    cdef Placing p
    p.from_l = 1.0 if place == LEFT else 0.0 if place == RIGHT else 0.5
    p.from_r = 1.0 if place == RIGHT else 0.0 if place == LEFT else -0.5 if place == SIDE else 0.5
    p.to_l = 0.0 if place == RIGHT else 1.0
    p.to_r = 0.0 if place == LEFT else -1.0 if place == SIDE else 1.0
    return p
