"""Measuring a whole recording with the meter of the box."""

import math

import numpy as np

from dsp_ext.core import RATES_HZ

from .loudness import FLOOR_DB
from .meter import Meter

#: Figures of `measure` that come from the meter, read at the end of the recording.
_AT_THE_END = ("integrated_lufs", "max_momentary_lufs", "max_short_lufs", "clips")
#: Figures read after a tail of silence: true peak needs what follows a sample, and Tech 3342 asks 1.5 s for the range.
_AFTER_THE_TAIL = ("lra_lu", "max_tp_dbtp")
_TAIL_S = 1.5


def measure(samples, rate_hz: int, *, scale: float = 1.0) -> dict:
    """Loudness, peaks and balance of a whole recording.

    `samples`: shape (2, frames), of any type of numbers; `scale` times them, full scale is ±1 (both rounded to float32).
    `rate_hz`: one of `RATES_HZ`.
    Figures that the recording is too short or too quiet for are None. Returned:

    - `seconds`; `integrated_lufs`, `max_momentary_lufs`, `max_short_lufs` (from 0.4, 0.4 and 3 s on), `lra_lu` (from 3 s on),
      `lra_stable` (whether it lasts the 60 s below which a range means little)
    - `max_tp_dbtp`, `peak_l_dbfs`, `peak_r_dbfs`, `clips` (samples at 24-bit full scale)
    - `plr_db` (true peak less integrated), `min_psr_db` (smallest of true peak less short-term, both over 3 s)
    - `dc_l`, `dc_r` (full scale 1), `correlation` (-1 to 1), `balance_db` (right over left), of the whole recording
    - `history`: arrays with one value per 100 ms: `seconds` (end of the step), `momentary_lufs`, `short_lufs`, `tp_dbtp`;
      silence reads -150

    Raises ValueError for another shape or rate, and for samples that are not finite.
    """
    samples = np.asarray(samples)
    if samples.ndim != 2 or samples.shape[0] != 2:
        raise ValueError(f"samples have shape (2, frames), not {samples.shape}")
    if rate_hz not in RATES_HZ:
        raise ValueError(f"rate_hz must be one of {', '.join(map(str, RATES_HZ))}, not {rate_hz}")
    meter = Meter(rate_hz, 4096)
    step, frames = rate_hz // 10, samples.shape[1]
    rows, sums = [], np.zeros(5)
    for at in range(0, frames, step):
        block = np.array(samples[:, at : at + step], np.float32, order="C")
        block *= np.float32(scale)
        sums += _sums(block)
        if not np.isfinite(sums).all():
            raise ValueError(
                f"samples must be finite; they are not between {at / rate_hz:.1f} and {(at + step) / rate_hz:.1f} s"
            )
        meter.process(block)
        rows.append(meter.values())
    end = rows[-1] if rows else meter.values()
    meter.process(np.zeros((2, round(_TAIL_S * rate_hz)), np.float32))
    after = meter.values()
    figures = {name: end[name] for name in _AT_THE_END} | {name: after[name] for name in _AFTER_THE_TAIL}
    figures = {name: None if value == FLOOR_DB else value for name, value in figures.items()}
    if end["max_short_lufs"] == FLOOR_DB:
        figures["lra_lu"] = None
    both = [figures["max_tp_dbtp"], figures["integrated_lufs"]]
    return {
        "seconds": frames / rate_hz,
        **figures,
        "clips": round(after["clips"]),
        "lra_stable": bool(end["lra_stable"]),
        **{name: _peak([*rows, after], name) for name in ("peak_l_dbfs", "peak_r_dbfs")},
        "plr_db": None if None in both else both[0] - both[1],
        "min_psr_db": min((row["psr_db"] for row in rows[29:] if row["short_lufs"] > FLOOR_DB), default=None),
        **_balance(sums, frames),
        "history": {
            "seconds": np.minimum(np.arange(1, len(rows) + 1) * 0.1, frames / rate_hz),
            "momentary_lufs": np.array([row["momentary_lufs"] for row in rows]),
            "short_lufs": np.array([row["short_lufs"] for row in rows]),
            "tp_dbtp": np.array([max(row["tp_l_dbtp"], row["tp_r_dbtp"]) for row in rows]),
        },
    }


def _sums(block) -> np.ndarray:
    left, right = block.astype(np.float64)
    return np.array([left.sum(), right.sum(), left @ left, right @ right, left @ right])


def _peak(rows, name) -> float | None:
    top = max(row[name] for row in rows)
    return None if top == FLOOR_DB else top


def _balance(sums, frames: int) -> dict:
    """DC, correlation and balance from the sums of samples, squares and products; None where a channel is silent."""
    mean_l, mean_r, square_l, square_r, product = (sums / max(frames, 1)).tolist()
    sounding = square_l > 0 and square_r > 0
    return {
        "dc_l": mean_l,
        "dc_r": mean_r,
        "correlation": product / math.sqrt(square_l * square_r) if sounding else None,
        "balance_db": 10 * math.log10(square_r / square_l) if sounding else None,
    }
