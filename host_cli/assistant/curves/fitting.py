"""Fits bands of the EQ to a curve: least squares on the analog curves that the engine's EQ follows.

The bands are added one at a time where most is left, and after each all are adjusted together (Levenberg, Quarterly of Applied
Mathematics 2, 1944; Marquardt, J. SIAM 11, 1963). Frequencies, gains and Q are kept in ranges in which bands are gentle.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dsp_ext.eq import EqBand, design_fir

#: Bands are added until this is left at most, in dB.
ENOUGH_DB = 0.35
#: A band is only added if it leaves less than this part of the squared error.
MOST_LEFT = 0.7
#: Weights of the points: full within these frequencies, and at least the lowest weight outside, an octave and more away.
FULL_HZ, LOWEST_WEIGHT = (45.0, 12500.0), 0.15
#: Ranges of the adjusted values: frequency in Hz, gain in dB, Q of bells and of shelves.
FREQ_HZ, GAIN_DB, BELL_Q, SHELF_Q = (30.0, 12500.0), (-12.0, 12.0), (0.35, 3.0), (0.3, 0.71)
#: Gains below this are left out.
LEAST_GAIN_DB = 0.3
_ROUNDS, _STEP = 14, 1e-3


#: A band while it is adjusted: its type, and the logarithms of its frequency and Q with the gain between them.
Row = tuple[str, np.ndarray]


@dataclass(frozen=True)
class Fit:
    """`bands`; what they leave of the curve: `left_db` (curve minus bands, at the given frequencies)."""

    bands: tuple[EqBand, ...]
    left_db: np.ndarray

    @property
    def rms_db(self) -> float:
        """Root mean square of what is left."""
        return float(np.sqrt(np.mean(self.left_db**2)))

    @property
    def most_db(self) -> float:
        """The largest error."""
        return float(np.max(np.abs(self.left_db)))


def fit(hz: np.ndarray, curve_db: np.ndarray, most_bands: int, placement: str = "stereo") -> Fit:
    """At most `most_bands` bands for the curve, in the order of their frequencies."""
    rows: list[Row] = []
    weights, left = _weights(hz), curve_db
    while len(rows) < most_bands and np.max(np.abs(weights * left)) > ENOUGH_DB:
        tried = [_adjusted(hz, curve_db, weights, [*rows, row]) for row in _candidates(hz, weights * left, left, rows)]
        best = min(tried, key=lambda found: np.sum((weights * (curve_db - _sum(hz, found))) ** 2))
        before, left = left, curve_db - _sum(hz, best)
        if np.sum((weights * left) ** 2) > MOST_LEFT * np.sum((weights * before) ** 2):
            break
        rows = best
    bands = [_band(row, placement) for row in rows]
    kept = tuple(sorted((band for band in bands if abs(band.gain_db) >= LEAST_GAIN_DB), key=lambda band: band.freq_hz))
    return Fit(kept, curve_db - response_db(kept, hz))


def response_db(bands: Sequence[EqBand], hz: np.ndarray) -> np.ndarray:
    """The sum of the bands in dB."""
    return sum((_db(band, hz) for band in bands), np.zeros(len(hz)))


def _db(band: EqBand, hz: np.ndarray) -> np.ndarray:
    return 20 * np.log10(np.abs(design_fir.analog_response([band], hz)))


def _weights(hz: np.ndarray) -> np.ndarray:
    """The weights of the points: the ends of the range of hearing count less."""
    outside = np.maximum(np.maximum(np.log2(FULL_HZ[0] / hz), np.log2(hz / FULL_HZ[1])), 0.0)
    return np.maximum(1 - outside, LOWEST_WEIGHT)


def _candidates(hz: np.ndarray, weighted: np.ndarray, left: np.ndarray, rows: list[Row]) -> list[Row]:
    """Bands that could be added: a bell where most is left, and shelves, each once."""
    at, kinds = int(np.argmax(np.abs(weighted))), {kind for kind, _ in rows}
    freq_hz = np.clip(hz[at], *FREQ_HZ)
    found = [("bell", np.array([np.log(freq_hz), left[at], np.log(0.9)]))]
    for kind, edge, corner_hz in (("low_shelf", 0, 150.0), ("high_shelf", -1, 4000.0)):
        if kind not in kinds:
            found.append((kind, np.array([np.log(corner_hz), left[edge], np.log(0.5)])))
    return found


def _sum(hz: np.ndarray, rows: list[Row]) -> np.ndarray:
    return sum((_response(hz, row) for row in rows), np.zeros(len(hz)))


def _limits(kind: str) -> tuple[np.ndarray, np.ndarray]:
    q = BELL_Q if kind == "bell" else SHELF_Q
    return tuple(np.array([np.log(FREQ_HZ[n]), GAIN_DB[n], np.log(q[n])]) for n in (0, 1))


def _response(hz: np.ndarray, row: Row) -> np.ndarray:
    kind, (log_hz, gain_db, log_q) = row
    return _db(EqBand(kind, float(np.exp(log_hz)), float(gain_db), float(np.exp(log_q))), hz)


def _adjusted(hz: np.ndarray, curve_db: np.ndarray, weights: np.ndarray, rows: list[Row]) -> list[Row]:
    """The rows after damped least squares over all their values."""
    damping = 1.0
    parts = [_response(hz, row) for row in rows]
    error = weights * (curve_db - sum(parts))
    for _ in range(_ROUNDS):
        slopes = weights * np.stack(
            [column for row, part in zip(rows, parts, strict=True) for column in _slopes(hz, row, part)]
        )
        normal, towards = slopes @ slopes.T, slopes @ error
        step = np.linalg.solve(normal + damping * np.diag(np.diag(normal) + 1e-3), towards).reshape(len(rows), 3)
        tried = [
            (kind, np.clip(values + np.clip(change, (-0.4, -2, -0.3), (0.4, 2, 0.3)), *_limits(kind)))
            for (kind, values), change in zip(rows, step, strict=True)
        ]
        new_parts = [_response(hz, row) for row in tried]
        new_error = weights * (curve_db - sum(new_parts))
        if np.sum(new_error**2) < np.sum(error**2):
            gained = 1 - np.sum(new_error**2) / max(np.sum(error**2), 1e-12)
            rows, parts, error, damping = tried, new_parts, new_error, max(damping / 4, 1e-3)
            if gained < 1e-3:
                break
        else:
            damping *= 4
    return rows


def _slopes(hz: np.ndarray, row: Row, part: np.ndarray):
    """The derivatives of a band's curve by its three values."""
    kind, values = row
    for n in range(3):
        moved = values.copy()
        moved[n] += _STEP
        yield (_response(hz, (kind, moved)) - part) / _STEP


def _band(row: Row, placement: str) -> EqBand:
    """The band with values rounded like those of a preset."""
    kind, (log_hz, gain_db, log_q) = row
    freq_hz = float(np.exp(log_hz))
    rounded_hz = round(freq_hz, 1) if freq_hz < 100 else float(f"{freq_hz:.3g}")
    return EqBand(kind, rounded_hz, round(float(gain_db), 1), round(float(np.exp(log_q)), 2), placement=placement)
