# Settings of four compressors. See `settings.pyx`.

from dsp_ext.core cimport RampBank
from .places cimport BAND_SETTINGS

cdef enum:
    LANES_OF_BANDS = 4
    # Parts of the computation beyond one plain compressor for both channels, as flags.
    APART = 1  # a detector for each channel
    LIFTING = 2
    OPENING = 4  # the expander
    AVERAGING = 8
    ADAPTING = 16  # adaptive release
    HOLDING = 32


cdef double part_per_frame(double time_ms, double rate_hz) noexcept nogil
cdef float tilt_of_band_db(double tilt_db, double low_hz, double high_hz) noexcept nogil

cdef class BandSettings:
    cdef readonly double rate_hz
    cdef Py_ssize_t longest_lookahead
    cdef double _settings[LANES_OF_BANDS][BAND_SETTINGS]
    # Values that are derived from the settings; the loops read them.
    cdef RampBank values  # numbered as in `gain_curve.pxd`
    cdef Py_ssize_t lookahead[LANES_OF_BANDS]
    cdef int needed
    cdef bint _gentle

    cdef void set_value(self, int lane, int place, double value) noexcept nogil
    cdef void aim(self, int lane) noexcept nogil
    cdef Py_ssize_t frames(self, double time_ms) noexcept nogil
    cdef void to(self, int lane, int what, double value) noexcept nogil
    cdef void set_times(self, int lane) noexcept nogil
    cdef void set_gentle(self, bint gentle) noexcept nogil
    cdef void set_makeup(self, int lane) noexcept nogil
    cdef void set_present(self, int lane, bint present) noexcept nogil
    cdef bint is_present(self, int lane) noexcept nogil
    cdef void set_tilt_db(self, int lane, float tilt_db) noexcept nogil
    cdef bint is_on(self, int lane, int place) noexcept nogil
    cdef bint is_neutral(self, int lane) noexcept nogil
    cdef void settle(self) noexcept nogil
    cdef bint moving(self) noexcept nogil
    cdef void advance(self, Py_ssize_t frames) noexcept nogil
    cdef void ask(self) noexcept nogil
    cdef bint leaves(self, int lane, int what, float value) noexcept nogil
