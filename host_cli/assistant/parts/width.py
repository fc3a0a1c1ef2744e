"""Width: the level of the side relative to the mid, in three ranges, and bass in mono."""

from dataclasses import dataclass

import numpy as np

from host_cli.assistant.curves import BAND_DB, Levels, combined, ratio
from host_cli.assistant.decisions import Decision, apart
from host_cli.assistant.recordings import CENTRES_HZ, Passages, decibels

#: The ranges with their parameters: name, lower and upper end in Hz. The ends are the crossovers of the stereo module.
RANGES = (("low", 0.0, 200.0), ("mid", 200.0, 4000.0), ("high", 4000.0, float("inf")))
SPLITS = {"stereo.split_low_hz": 200.0, "stereo.split_high_hz": 4000.0}
NAMES = {"low": "below 200 Hz", "mid": "from 200 Hz to 4 kHz", "high": "above 4 kHz"}
#: A change below this is left out; ranges may deviate from the change of the whole by about this; a side this far below the mid
#: counts as mono; all in dB.
LEAST_DB, RANGE_DB, MONO_DB = 0.7, 1.0, -40.0
#: Neighbouring bands vary together, so that this number of bands counts as one observation.
_TOGETHER = 3.0
#: The loss in a mono sum up to which the side is raised, in dB; and the largest width in percent.
MOST_LOSS_DB, WIDEST_PCT = 3.0, 200.0
#: The bass of the reference is mono if its side is this far below its mid up to this frequency; that of the mix is not if it is above.
BASS_HZ, BASS_MONO_DB, BASS_WIDE_DB = 100.0, -25.0, -12.0


@dataclass(frozen=True)
class Width:
    """`changes_db` of the side in each of RANGES; `mono`: whether the bass becomes mono; `decisions`."""

    changes_db: dict[str, float]
    mono: bool
    decisions: tuple[Decision, ...]

    def side_db(self) -> np.ndarray:
        """The change of the side per band."""
        low, mid, high = (10 ** (self.changes_db[name] / 20) for name, *_ in RANGES)
        split_low, split_high = (1 / (1 + 1j * CENTRES_HZ / hz) for hz in SPLITS.values())
        return 20 * np.log10(np.abs(low * split_low + mid * (split_high - split_low) + high * (1 - split_high)))


UNCHANGED = Width(dict.fromkeys((name for name, *_ in RANGES), 0.0), False, ())


def matched(mix: Passages, references: list[Passages], weights: list[float], amount: float) -> Width:
    """The width of the references, by `amount` (0 to 1)."""
    own = ratio(mix)
    other = combined([ratio(one) for one in references], weights)
    there = own.there & other.there & (own.db > MONO_DB) & (other.db > MONO_DB)
    if there.sum() < 3:
        return UNCHANGED
    changes = {name: amount * value for name, value in _changes(own, other, there).items()}
    limit_db = most_db(mix)
    changes = {name: min(value, limit_db) if value > 0 else value for name, value in changes.items()}
    mono = _bass_is_mono(own, other)
    if max(abs(value) for value in changes.values()) < LEAST_DB:
        changes = UNCHANGED.changes_db
    return Width(changes, mono, tuple(_decisions(changes, amount, own, other, there, mono)))


def _changes(own: Levels, other: Levels, there: np.ndarray) -> dict[str, float]:
    """The change of each range: that of the whole, and what the range shows beyond it. A range that shows the opposite of its change is
    left alone."""
    difference, weights = other.db - own.db, _weights(own, other, there)
    whole = _median(difference, weights)
    changes = {}
    for name, low_hz, high_hz in RANGES:
        inside = (low_hz <= CENTRES_HZ) & (high_hz > CENTRES_HZ)
        known = float(np.sum(weights[inside])) / _TOGETHER
        own_change = float(np.sum((weights * (difference - whole))[inside])) / _TOGETHER
        changes[name] = whole + own_change / (known + 1 / RANGE_DB**2)
        if changes[name] * np.sum((weights * difference)[inside]) < 0:
            changes[name] = 0.0
    if max(changes.values()) - min(changes.values()) < LEAST_DB:
        return dict.fromkeys(changes, whole)
    return changes


def _weights(own: Levels, other: Levels, there: np.ndarray) -> np.ndarray:
    """How much each band counts."""
    return np.where(there, 1 / (own.variance + other.variance + BAND_DB**2), 0.0)


def _median(values: np.ndarray, weights: np.ndarray) -> float:
    """The weighted median, which bands with other instruments do not move."""
    order = np.argsort(values)
    shares = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(shares, shares[-1] / 2)])


def most_db(mix: Passages) -> float:
    """How far the side may be raised: until the mono sum loses `MOST_LOSS_DB`, and to the widest setting."""
    mid, side = (float(np.sum(part)) for part in mix.power)
    widest = float(decibels(np.array(mid * (10 ** (MOST_LOSS_DB / 10) - 1))) - decibels(np.array(side)))
    return float(np.clip(widest, 0.0, 20 * np.log10(WIDEST_PCT / 100)))


def _bass_is_mono(own: Levels, other: Levels) -> bool:
    """Whether the references have mono bass and the mix has not."""
    bass = own.there & other.there & (CENTRES_HZ < BASS_HZ)
    return bool(bass.any() and other.db[bass].max() < BASS_MONO_DB and np.median(own.db[bass]) > BASS_WIDE_DB)


def _decisions(changes: dict[str, float], amount: float, own: Levels, other: Levels, there: np.ndarray, mono: bool):
    if len(set(changes.values())) == 1 and any(changes.values()):
        change = changes["mid"]
        measured = -change / amount
        pct = float(round(100 * 10 ** (change / 20)))
        yield Decision("width", f"side {apart(measured, 'that of the reference')}", measured, LEAST_DB, "dB", f"width {pct:g} %",
                       {f"stereo.width_{name}_pct": pct for name in changes})  # fmt: skip
    weights = _weights(own, other, there)
    for name, low_hz, high_hz in RANGES if len(set(changes.values())) > 1 else ():
        inside = there & (low_hz <= CENTRES_HZ) & (high_hz > CENTRES_HZ)
        measured = (
            float(np.average((own.db - other.db)[inside], weights=weights[inside])) if inside.any() else -changes[name]
        )
        pct = round(100 * 10 ** (changes[name] / 20))
        if pct == 100:
            continue
        yield Decision("width", f"side {NAMES[name]} {apart(measured, 'that of the reference')}", measured, LEAST_DB, "dB",
                       f"width {pct} %", {f"stereo.width_{name}_pct": float(pct), **SPLITS})  # fmt: skip
    if mono:
        bass = own.there & other.there & (CENTRES_HZ < BASS_HZ)
        level = float(np.median(own.db[bass]))
        yield Decision("width", f"side below {BASS_HZ:g} Hz only {-level:.1f} dB under the mid, that of the reference {-other.db[bass].max():.1f} dB",
                       level, BASS_WIDE_DB, "dB", "bass mono below 120 Hz", {"stereo.mono": 1.0, "stereo.mono_hz": 120.0})  # fmt: skip
