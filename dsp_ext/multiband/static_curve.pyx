# cython: boundscheck=False, wraparound=False
# Arrays are made here with the lengths that the loops read.
"""The static curve of a band of the compressor, for displays: the same code that the audio thread runs, on levels."""

import numpy as np

from .gain_curve cimport MAKEUP, WET, curves
from .settings cimport LANES_OF_BANDS, BandSettings


def transfer_db(levels_db, settings):
    """Output level in dB of a steady sound at `levels_db` (dB, shape (n,)) in a band with `settings` (`dsp_ext.settings.BAND`, by
    name): shape (n,). Includes upward compression, expansion, make-up and mix. [control]

    Raises KeyError for an unknown name, ValueError for a value that is out of range.
    """
    cdef BandSettings band = BandSettings(48000, 1)
    for name, value in settings.items():
        band.set(name, value)
    band.settle()
    levels = np.zeros((len(levels_db), LANES_OF_BANDS), np.float32)
    levels[:, 0] = levels_db
    down, opening = np.zeros_like(levels), np.zeros_like(levels)
    cdef float[:, ::1] level = levels, reduction = down, gate = opening
    cdef const float *at = band.values.start()
    if len(levels):
        curves(&level[0, 0], &reduction[0, 0], &gate[0, 0], at, level.shape[0])
    changed = 10.0 ** ((float(at[LANES_OF_BANDS * MAKEUP]) - down[:, 0] - opening[:, 0]) / 20)
    wet = float(at[LANES_OF_BANDS * WET])
    return levels[:, 0] + 20 * np.log10(np.maximum(1 - wet + wet * changed, 1e-9))
