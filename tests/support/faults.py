"""Twenty faults that a mix can have, put into a clean one. Samples are float64, shape (frames, 2)."""

import numpy as np
from scipy import signal


def _filtered(x, kind, low_hz, high_hz, gain_db, rate_hz):
    """A range raised by `gain_db` with Butterworth bands."""
    sos = signal.butter(2, [low_hz, high_hz], "bandpass", fs=rate_hz, output="sos")
    return x + (10 ** (gain_db / 20) - 1) * signal.sosfilt(sos, x, axis=0)


def _scaled(x, peak_db):
    return x * (10 ** (peak_db / 20) / np.abs(x).max())


def _words(x, bits):
    return np.rint(x * 2 ** (bits - 1)) / 2 ** (bits - 1)


def clipped(x, rate_hz, rng):
    return np.clip(_scaled(x, 4), -1 + 2**-15, 1 - 2**-15)


def clipped_and_lowered(x, rate_hz, rng):
    return _words(np.clip(_scaled(x, 5), -1, 1) * 0.5, 24)


def inter_sample_overs(x, rate_hz, rng):
    x = np.copy(x)
    t = np.arange(rate_hz // 10)
    tone = np.sin(np.pi / 2 * t + np.pi / 4) * np.hanning(len(t))
    x[rate_hz : rate_hz + len(t)] += tone[:, None]
    return x * 0.95 / np.abs(x).max()


def limited(x, rate_hz, rng):
    """A fast limiter on the bus, 12 dB deep."""
    x = _scaled(x, 13)
    wide = rate_hz // 200
    peak = signal.lfilter([1], [1], np.abs(x).max(axis=1))
    held = np.lib.stride_tricks.sliding_window_view(np.pad(peak, wide), 2 * wide + 1).max(axis=1)
    gain = np.convolve(np.minimum(1, 0.97 / np.maximum(held, 1e-9)), np.ones(wide) / wide, "same")
    return np.clip(x * gain[:, None], -0.985, 0.985) + 1e-6 * rng.standard_normal(x.shape)


def normalised(x, rate_hz, rng):
    return _scaled(x, -0.02)


def offset(x, rate_hz, rng):
    return x + 0.01


def lossy(x, rate_hz, rng):
    sos = signal.cheby2(16, 90, 16_000, fs=rate_hz, output="sos")
    return signal.sosfilt(sos, x, axis=0)


def sixteen_bits(x, rate_hz, rng):
    return _words(x, 16)


def converted(x, rate_hz, rng):
    """What a converter from 44.1 kHz leaves; only in files at higher rates."""
    sos = signal.cheby2(18, 100, 22_050, fs=rate_hz, output="sos")
    return signal.sosfilt(sos, x, axis=0)


def inverted(x, rate_hz, rng):
    return x * [1, -1]


def lost_in_mono(x, rate_hz, rng):
    """A widening effect: most of the signal in the side."""
    mid, side = x.mean(axis=1), (x[:, 0] - x[:, 1]) / 2
    delayed = np.roll(mid, round(0.011 * rate_hz))
    sos = signal.butter(2, 150, "highpass", fs=rate_hz, output="sos")
    wide = side + 1.3 * signal.sosfilt(sos, delayed)
    return _scaled(np.stack([0.6 * mid + wide, 0.6 * mid - wide], axis=1), -6)


def wide_bass(x, rate_hz, rng):
    sos = signal.butter(4, 130, "lowpass", fs=rate_hz, output="sos")
    low = signal.sosfiltfilt(sos, x, axis=0)
    return x - low + np.stack([low[:, 0], -low[:, 0]], axis=1)


def muddy(x, rate_hz, rng):
    return _filtered(x, "peak", 200, 400, 12, rate_hz)


def harsh(x, rate_hz, rng):
    return _filtered(x, "peak", 2500, 4000, 13, rate_hz)


def sibilant(x, rate_hz, rng):
    """Bursts of 80 ms of noise from 5 to 9 kHz, twice a second."""
    sos = signal.butter(4, [5500, 8500], "bandpass", fs=rate_hz, output="sos")
    hiss = signal.sosfilt(sos, rng.standard_normal(len(x)))
    t = np.arange(len(x)) / rate_hz
    burst = np.where((t + 0.21) % 0.43 < 0.08, 1.0, 0.0)
    level = np.sqrt(np.mean(x**2)) * 2.2 / np.sqrt(np.mean(hiss**2))
    return x + (hiss * burst * level)[:, None]


def noisy(x, rate_hz, rng):
    x = np.concatenate([np.zeros((rate_hz * 9 // 10, 2)), x])
    return x + 10 ** (-58 / 20) * rng.standard_normal(x.shape)


def humming(x, rate_hz, rng):
    x = np.concatenate([x, np.zeros((rate_hz * 2, 2))])
    t = np.arange(len(x)) / rate_hz
    hum = sum(np.sin(2 * np.pi * 50 * k * t) / k for k in (1, 2, 3, 5))
    return x + 10 ** (-50 / 20) * hum[:, None]


def clicks(x, rate_hz, rng):
    x = np.copy(x)
    for at in rng.integers(rate_hz // 2, len(x) - rate_hz, 5):
        x[at] += rng.choice([-1, 1]) * 0.35
    return x


def dropouts(x, rate_hz, rng):
    x = np.copy(x)
    for at in rng.integers(rate_hz // 2, len(x) - 2 * rate_hz, 3):
        x[at : at + rate_hz // 100] = 0
    return x


def cut_end(x, rate_hz, rng):
    return x[: -2 * rate_hz]


def long_silence(x, rate_hz, rng):
    return np.concatenate([np.zeros((3 * rate_hz, 2)), x])


def one_side_quiet(x, rate_hz, rng):
    return x * [1, 0.4]


#: (fault in the words of `burnish check`, how to put it into a mix). `converted` needs a mix at 96 kHz.
TWENTY = (
    ("clipping", clipped), ("clipping", clipped_and_lowered), ("overs", inter_sample_overs), ("limiting", limited),
    ("normalised", normalised), ("dc", offset), ("lossy", lossy), ("16_bit", sixteen_bits), ("polarity", inverted),
    ("mono_loss", lost_in_mono), ("wide_bass", wide_bass), ("mud", muddy), ("harshness", harsh), ("sibilance", sibilant),
    ("noise", noisy), ("hum", humming), ("clicks", clicks), ("dropouts", dropouts), ("cut_end", cut_end), ("silence", long_silence),
)  # fmt: skip
