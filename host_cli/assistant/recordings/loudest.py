"""Chooses the passages of a recording that count for its tone: those that pass the gates of the integrated loudness.

The gates are those of ITU-R BS.1770-5, annex 1 (-70 LUFS, and 10 LU below the mean of what passes the first), applied to pieces of
2.5 s. Fades, pauses and quiet introductions therefore do not count. In comparisons of halves of songs, fewer passages (the loudest
half, or third) made the estimate of the tone worse, because they contain fewer different sounds.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .spectra import Frames, decibels

#: Length of a piece in seconds.
PIECE_S = 2.5
#: The gates: LUFS, and LU below the mean.
ABSOLUTE_LUFS, RELATIVE_LU = -70.0, -10.0


@dataclass(frozen=True)
class Passages:
    """`pieces`: mean square of mid and side in each piece that counts, shape (pieces, 2, bands). `seconds`: their length. No piece
    counts in a silent recording."""

    pieces: np.ndarray
    seconds: float

    @cached_property
    def power(self) -> np.ndarray:
        """The mean of all pieces, shape (2, bands)."""
        return self.pieces.mean(axis=0) if len(self.pieces) else np.zeros(self.pieces.shape[1:])


def passages(frames: Frames) -> Passages:
    """The passages of a recording."""
    per_piece = max(1, round(PIECE_S / frames.step_s))
    count = max(1, round(len(frames.power) / per_piece))
    pieces = np.array([part.mean(axis=0) for part in np.array_split(frames.power, count)])
    loudness = lufs(pieces, frames.weights_db)
    kept = loudness > ABSOLUTE_LUFS
    if kept.any():
        mean = 10 * np.log10(np.mean(10 ** (loudness[kept] / 10)))
        kept &= loudness > mean + RELATIVE_LU
    return Passages(pieces[kept], float(kept.sum()) * len(frames.power) / count * frames.step_s)


def lufs(power: np.ndarray, weights_db: np.ndarray) -> np.ndarray:
    """Loudness of each piece of `power` (pieces, 2, bands) in LUFS, from its bands. The sum over both channels is twice that over
    mid and side."""
    return -0.691 + decibels(2 * np.sum(power * 10 ** (weights_db / 10), axis=(1, 2)))
