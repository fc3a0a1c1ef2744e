"""What a service does to a recording, and whether the recording keeps the service's rules."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from .services import Service


@dataclass(frozen=True)
class Effect:
    """`gain_db`: of the service; `limited`: whether its limiter works; `lufs`, `peak_dbtp`: after it, None if not measurable."""

    service: Service
    gain_db: float
    limited: bool
    lufs: float | None
    peak_dbtp: float | None

    def words(self) -> str:
        """What happens, for tables."""
        if self.lufs is None and self.gain_db == 0:
            return "cannot be measured" if self.service.lufs is not None else "unchanged"
        if abs(self.gain_db) < 0.05:
            return "unchanged"
        text = f"{'turned down' if self.gain_db < 0 else 'turned up'} by {abs(self.gain_db):.1f} dB"
        return text + (" and limited" if self.limited else "")


@dataclass(frozen=True)
class Rule:
    """A rule of a service: what was measured, what is allowed, and whether it passed (None: not measurable)."""

    name: str
    measured: float | None
    allowed: str
    passed: bool | None


def effect(service: Service, figures: dict, album_lufs: float | None = None) -> Effect:
    """What the service does to a recording with these figures. `album_lufs`: loudness on which the gain is based instead, for
    services that treat the songs of an album alike."""
    lufs, peak = figures["integrated_lufs"], figures["max_tp_dbtp"]
    if lufs is None or peak is None or service.lufs is None:
        return Effect(service, 0.0, False, lufs, peak)
    offset = service.lufs - (album_lufs if album_lufs is not None and service.album else lufs)
    gain, limited = 0.0, False
    if offset < 0 and service.louder == "down":
        gain = offset
    elif offset > 0 and service.quieter == "to-peak":
        gain = min(offset, max(0.0, service.peak_dbtp - peak))
    elif offset > 0 and service.quieter == "limit":
        gain, limited = offset, peak + offset > service.peak_dbtp
    return Effect(service, gain, limited, lufs + gain, min(peak + gain, service.peak_dbtp) if limited else peak + gain)


def rules(service: Service, figures: dict) -> list[Rule]:
    """The rules of the service, applied to figures. Values are rounded to 0.1 first, as they are printed."""
    peak = figures["max_tp_dbtp"]
    found = [
        _rule("true peak", peak, f"at most {service.true_peak_dbtp:g} dBTP", lambda v: v <= service.true_peak_dbtp)
    ]
    if service.tolerance_lu is not None:
        allowed = f"{service.lufs:g} ± {service.tolerance_lu:g} LUFS"
        found.append(_rule("integrated loudness", figures["integrated_lufs"], allowed,
                           lambda v: abs(v - service.lufs) <= service.tolerance_lu + 1e-9))  # fmt: skip
    if service.max_short_lufs is not None:
        found.append(_rule("highest short-term", figures["max_short_lufs"], f"at most {service.max_short_lufs:g} LUFS",
                           lambda v: v <= service.max_short_lufs))  # fmt: skip
    return found


def _rule(name: str, measured: float | None, allowed: str, keeps) -> Rule:
    return Rule(name, measured, allowed, None if measured is None else bool(keeps(round(measured, 1) + 0.0)))


def passed(service: Service, figures: dict) -> bool:
    """Whether no rule fails."""
    return all(rule.passed is not False for rule in rules(service, figures))


def heard(found: Effect, blocks: Iterable[np.ndarray], rate_hz: int) -> Iterator[np.ndarray]:
    """Blocks (float32, shape (2, n)) as the service plays them. Its limiter is that of `Limiter`."""
    limiter = Limiter(found.service.peak_dbtp, rate_hz) if found.limited else None
    for block in blocks:
        out = block * np.float32(10 ** (found.gain_db / 20))
        yield limiter.process(out) if limiter else out


class Limiter:
    """A plain sample limiter like the one that Spotify describes: attack 5 ms, decay 100 ms. Its gain never lets a sample exceed the
    ceiling. Where the gain has to fall at once it does, since nothing is known about a look-ahead."""

    def __init__(self, ceiling_db: float, rate_hz: int, decay_ms: float = 100.0, step_ms: float = 5.0):
        self._ceiling = 10 ** (ceiling_db / 20)
        self._step = max(1, round(step_ms / 1000 * rate_hz))
        self._recovery = 1 - np.exp(-step_ms / decay_ms)
        self._gain = 1.0

    def process(self, block: np.ndarray) -> np.ndarray:
        """The limited block. Gains are constant over steps of 5 ms with straight lines between them, below what each step needs."""
        frames = block.shape[1]
        starts = np.arange(0, frames, self._step)
        peaks = np.maximum.reduceat(np.abs(block).max(axis=0), starts)
        needed = np.minimum(1.0, self._ceiling / np.maximum(peaks, 1e-9))
        gains = np.empty(len(starts) + 1)
        gains[0] = self._gain
        for n in range(len(starts)):
            following = needed[n + 1] if n + 1 < len(starts) else 1.0
            target = min(needed[n], following)
            gains[n + 1] = min(target, gains[n] + self._recovery * (1 - gains[n]))
            gains[n] = min(gains[n], needed[n])
        self._gain = gains[-1]
        envelope = np.interp(np.arange(frames), np.append(starts, frames), gains)
        return (block * np.minimum(envelope, 1.0)).astype(np.float32)
