# cython: boundscheck=False, wraparound=False
# Arrays are made here with the lengths that the loops read.
"""The static curve of a band of the compressor, for displays: the same code that the audio thread runs, on levels."""

import numpy as np

from .gain_curve cimport MAKEUP, WET, curves
from .settings cimport LANES_OF_BANDS, BandSettings, tilt_of_band_db


def transfer_db(levels_db, settings, double tilt_db=0.0, edges_hz=(1000.0, 1000.0)):
    """Output level in dB of a steady sound at `levels_db` (dB, shape (n,)) in a band with `settings` (`dsp_ext.settings.BAND`, by
    name): shape (n,). Includes upward compression, expansion, make-up and mix. `tilt_db` is the tilt of the detectors in dB per
    octave; it acts on a band with the edges `edges_hz`. [control]

    Raises KeyError for an unknown name, ValueError for a value that is out of range.
    """
    cdef BandSettings band = _settled(settings)
    band.set_tilt_db(0, tilt_of_band_db(tilt_db, edges_hz[0], edges_hz[1]))
    band.settle()
    levels = np.zeros((len(levels_db), LANES_OF_BANDS), np.float32)
    levels[:, 0] = levels_db
    down, opening = np.zeros_like(levels), np.zeros_like(levels)
    cdef float[:, ::1] level = levels, reduction = down, gate = opening
    cdef const float *at = band.values.start()
    if len(levels):
        curves(&level[0, 0], &reduction[0, 0], &gate[0, 0], at, level.shape[0])
    return levels[:, 0] + 20 * np.log10(np.maximum(_mixed(at, down[:, 0] - opening[:, 0]), 1e-9))


def resting_gain(settings):
    """The amplitude gain of a band with `settings` (`dsp_ext.settings.BAND`, by name) for a sound whose level no threshold
    concerns: make-up and mix. [control] Raises as `transfer_db` does."""
    cdef BandSettings band = _settled(settings)
    return float(_mixed(band.values.start(), np.zeros(1))[0])


cdef BandSettings _settled(settings):
    """The values of one band, without ramps."""
    cdef BandSettings band = BandSettings(48000, 1)
    for name, value in settings.items():
        band.set(name, value)
    band.settle()
    return band


cdef _mixed(const float *values, reduction_db):
    """The gain of the band after make-up and mix, for reductions in dB (shape (n,))."""
    wet = float(values[LANES_OF_BANDS * WET])
    return 1 - wet + wet * 10.0 ** ((float(values[LANES_OF_BANDS * MAKEUP]) - reduction_db) / 20)
