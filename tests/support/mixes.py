"""Short synthesised mixes for the tests of records: drums, bass, chords and a voice-like tone, in stereo, without any fault."""

import numpy as np
import soundfile


def mix(seconds: float, rate_hz: int = 44100, seed: int = 1, peak_db: float = -6.0, fade: bool = True) -> np.ndarray:
    """Float64 samples, shape (frames, 2). The same arguments give the same samples."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    root = 55 * 2 ** (rng.integers(0, 12) / 12)
    beat = 0.5
    phase = t % beat
    kick = np.sin(2 * np.pi * (50 * phase + 6 * (1 - np.exp(-30 * phase)))) * np.exp(-9 * phase)
    snare_t = (t + beat) % (2 * beat)
    noise = _pink(rng, len(t))
    snare = 2.2 * noise * np.exp(-14 * snare_t)
    hat = 0.8 * np.diff(rng.standard_normal(len(t)), prepend=0) * np.exp(-60 * (t % (beat / 2)))
    bass = sum(np.sin(2 * np.pi * k * root * t + k) / k**1.5 for k in (1, 2, 3))
    out = np.stack([1.1 * kick + 0.5 * snare + 0.5 * bass + 0.035 * hat] * 2)
    for k, step in enumerate((0, 4, 7, 12)):
        tone = 4 * root * 2 ** (step / 12)
        for side in (0, 1):
            detuned = tone * (1 + 0.001 * (side - 0.5) * (k + 1))
            out[side] += sum(np.sin(2 * np.pi * h * detuned * t + 1.3 * k + side) / h**2 for h in range(1, 9)) * 0.16
    slow = 0.75 + 0.25 * np.sin(2 * np.pi * t / 8)
    out += slow * (0.10 * np.stack([_pink(rng, len(t)), _pink(rng, len(t))]))
    spectrum = np.fft.rfft(out)
    spectrum *= np.clip(np.arange(spectrum.shape[1]) * rate_hz / len(t) / 25 - 0.4, 0, 1)  # nothing below 10 Hz
    out = np.fft.irfft(spectrum, len(t))
    if fade:
        out *= np.clip(np.minimum(t / 0.01, (t[-1] - t) / 1.5), 0, 1)
    return (out * 10 ** (peak_db / 20) / np.abs(out).max()).T


def _pink(rng, frames: int) -> np.ndarray:
    """Noise with a density that falls by 4.5 dB per octave, which recordings have on average."""
    spectrum = np.fft.rfft(rng.standard_normal(frames))
    hz = np.arange(len(spectrum)) + 1.0
    out = np.fft.irfft(spectrum * hz**-0.75, frames)
    return out / np.sqrt(np.mean(out**2))


def write_mixes(folder, lengths=(6.0, 5.0, 7.0), rate_hz: int = 44100, bits: str = "PCM_24"):
    """Files `01 One.wav` and so on in `folder`; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    names = ("One", "Two", "Three", "Four", "Five", "Six")
    paths = []
    for number, seconds in enumerate(lengths, 1):
        path = folder / f"{number:02d} {names[number - 1]}.wav"
        soundfile.write(path, mix(seconds, rate_hz, seed=number), rate_hz, bits)
        paths.append(path)
    return paths


def write_album(file, mixes, songs, head: str):
    """An album file with `head` and a table for each of `songs`, which are further lines; returns its path."""
    text = head
    for path, lines in zip(mixes, songs, strict=False):
        text += f'\n[[song]]\nfile = "{path}"\ntitle = "{path.stem[3:]}"\n{lines}\n'
    file.write_text(text)
    return file
