"""What a check finds in a mix, and what a detector receives."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from host_cli.render import analysis

LOOK, FIX = "look", "fix"


@dataclass(frozen=True)
class Fault:
    """`name`: a key of `faults.FAULTS`. `value` in `unit`: how bad it is. `times`: (start, end) in s, of the first places."""

    name: str
    grade: str
    value: float
    unit: str
    times: tuple[tuple[float, float], ...] = ()
    count: int = 0

    @property
    def figure(self) -> str:
        """The value with its unit; a count without decimals."""
        return f"{self.value} {self.unit}" if isinstance(self.value, int) else f"{self.value:z.2f} {self.unit}"


@dataclass(frozen=True)
class Mix:
    """A mix in memory: float32 `samples` (2, frames), full scale ±1, and `bits` of the file (None for float)."""

    samples: np.ndarray
    rate_hz: int
    bits: int | None
    figures: dict = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """The length."""
        return self.samples.shape[1] / self.rate_hz

    @cached_property
    def spectrum(self) -> tuple[np.ndarray, np.ndarray]:
        """(frequencies in Hz, density in dB) with a resolution of about 50 Hz, both channels together, from loud windows alone."""
        length = 1 << round(np.log2(self.rate_hz / 50))
        if self.samples.shape[1] < length:
            return np.fft.rfftfreq(length, 1 / self.rate_hz), np.full(length // 2 + 1, -150.0)
        starts = np.arange(0, self.samples.shape[1] - length + 1, length)
        window = np.hanning(length + 1)[:-1]
        power = np.array([np.sum(self.samples[:, s : s + length] ** 2) for s in starts])
        loud = starts[power >= np.quantile(power, 0.5)][:2000]
        total = np.zeros(length // 2 + 1)
        for start in loud:
            total += np.sum(np.abs(np.fft.rfft(self.samples[:, start : start + length] * window, axis=1)) ** 2, axis=0)
        return np.fft.rfftfreq(length, 1 / self.rate_hz), 10 * np.log10(
            total / (len(loud) * np.sum(window) ** 2) + 1e-17
        )

    @cached_property
    def thirds(self) -> tuple[np.ndarray, np.ndarray]:
        """(centres in Hz, levels in dB) in thirds of an octave."""
        hz = 1000 * 10 ** (np.arange(-17, 14) / 10)
        hz = hz[hz < 0.45 * self.rate_hz]
        return hz, analysis.spectrum_db(self.samples, self.rate_hz, hz, 1 / 3)

    @cached_property
    def correlation_above(self) -> float:
        """The correlation of the channels above the bass: the difference of neighbouring samples emphasises what is above."""
        left, right = np.diff(self.samples, axis=1).astype(np.float64)
        return left @ right / np.sqrt((left @ left) * (right @ right) + 1e-20)

    @cached_property
    def mono(self) -> np.ndarray:
        """The mean of both channels."""
        return self.samples.mean(axis=0)

    def windows(self, seconds: float) -> tuple[np.ndarray, np.ndarray]:
        """(starts in s, samples of shape (windows, 2, frames)); the rest at the end is left out."""
        length = max(1, round(seconds * self.rate_hz))
        count = self.samples.shape[1] // length
        parts = self.samples[:, : count * length].reshape(2, count, length).transpose(1, 0, 2)
        return np.arange(count) * length / self.rate_hz, parts

    def levels(self, seconds: float) -> tuple[np.ndarray, np.ndarray]:
        """(starts in s, RMS of both channels in dBFS) of windows."""
        starts, parts = self.windows(seconds)
        power = np.mean(parts.astype(np.float64) ** 2, axis=(1, 2)) if len(starts) else np.zeros(0)
        return starts, 10 * np.log10(power + 1e-15)


def spans(starts: np.ndarray, bad: np.ndarray, seconds: float, join_s: float = 0.0) -> list[tuple[float, float]]:
    """(start, end) of runs of bad windows; runs that are at most `join_s` apart become one."""
    found: list[tuple[float, float]] = []
    for start in starts[bad]:
        if found and start - found[-1][1] <= join_s + 1e-9:
            found[-1] = (found[-1][0], float(start + seconds))
        else:
            found.append((float(start), float(start + seconds)))
    return found


def places(found: list[tuple[float, float]], most: int = 20) -> tuple[tuple[float, float], ...]:
    """The first `most`, rounded to milliseconds."""
    return tuple((round(a, 3), round(b, 3)) for a, b in found[:most])
