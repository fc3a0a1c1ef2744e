"""Auto gain of the EQ: the factor that keeps the K-weighted loudness of pink noise constant. Imports NumPy only."""

import numpy as np

from dsp_ext.meters import coefficients

#: Frequencies of the loudness sum, evenly spaced in octaves, because pink noise has the same power in each octave.
FREQS_HZ = np.geomspace(20, 20000, 961)


def _k_weights() -> np.ndarray:
    """The share of each frequency in the K-weighted power of pink noise. The shares sum to 1."""
    rate_hz = 192000
    z = np.exp(-2j * np.pi * FREQS_HZ / rate_hz)
    power = np.ones(FREQS_HZ.size)
    for b0, b1, b2, a0, a1, a2 in coefficients(rate_hz):
        power *= np.abs((b0 + b1 * z + b2 * z * z) / (a0 + a1 * z + a2 * z * z)) ** 2
    return power / power.sum()


_WEIGHTS = _k_weights()


def compensation(power: np.ndarray) -> float:
    """The amplitude factor that compensates for the change of loudness by a filter.

    `power`: the power gain of the filter at FREQS_HZ, as the mean of both output channels, for independent pink noise in
    both inputs.
    """
    return float(1 / np.sqrt(np.sum(_WEIGHTS * power)))
