# cython: boundscheck=False, wraparound=False, cdivision=True
# Indices are places of settings, columns of rings, or frames below max_block; no divisor can be zero.
"""Engine: the chain of the box. The same object runs live and renders files, bit for bit.

    input trim -> EQ -> multiband -> stereo -> saturator -> DC filter -> limiter -> dither -> bypass crossfade -> mute

Meters measure input and output.

Settings are numbers in physical units, addressed by name (`Engine.SETTINGS`, in the order of the shared vector). Kernels of
the EQ and of the crossover are designed elsewhere and are passed in packed form to `engine.eq` and
`engine.multiband.convolver`. At the start of each block, an engine that is attached to shared memory (`port.pyx`) adopts new
settings and kernels. It records at which frame it adopted them (`Engine.EVENTS`), so that a render can repeat a live run.
"""

import numpy as np

from libc.math cimport fabsf
from libc.stdint cimport int32_t, int64_t
from libc.string cimport memcpy

from dsp_ext.core cimport Cells, Delay, Processor, Ramp, Ring, SeqLock, db_to_gain, denormals_off, denormals_restore
from dsp_ext.eq cimport Eq
from dsp_ext.limiter cimport Limiter
from dsp_ext.meters cimport METER_FIELDS, SPECTRUM_BANDS, Meter, Scope, Spectrum
from dsp_ext.multiband cimport BAND_SETTINGS, Multiband
from dsp_ext.output cimport DcFilter, Dither, Saturator, Stereo
from .places cimport (
    CHAIN_BYPASS, CHAIN_MATCH_DRY_DB, CHAIN_MATCH_WET_DB, CHAIN_MUTE, ENGINE_SETTINGS, FIRST_BAND, FIRST_DITHER,
    FIRST_LIMITER, FIRST_MULTIBAND, FIRST_SATURATOR, FIRST_STEREO, INPUT_TRIM_DB, METER_EPOCH, METER_RUNNING,
    OUTPUT_DC_FILTER,
)
from .port cimport (
    BANDS, CELL_BAD_BLOCKS, CELL_CLAMPS, CELL_CROSSOVER_ADOPTED, CELL_CROSSOVER_REQUEST, CELL_EQ_ADOPTED,
    CELL_EQ_REQUEST, CELL_FRAMES, CELL_LATENCY, CELL_SETTINGS_VERSION, EQ_BANDS, EVENT_CROSSOVER, EVENT_EQ, EVENT_FADE,
    EVENT_FADE_OUT, EVENT_SETTINGS, EnginePort,
)

from dsp_ext.meters import FIELDS as _METER_FIELDS
from dsp_ext.settings import ENGINE as _SETTINGS
from .port import (
    CELLS as _CELLS, EVENT_KINDS as _EVENT_KINDS, EVENTS as _EVENTS, METERS as _METERS, SCOPE as _SCOPE,
    SPECTRA as _SPECTRA,
)

cdef enum:
    # Meter frames between rows of spectra: 40 ms.
    SPECTRA_STEP = 4

#: A sample louder than this (+36 dBFS) indicates a fault, so the block is silenced.
cdef float ABSURD = 64.0


cdef bint _all_sane(const float *x, Py_ssize_t frames) noexcept nogil:
    """Whether every sample is finite and below ABSURD. Uses one comparison per sample and no early exit."""
    cdef Py_ssize_t i
    cdef int sane = 1
    for i in range(frames):
        sane &= fabsf(x[i]) < ABSURD  # false for NaN
    return sane


cdef void _amplify(Ramp gain, float *gains, float *left, float *right, Py_ssize_t frames) noexcept nogil:
    """Multiply both channels by `gain`, in place. `gains` is scratch memory. A constant gain of 1 changes nothing."""
    cdef Py_ssize_t i
    if not gain.moving() and gain._value == 1:
        return
    gain.fill(gains, frames)
    for i in range(frames):
        left[i] = left[i] * gains[i]
    for i in range(frames):
        right[i] = right[i] * gains[i]


cdef class Engine(Processor):
    """The complete chain. See the module. The contract is that of `Processor`."""

    SETTINGS = tuple(_SETTINGS)
    METERS = _METERS
    SPECTRA = _SPECTRA
    SCOPE = _SCOPE
    CELLS = _CELLS
    EVENTS = _EVENTS
    EVENT_KINDS = _EVENT_KINDS

    def prepare(self, rate_hz, max_block):
        super().prepare(rate_hz, max_block)
        assert len(self.SETTINGS) == ENGINE_SETTINGS
        assert len(_METER_FIELDS) == METER_FIELDS
        self.eq = Eq(rate_hz, max_block)
        self.multiband = Multiband(rate_hz, max_block)
        self.stereo = Stereo(rate_hz, max_block)
        self.saturator = Saturator(rate_hz, max_block)
        self.dc_filter = DcFilter(rate_hz, max_block)
        self.limiter = Limiter(rate_hz, max_block)
        self.dither = Dither(rate_hz, max_block)
        self.input_meter = Meter(rate_hz, max_block)
        self.output_meter = Meter(rate_hz, max_block)
        self._input_spectrum = Spectrum(rate_hz, max_block)
        self._output_spectrum = Spectrum(rate_hz, max_block)
        self._output_spectrum.relate()
        self._scope = Scope(rate_hz)
        self._dry = Delay(rate_hz, max_block, self.delay(), self.delay() - self.eq.delay() + self.eq.largest_latency)
        self._trim = Ramp(rate_hz, 1.0, ramp_ms=80.0)
        self._bypass = Ramp(rate_hz, 0.0)
        self._match_wet = Ramp(rate_hz, 1.0)
        self._match_dry = Ramp(rate_hz, 1.0)
        self._mute = Ramp(rate_hz, 1.0)
        self._switch = Ramp(rate_hz, 1.0)
        self._next_eq = -1
        self._silent_left = 0
        self._io = np.zeros((2, max_block), np.float32)
        self._dry_io = np.zeros((2, max_block), np.float32)
        self._gain = np.zeros(max_block, np.float32)
        self._settings = np.full(len(self.SETTINGS), np.nan)
        self._lowest = np.array([setting.low for setting in _SETTINGS.values()], float)
        self._highest = np.array([setting.high for setting in _SETTINGS.values()], float)
        self._incoming = np.empty(len(self.SETTINGS))
        self._settings_version = 0
        self._epoch = 0
        self.frames = 0
        self._meter_step = round(rate_hz / 100)
        self._meter_left = self._meter_step
        self._spectra_left = SPECTRA_STEP
        if self._port is None:
            self._port = EnginePort()
        self._port.cells.set(CELL_LATENCY, self.delay())

    # -- settings and shared memory ------------------------------------------------------------------------------

    def attach(self, *, Cells cells=None, SeqLock settings=None, Ring meters=None, Ring events=None,
               Ring spectra=None, Ring scope=None):
        """[control] Use shared memory from now on: see `EnginePort.attach`."""
        self._port.attach(cells, settings, meters, events, spectra, scope)
        self._port.cells.set(CELL_LATENCY, self.delay())

    @property
    def cells(self):
        """The engine's counters (`Engine.CELLS`). [any]"""
        return self._port.cells

    def set(self, str name, double value):
        """[control] Set one setting by name. Its unit is the end of its name. Not while another thread processes.

        Raises KeyError for an unknown name, ValueError for a value that is out of range.
        """
        if name not in _SETTINGS:
            raise KeyError(f"no setting {name!r}; see Engine.SETTINGS")
        place, number = _SETTINGS.check(name, value)
        self._settings[place] = number
        self.apply_one(place, number)

    def set_all(self, const double[::1] values not None):
        """[control] Set all settings at once, in the order of SETTINGS. Only those that changed are applied.

        Raises ValueError for another number of values, and for a value that is out of range.
        """
        if values.shape[0] != len(self.SETTINGS):
            raise ValueError(f"expected {len(self.SETTINGS)} values, not {values.shape[0]}")
        for name, value in zip(_SETTINGS, values, strict=True):
            _SETTINGS.check(name, value)
        self.apply(&values[0])

    def settle(self):
        """[control] End all ramps of the engine at once. Use it for the state at the start of a run."""
        self._trim.jump(self._trim._target)
        self._bypass.jump(self._bypass._target)
        self._mute.jump(self._mute._target)
        self._match_wet.jump(self._match_wet._target)
        self._match_dry.jump(self._match_dry._target)
        self.multiband.settle()
        self.follow_latency()
        self.stereo.settle()
        self.saturator.settle()
        self.dc_filter.settle()
        self.limiter.settle()

    def fade_in(self):
        """[audio] Silence the output at once and fade it in. Use this after a gap in the stream. Do not call it while another
        thread processes."""
        cdef float target = self._mute._target
        self._port.note(self.frames, EVENT_FADE, 0)
        self._mute.jump(0.0)
        self._mute.to(target)

    def fade_out(self):
        """[audio] Fade the output out for good. Use it before the end of the stream. Not while another thread processes."""
        self._port.note(self.frames, EVENT_FADE_OUT, 0)
        self._mute.to(0.0)

    cdef void apply(self, const double *values) noexcept nogil:
        """Apply the values that changed. A value that is out of range, or not a number, changes nothing."""
        cdef Py_ssize_t i
        for i in range(ENGINE_SETTINGS):
            if values[i] != self._settings[i] and self._lowest[i] <= values[i] <= self._highest[i]:
                self._settings[i] = values[i]
                self.apply_one(i, values[i])

    cdef void apply_one(self, Py_ssize_t index, double value) noexcept nogil:
        cdef int band, what
        if index == INPUT_TRIM_DB:
            self._trim.to(db_to_gain(<float> value))
        elif index == CHAIN_BYPASS:
            self._bypass.to(1.0 if value != 0 else 0.0)
        elif index == CHAIN_MUTE:
            self._mute.to(0.0 if value != 0 else 1.0)
        elif index == METER_RUNNING:
            self.input_meter.set_running(value != 0)
            self.output_meter.set_running(value != 0)
        elif index == METER_EPOCH:
            if value != self._epoch:
                self._epoch = value
                self.input_meter.restart()
                self.output_meter.restart()
        elif index == CHAIN_MATCH_WET_DB:
            self._match_wet.to(db_to_gain(<float> value))
        elif index == CHAIN_MATCH_DRY_DB:
            self._match_dry.to(db_to_gain(<float> value))
        elif index == OUTPUT_DC_FILTER:
            self.dc_filter.set_enabled(value != 0)
        elif index < FIRST_SATURATOR:
            self.dither.set_value(<int> (index - FIRST_DITHER), value)
            self.limiter.set_reserve(self.dither.reserve)
        elif index < FIRST_LIMITER:
            self.saturator.set_value(<int> (index - FIRST_SATURATOR), value)
        elif index < FIRST_MULTIBAND:
            self.limiter.set_value(<int> (index - FIRST_LIMITER), value)
        elif index < FIRST_STEREO:
            self.multiband.set_value(<int> (index - FIRST_MULTIBAND), value)
            if self.multiband.wants_jump():
                self._switch.to(0.0)
        elif index < FIRST_BAND:
            self.stereo.set_value(<int> (index - FIRST_STEREO), value)
        else:
            band = <int> ((index - FIRST_BAND) / BAND_SETTINGS)
            what = <int> ((index - FIRST_BAND) % BAND_SETTINGS)
            self.multiband.set_band(band, what, value)

    cdef void poll(self) noexcept nogil:
        """Adopt the settings and kernels that wait in shared memory. This is called at the start of each block."""
        cdef int64_t version, request
        if self._port.settings is not None:
            version = self._port.settings.read_newer(self._settings_version, &self._incoming[0])
            if version >= 0:
                self._settings_version = version
                self._port.note(self.frames, EVENT_SETTINGS, version)
                self.apply(&self._incoming[0])
                self._port.cells.set(CELL_SETTINGS_VERSION, version)
        request = self._port.cells.get(CELL_EQ_REQUEST)
        if request != self._port.cells.get(CELL_EQ_ADOPTED) and not self.eq_changing():
            if self.eq.bank_in_use() == (request & 1):  # the crossfade has ended, so the other bank is free
                self._port.cells.set(CELL_EQ_ADOPTED, request)
            else:
                self._port.note(self.frames, EVENT_EQ, request >> 1)
                self.change_eq(request & 1)
        request = self._port.cells.get(CELL_CROSSOVER_REQUEST)
        if request != self._port.cells.get(CELL_CROSSOVER_ADOPTED) and not self.multiband.convolver.is_fading():
            if self.multiband.convolver.bank == (request & 1):
                self._port.cells.set(CELL_CROSSOVER_ADOPTED, request)
            else:
                self._port.note(self.frames, EVENT_CROSSOVER, request >> 1)
                self.multiband.convolver.use_bank(request & 1)

    cdef bint eq_changing(self) noexcept nogil:
        """[audio] Whether the EQ is changing to its other bank; neither bank may be written then."""
        return self._next_eq >= 0 or self.eq.is_fading()

    cdef void change_eq(self, int bank) noexcept nogil:
        """[audio] Change to `bank` of the EQ: by a crossfade, or through silence if its mode or resolution differs."""
        if self.eq.can_fade_to(bank):
            self.eq.use_bank(bank)
            self.stereo.leave_side(self.eq.has_side(bank))
        else:
            self._next_eq = bank
            self._switch.to(0.0)

    cdef void jump_eq_bank(self, int bank) noexcept nogil:
        """[audio] Use `bank` of the EQ at once."""
        self.eq.jump_bank(bank)
        if self.stereo.leave_side(self.eq.has_side(bank)):
            self.stereo.settle()
        self.follow_latency()

    cdef void follow_latency(self) noexcept nogil:
        """[audio] Delay the bypass by the present latency of the chain, and publish that latency."""
        if self._dry.delay() != self.delay():
            self._dry.set_frames(self.delay())
        self._port.cells.set(CELL_LATENCY, self.delay())

    cdef bint wants_jump(self) noexcept nogil:
        """[audio] Whether a new mode or resolution of the EQ, or a new split of the multiband, waits for silence."""
        return self._next_eq >= 0 or self.multiband.wants_jump()

    cdef void jump(self) noexcept nogil:
        """[audio] Use the waiting mode, resolution and split at once."""
        if self.multiband.wants_jump():
            self.multiband.jump_split()
            self.follow_latency()
        if self._next_eq >= 0:
            self.jump_eq_bank(self._next_eq)
            self._next_eq = -1

    cdef Py_ssize_t switch(self, Py_ssize_t frames) noexcept nogil:
        """[audio] Advance a change of latency. Returns after how many frames it must be advanced again, at most `frames`."""
        cdef Py_ssize_t left = frames
        if self.wants_jump():
            if self._switch.moving():
                left = self._switch.length - self._switch._at
            else:
                self.jump()
                self._silent_left = self.delay()
        if not self.wants_jump() and self._silent_left > 0:
            left = self._silent_left
        elif not self.wants_jump() and self._switch._target == 0:
            self._switch.to(1.0)
        if left > frames:
            left = frames
        if not self.wants_jump() and self._silent_left > 0:
            self._silent_left -= left
        return left

    def load_eq(self, packed, jump=False):
        """[control] Write `packed` (see `Eq.pack`) into the bank of the EQ that is not in use, and change to it: by a
        crossfade, through silence if its mode or resolution differs, or at once (`jump`). Raises RuntimeError during the
        previous change."""
        if self.eq_changing():
            raise RuntimeError("the EQ is still changing: wait until `eq_busy` is False")
        idle = 1 - self.eq.bank
        self.eq.banks[idle] = packed
        if jump:
            self.jump_eq(idle)
        else:
            self.change_eq(idle)

    def jump_eq(self, int bank):
        """[control] Use `bank` of the EQ at once. Use it for the state at the start of a run."""
        self.jump_eq_bank(bank & 1)

    @property
    def eq_busy(self):
        """Whether the EQ is changing to its other bank; neither bank may be written then. [any]"""
        return self.eq_changing()

    # -- sound ---------------------------------------------------------------------------------------------------

    cdef void clear(self) noexcept nogil:
        self.jump()
        self._silent_left = 0
        self._switch.jump(1.0)
        self.eq.clear()
        self.multiband.clear()
        self.stereo.clear()
        self.saturator.clear()
        self.dc_filter.clear()
        self.limiter.clear()
        self.dither.clear()
        self._dry.clear()

    cdef Py_ssize_t delay(self) noexcept nogil:
        return self.eq.delay() + self.multiband.delay() + self.saturator.delay() + self.limiter.delay()

    cdef void run(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        """Process in steps that end at the 10 ms frames of the meters. These are counted from the very first frame."""
        cdef Py_ssize_t at = 0, step
        while at < frames:
            step = frames - at if frames - at < self._meter_left else self._meter_left
            step = self.switch(step)
            self.chain(left + at, right + at, step)
            at += step
            self.frames += step
            self._meter_left -= step
            if self._meter_left == 0:
                self._meter_left = self._meter_step
                self.publish_meters()
                self.publish_spectra()
                self.publish_scope()
        self._port.cells.set(CELL_FRAMES, self.frames)

    cdef void chain(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        cdef Py_ssize_t i
        cdef float *gain = &self._gain[0]
        cdef float *dry_l = &self._dry_io[0, 0]
        cdef float *dry_r = &self._dry_io[1, 0]
        if not (_all_sane(left, frames) and _all_sane(right, frames)):
            self._port.cells.add(CELL_BAD_BLOCKS, 1)
            for i in range(frames):
                left[i] = right[i] = 0.0
        if self._port.meters is not None:
            self.input_meter.run(left, right, frames)
        memcpy(dry_l, left, frames * sizeof(float))
        memcpy(dry_r, right, frames * sizeof(float))
        self._dry.run(dry_l, dry_r, frames)
        # The spectrum of the delayed input, so that it shows the same signal as that of the output.
        if self._port.spectra is not None:
            self._input_spectrum.run(dry_l, dry_r, frames)

        _amplify(self._trim, gain, left, right, frames)
        self.eq.run(left, right, frames)
        self.multiband.run(left, right, frames)
        self.stereo.run(left, right, frames)
        self.saturator.run(left, right, frames)
        self.dc_filter.run(left, right, frames)
        self.limiter.run(left, right, frames)
        self.dither.run(left, right, frames)
        if not (_all_sane(left, frames) and _all_sane(right, frames)):
            self._port.cells.add(CELL_BAD_BLOCKS, 1)
            self.clear()
            for i in range(frames):
                left[i] = right[i] = dry_l[i] = dry_r[i] = 0.0

        # Both gains are exactly 1, except while levels are matched for a comparison.
        _amplify(self._match_wet, gain, left, right, frames)
        _amplify(self._match_dry, gain, dry_l, dry_r, frames)
        if self._bypass.moving() or self._bypass._value != 0:
            self._bypass.fill(gain, frames)
            for i in range(frames):
                left[i] = left[i] * (<float> 1.0 - gain[i]) + dry_l[i] * gain[i]
                right[i] = right[i] * (<float> 1.0 - gain[i]) + dry_r[i] * gain[i]
        _amplify(self._mute, gain, left, right, frames)
        _amplify(self._switch, gain, left, right, frames)
        if self._port.meters is not None:
            self.output_meter.run(left, right, frames)
        if self._port.spectra is not None:
            self._output_spectrum.run(left, right, frames)
        if self._port.scope is not None:
            self._scope.run(left, right, frames)

    cdef void publish_meters(self) noexcept nogil:
        cdef double *row
        cdef int band
        self._port.cells.set(CELL_CLAMPS, self.limiter.clamps)
        if self._port.meters is None:
            return
        row = self._port.meters.next_row()
        row[0] = <double> self.frames
        self.input_meter.read(row + 1)
        self.output_meter.read(row + 1 + METER_FIELDS)
        row += 1 + 2 * METER_FIELDS
        for band in range(BANDS):
            row[band] = self.multiband.take_reduction_db(band)
        row[BANDS] = self.limiter.take_reduction_db()
        row += BANDS + 1
        for band in range(EQ_BANDS):
            row[band] = self.eq.take_change_db(band)
        row += EQ_BANDS
        self.multiband.levels_db(row, self._meter_step)
        self._port.meters.commit()

    cdef void publish_spectra(self) noexcept nogil:
        """Publish the spectra every SPECTRA_STEP meter frames."""
        cdef double *row
        self._spectra_left -= 1
        if self._spectra_left > 0:
            return
        self._spectra_left = SPECTRA_STEP
        if self._port.spectra is None:
            return
        row = self._port.spectra.next_row()
        row[0] = <double> self.frames
        self._input_spectrum.read(row + 1)
        self._output_spectrum.read(row + 1 + SPECTRUM_BANDS)
        self._output_spectrum.read_relations(row + 1 + 2 * SPECTRUM_BANDS, row + 1 + 3 * SPECTRUM_BANDS)
        self._port.spectra.commit()

    cdef void publish_scope(self) noexcept nogil:
        """Publish the samples of the last 10 ms."""
        cdef double *row
        if self._port.scope is None:
            return
        row = self._port.scope.next_row()
        row[0] = <double> self.frames
        self._scope.read(row + 1)
        self._port.scope.commit()

    def process_words(self, int32_t[:, ::1] words not None):
        """[audio] Process interleaved 32-bit words (shape (frames, 2)) in place. The live audio uses this method.

        24-bit words in the upper bits pass a neutral chain unchanged. First adopts the settings and kernels that wait in
        shared memory.
        """
        cdef Py_ssize_t at = 0, frames = words.shape[0], step, i
        cdef float *left = &self._io[0, 0]
        cdef float *right = &self._io[1, 0]
        cdef int32_t *pair
        cdef unsigned long long mode
        if words.shape[1] != 2:
            raise ValueError(f"words have shape (frames, 2), not ({words.shape[0]}, {words.shape[1]})")
        if frames == 0:
            return
        with nogil:
            mode = denormals_off()
            self.poll()
            while at < frames:
                step = frames - at if frames - at < self.max_block else self.max_block
                pair = &words[at, 0]
                for i in range(step):
                    left[i] = <float> pair[2 * i] * <float> 4.656612873077393e-10  # 2^-31
                    right[i] = <float> pair[2 * i + 1] * <float> 4.656612873077393e-10
                self.run(left, right, step)
                for i in range(step):
                    pair[2 * i] = _to_word(left[i])
                    pair[2 * i + 1] = _to_word(right[i])
                at += step
            denormals_restore(mode)


cdef inline int32_t _to_word(float x) noexcept nogil:
    """The nearest 32-bit word, limited to full scale."""
    cdef double scaled = <double> x * 2147483648.0
    cdef double top = 2147483647.0, bottom = -2147483648.0
    scaled = top if scaled > top else scaled
    scaled = bottom if scaled < bottom else scaled
    # Adding 1.5 * 2^52 rounds to the nearest integer without a function call.
    return <int32_t> ((scaled + 6755399441055744.0) - 6755399441055744.0)
