"""Detectors of the stereo image: polarity, loss in mono, bass out of phase."""

from collections.abc import Iterator

import numpy as np

from .fault import FIX, LOOK, Fault, Mix, places, spans

#: Correlation below which a channel is inverted; loss in mono in dB; correlation of the bass.
INVERTED, MONO_LOSS_DB, BASS_CORRELATION = -0.3, 4.0, 0.3
BASS_HZ = 120.0
_WINDOW_S = 1.0


def is_inverted(mix: Mix) -> bool:
    """Whether the channels cancel each other, also above the bass."""
    correlation = mix.figures["correlation"]
    return correlation is not None and correlation < INVERTED and mix.correlation_above < INVERTED


def polarity(mix: Mix) -> Iterator[Fault]:
    """Channels that cancel each other."""
    if is_inverted(mix):
        yield Fault("polarity", FIX, mix.figures["correlation"], "correlation")


def mono_loss(mix: Mix) -> Iterator[Fault]:
    """Passages that lose level when the channels are added."""
    starts, parts = mix.windows(_WINDOW_S)
    if not len(starts) or is_inverted(mix):
        return
    power = np.mean(parts.astype(np.float64) ** 2, axis=(1, 2))
    added = np.mean(parts.mean(axis=1, dtype=np.float64) ** 2, axis=1)
    loss = 10 * np.log10((power + 1e-12) / (added + 1e-12))
    bad = (loss > MONO_LOSS_DB) & (power > 0.02 * power.max())
    if np.mean(bad) > 0.1:
        yield _in_windows("mono_loss", "dB", loss, bad, starts)


def wide_bass(mix: Mix) -> Iterator[Fault]:
    """Low end whose channels are not alike."""
    if is_inverted(mix):
        return
    starts, parts = mix.windows(_WINDOW_S)
    hz = np.fft.rfftfreq(parts.shape[2], 1 / mix.rate_hz) if len(starts) else np.zeros(0)
    low = (hz > 25) & (hz < BASS_HZ)
    found = np.ones(len(starts))
    energy = np.zeros(len(starts))
    window = np.hanning(parts.shape[2])
    for n, part in enumerate(parts):
        left, right = np.fft.rfft(part * window, axis=1)[:, low]
        ll, rr = np.sum(np.abs(left) ** 2), np.sum(np.abs(right) ** 2)
        energy[n] = ll + rr
        found[n] = np.sum((left * right.conj()).real) / np.sqrt(ll * rr + 1e-12)
    bad = (found < BASS_CORRELATION) & (energy > 0.05 * energy.max(initial=0))
    if len(starts) and np.mean(bad) > 0.2:
        yield _in_windows("wide_bass", "correlation", found, bad, starts)


def _in_windows(name: str, unit: str, values: np.ndarray, bad: np.ndarray, starts: np.ndarray) -> Fault:
    """A fault of the bad windows, with the median of their values."""
    value = float(np.median(values[bad]))
    return Fault(name, LOOK, value, unit, places(spans(starts, bad, _WINDOW_S, 1.0)), int(bad.sum()))
