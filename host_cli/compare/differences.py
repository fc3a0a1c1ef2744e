"""Measures of the difference between two aligned versions of a recording."""

from dataclasses import dataclass

import numpy as np

from host_cli.render import analysis, conversion

from .versions import Version

#: Centres of octaves in Hz, from which the table of the tone is made.
OCTAVES_HZ = (31.5, 63.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16_000.0)
#: The tone is the mean difference of thirds of an octave in this range, in Hz; bands this far below the highest do not count, in dB.
_TONE_HZ, _FLOOR_DB = (40.0, 16_000.0), 60.0
#: Ranges in which the modulation is measured, in Hz; windows in s; windows this far below the loudest do not count, in dB.
MODULATION_HZ = {"low": (20.0, 200.0), "mid": (200.0, 4000.0), "high": (4000.0, 16_000.0)}
_WINDOW_S, _QUIET_DB = 0.1, 30.0
#: Zimtohrli works at this rate; the loudest part of this length is judged.
_ZIMTOHRLI_HZ, _ZIMTOHRLI_S = 48_000, 15.0


@dataclass(frozen=True)
class Difference:
    """Of a version to the first one, at the levels that they have after matching; positive where the version has more.

    `tone_db`: mean absolute difference of thirds of an octave. `octaves_db`: by octave, None where neither has energy. `plr_db`,
    `lra_lu`: of figures. `crest_db`: of the median ratio of peak and RMS in windows. `modulation_db`: by range, of the spread of levels of windows.
    `width_db`: of side over mid, None for mono. `correlation`: of the channels. `null_db`: level of what remains after subtraction with
    the best gain, relative to the first; -inf for equal files. `zimtohrli`: psychoacoustic distance, None where it is not installed."""

    tone_db: float
    octaves_db: dict[str, float | None]
    plr_db: float | None
    lra_lu: float | None
    crest_db: float
    modulation_db: dict[str, float]
    width_db: float | None
    correlation: float | None
    null_db: float
    zimtohrli: float | None


def difference(first: Version, other: Version) -> Difference:
    """All measures of two versions of equal length and sampling rate."""
    a, b, rate_hz = first.samples, other.samples, first.rate_hz
    spread_a, spread_b = _modulation(a, rate_hz), _modulation(b, rate_hz)
    return Difference(
        _tone(a, b, rate_hz), _octaves(a, b, rate_hz), _less(other.figures["plr_db"], first.figures["plr_db"]),
        _less(other.figures["lra_lu"], first.figures["lra_lu"]), _crest(b, rate_hz) - _crest(a, rate_hz),
        {name: spread_b[name] - spread_a[name] for name in spread_a}, _less(_width(b), _width(a)),
        _less(other.figures["correlation"], first.figures["correlation"]), null_db(a, b), zimtohrli(a, b, rate_hz),
    )  # fmt: skip


def _less(value: float | None, other: float | None) -> float | None:
    return None if value is None or other is None else value - other


def _levels(a: np.ndarray, b: np.ndarray, rate_hz: int, hz: np.ndarray, octaves: float) -> tuple:
    """(levels of a, levels of b, whether either has energy there)."""
    la, lb = (analysis.spectrum_db(x, rate_hz, hz, octaves) for x in (a, b))
    return la, lb, np.maximum(la - la.max(), lb - lb.max()) > -_FLOOR_DB


def _tone(a: np.ndarray, b: np.ndarray, rate_hz: int) -> float:
    hz = 1000 * 10 ** (np.arange(-14, 13) / 10)
    hz = hz[(hz >= _TONE_HZ[0]) & (hz <= min(_TONE_HZ[1], 0.45 * rate_hz))]
    la, lb, used = _levels(a, b, rate_hz, hz, 1 / 3)
    return float(np.mean(np.abs(lb - la)[used])) if used.any() else 0.0


def _octaves(a: np.ndarray, b: np.ndarray, rate_hz: int) -> dict[str, float | None]:
    hz = np.array([f for f in OCTAVES_HZ if f < 0.45 * rate_hz])
    la, lb, used = _levels(a, b, rate_hz, hz, 1.0)
    return {f"{f:g}": float(y - x) if there else None for f, x, y, there in zip(hz, la, lb, used, strict=True)}


def _windows(x: np.ndarray, rate_hz: int) -> np.ndarray:
    """Windows of 100 ms, shape (windows, 2, frames)."""
    length = round(_WINDOW_S * rate_hz)
    count = x.shape[1] // length
    return x[:, : count * length].reshape(2, count, length).transpose(1, 0, 2).astype(np.float64)


def _crest(x: np.ndarray, rate_hz: int) -> float:
    parts = _windows(x, rate_hz)
    power = np.mean(parts**2, axis=(1, 2))
    loud = power > power.max() * 10 ** (-_QUIET_DB / 10)
    if not loud.any():
        return 0.0
    return float(np.median(20 * np.log10(np.abs(parts[loud]).max(axis=(1, 2)) / np.sqrt(power[loud]))))


def _modulation(x: np.ndarray, rate_hz: int) -> dict[str, float]:
    """The standard deviation of the levels of windows in dB, by range."""
    parts = _windows(x, rate_hz)
    hz = np.fft.rfftfreq(parts.shape[2], 1 / rate_hz)
    power = np.abs(np.fft.rfft(parts * np.hanning(parts.shape[2]), axis=2)) ** 2
    found = {}
    for name, (low, high) in MODULATION_HZ.items():
        inside = power[:, :, (hz >= low) & (hz < high)].sum(axis=(1, 2))
        loud = inside > inside.max() * 10 ** (-_QUIET_DB / 10)
        found[name] = float(np.std(10 * np.log10(inside[loud]))) if loud.any() else 0.0
    return found


def _width(x: np.ndarray) -> float | None:
    """Side over mid in dB; None if there is no side or no mid."""
    left, right = x.astype(np.float64)
    mid, side = np.mean((left + right) ** 2), np.mean((left - right) ** 2)
    return float(10 * np.log10(side / mid)) if mid > 0 and side > 0 else None


def null_db(a: np.ndarray, b: np.ndarray) -> float:
    """Level of `a - g b` relative to `a` with the gain `g` that makes it smallest; -inf if nothing remains."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    energy = np.sum(b * b)
    rest = a - (np.sum(a * b) / energy if energy else 0.0) * b
    if not a.any() or not rest.any():
        return -np.inf
    return float(10 * np.log10(np.sum(rest**2) / np.sum(a**2)))


def zimtohrli(a: np.ndarray, b: np.ndarray, rate_hz: int) -> float | None:
    """Psychoacoustic distance (Zimtohrli, Alakuijala et al. 2025) of the loudest part, the worse channel; 0 is the same. None if the package zimtohrli is not installed, or soxr where a conversion is needed."""
    try:
        from zimtohrli import Pyohrli

        if rate_hz != _ZIMTOHRLI_HZ:
            conversion.check_soxr()
    except (ImportError, RuntimeError):
        return None
    length = round(_ZIMTOHRLI_S * rate_hz)
    power = np.concatenate([[0.0], np.cumsum(np.sum(a.astype(np.float64) ** 2, axis=0))])
    starts = np.arange(0, max(1, a.shape[1] - length + 1), rate_hz)
    start = int(starts[np.argmax([power[min(s + length, a.shape[1])] - power[s] for s in starts])])
    judge, pairs = Pyohrli(), [_at_48_khz(x[:, start : start + length], rate_hz) for x in (a, b)]
    return max(float(judge.distance(x, y)) for x, y in zip(*pairs, strict=True))


def _at_48_khz(x: np.ndarray, rate_hz: int) -> np.ndarray:
    if rate_hz == _ZIMTOHRLI_HZ:
        return np.ascontiguousarray(x, np.float32)
    frames = conversion.converted_frames(x.shape[1], rate_hz, _ZIMTOHRLI_HZ)
    return np.concatenate(list(conversion.converted([x], rate_hz, _ZIMTOHRLI_HZ, frames)), axis=1)
