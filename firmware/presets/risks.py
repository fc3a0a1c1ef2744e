"""Checks whether a change of settings could harm ears or loudspeakers. Shared with the laptop: standard library only."""

import math
from collections.abc import Mapping

from firmware.contract import BAND_TYPES, BY_ID, EQ_BANDS, MULTIBAND_BANDS

#: An increase of level above this needs a confirmation, in dB.
STARTLING_DB = 6.0

_TILT = BAND_TYPES.index("tilt")
_CUTS = tuple(BAND_TYPES.index(type) for type in ("low_cut", "high_cut"))
_SHELVES = tuple(BAND_TYPES.index(type) for type in ("low_shelf", "high_shelf"))
_BOOSTING = (BAND_TYPES.index("bell"), *_SHELVES, _TILT)
#: Up to this Q a cut or shelf has no resonant peak.
_FLAT_Q = 0.71


def bound_db(values: Mapping[str, float]) -> float:
    """The greatest increase of level in dB that `values` (floats by id) can cause before the ceiling of the limiter: the sum
    of all gains of the chain, as if they applied at the same frequency and in the same channel."""
    gain = values["input.trim_db"]
    if values["eq.enabled"]:
        gain += sum(_eq_db(values, f"eq.b{n}") for n in range(1, EQ_BANDS + 1) if values[f"eq.b{n}.enabled"])
    if values["multiband.enabled"]:
        gain += max(_band_db(values, f"multiband.b{n}") for n in range(1, MULTIBAND_BANDS + 1))
    if values["stereo.enabled"]:
        widest = max(values[f"stereo.width_{part}_pct"] for part in ("low", "mid", "high"))
        gain += 20 * math.log10(max(widest, 100) / 100)
    return gain + (values["limiter.gain_db"] if values["limiter.enabled"] else 0.0)


def _eq_db(values: Mapping[str, float], band: str) -> float:
    gain, type = values[f"{band}.gain_db"], values[f"{band}.type"]
    if type in _CUTS:
        return _hump_db(values[f"{band}.q"])
    if type not in _BOOSTING:
        return 0.0
    moves = values[f"{band}.dynamic"] and values[f"{band}.dyn_ratio"] > 1
    lift = max(0.0, values[f"{band}.dyn_range_db"]) if moves else 0.0
    # Both for a boost and for a cut, a high Q adds gain on one side of the corner frequency.
    if type in _SHELVES and (gain or moves):
        lift += max(0.0, 20 * math.log10(values[f"{band}.q"] / _FLAT_Q))
    # A tilt boosts one end for either sign; auto gain compensates what a band removes.
    return lift + (abs(gain) if type == _TILT or values["eq.auto_gain"] else max(0.0, gain))


def _hump_db(q: float) -> float:
    """The resonant peak of a second-order cut above its pass band, in dB; that of steeper ones is not higher."""
    return 20 * math.log10(q * q / math.sqrt(q * q - 0.25)) if q > _FLAT_Q else 0.0


def _band_db(values: Mapping[str, float], band: str) -> float:
    if values[f"{band}.bypass"]:
        return 0.0
    lifted = values[f"{band}.up_range_db"] if values[f"{band}.up_ratio"] > 1 else 0.0
    # Auto make-up adds at most the reduction of a signal at full scale.
    lost = -values[f"{band}.threshold_db"] * (1 - 1 / values[f"{band}.ratio"])
    automatic = min(lost, values[f"{band}.range_db"]) if values[f"{band}.auto_makeup"] else 0.0
    return values[f"{band}.makeup_db"] + lifted + automatic


def startling(before: Mapping[str, float], after: Mapping[str, float]) -> str:
    """Why a change from `before` to `after` (floats by id) needs a confirmation, as the end of a sentence: "can raise the level
    by up to 9.0 dB and takes the limiter out". Empty if it needs none."""
    reasons = []
    rise = bound_db(after) - bound_db(before)
    if rise > STARTLING_DB:
        reasons.append(f"can raise the level by up to {rise:.1f} dB")
    if before["limiter.enabled"] and not after["limiter.enabled"]:
        reasons.append("takes the limiter out")
    elif after["limiter.ceiling_dbtp"] > before["limiter.ceiling_dbtp"]:
        ceiling = BY_ID["limiter.ceiling_dbtp"]
        low, high = (ceiling.format(values[ceiling.id]) for values in (before, after))
        reasons.append(f"raises the ceiling from {low} to {high}")
    return " and ".join(reasons)
