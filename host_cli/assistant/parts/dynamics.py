"""Dynamics: how far the level of each band moves, and settings of the multiband compressor that reduce it.

What a compressor does to music cannot be computed from its settings, so the settings are found by rendering: the loudest passage
goes through the engine with several ratios, and the movement of its output is measured in the same way as that of the mix.
"""

from collections.abc import Callable

import numpy as np

from firmware.contract import params
from host_cli.assistant.decisions import Decision
from host_cli.assistant.recordings import CENTRES_HZ, Frames, Recording, decibels, frames
from host_cli.render import Renderer

#: Crossovers of the bands in Hz, which are the defaults of the multiband compressor, and their names.
CROSSOVERS_HZ = (120.0, 800.0, 5000.0)
NAMES = ("below 120 Hz", "from 120 to 800 Hz", "from 800 Hz to 5 kHz", "above 5 kHz")
#: The movement of a band is the distance between these quantiles of its levels.
QUANTILES = (0.3, 0.9)
#: A band is compressed if it moves this much more than it should, in dB; and this part of the excess is taken away.
LEAST_DB, PART = 4.0, 0.6
#: Where the level moves by more than this, instruments pause: that is arrangement, and nothing is compressed.
PAUSES_DB = 12.0
#: Compression that takes less than this away, in dB and as a part of what it should, is left out.
LEAST_EFFECT_DB, LEAST_PART = 0.8, 0.4
#: Ratios that are tried, the largest gain reduction in dB, and the length of the passage that is rendered in s.
RATIOS, RANGE_DB, PASSAGE_S = (1.3, 1.6, 2.0, 2.5, 3.0), 8.0, 15.0
#: Frames below the loudest by this much do not count, in dB.
_QUIET_DB = 20.0
_FEWEST_FRAMES = 20


def levels(found: Frames) -> np.ndarray:
    """The level of each band in each frame that counts, in dB, shape (frames, 4)."""
    power = found.power.sum(axis=1)
    edges = np.searchsorted(CENTRES_HZ, CROSSOVERS_HZ)
    bands = np.stack([part.sum(axis=1) for part in np.split(power, edges, axis=1)], axis=1)
    loud = decibels(np.sum(power * 10 ** (found.weights_db / 10), axis=1))
    return decibels(bands)[loud > loud.max() - _QUIET_DB]


def movement(found: Frames) -> np.ndarray | None:
    """The movement of each band in dB, shape (4,). None for recordings with too few frames."""
    band_levels = levels(found)
    if len(band_levels) < _FEWEST_FRAMES:
        return None
    low, high = np.quantile(band_levels, QUANTILES, axis=0)
    return high - low


def evened(
    mix: Recording,
    wanted_db: np.ndarray,
    settings: dict[str, float],
    amount: float,
    what: str,
    least_db: float = LEAST_DB,
) -> list[Decision]:
    """Decisions that reduce the movement of the bands of `mix` towards `wanted_db`. `settings`: what was decided before, which the
    compressor follows. `what` the movement is compared with. `least_db`: the excess from which a band is compressed."""
    own = movement(mix.frames)
    if own is None or not mix.frames.power.any():
        return []
    excess = own - wanted_db
    bands = [n for n in range(len(NAMES)) if excess[n] > least_db and own[n] < PAUSES_DB]
    if not bands:
        return []
    measure = _measuring(mix, settings)
    plain = measure({})
    found = []
    for n in bands:
        aim_db = PART * amount * excess[n]
        tried = [(ratio, measure(_band(n, ratio, plain))) for ratio in RATIOS]
        ratio, (moves, level) = min(tried, key=lambda row: abs(plain[0][n] - row[1][0][n] - aim_db))
        less_db, makeup_db = float(plain[0][n] - moves[n]), round(float(plain[1][n] - level[n]), 1)
        if less_db < max(LEAST_EFFECT_DB, LEAST_PART * aim_db):
            continue
        chosen = _band(n, ratio, plain) | {f"multiband.b{n + 1}.makeup_db": float(np.clip(makeup_db, -12, 12))}
        threshold = chosen[f"multiband.b{n + 1}.threshold_db"]
        found.append(Decision(
            "dynamics", f"level {NAMES[n]} moves by {own[n]:.1f} dB, {excess[n]:.1f} dB more than {what}", float(excess[n]), least_db, "dB",
            f"compression {ratio:g}:1 above {threshold:g} dB with {makeup_db:+.1f} dB of make-up, which takes {less_db:.1f} dB of it away", chosen,
        ))  # fmt: skip
    return found


def _band(n: int, ratio: float, plain: tuple[np.ndarray, np.ndarray]) -> dict[str, float]:
    """The settings of band `n` (from 0) with a threshold at the median of its levels."""
    prefix = f"multiband.b{n + 1}"
    # A sine has peaks 3 dB above its mean square, and thresholds refer to the peaks of sines.
    return {f"{prefix}.threshold_db": float(np.clip(round(float(plain[1][n]) + 3.0, 1), -60, 0)), f"{prefix}.ratio": ratio,
            f"{prefix}.attack_ms": 30.0, f"{prefix}.release_ms": 200.0, f"{prefix}.rms_pct": 100.0, f"{prefix}.range_db": RANGE_DB}  # fmt: skip


def _measuring(
    mix: Recording, settings: dict[str, float]
) -> Callable[[dict[str, float]], tuple[np.ndarray, np.ndarray]]:
    """A function from settings of the multiband to (movement of each band, its median level) of the loudest passage, in dB, measured
    at the output of the engine without its limiter."""
    passage = np.ascontiguousarray(_loudest(mix))
    renderer = Renderer(mix.rate_hz)
    base = params.DEFAULTS | settings | {"limiter.enabled": 0.0}

    def measure(more: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
        output = np.concatenate(list(renderer.render([passage], base | more)), axis=1)
        band_levels = levels(frames(np.asarray(output, np.float32), mix.rate_hz))
        low, high = np.quantile(band_levels, QUANTILES, axis=0)
        return high - low, np.median(band_levels, axis=0)

    return measure


def _loudest(mix: Recording) -> np.ndarray:
    """The loudest `PASSAGE_S` of the mix."""
    length = round(PASSAGE_S * mix.rate_hz)
    if mix.samples.shape[1] <= length:
        return mix.samples
    loud = np.sum(mix.frames.power * 10 ** (mix.frames.weights_db / 10), axis=(1, 2))
    width = max(1, round(PASSAGE_S / mix.frames.step_s))
    sums = np.convolve(loud, np.ones(width), "valid")
    start = min(round(int(np.argmax(sums)) * mix.frames.step_s * mix.rate_hz), mix.samples.shape[1] - length)
    return mix.samples[:, start : start + length]
