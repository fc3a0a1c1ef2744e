"""How much a limiter changes music: the figures of the comparison."""

import numpy as np
from scipy.signal import firwin, oaconvolve

from .limiters import matched
from .signals import CHORD_HZ, RATE_HZ


def aligned(x, y):
    """Both, the lag between them taken out."""
    size = 1 << int(np.ceil(np.log2(2 * max(len(x), len(y)))))
    likeness = np.fft.irfft(np.fft.rfft(y[:, 0], size) * np.conj(np.fft.rfft(x[:, 0], size)), size)
    lag = int(np.argmax(likeness))
    lag -= size if lag > size // 2 else 0
    y = y[lag:] if lag > 0 else np.concatenate([np.zeros((-lag, 2)), y])
    frames = min(len(x), len(y))
    return x[:frames], y[:frames]


def band_powers(x, size=2048):
    """Power in 25 Bark bands up to 16 kHz for each half-overlapping window."""
    hz = np.arange(size // 2 + 1) * RATE_HZ / size
    bark = np.minimum((13 * np.arctan(0.00076 * hz) + 3.5 * np.arctan((hz / 7500) ** 2)).astype(int), 24)
    windows = np.lib.stride_tricks.sliding_window_view(x, size)[: -1 : size // 2]
    power = np.abs(np.fft.rfft(windows * np.hanning(size), axis=1)) ** 2
    return np.stack([power[:, (bark == band) & (hz < 16000)].sum(1) for band in range(25)], axis=1)


def noise_to_mask_db(x, y) -> float:
    """The mask is the music's power, spread 25 dB per Bark downwards and 10 dB upwards, less 6.5 dB and the band's number."""
    half = RATE_HZ // 10
    window = np.hanning(2 * half + 1)[:-1]
    gain = oaconvolve((x * y).sum(1), window, "same") / (oaconvolve((x * x).sum(1), window, "same") + 1e-9)
    i, j = np.mgrid[:25, :25]
    spread = 10 ** (-np.where(j < i, 25 * (i - j), 10 * (j - i)) / 10)
    ratios = []
    for channel in range(2):
        music, noise = band_powers(gain * x[:, channel]), band_powers(y[:, channel] - gain * x[:, channel])
        mask = np.maximum(music @ spread * 10 ** (-(6.5 + np.arange(25)) / 10), 1e-9)
        loud = music.sum(1) > music.sum(1).mean() * 1e-3
        ratios.append(noise[loud] / mask[loud])
    return float(10 * np.log10(np.concatenate(ratios).mean()))


def zimtohrli(x, y) -> float:
    from zimtohrli import Pyohrli

    judge, level = Pyohrli(), (x * y).sum() / (x * x).sum()
    pairs = (
        (np.ascontiguousarray(level * x[:, c], np.float32), np.ascontiguousarray(y[:, c], np.float32)) for c in range(2)
    )
    return 1e5 * max(judge.distance(a, b) for a, b in pairs)


def chord_residue_db(x, y, size=1920) -> float:
    """In windows of 40 ms the chord is fitted with amplitudes that move linearly; the rest of 600 Hz to 4 kHz is residue."""
    sound = oaconvolve(y[:, 0], firwin(4001, [600, 4000], fs=RATE_HZ, pass_zero=False), "same")
    window, slope = np.hanning(size), np.linspace(-1, 1, size)[:, None]
    ratios = []
    for begin in range(RATE_HZ // 2, len(sound) - size, size // 2):
        t = (begin + np.arange(size)) / RATE_HZ
        tones = np.stack([wave(2 * np.pi * hz * t) for hz in CHORD_HZ for wave in (np.sin, np.cos)], axis=1)
        basis = np.concatenate([tones, tones * slope], axis=1) * window[:, None]
        piece = sound[begin : begin + size] * window
        fit = basis @ np.linalg.lstsq(basis, piece, rcond=None)[0]
        ratios.append(((piece - fit) ** 2).sum() / ((fit**2).sum() + 1e-20))
    return float(10 * np.log10(np.mean(ratios)))


def figures(name: str, x, tool, target_lufs: float) -> dict[str, float]:
    """Gain, loudness, and the figures of the comparison."""
    y, gain_db, lufs = matched(tool, x, target_lufs)
    y = y.astype(np.float32).astype(np.float64)  # as a file holds it: all limiters with the same rounding
    x, y = aligned(x, y)
    row = {"gain": float(gain_db), "lufs": float(lufs)}
    if name == "chord":
        row["chord"] = chord_residue_db(x, y)
    else:
        row |= {"zim": zimtohrli(x, y), "nmr": noise_to_mask_db(x, y)}
    return {key: round(value, 2) for key, value in row.items()}
