"""A slow compressor of four lanes in float64, frame by frame, written from the docstring of
`dsp_ext/multiband/compressors.pyx` alone.

Nothing is left out or approximated. It shares nothing with the compressor except the names of its settings.
"""

import numpy as np

LONGEST_LOOKAHEAD_S = 5e-3
RMS_S = 10e-3
CREST_S = 200e-3
SILENCE_DB = -200.0


def part(seconds, rate_hz: float):
    """The part of the remaining distance that a one-pole smoother of this time constant covers in a frame."""
    return 1 - np.exp(-1 / (seconds * rate_hz))


def one_pole(x: np.ndarray, way: float) -> np.ndarray:
    """`x` (frames first) smoothed, from 0."""
    out, value = np.empty_like(x), np.zeros_like(x[0])
    for i, now in enumerate(x):
        value = out[i] = value + way * (now - value)
    return out


def peak_hold(x: np.ndarray, way: float) -> np.ndarray:
    """`x` (frames first), with rises taken at once and falls smoothed."""
    out, value = np.empty_like(x), np.zeros_like(x[0])
    for i, now in enumerate(x):
        value = out[i] = np.maximum(now, value + way * (now - value))
    return out


def knee(over_db, width_db):
    """0 far below the threshold, `over_db` far above, a parabola where |over_db| is less than half the knee."""
    width_db = np.maximum(width_db, 1e-9)
    inside = (over_db + width_db / 2) ** 2 / (2 * width_db)
    return np.where(2 * over_db <= -width_db, 0.0, np.where(2 * over_db >= width_db, over_db, inside))


def detect(wanted_db: np.ndarray, hurry: np.ndarray, s: dict, rate_hz: float) -> np.ndarray:
    """Smooth decoupled detector with hold. The times are those of the whole detector; see the docstring of the
    compressors."""
    attack, release = s["attack_ms"] * 1e-3, s["release_ms"] * 1e-3
    fall = np.minimum(attack, release / 4)
    rise_part, fall_part = part(attack, rate_hz), part(fall, rate_hz)
    release_part = part(release - fall - fall * fall / (2 * release), rate_hz)
    hold = np.floor(s["hold_ms"] * 1e-3 * rate_hz + 0.5)
    out = np.empty_like(wanted_db)
    held, smoothed, wait = (np.zeros_like(wanted_db[0]) for _ in range(3))
    for i, wanted in enumerate(wanted_db):
        falling = wanted < held
        way = np.where(wait > 0, 0.0, np.minimum(1.0, release_part * hurry[i]))
        wait = np.where(falling, np.maximum(wait - 1, 0), hold)
        held = np.maximum(wanted, held + way * (wanted - held))
        smoothed = out[i] = smoothed + np.where(held > smoothed, rise_part, fall_part) * (held - smoothed)
    return out


def changes(bands: np.ndarray, lanes: list[dict], rate_hz: float) -> tuple[np.ndarray, np.ndarray]:
    """gain - 1 and the reduction in dB for `bands` (shape (2, frames, 4)), both in that shape. `lanes`: a dict of all
    settings for each lane, constant from the start."""
    s = {name: np.array([lane[name] for lane in lanes], float) for name in lanes[0]}
    power = np.moveaxis(bands.astype(float) ** 2, 0, 1)  # the first axis is the frame
    loudest = power.max(axis=1)
    crest = (peak_hold(loudest, part(CREST_S, rate_hz)) + 1e-20) / (one_pole(loudest, part(CREST_S, rate_hz)) + 1e-20)
    hurry = (1 + s["adaptive"] * (np.clip(crest / 2, 0.5, 5) - 1))[:, None, :]

    mean = one_pole(power, part(RMS_S, rate_hz))
    power = power + s["rms_pct"] / 100 * (mean - power)
    level_db = 10 * np.log10(np.maximum(power, 10 ** (SILENCE_DB / 10)))
    longest = round(LONGEST_LOOKAHEAD_S * rate_hz)
    late_db = np.full_like(level_db, SILENCE_DB)
    for lane, lookahead_ms in enumerate(s["lookahead_ms"]):
        lag = max(0, longest - int(lookahead_ms * 1e-3 * rate_hz + 0.5))
        late_db[lag:, :, lane] = level_db[: len(level_db) - lag, :, lane]
    level_db = late_db + s["link_pct"] / 100 * (late_db.max(axis=1, keepdims=True) - late_db)

    ratio = np.where(s["ratio"] >= 100, np.inf, s["ratio"])
    down = np.minimum((1 - 1 / ratio) * knee(level_db - s["threshold_db"], s["knee_db"]), s["range_db"])
    up = (1 - 1 / s["up_ratio"]) * knee(s["up_threshold_db"] - level_db, s["knee_db"])
    closed = (s["expand_ratio"] - 1) * knee(s["expand_threshold_db"] - level_db, s["knee_db"])
    reduction_db = detect(down - np.minimum(up, s["up_range_db"]), hurry, s, rate_hz) - detect(
        -np.minimum(closed, s["expand_range_db"]), hurry, s, rate_hz
    )
    makeup_db = s["makeup_db"] + s["auto_makeup"] / 2 * np.minimum(
        (1 - 1 / ratio) * knee(-s["threshold_db"], s["knee_db"]), s["range_db"]
    )
    wet = np.where(s["bypass"] != 0, 0, s["wet_pct"] / 100)
    change = wet * (10 ** ((makeup_db - reduction_db) / 20) - 1)
    return np.moveaxis(change, 0, 1), np.moveaxis(reduction_db, 0, 1)
