"""Music of several kinds, synthesised, for `tests/bench/sound.py`: stereo, 48 kHz, float64, shape (frames, 2), peak 0.5."""

import numpy as np
from scipy.signal import butter, sosfilt

RATE_HZ = 48000
SECONDS = 6
CHORD_HZ = (1046.5, 1318.5, 1568.0)
_T = np.arange(SECONDS * RATE_HZ) / RATE_HZ


def _stereo(left: np.ndarray, right: np.ndarray | None = None) -> np.ndarray:
    both = np.stack([left, left if right is None else right], axis=1)
    return 0.5 * both / np.abs(both).max()


def _place(notes, sound) -> np.ndarray:
    """`sound(k)` at each of the times `notes` (seconds)."""
    out = np.zeros(len(_T))
    for k, at in enumerate(notes):
        begin, note = int(at * RATE_HZ), sound(k)
        note = note[: len(out) - begin]
        out[begin : begin + len(note)] += note
    return out


def _seconds(duration: float) -> np.ndarray:
    return np.arange(int(duration * RATE_HZ)) / RATE_HZ


def _band(rng, low_hz, high_hz, frames) -> np.ndarray:
    return sosfilt(
        butter(2, [low_hz, high_hz], btype="bandpass", fs=RATE_HZ, output="sos"), rng.standard_normal(frames)
    )


def _kick(_) -> np.ndarray:
    t = _seconds(0.3)
    return np.sin(2 * np.pi * (50 * t + 6 * (1 - np.exp(-t / 0.03)))) * np.exp(-t / 0.09)


def _snare(rng):
    t = _seconds(0.2)
    return lambda _: (
        0.6 * _band(rng, 200, 9000, len(t)) * np.exp(-t / 0.05) + 0.4 * np.sin(2 * np.pi * 190 * t) * np.exp(-t / 0.06)
    )


def _hat(rng):
    t = _seconds(0.06)
    return lambda _: 0.25 * _band(rng, 7000, 15000, len(t)) * np.exp(-t / 0.02)


def _pad(root_hz: float) -> np.ndarray:
    partials = (root_hz * chord * k for chord in (1, 1.26, 1.498) for k in range(1, 7))
    return sum(np.sin(2 * np.pi * f * _T + f) / (1 + f / 400) for f in partials)


def drums() -> np.ndarray:
    rng = np.random.default_rng(1)
    kick, snare = _place(np.arange(0, SECONDS, 0.5), _kick), _place(np.arange(0.25, SECONDS, 0.5), _snare(rng))
    hats = [_place(np.arange(0, SECONDS, 0.125), _hat(rng)) for _ in range(2)]
    return _stereo(kick + snare + hats[0], kick + snare + hats[1])


def kick_and_pad() -> np.ndarray:
    return _stereo(_place(np.arange(0, SECONDS, 0.48), _kick) + 0.05 * _pad(220.0))


def dense() -> np.ndarray:
    rng = np.random.default_rng(2)
    guitars = [np.tanh(3 * (_pad(110.0) * 0.2 + 0.3 * _band(rng, 200, 6000, len(_T)))) for _ in range(2)]
    beat = _place(np.arange(0, SECONDS, 0.5), _kick) + _place(np.arange(0.25, SECONDS, 0.5), _snare(rng))
    bass = 0.5 * np.sign(np.sin(2 * np.pi * 55 * _T)) * (1 - np.mod(_T, 0.25))
    return _stereo(0.4 * guitars[0] + beat + 0.5 * bass, 0.4 * guitars[1] + beat + 0.5 * bass)


def speech_like() -> np.ndarray:
    rng = np.random.default_rng(3)
    voice = np.mod(_T * (120 + 20 * np.sin(2 * np.pi * 0.7 * _T)), 1.0) - 0.5
    formants = sum(_bandpass(voice, f, f * 1.25) for f in (500, 1500, 2500))
    syllables = np.clip(np.sin(2 * np.pi * 3.1 * _T) + 0.3 * np.sin(2 * np.pi * 1.3 * _T), 0, None) ** 1.5
    return _stereo(formants * syllables + 0.05 * _band(rng, 3000, 9000, len(_T)) * np.roll(syllables, 6000))


def _bandpass(x, low_hz, high_hz):
    return sosfilt(butter(1, [low_hz, high_hz], btype="bandpass", fs=RATE_HZ, output="sos"), x)


def sparse() -> np.ndarray:
    def pluck(k):
        t = _seconds(1.2)
        f = (196.0, 293.7, 246.9, 329.6)[k % 4]
        return sum(np.sin(2 * np.pi * f * h * t) * np.exp(-t * h / 0.35) / h for h in range(1, 12))

    return _stereo(_place(np.arange(0, SECONDS, 0.75), pluck))


def organ() -> np.ndarray:
    chords = ((130.8, 196.0, 261.6, 329.6), (110.0, 220.0, 261.6, 329.6), (87.3, 174.6, 261.6, 349.2))

    def chord(k):
        t = _seconds(2.0)
        fade = np.minimum(1, np.minimum(t, 2.0 - t) / 0.03)
        return fade * sum(np.sin(2 * np.pi * f * h * t + f) / h for f in chords[k] for h in (0.5, 1, 2, 3, 4))

    return _stereo(_place((0.0, 2.0, 4.0), chord))


def bass_and_chord() -> np.ndarray:
    """Decaying bass notes of 41 to 62 Hz under a held chord: shows intermodulation by a gain that follows the bass."""

    def note(k):
        t = _seconds(0.45)
        return (
            0.8 * np.minimum(t / 0.004, 1) * np.exp(-t / 0.18) * np.sin(2 * np.pi * (55.0, 49.0, 61.7, 41.2)[k % 4] * t)
        )

    chord = sum(0.06 * np.sin(2 * np.pi * f * _T + k) for k, f in enumerate(CHORD_HZ))
    return np.stack([_place(np.arange(0, SECONDS, 0.5), note) + chord] * 2, axis=1)


KINDS = {f.__name__.replace("_", " "): f for f in (drums, kick_and_pad, dense, speech_like, sparse, organ)}
