"""Synthesises a mix for the demo: drums, bass, pad and arpeggio in A minor, unmastered (quiet, dynamic, a little dull).

It has twelve bars at 120 beats per minute, which take 24 s. The seed determines all of it, so every machine makes the same mix.
"""

import numpy as np

SEED = 1959
BEAT_S = 0.5
BARS = 12
#: Roots and chord tones of the four-bar progression Am F C G, in semitones above A.
PROGRESSION = ((0, (0, 3, 7, 12)), (-4, (0, 4, 7, 12)), (3, (0, 4, 7, 12)), (-2, (0, 4, 7, 10)))
A1_HZ = 55.0


def _envelope(frames: int, rate_hz: int, attack_s: float, decay_s: float) -> np.ndarray:
    """Linear attack, exponential decay, faded to 0 at the end."""
    t = np.arange(frames) / rate_hz
    fade = np.minimum(1, np.arange(frames)[::-1] / (0.005 * rate_hz))
    return np.minimum(1, t / attack_s) * np.exp(-t / decay_s) * fade


def band_noise(rng, frames: int, rate_hz: int, low_hz: float, high_hz: float) -> np.ndarray:
    """Noise between two frequencies, of RMS 1."""
    spectrum = np.fft.rfft(rng.standard_normal(frames))
    f = np.fft.rfftfreq(frames, 1 / rate_hz)
    spectrum *= 1 / (1 + (low_hz / np.maximum(f, 1)) ** 4) / (1 + (f / high_hz) ** 4)
    noise = np.fft.irfft(spectrum, frames)
    return noise / np.sqrt(np.mean(noise**2))


def _kick(rate_hz: int) -> np.ndarray:
    t = np.arange(int(0.4 * rate_hz)) / rate_hz
    phase = 2 * np.pi * (48 * t + 60 * 0.03 * (1 - np.exp(-t / 0.03)))
    return np.sin(phase) * _envelope(len(t), rate_hz, 0.001, 0.12)


def _snare(rng, rate_hz: int) -> np.ndarray:
    frames = int(0.25 * rate_hz)
    t = np.arange(frames) / rate_hz
    body = np.sin(2 * np.pi * 190 * t) * _envelope(frames, rate_hz, 0.001, 0.05)
    return 0.6 * body + 0.3 * band_noise(rng, frames, rate_hz, 1500, 9000) * _envelope(frames, rate_hz, 0.001, 0.06)


def _hat(rng, rate_hz: int) -> np.ndarray:
    frames = int(0.08 * rate_hz)
    return band_noise(rng, frames, rate_hz, 7000, 16000) * _envelope(frames, rate_hz, 0.0005, 0.018)


def _tone(rate_hz: int, f_hz: float, seconds: float, harmonics: int, tilt: float, attack_s: float, decay_s: float):
    """A tone of `harmonics` partials falling as 1/n^tilt, none above 16 kHz."""
    frames = int(seconds * rate_hz)
    t = np.arange(frames) / rate_hz
    partials = [n for n in range(1, harmonics + 1) if n * f_hz < 16000]
    wave = sum(np.sin(2 * np.pi * n * f_hz * t + n * n) / n**tilt for n in partials)
    return wave * _envelope(frames, rate_hz, attack_s, decay_s)


def synthesise(rate_hz: int = 48000) -> np.ndarray:
    """The mix: float64, shape (2, frames), peak near −6 dBFS, about −20 LUFS."""
    rng = np.random.default_rng(SEED)
    beat = BEAT_S * rate_hz
    out = np.zeros((2, int(BARS * 4 * beat) + rate_hz // 2))

    def place(sound, at_beats: float, gain: float, pan: float = 0.0):
        """Constant-power pan: −1 left, 0 middle, 1 right."""
        start = int(at_beats * beat)
        angle = (pan + 1) * np.pi / 4
        for channel, weight in enumerate((np.cos(angle), np.sin(angle))):
            out[channel, start : start + len(sound)] += sound * gain * weight

    kick, snare = _kick(rate_hz), _snare(rng, rate_hz)
    for bar in range(BARS):
        at = 4 * bar
        root, chord = PROGRESSION[bar % 4]
        full = bar >= 2  # the first two bars have only pad and arpeggio, which gives the mix a loudness range
        for tone in chord:
            hz = 4 * A1_HZ * 2 ** ((root + tone) / 12)
            for detune, pan in ((-0.004, -0.8), (0.003, 0.8)):
                place(_tone(rate_hz, hz * (1 + detune), 4 * BEAT_S, 8, 1.6, 0.15, 3.0), at, 0.028, pan)
        for step in range(16):
            hz = 8 * A1_HZ * 2 ** ((root + chord[(step * 3) % 4]) / 12)
            place(_tone(rate_hz, hz, 0.3, 6, 1.3, 0.003, 0.12), at + step / 4, 0.035, 0.6 * np.sin(step))
        if not full:
            continue
        for step in (0, 0.75, 1.5, 2, 2.75, 3.5):
            place(_tone(rate_hz, A1_HZ * 2 ** (root / 12), 0.35, 10, 1.1, 0.004, 0.25), at + step, 0.11)
        for beat_in_bar in (0, 1, 2, 3):
            place(kick, at + beat_in_bar, 0.42 * rng.uniform(0.9, 1.05))
        for beat_in_bar in (1, 3):
            place(snare, at + beat_in_bar, 0.26 * rng.uniform(0.9, 1.1), -0.05)
        for eighth in range(8):
            place(_hat(rng, rate_hz), at + eighth / 2, (0.05 if eighth % 2 else 0.03) * rng.uniform(0.8, 1.2), 0.35)
    return out
