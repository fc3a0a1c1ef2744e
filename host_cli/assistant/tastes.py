"""What `burnish auto` compares a mix with: styles, tones and width, read from tastes.toml."""

import functools
import tomllib
from dataclasses import dataclass
from importlib import resources

import numpy as np

from host_cli.assistant.recordings import CENTRES_HZ, decibels

STYLES = ("open", "balanced", "dense")
#: The tone without a genre.
ANY = "any"


@dataclass(frozen=True)
class Style:
    """See tastes.toml."""

    id: str
    lufs: float
    plr_floor_db: float
    movement_db: tuple[float, ...]


@functools.cache
def _document() -> dict:
    return tomllib.loads((resources.files(__package__) / "tastes.toml").read_text(encoding="utf-8"))


def style(id: str) -> Style:
    """The style with this id, one of STYLES."""
    row = next(row for row in _document()["style"] if row["id"] == id)
    return Style(id, row["lufs"], row["plr_floor_db"], tuple(row["movement_db"]))


def genres() -> tuple[str, ...]:
    """The ids of the tones."""
    return tuple(row["id"] for row in _document()["tone"])


def tone_name(genre: str) -> str:
    """What sentences call the tone of a genre."""
    return "the usual tone" if genre == ANY else f"the usual tone of {genre}"


def width() -> dict:
    """The table [width]."""
    return _document()["width"]


def excess_db(power: np.ndarray, there: np.ndarray, genre: str) -> np.ndarray:
    """How far each band of `power` (shape (bands,)) is outside the band of the genre, in dB: positive above, negative below, 0 inside
    and where the recording has no energy (`there`)."""
    row = next(row for row in _document()["tone"] if row["id"] == genre)
    deviation, low, high = _by_slope(power, there, row) if "slope_db" in row else _by_bands(power, row)
    return np.where(
        there, np.where(deviation > high, deviation - high, np.where(deviation < low, deviation - low, 0.0)), 0.0
    )


def _by_slope(power: np.ndarray, there: np.ndarray, row: dict):
    """Deviation, averaged over an octave, and the dead band around it."""
    # Thirds of an octave contain 3 dB more per octave than their density.
    line = (3.0 - row["slope_db"]) * np.log2(CENTRES_HZ / 1000)
    deviation = np.where(there, decibels(power) - line, np.nan)
    deviation -= np.nanmedian(deviation)
    padded = np.pad(deviation, 1, mode="edge")
    known = np.isfinite(padded)
    counts = np.convolve(known, np.ones(3), "valid")
    smooth = np.convolve(np.where(known, padded, 0.0), np.ones(3), "valid") / np.maximum(counts, 1)
    dead = np.where(CENTRES_HZ < 100, row["dead_band_below_100_hz_db"], row["dead_band_db"])
    return smooth, -dead, dead


def _by_bands(power: np.ndarray, row: dict):
    at = np.searchsorted(row["edges_hz"], CENTRES_HZ)
    sums = np.array([power[at == band].sum() for band in range(len(row["levels_db"]))])
    wanted = np.array(row["levels_db"])
    deviation = decibels(sums) - decibels(sums.sum()) - wanted
    deviation -= np.median(deviation)
    dead = row.get("dead_band_db", 0.0)
    low = np.array(row["low_db"]) - wanted if "low_db" in row else np.full(len(wanted), -dead)
    high = np.array(row["high_db"]) - wanted if "high_db" in row else np.full(len(wanted), dead)
    return deviation[at], low[at], high[at]
