"""Estimates by how many dB one recording differs from another as a smooth function of the frequency.

Two recordings differ because they were mixed differently, and because they contain other notes and instruments. Only the first
part can be corrected. The estimate is a Gaussian process regression (Rasmussen, Williams, "Gaussian processes for machine learning", 2006,
chapter 2): it assumes that a correction is a level, a slope and a curve that changes over an octave or more, and believes each
band as little as the passages of the recordings differ among each other in that band. Bands that do not fit the curve count
less (a t-distribution of the errors, fitted by reweighting: Lange, Little, Taylor, JASA 84(408), 1989).
"""

from dataclasses import dataclass

import numpy as np

from host_cli.assistant.recordings import CENTRES_HZ

from .levels import Levels

#: What is assumed about a correction: standard deviations of its slope in dB per octave and of its curve in dB, and the distance
#: over which the curve changes in octaves. Comparisons of halves of songs gave about the same errors from half to twice these values.
SLOPE_DB, CURVE_DB, CURVE_OCTAVES = 1.2, 2.5, 1.5
#: Standard deviation of a band beyond the variation of its passages, in dB.
BAND_DB = 0.5
#: A band is at most this far from the median of all.
MOST_DB = 9.0
#: Degrees of freedom of the errors, and rounds of reweighting.
_FREEDOM, _ROUNDS = 3.0, 6
#: The frequencies of a curve: sixths of an octave from 20 Hz to 20 kHz.
CURVE_HZ = 1000 * 2.0 ** (np.arange(-34, 27) / 6)


@dataclass(frozen=True)
class Difference:
    """`raw_db`: per band, relative to the median; NaN where a recording has no energy. `db`: the estimate per band; `curve_db`: the same
    at CURVE_HZ. `deviation_db`: standard deviation of each band of `raw_db`."""

    raw_db: np.ndarray
    db: np.ndarray
    curve_db: np.ndarray
    deviation_db: np.ndarray


def difference(mix: Levels, reference: Levels) -> Difference | None:
    """The correction that makes the mix resemble the reference, without its level. None if they have fewer than three bands in
    common."""
    there = mix.there & reference.there
    if there.sum() < 3:
        return None
    raw = reference.db - mix.db
    raw = np.where(there, raw - np.median(raw[there]), np.nan)
    variance = mix.variance + reference.variance + BAND_DB**2
    if np.abs(raw[there]).max() < 1e-6:
        return Difference(raw, np.zeros(len(raw)), np.zeros(len(CURVE_HZ)), np.sqrt(variance))
    octaves = np.log2(CENTRES_HZ / 1000)
    at, values, noise = octaves[there], np.clip(raw[there], -MOST_DB, MOST_DB), variance[there]
    inner, errors = _covariance(at, at), noise.copy()
    for _ in range(_ROUNDS):
        weights = np.linalg.solve(inner + np.diag(errors), values)
        left = values - inner @ weights
        errors = noise * (_FREEDOM + left**2 / noise) / (_FREEDOM + 1)
    weights = np.linalg.solve(inner + np.diag(errors), values)
    curve = _covariance(np.log2(CURVE_HZ / 1000), at) @ weights
    curve = _faded(curve, CENTRES_HZ[there][0], CENTRES_HZ[there][-1])
    return Difference(raw, np.interp(octaves, np.log2(CURVE_HZ / 1000), curve), curve, np.sqrt(variance))


def _covariance(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """Covariance of the correction between frequencies in octaves from 1 kHz. The level is free."""
    distance = (one[:, None] - two) / CURVE_OCTAVES
    return 1e3 + SLOPE_DB**2 * np.outer(one, two) + CURVE_DB**2 * np.exp(-0.5 * distance**2)


def _faded(curve: np.ndarray, low_hz: float, high_hz: float) -> np.ndarray:
    """Beyond the lowest and highest band, the curve keeps its value at that band; a boost falls by half per octave."""
    middle = float(np.median(curve[(low_hz <= CURVE_HZ) & (high_hz >= CURVE_HZ)]))
    octaves = np.maximum(np.maximum(np.log2(low_hz / CURVE_HZ), np.log2(CURVE_HZ / high_hz)), 0.0)
    held = np.interp(np.log(np.clip(CURVE_HZ, low_hz, high_hz)), np.log(CURVE_HZ), curve) - middle
    return middle + np.where(held > 0, held * 0.5**octaves, held)
