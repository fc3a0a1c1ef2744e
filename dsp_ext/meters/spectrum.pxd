# Power of a stereo signal in 96 bands. See `spectrum.pyx`.

from dsp_ext.convolution cimport Fft
from dsp_ext.core cimport Processor
from .halfband cimport Halfbands

cdef enum:
    SPECTRUM_BANDS = 96  # len(BANDS_HZ) of spectrum.pyx
    SPECTRUM_LEVELS = 4

cdef class Spectrum(Processor):
    cdef Fft _fft
    cdef Halfbands _halfbands
    cdef float[:, ::1] _slot  # left and right; the rate is halved in place
    cdef float[:, :, ::1] _rings  # level, channel, twice _size
    cdef float[:, ::1] _work  # windowed left and right, then the real and imaginary part of the transform
    cdef float[::1] _window
    cdef Py_ssize_t[:, ::1] _places  # the positions of frequency k and of -k in the transform
    cdef double[::1] _below  # power below the upper edge of bin k
    cdef double[::1] _power  # power of each band, smoothed
    cdef bint _relates  # whether left and right are related to each other as well
    cdef double[:, ::1] _related_below, _related  # like _below and _power: cross power, and power of left minus right
    cdef double[:, ::1] _edges  # the edges of each band, in bins of its level
    cdef Py_ssize_t _first[SPECTRUM_LEVELS + 1]
    cdef Py_ssize_t _at[SPECTRUM_LEVELS]
    cdef double _smoothing[SPECTRUM_LEVELS]
    cdef Py_ssize_t _size, _slot_frames, _filled, _number
    cdef double _scale

    cdef void next_slot(self) noexcept nogil
    cdef void keep(self, Py_ssize_t level, Py_ssize_t frames) noexcept nogil
    cdef void transform(self, Py_ssize_t level) noexcept nogil
    cdef void sum_bands(self, Py_ssize_t level) noexcept nogil
    cdef void relate_bands(self, Py_ssize_t level) noexcept nogil
    cdef void read(self, double *bands_db) noexcept nogil
    cdef void read_relations(self, double *cross, double *lean) noexcept nogil
