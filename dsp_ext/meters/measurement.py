"""Measurement: measures a recording that arrives in blocks, with the meter of the box."""

import math
from array import array

import numpy as np

from .loudness import FLOOR_DB
from .meter import Meter

#: Figures that are read from the meter at the end of the recording.
_AT_THE_END = ("integrated_lufs", "max_momentary_lufs", "max_short_lufs", "clips")
#: Figures that are read after added silence: true peak needs the samples after a peak, and Tech 3342 asks for 1.5 s.
_AFTER_THE_TAIL = ("lra_lu", "max_tp_dbtp")
_TAIL_S = 1.5
_PEAKS = ("peak_l_dbfs", "peak_r_dbfs")


class Measurement:
    """Receives a recording in blocks of any length and then computes the figures of `measure`."""

    def __init__(self, rate_hz: int):
        """`rate_hz`: one of `RATES_HZ`; another value raises ValueError."""
        self.rate_hz = rate_hz
        self.frames = 0
        self._meter = Meter(rate_hz, 4096)
        self._step = self._left = rate_hz // 10
        self._rows = array("d")  # momentary, short-term, true peak, PSR of each 100 ms
        self._peaks = [FLOOR_DB, FLOOR_DB]
        self._end = self._meter.values()
        self._sums = np.zeros(5)

    def add(self, block: np.ndarray) -> None:
        """Measure the next `block` (float32, shape (2, frames), full scale ±1). Raises ValueError if a sample is not
        finite."""
        at = 0
        while at < block.shape[1]:
            piece = np.array(block[:, at : at + self._left], order="C")  # a writable copy for the meter
            self._sums += _sums(piece)
            if not np.isfinite(self._sums).all():
                at_s = self.frames / self.rate_hz
                raise ValueError(f"samples must be finite; they are not between {at_s:.1f} and {at_s + 0.1:.1f} s")
            self._meter.process(piece)
            at += piece.shape[1]
            self.frames += piece.shape[1]
            self._left -= piece.shape[1]
            if self._left == 0:
                self._left = self._step
                self._read()

    def result(self) -> dict:
        """The figures that `measure` describes. Ends the measurement."""
        if self._left < self._step:
            self._read()
        end = self._end
        self._meter.process(np.zeros((2, round(_TAIL_S * self.rate_hz)), np.float32))
        after = self._meter.values()
        self._hold_peaks(after)
        momentary_lufs, short_lufs, tp_dbtp, psr_db = np.array(self._rows).reshape(-1, 4).T
        long_enough = short_lufs[29:] > FLOOR_DB
        figures = {name: end[name] for name in _AT_THE_END} | {name: after[name] for name in _AFTER_THE_TAIL}
        figures = {name: _known(value) for name, value in figures.items()}
        if end["max_short_lufs"] == FLOOR_DB:
            figures["lra_lu"] = None
        both = [figures["max_tp_dbtp"], figures["integrated_lufs"]]
        return {
            "seconds": self.frames / self.rate_hz,
            **figures,
            "clips": round(after["clips"]),
            "lra_stable": bool(end["lra_stable"]),
            **{name: _known(peak) for name, peak in zip(_PEAKS, self._peaks, strict=True)},
            "plr_db": None if None in both else both[0] - both[1],
            "min_psr_db": float(psr_db[29:][long_enough].min()) if long_enough.any() else None,
            **_balance(self._sums, self.frames),
            "history": {
                "seconds": np.minimum(np.arange(1, len(tp_dbtp) + 1) * 0.1, self.frames / self.rate_hz),
                "momentary_lufs": momentary_lufs,
                "short_lufs": short_lufs,
                "tp_dbtp": tp_dbtp,
            },
        }

    def _read(self) -> None:
        """Read the values of the meter at the end of a step."""
        self._end = row = self._meter.values()
        self._hold_peaks(row)
        self._rows.extend(
            (row["momentary_lufs"], row["short_lufs"], max(row["tp_l_dbtp"], row["tp_r_dbtp"]), row["psr_db"])
        )

    def _hold_peaks(self, row: dict[str, float]) -> None:
        self._peaks = [max(peak, row[name]) for peak, name in zip(self._peaks, _PEAKS, strict=True)]


def _sums(block) -> np.ndarray:
    left, right = block.astype(np.float64)
    return np.array([left.sum(), right.sum(), left @ left, right @ right, left @ right])


def _known(value: float) -> float | None:
    return None if value == FLOOR_DB else value


def _balance(sums, frames: int) -> dict:
    """DC, correlation and balance from the sums of samples, squares and products. None if a channel is silent."""
    mean_l, mean_r, square_l, square_r, product = (sums / max(frames, 1)).tolist()
    sounding = square_l > 0 and square_r > 0
    return {
        "dc_l": mean_l,
        "dc_r": mean_r,
        "correlation": product / math.sqrt(square_l * square_r) if sounding else None,
        "balance_db": 10 * math.log10(square_r / square_l) if sounding else None,
    }
