# cython: boundscheck=False, wraparound=False, cdivision=True
# Sizes follow from `prepare`. Rings are stored twice, _size apart, so that the last _size samples are contiguous.
"""Spectrum: the power in 96 bands of 1/6 octave, 20 Hz to 20 kHz. The sound passes unchanged, bit for bit.

One transform cannot resolve both ends of the frequency range: 1/6 octave is 2.3 Hz wide at 20 Hz, and 2.3 kHz at 20 kHz. There
are therefore four levels. Each level has a quarter of the sampling rate of the previous one and a Hann-windowed transform of
the same length (512 points at 44.1 and 48 kHz, longer in proportion above). Each band uses the slowest level whose alias-free
range contains it. The windows of the low bands are therefore 0.7 s long, those of the high bands 11 ms.

The work is spread evenly: sound is collected in slots of 64 frames (at 44.1 and 48 kHz), and each slot does at most one
transform or one summation of bands. The power is smoothed with 125 ms. Left and right are transformed as one complex signal
and give one spectrum: the sum of both powers, 0 dB for a full-scale sine in both channels. With Z = L + iR, the same transform
gives the cross power Re(L R*) = Im(Z(k) Z(-k)) / 2 and the difference of the powers |L|^2 - |R|^2 = Re(Z(k) Z(-k)), from which
the correlation of any range of bands follows (`relate`).

The power of a band is the difference of a cumulative sum over the bins at the two edges of the band, interpolated. In
float64, this resolves 150 dB below the total power.
"""

import numpy as np

from libc.math cimport floor
from libc.string cimport memcpy

from dsp_ext.convolution cimport Fft
from dsp_ext.core cimport Processor, power_to_db
from .halfband cimport Halfbands

from dsp_ext.core import rate_factor
from .halfband import PASS
from .loudness import FLOOR_DB

cdef enum:
    CROSS = 0
    LEAN
    LEFT = 0
    RIGHT
    REAL
    IMAGINARY

#: The centre of each band, in Hz. The bands overlap: their centres are 0.105 octaves apart.
BANDS_HZ = tuple(20.0 * 1000.0 ** (band / 95) for band in range(96))
BAND_OCTAVES = 1.0 / 6.0
SIZE = 512
SLOT = 64
SMOOTHING_S = 0.125
#: In slots: how often each level is transformed, and in which slot of that period. The summation follows in the next slot.
#: The offsets are chosen so that no two of these fall into the same slot.
_EVERY = (8, 16, 32, 64)
_OFFSET = (0, 2, 6, 10)

cdef double FLOOR = FLOOR_DB
cdef double SILENT = 10.0 ** (FLOOR_DB / 10)
cdef Py_ssize_t[4] EVERY = _EVERY
cdef Py_ssize_t[4] OFFSET = _OFFSET


cdef class Spectrum(Processor):
    """See the module. The contract is that of `Processor`."""

    def relate(self):
        """[control] Also relate left and right from now on (`read_relations`). Not while another thread processes."""
        self._relates = True

    def prepare(self, rate_hz, max_block):
        super().prepare(rate_hz, max_block)
        assert len(BANDS_HZ) == SPECTRUM_BANDS
        factor = rate_factor(rate_hz)
        size = SIZE * factor
        self._size = size
        self._slot_frames = SLOT * factor
        self._fft = Fft(size)
        self._halfbands = Halfbands(4 * (SPECTRUM_LEVELS - 1), self._slot_frames)
        self._slot = np.zeros((2, self._slot_frames), np.float32)
        self._rings = np.zeros((SPECTRUM_LEVELS, 2, 2 * size), np.float32)
        self._work = np.zeros((4, size), np.float32)
        window = np.hanning(size + 1)[:size]
        self._window = window.astype(np.float32)
        self._scale = 1 / (size * (window**2).sum())
        place_of = np.empty(size, np.intp)
        place_of[self._fft.bins] = np.arange(size)
        self._places = np.stack([place_of[: size // 2], place_of[-np.arange(size // 2)]])
        self._below = np.zeros(size // 2)
        self._power = np.zeros(SPECTRUM_BANDS)
        self._related_below = np.zeros((2, size // 2))
        self._related = np.zeros((2, SPECTRUM_BANDS))
        self._edges = np.empty((2, SPECTRUM_BANDS))
        self._choose_levels(rate_hz, factor)
        for level in range(SPECTRUM_LEVELS):
            self._smoothing[level] = -np.expm1(-_EVERY[level] * self._slot_frames / (SMOOTHING_S * rate_hz))
        self.clear()

    def _choose_levels(self, rate_hz, factor):
        """Assign the bands from _first[level + 1] up to _first[level] to `level`."""
        half = 2 ** (BAND_OCTAVES / 2)
        bands = np.array(BANDS_HZ)
        self._first[0] = SPECTRUM_BANDS
        for level in range(SPECTRUM_LEVELS):
            level_hz = rate_hz / 4**level
            # After two halvings, frequencies up to PASS of the rate between them are free of aliases. Longer transforms
            # resolve more.
            next_hz = 2 * PASS * level_hz / 4 / factor
            last = level == SPECTRUM_LEVELS - 1
            self._first[level + 1] = 0 if last else np.searchsorted(bands * half, next_hz)
            here = slice(self._first[level + 1], self._first[level])
            bin_hz = level_hz / self._size
            edges = np.array([bands[here] / half, bands[here] * half]) / bin_hz + 0.5
            np.asarray(self._edges)[:, here] = edges

    cdef void clear(self) noexcept nogil:
        cdef Py_ssize_t level
        self._halfbands.clear()
        self._rings[:, :, :] = 0.0
        self._power[:] = 0.0
        self._related[:, :] = 0.0
        self._work[:, :] = 0.0
        self._filled = self._number = 0
        for level in range(SPECTRUM_LEVELS):
            self._at[level] = 0

    cdef void run(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        cdef Py_ssize_t at = 0, step
        while at < frames:
            step = self._slot_frames - self._filled
            step = frames - at if frames - at < step else step
            memcpy(&self._slot[LEFT, self._filled], left + at, step * sizeof(float))
            memcpy(&self._slot[RIGHT, self._filled], right + at, step * sizeof(float))
            self._filled += step
            at += step
            if self._filled == self._slot_frames:
                self._filled = 0
                self.next_slot()

    cdef void next_slot(self) noexcept nogil:
        """Pass the full slot through the levels, and do the work that is due."""
        cdef Py_ssize_t level, channel, frames = self._slot_frames
        cdef float *x
        self.keep(0, frames)
        for level in range(1, SPECTRUM_LEVELS):
            for channel in range(2):
                x = &self._slot[channel, 0]
                self._halfbands.run(4 * level - 4 + channel, x, x, frames)
                self._halfbands.run(4 * level - 2 + channel, x, x, frames // 2)
            frames = frames // 4
            self.keep(level, frames)
        for level in range(SPECTRUM_LEVELS):
            if self._number % EVERY[level] == OFFSET[level]:
                self.transform(level)
            elif self._number % EVERY[level] == OFFSET[level] + 1:
                self.sum_bands(level)
        self._number = (self._number + 1) % EVERY[SPECTRUM_LEVELS - 1]

    cdef void keep(self, Py_ssize_t level, Py_ssize_t frames) noexcept nogil:
        """Append the first `frames` samples of the slot to the rings of `level`. A slot never crosses the end of a ring."""
        cdef Py_ssize_t channel, at = self._at[level]
        for channel in range(2):
            memcpy(&self._rings[level, channel, at], &self._slot[channel, 0], frames * sizeof(float))
            memcpy(&self._rings[level, channel, at + self._size], &self._slot[channel, 0], frames * sizeof(float))
        self._at[level] = (at + frames) % self._size

    cdef void transform(self, Py_ssize_t level) noexcept nogil:
        cdef Py_ssize_t i, half = self._size // 2
        cdef const float *left = &self._rings[level, LEFT, self._at[level]]
        cdef const float *right = &self._rings[level, RIGHT, self._at[level]]
        cdef const float *window = &self._window[0]
        cdef float *work_l = &self._work[LEFT, 0]
        cdef float *work_r = &self._work[RIGHT, 0]
        for i in range(self._size):
            work_l[i] = left[i] * window[i]
            work_r[i] = right[i] * window[i]
        self._fft.forward(work_l, work_r, work_l + half, work_r + half, &self._work[REAL, 0], &self._work[IMAGINARY, 0])

    cdef void sum_bands(self, Py_ssize_t level) noexcept nogil:
        """Sum the spectrum from the previous slot into bands."""
        cdef Py_ssize_t first = self._first[level + 1], end = self._first[level], k, band
        cdef const float *re = &self._work[REAL, 0]
        cdef const float *im = &self._work[IMAGINARY, 0]
        cdef const Py_ssize_t *plus = &self._places[0, 0]
        cdef const Py_ssize_t *minus = &self._places[1, 0]
        cdef double *below = &self._below[0]
        cdef double total = 0.0, power
        cdef Py_ssize_t low = <Py_ssize_t> self._edges[0, first], high = <Py_ssize_t> self._edges[1, end - 1]
        below[low - 1] = 0.0
        for k in range(low, high + 1):
            total += (re[plus[k]] * re[plus[k]] + im[plus[k]] * im[plus[k]]) + (
                re[minus[k]] * re[minus[k]] + im[minus[k]] * im[minus[k]]
            )
            below[k] = total
        for band in range(first, end):
            power = self._scale * (_up_to(below, self._edges[1, band]) - _up_to(below, self._edges[0, band]))
            self._power[band] += self._smoothing[level] * (power - self._power[band])
        if self._relates:
            self.relate_bands(level)

    cdef void relate_bands(self, Py_ssize_t level) noexcept nogil:
        """Sum the relations of left and right from the previous slot into bands."""
        cdef Py_ssize_t first = self._first[level + 1], end = self._first[level], k, band
        cdef const float *re = &self._work[REAL, 0]
        cdef const float *im = &self._work[IMAGINARY, 0]
        cdef const Py_ssize_t *plus = &self._places[0, 0]
        cdef const Py_ssize_t *minus = &self._places[1, 0]
        cdef double *cross = &self._related_below[CROSS, 0]
        cdef double *lean = &self._related_below[LEAN, 0]
        cdef double crossed = 0.0, leant = 0.0, power
        cdef Py_ssize_t low = <Py_ssize_t> self._edges[0, first], high = <Py_ssize_t> self._edges[1, end - 1]
        cdef int what
        cross[low - 1] = lean[low - 1] = 0.0
        for k in range(low, high + 1):
            crossed += re[plus[k]] * im[minus[k]] + im[plus[k]] * re[minus[k]]
            leant += re[plus[k]] * re[minus[k]] - im[plus[k]] * im[minus[k]]
            cross[k] = crossed
            lean[k] = leant
        for what in range(2):
            for band in range(first, end):
                power = 2.0 * self._scale * (
                    _up_to(&self._related_below[what, 0], self._edges[1, band])
                    - _up_to(&self._related_below[what, 0], self._edges[0, band])
                )
                self._related[what, band] += self._smoothing[level] * (power - self._related[what, band])

    cdef void read(self, double *bands_db) noexcept nogil:
        """[audio] Write the SPECTRUM_BANDS levels in dB."""
        cdef Py_ssize_t band
        for band in range(SPECTRUM_BANDS):
            bands_db[band] = power_to_db(self._power[band]) if self._power[band] > SILENT else FLOOR

    cdef void read_relations(self, double *cross, double *lean) noexcept nogil:
        """[audio] Write two values of each band, from -1 to 1: twice the cross power of left and right divided by the sum of their
        powers, and the difference of their powers divided by that sum. Both are 0 in silence."""
        cdef Py_ssize_t band
        cdef double scale
        for band in range(SPECTRUM_BANDS):
            scale = 1.0 / self._power[band] if self._power[band] > SILENT else 0.0
            cross[band] = self._related[CROSS, band] * scale
            lean[band] = self._related[LEAN, band] * scale

    def relations(self):
        """[control] See `read_relations`: float64, shape (2, 96)."""
        out = np.empty((2, SPECTRUM_BANDS))
        cdef double[:, ::1] view = out
        self.read_relations(&view[0, 0], &view[1, 0])
        return out

    def values(self):
        """[control] The levels of the bands of BANDS_HZ in dB, float64, shape (96,)."""
        out = np.empty(SPECTRUM_BANDS)
        cdef double[::1] view = out
        self.read(&view[0])
        return out


cdef inline double _up_to(const double *below, double edge) noexcept nogil:
    """The power up to `edge` (in bins; bin k reaches from k to k + 1). The power of a bin counts as spread over its
    width."""
    cdef Py_ssize_t k = <Py_ssize_t> edge
    return below[k - 1] + (edge - floor(edge)) * (below[k] - below[k - 1])
