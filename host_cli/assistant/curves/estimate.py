"""Estimates by how many dB one recording differs from another as a smooth function of the frequency.

Two recordings differ because they were mixed differently, and because they contain other notes and instruments. Only the first
part can be corrected. The estimate is a Gaussian process regression (Rasmussen, Williams, "Gaussian processes for machine learning", 2006,
chapter 2): it assumes that a correction is a level, a slope and a curve that changes over an octave or more, and believes each
band as little as the passages of the recordings differ among each other in that band. An instrument that only one of them contains
changes several neighbouring bands, so that a part of their errors is assumed to be common to neighbours. Bands that do not fit the
curve count less (a t-distribution of the errors, fitted by reweighting: Lange, Little, Taylor, JASA 84(408), 1989).

The constants were chosen by the mean error over synthesised songs of ten kinds, in several versions with other notes, and over the
three recordings of docs/ASSISTANT.md, with changes of tone and width. Four songs in that document were not among them.
"""

from dataclasses import dataclass, replace

import numpy as np

from host_cli.assistant.recordings import CENTRES_HZ

from .levels import Levels

#: What is assumed about a correction: standard deviations of its slope in dB per octave and of its curve in dB, and the distance
#: over which the curve changes in octaves. The errors were about the same from half to twice these values.
SLOPE_DB, CURVE_DB, CURVE_OCTAVES = 4.0, 2.5, 1.0
#: Standard deviation of a band beyond the variation of its passages, in dB.
BAND_DB = 0.5
#: Part of the variance of a band that it has in common with its neighbours, and how far that reaches in octaves.
COMMON, COMMON_OCTAVES = 0.4, 0.7
#: A band is at most this far from the median of all.
MOST_DB = 12.0
#: Degrees of freedom of the errors, and rounds of reweighting.
_FREEDOM, _ROUNDS = 5.0, 6
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

    def raised(self, by_db: float) -> "Difference":
        """The same difference with another level."""
        return replace(self, raw_db=self.raw_db + by_db, db=self.db + by_db, curve_db=self.curve_db + by_db)


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
    at, values = octaves[there], np.clip(raw[there], -MOST_DB, MOST_DB)
    curve = _covariance(np.log2(CURVE_HZ / 1000), at) @ _weights(at, values, variance[there])
    curve = _faded(curve, CENTRES_HZ[there][0], CENTRES_HZ[there][-1])
    return Difference(raw, np.interp(octaves, np.log2(CURVE_HZ / 1000), curve), curve, np.sqrt(variance))


def _weights(at: np.ndarray, values: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """The weights of the covariances in the estimate, for `values` with errors of this variance at octaves from 1 kHz."""
    inner, shape, errors = _covariance(at, at), _common(at), variance
    for _ in range(_ROUNDS):
        deviation = np.sqrt(errors)
        noise = deviation[:, None] * shape * deviation
        weights = np.linalg.solve(inner + noise, values)
        left = values - inner @ weights
        errors = variance * (_FREEDOM + left**2 / variance) / (_FREEDOM + 1)
    return weights


def _common(at: np.ndarray) -> np.ndarray:
    """Correlation of the errors of bands."""
    distance = (at[:, None] - at) / COMMON_OCTAVES
    return (1 - COMMON) * np.eye(len(at)) + COMMON * np.exp(-0.5 * distance**2)


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
