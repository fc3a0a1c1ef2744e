"""Levels: the spectrum of a recording with how much its passages differ in each band."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from host_cli.assistant.recordings import CENTRES_HZ, Passages, decibels

#: A part of a song is about this long. Passages within it resemble each other, so that they count as one observation.
PART_S = 20.0
#: Part of the independent observations that is believed: parts of a song differ more than the passages of one part show.
BELIEF = 0.25
#: Standard deviation of the bands of a recording that is too short to show its variation.
UNKNOWN_DB, FEWEST_PIECES = 4.0, 3
#: Bands outside this range, and those this far below the loudest band of the recording, say nothing about the tone.
LOWEST_HZ, HIGHEST_HZ, EMPTY_DB = 30.0, 16500.0, -75.0


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
