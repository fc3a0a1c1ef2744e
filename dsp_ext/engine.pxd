from libc.stdint cimport int64_t

from dsp_ext.core cimport Delay, Processor, Ramp
from dsp_ext.eq cimport Eq
from dsp_ext.limiter cimport Limiter
from dsp_ext.meters cimport Meter, Scope, Spectrum
from dsp_ext.multiband cimport Multiband
from dsp_ext.output cimport DcFilter, Dither, Saturator, Stereo
from .port cimport EnginePort

cdef class Engine(Processor):
    cdef readonly Eq eq
    cdef readonly Multiband multiband
    cdef readonly Stereo stereo
    cdef readonly Saturator saturator
    cdef readonly DcFilter dc_filter
    cdef readonly Limiter limiter
    cdef readonly Dither dither
    cdef readonly Meter input_meter, output_meter
    cdef Spectrum _input_spectrum, _output_spectrum
    cdef Scope _scope
    cdef Delay _dry
    cdef Ramp _trim, _bypass, _mute, _match_wet, _match_dry
    # A change of the EQ's mode or resolution, or of the multiband's split, changes the latency. The engine then fades out,
    # jumps, waits until the chain is refilled, and fades in.
    cdef Ramp _switch
    cdef int _next_eq  # the EQ bank to jump to; -1: none
    cdef Py_ssize_t _silent_left  # frames until the chain contains no sound from before the jump
    cdef float[:, ::1] _io, _dry_io
    cdef float[::1] _gain
    cdef double[::1] _settings, _incoming, _lowest, _highest
    cdef EnginePort _port
    cdef readonly int64_t frames
    cdef int64_t _settings_version
    cdef Py_ssize_t _meter_step, _meter_left, _spectra_left
    cdef double _epoch

    cdef void apply_one(self, Py_ssize_t index, double value) noexcept nogil
    cdef void apply(self, const double *values) noexcept nogil
    cdef void poll(self) noexcept nogil
    cdef bint eq_changing(self) noexcept nogil
    cdef void change_eq(self, int bank) noexcept nogil
    cdef void jump_eq_bank(self, int bank) noexcept nogil
    cdef void follow_latency(self) noexcept nogil
    cdef bint wants_jump(self) noexcept nogil
    cdef void jump(self) noexcept nogil
    cdef Py_ssize_t switch(self, Py_ssize_t frames) noexcept nogil
    cdef void chain(self, float *left, float *right, Py_ssize_t frames) noexcept nogil
    cdef void publish_meters(self) noexcept nogil
    cdef void publish_spectra(self) noexcept nogil
    cdef void publish_scope(self) noexcept nogil
