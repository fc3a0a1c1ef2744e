"""Estimates by how many dB one recording differs from another as a smooth function of the frequency.

Two recordings differ because they were mixed differently, and because they contain other notes and instruments. Only the first
part can be corrected. The estimate is a Gaussian process regression (Rasmussen, Williams, "Gaussian processes for machine learning", 2006,
chapter 2): it assumes that a correction is a level, a slope and a curve that changes over an octave or more, and believes each
band as little as the passages of the recordings differ among each other in that band. Bands that do not fit the curve count
less (a t-distribution of the errors, fitted by reweighting: Lange, Little, Taylor, JASA 84(408), 1989).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .loudest import Passages
from .tone import CENTRES_HZ, decibels

#: What is assumed about a correction: standard deviations of its slope in dB per octave and of its curve in dB, and the distance
#: over which the curve changes in octaves. Comparisons of halves of songs gave about the same errors from half to twice these values.
SLOPE_DB, CURVE_DB, CURVE_OCTAVES = 1.2, 2.5, 1.5
#: Standard deviation of a band beyond the variation of its passages, in dB.
BAND_DB = 0.5
#: A part of a song is about this long. Passages within it resemble each other, so that they count as one observation.
PART_S = 20.0
#: Part of the independent observations that is believed: parts of a song differ more than the passages of one part show.
BELIEF = 0.25
#: Standard deviation of the bands of a recording that is too short to show its variation.
UNKNOWN_DB, FEWEST_PIECES = 4.0, 3
#: A band is at most this far from the median of all.
MOST_DB = 9.0
#: Degrees of freedom of the errors, and rounds of reweighting.
_FREEDOM, _ROUNDS = 3.0, 6
#: Bands outside this range, and those this far below the loudest band of the recording, say nothing about the tone.
LOWEST_HZ, HIGHEST_HZ, EMPTY_DB = 30.0, 16500.0, -75.0
#: The frequencies of a curve: sixths of an octave from 20 Hz to 20 kHz.
CURVE_HZ = 1000 * 2.0 ** (np.arange(-34, 27) / 6)


@dataclass(frozen=True)
class Levels:
    """Levels of the bands of a recording, or of several, with the variance of each: `db`, `variance`, shape (bands,); `there`:
    whether a band has energy."""

    db: np.ndarray
    variance: np.ndarray
    there: np.ndarray


def levels(pieces: np.ndarray, seconds: float) -> Levels:
    """The levels of `pieces` (powers of passages, shape (pieces, bands)) of `seconds` in total."""
    power = pieces.mean(axis=0) if len(pieces) else np.zeros(len(CENTRES_HZ))
    db = decibels(power)
    there = (db > max(db.max() + EMPTY_DB, -110.0)) & (CENTRES_HZ > LOWEST_HZ) & (CENTRES_HZ < HIGHEST_HZ)
    if len(pieces) < FEWEST_PIECES:
        return Levels(db, np.full(len(db), UNKNOWN_DB**2), there)
    shapes = decibels(pieces)
    shapes -= shapes[:, there].mean(axis=1, keepdims=True) if there.any() else 0.0
    return Levels(db, shapes.var(axis=0, ddof=1) / _observations(shapes[:, there], seconds), there)


def _observations(shapes: np.ndarray, seconds: float) -> float:
    """How many independent observations passages with these levels (shape (pieces, bands)) are: as many as pieces if neighbouring
    pieces are not correlated (G. Bayley, J. Hammersley, J. Royal Stat. Soc. Suppl. 8(2), 1946), and at least one for each part."""
    apart = shapes - shapes.mean(axis=0)
    correlation = float(np.sum(apart[1:] * apart[:-1]) / max(np.sum(apart**2), 1e-12))
    # The estimate is too low by about one part of the number of pieces, because the mean was taken from the same pieces.
    correlation = min(max(correlation + 1 / len(shapes), 0.0), 0.95)
    return max(1.0, seconds / PART_S, BELIEF * len(shapes) * (1 - correlation) / (1 + correlation))


def total(recording: Passages, side_db: np.ndarray | float = 0.0) -> Levels:
    """The levels of both channels together, with the side changed by `side_db` per band."""
    power = recording.pieces[:, 0] + recording.pieces[:, 1] * 10 ** (np.asarray(side_db) / 10)
    return levels(power, recording.seconds)


def ratio(recording: Passages) -> Levels:
    """The levels of the side relative to the mid."""
    mid, side = (levels(recording.pieces[:, n], recording.seconds) for n in (0, 1))
    if len(recording.pieces) < FEWEST_PIECES:
        variance = mid.variance
    else:
        each = decibels(recording.pieces[:, 1]) - decibels(recording.pieces[:, 0])
        variance = each.var(axis=0, ddof=1) / max(1.0, recording.seconds / PART_S)
    return Levels(side.db - mid.db, variance, mid.there & side.there)


def combined(several: Sequence[Levels], weights: Sequence[float]) -> Levels:
    """The weighted mean of the levels of several recordings. Where they differ, the variance grows."""
    share = np.array(weights, float)[:, None] / sum(weights)
    db = np.array([one.db for one in several])
    there = np.all([one.there for one in several], axis=0)
    relative = db - np.mean(db[:, there], axis=1, keepdims=True) if there.any() else db
    mean = np.sum(share * relative, axis=0)
    spread = np.sum(share * (relative - mean) ** 2, axis=0) / len(several)
    variance = np.sum(share * np.array([one.variance for one in several]), axis=0) + spread
    return Levels(np.sum(share * db, axis=0), variance, there)


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
