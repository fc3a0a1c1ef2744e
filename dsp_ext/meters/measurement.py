"""Measurement: measures a recording that arrives in blocks, with the meter of the box."""

import math
from array import array

import numpy as np

from .interpolator import Interpolator
from .loudness import FLOOR_DB
from .meter import HIGHEST_HZ, LOWEST_HZ, Meter

#: The lowest and the highest rate that is measured, in Hz.
LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 8000, HIGHEST_HZ

#: Figures that are read from the meter at the end of the recording.
_AT_THE_END = ("integrated_lufs", "max_momentary_lufs", "max_short_lufs", "clips")
#: Figures that are read after added silence: true peak needs the samples after a peak, and Tech 3342 asks for 1.5 s.
_AFTER_THE_TAIL = ("lra_lu", "max_tp_dbtp")
_TAIL_S = 1.5
#: The largest positive 24-bit word.
_FULL_SCALE = 1 - 2**-23
_PEAKS = ("peak_l_dbfs", "peak_r_dbfs")


class Measurement:
    """Receives a recording in blocks of any length and then computes the figures of `measure`.

    A recording below 44.1 kHz is interpolated by a whole factor first, because the K-weighting is exact only above. Its sample
    peaks and clips are those of the recording itself.
    """

    def __init__(self, rate_hz: int):
        """`rate_hz`: a whole number from 8000 to 384000, else ValueError."""
        check_rate(rate_hz)
        self.rate_hz = rate_hz
        self.frames = 0
        factor = -(-LOWEST_HZ // rate_hz)
        self._interpolator = Interpolator(factor) if factor > 1 else None
        self._meter = Meter(rate_hz * factor, 4096)
        self._step = self._left = 10 * round(rate_hz * factor / 100)
        #: Duration of a step of the history: 0.1 s, or up to 0.3 % more or less if the rate is no multiple of 100 Hz.
        self.step_s = self._step / (rate_hz * factor)
        self._rows = array("d")  # momentary, short-term, true peak, PSR of each 100 ms
        self._peaks = [FLOOR_DB, FLOOR_DB]
        self._clips = 0
        self._end = self._meter.values()
        self._sums = np.zeros(5)

    def add(self, block: np.ndarray) -> None:
        """Measure the next `block` (float32, shape (2, frames), full scale ±1). Raises ValueError if a sample is not
        finite."""
        at, step = 0, self.rate_hz // 10
        while at < block.shape[1]:
            # A writable copy for the meter.
            piece = np.array(block[:, at : at + step - self.frames % step], np.float32, order="C")
            self._sums += _sums(piece)
            if not np.isfinite(self._sums).all():
                at_s = self.frames / self.rate_hz
                raise ValueError(f"samples must be finite; they are not between {at_s:.1f} and {at_s + 0.1:.1f} s")
            at += piece.shape[1]
            self.frames += piece.shape[1]
            if self._interpolator:
                self._hold_samples(piece)
                piece = self._interpolator.process(piece)
            self._feed(piece)

    def _feed(self, frames: np.ndarray) -> None:
        """Pass frames to the meter, and read it at the end of each step."""
        at = 0
        while at < frames.shape[1]:
            piece = np.ascontiguousarray(frames[:, at : at + self._left])
            self._meter.process(piece)
            at += piece.shape[1]
            self._left -= piece.shape[1]
            if self._left == 0:
                self._left = self._step
                self._read()

    def result(self) -> dict:
        """The figures that `measure` describes. Ends the measurement."""
        if self._interpolator:
            self._feed(self._interpolator.flush())
        if self._left < self._step:
            self._read()
        end = self._end
        self._meter.process(np.zeros((2, round(_TAIL_S * self._meter.rate_hz)), np.float32))
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
            "clips": self._clips if self._interpolator else round(after["clips"]),
            "lra_stable": bool(end["lra_stable"]),
            **{name: _known(peak) for name, peak in zip(_PEAKS, self._peaks, strict=True)},
            "plr_db": None if None in both else both[0] - both[1],
            "min_psr_db": float(psr_db[29:][long_enough].min()) if long_enough.any() else None,
            **_balance(self._sums, self.frames),
            "history": {
                "seconds": np.minimum(np.arange(1, len(tp_dbtp) + 1) * self.step_s, self.frames / self.rate_hz),
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

    def _hold_samples(self, piece: np.ndarray) -> None:
        """Peaks and clips of a recording whose interpolated form goes to the meter."""
        magnitude = np.abs(piece)
        self._clips += int(np.count_nonzero(magnitude >= _FULL_SCALE))
        levels = 20 * np.log10(np.maximum(magnitude.max(axis=1), 10 ** (FLOOR_DB / 20)))
        self._peaks = [max(peak, float(level)) for peak, level in zip(self._peaks, levels, strict=True)]

    def _hold_peaks(self, row: dict[str, float]) -> None:
        if self._interpolator:
            return
        self._peaks = [max(peak, row[name]) for peak, name in zip(self._peaks, _PEAKS, strict=True)]


def check_rate(rate_hz: int) -> None:
    """Raises ValueError for a rate that cannot be measured."""
    if rate_hz != int(rate_hz) or not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
        raise ValueError(f"rate_hz must be a whole number from {LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ}, not {rate_hz}")


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
