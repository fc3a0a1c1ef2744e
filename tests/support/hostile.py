"""Signals that are difficult for limiters: a corpus of short stereo segments, each reproducible from its number.

`segment(number)` returns (class, block). The segments alternate between ten classes, and the number seeds the random generator.
Full scale is 1. Most segments are far above the ceiling of a limiter, some are close to it.
"""

import numpy as np

SEED = 1770
FRAMES = 4800
FADE = 48  # every segment fades in and out, so that its edges are not part of the test


def _band_limited(rng, frames, rate_hz, low_hz, high_hz):
    """Noise between two frequencies, made by zeroing parts of a spectrum. Its largest sample is 1."""
    spectrum = np.fft.rfft(rng.standard_normal((2, frames)))
    f = np.fft.rfftfreq(frames, 1 / rate_hz)
    spectrum[:, (f < low_hz) | (f > high_hz)] = 0
    noise = np.fft.irfft(spectrum, frames)
    return noise / np.abs(noise).max()


def white(rng, n, rate_hz):
    return rng.uniform(-1, 1, (2, n))


def quarter_rate(rng, n, rate_hz):
    """Sines at a quarter and other simple fractions of the rate. At a quarter, with a phase of 45 degrees, the peaks are 3 dB
    above the samples."""
    cycles = rng.choice([1 / 4, 1 / 6, 1 / 8, 1 / 3, 2 / 5, 3 / 8])
    phase = np.pi * cycles if rng.random() < 0.7 else rng.uniform(0, 2 * np.pi)
    tone = np.cos(2 * np.pi * cycles * np.arange(n) + phase)
    return np.stack([tone, rng.choice([1.0, -1.0, 0.3]) * tone])


def bursts(rng, n, rate_hz):
    """Short bursts of high frequencies out of near silence."""
    block = 1e-3 * rng.standard_normal((2, n))
    for _ in range(rng.integers(2, 8)):
        length = int(rng.integers(8, 400))
        at = int(rng.integers(0, n - length))
        f = rng.uniform(4000, 20000) / rate_hz
        tone = np.sin(2 * np.pi * f * np.arange(length) + rng.uniform(0, 6))
        block[:, at : at + length] += (
            rng.uniform(0.3, 1, (2, 1)) * tone * (np.hanning(length) if rng.random() < 0.5 else 1)
        )
    return block


def full_scale_runs(rng, n, rate_hz):
    """Only +1 and -1: random, in runs, or alternating with phase slips."""
    kind = rng.integers(3)
    if kind == 0:
        return rng.choice([-1.0, 1.0], (2, n))
    flips = rng.random((2, n)) < (rng.uniform(0.02, 0.5) if kind == 1 else 1 - rng.uniform(0.005, 0.05))
    return np.where(np.cumsum(flips, axis=1) % 2, 1.0, -1.0)


def impulses(rng, n, rate_hz):
    return np.where(rng.random((2, n)) < rng.uniform(0.0005, 0.02), rng.uniform(-1, 1, (2, n)), 0.0)


def clipped_pink(rng, n, rate_hz):
    spectrum = np.fft.rfft(rng.standard_normal((2, n)))
    spectrum /= np.sqrt(np.maximum(1, np.arange(spectrum.shape[1])))
    pink = np.fft.irfft(spectrum, n)
    return np.clip(pink / np.abs(pink).max() * 10 ** (rng.uniform(0, 18) / 20), -1, 1)


def drums(rng, n, rate_hz):
    """Kicks with a falling pitch, and noisy snares, over a bass."""
    t = np.arange(n) / rate_hz
    block = np.tile(0.3 * np.sin(2 * np.pi * rng.uniform(40, 90) * t), (2, 1))
    for _ in range(rng.integers(1, 4)):
        at = rng.uniform(0, n / rate_hz)
        after = np.clip(t - at, 0, None)
        on = t >= at
        block += on * np.sin(2 * np.pi * (50 * after + 4 * (1 - np.exp(-after * 60)))) * np.exp(-after * 12)
        block += on * rng.uniform(-0.7, 0.7, (2, n)) * np.exp(-after * rng.uniform(30, 120))
    return block / np.abs(block).max()


def chirp(rng, n, rate_hz):
    top = min(20500.0, 0.45 * rate_hz)
    low, high = np.sort(rng.uniform(20, top, 2))
    f = np.geomspace(low, high, n)[:: int(rng.choice([-1, 1]))]
    tone = np.sin(2 * np.pi * np.cumsum(f) / rate_hz + rng.uniform(0, 6))
    return np.stack([tone, np.roll(tone, int(rng.integers(0, 9)))])


def sinc_worst(rng, n, rate_hz):
    """Clusters of samples with the signs of a sinc function, which have the highest true peak that samples of ±1 can hide."""
    block = 0.05 * rng.standard_normal((2, n))
    for _ in range(rng.integers(1, 6)):
        reach = int(rng.integers(2, 33))
        at = int(rng.integers(reach, n - reach))
        k = np.arange(-reach, reach)
        block[:, at - reach : at + reach] = np.where(k < 0, (-1.0) ** (k + 1), (-1.0) ** k)
    return block


def programme(rng, n, rate_hz):
    """Dense noise of at most 20.5 kHz with sudden changes of level."""
    block = _band_limited(rng, n, rate_hz, 30, 20500)
    level = np.repeat(rng.uniform(0.05, 1, 24), -(-n // 24))[:n]
    smooth = np.hanning(97) / np.hanning(97).sum()
    return block * np.convolve(level, smooth, "same")


CLASSES = (white, quarter_rate, bursts, full_scale_runs, impulses, clipped_pink, drums, chirp, sinc_worst, programme)

#: Classes with hardly any energy above 20.5 kHz (at 44.1 and 48 kHz), like real programme.
BAND_LIMITED = ("chirp", "programme")


def segment(number: int, rate_hz: int = 48000) -> tuple[str, np.ndarray]:
    """Class and (2, FRAMES) float32 block of segment `number`. The result never changes."""
    make = CLASSES[number % len(CLASSES)]
    rng = np.random.default_rng([SEED, number])
    block = make(rng, FRAMES, rate_hz) * 10 ** (rng.uniform(-3, 0) / 20)
    fade = 0.5 - 0.5 * np.cos(np.pi * (np.arange(FADE) + 0.5) / FADE)
    block[:, :FADE] *= fade
    block[:, -FADE:] *= fade[::-1]
    return make.__name__, block.astype(np.float32)
