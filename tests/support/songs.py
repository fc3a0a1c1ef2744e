"""Fourteen synthesised songs of different kinds, in stereo, for the tests of the assistant: `song(name, seconds, rate_hz)`.

A song is a row of `SONGS` or of `CHECKS`: tempo, key, chords, and instruments. It is played in parts of four bars. Which instruments play in a part,
how loud and which notes they play, differs from part to part, so that two halves of a song sound like one record but do not have
the same spectrum.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from host_cli.render.demo_mix import band_noise

#: Bars of a part, and beats of a bar.
PART_BARS, BAR_BEATS = 4, 4


@dataclass(frozen=True)
class Voice:
    """An instrument. `sound`: a key of `_SOUNDS`. `pattern`: probability of a note on each eighth of a bar (one number for all, or
    eight). `octave`: of the notes above the root. `gain_db`; `pan` from -1 to 1; `spread`: 0 to 1, how different both channels are.
    `share`: probability that it plays in a part."""

    sound: str
    pattern: float | tuple[float, ...]
    gain_db: float
    octave: int = 0
    pan: float = 0.0
    spread: float = 0.0
    share: float = 1.0


_FOUR, _BACK = (1, 0, 1, 0, 1, 0, 1, 0), (0, 0, 1, 0, 0, 0, 1, 0)
_ROCK = (1, 0, 0, 0.3, 1, 0.3, 0, 0)
#: name: (beats per minute, root in Hz, semitones of the chords, instruments)
SONGS: dict[str, tuple[float, float, tuple[tuple[int, ...], ...], tuple[Voice, ...]]] = {
    "rock": (118, 82.4, ((0, 7, 12), (5, 12, 17), (-4, 3, 8), (3, 10, 15)), (
        Voice("kick", _ROCK, 0), Voice("snare", _BACK, -3), Voice("hat", 0.9, -18, pan=0.3), Voice("bass", 0.8, -7),
        Voice("guitar", 0.7, -10, 1, -0.7, 0.2), Voice("guitar", 0.7, -10, 1, 0.7, 0.2), Voice("lead", 0.3, -11, 2, share=0.6))),
    "pop": (100, 65.4, ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14)), (
        Voice("kick", _FOUR, -1), Voice("snare", _BACK, -5), Voice("hat", 1.0, -20, spread=0.5), Voice("bass", 0.5, -8),
        Voice("pad", 0.15, -16, 2, 0, 0.9), Voice("pluck", 0.6, -14, 3, 0.4, 0.4, 0.7), Voice("singer", 0.4, -7, 2, share=0.8))),
    "techno": (132, 55.0, ((0, 7, 12), (0, 7, 15)), (
        Voice("kick", _FOUR, 0), Voice("hat", (0, 1, 0, 1, 0, 1, 0, 1), -14, share=0.8), Voice("bass", 0.9, -8),
        Voice("pluck", 0.7, -12, 3, 0, 0.8, 0.7), Voice("noise", 0.1, -20, spread=1.0, share=0.5))),
    "jazz": (140, 73.4, ((0, 4, 7, 11), (2, 5, 9, 12), (7, 11, 14, 17), (0, 4, 9, 14)), (
        Voice("ride", (1, 0, 1, 0.6, 1, 0, 1, 0.6), -16, pan=0.4), Voice("snare", 0.1, -22), Voice("upright", _FOUR, -6),
        Voice("piano", 0.35, -9, 2, -0.3, 0.4), Voice("lead", 0.5, -10, 2, share=0.6))),
    "piano": (72, 65.4, ((0, 7, 12), (-3, 4, 9), (5, 9, 12), (7, 14, 17)), (
        Voice("piano", 0.5, -4, 0, -0.2, 0.3), Voice("piano", 0.7, -6, 2, 0.2, 0.3))),
    "folk": (92, 98.0, ((0, 4, 7), (5, 9, 12), (7, 11, 14), (0, 4, 7)), (
        Voice("pluck", 0.9, -8, 1, -0.4, 0.2), Voice("pluck", 0.6, -11, 2, 0.5, 0.2, 0.7), Voice("singer", 0.5, -5, 1, share=0.8),
        Voice("upright", (1, 0, 0, 0, 1, 0, 0, 0), -9, share=0.7))),
    "orchestra": (66, 65.4, ((0, 7, 12, 16), (5, 9, 12, 17), (-5, 2, 7, 11), (0, 4, 7, 12)), (
        Voice("strings", 0.3, -8, 1, -0.5, 0.8), Voice("strings", 0.3, -8, 2, 0.4, 0.8), Voice("brass", 0.2, -9, 1, 0.2, 0.4, 0.4),
        Voice("bass", 0.2, -10), Voice("timpani", 0.05, -8, 0, share=0.4))),
    "hip-hop": (86, 43.7, ((0, 3, 7), (-2, 3, 8)), (
        Voice("sub", (1, 0, 0, 0.4, 0, 0.5, 0, 0), 0), Voice("kick", (1, 0, 0, 0.5, 0, 0.5, 0, 0), -2), Voice("snare", _BACK, -4),
        Voice("hat", 1.0, -17, pan=-0.2), Voice("piano", 0.2, -14, 3, 0, 0.6, 0.7), Voice("singer", 0.6, -6, 1, share=0.8))),
    "ambient": (60, 55.0, ((0, 7, 14), (-3, 4, 12), (5, 12, 16)), (
        Voice("pad", 0.15, -5, 1, 0, 0.6), Voice("pad", 0.15, -9, 2, 0, 0.5), Voice("noise", 0.1, -24, spread=0.8),
        Voice("pluck", 0.15, -14, 4, 0.3, 0.9, 0.6))),
    "metal": (168, 61.7, ((0, 7, 12), (1, 8, 13), (3, 10, 15)), (
        Voice("kick", 0.7, -3), Voice("snare", _BACK, -3), Voice("cymbal", 0.2, -14, spread=0.4), Voice("bass", 1.0, -9),
        Voice("guitar", 1.0, -5, 1, -0.9, 0.1), Voice("guitar", 1.0, -5, 1, 0.9, 0.1), Voice("lead", 0.4, -12, 3, share=0.4))),
}  # fmt: skip

#: Four songs with which nothing was tuned: the benchmark checks with them that the choices hold for other music.
CHECKS: dict[str, tuple[float, float, tuple[tuple[int, ...], ...], tuple[Voice, ...]]] = {
    "funk": (108, 73.4, ((0, 4, 7, 10), (5, 9, 12, 15)), (
        Voice("kick", _ROCK, -1), Voice("snare", _BACK, -4), Voice("hat", 1.0, -16, pan=-0.3), Voice("bass", 0.9, -4),
        Voice("guitar", 0.5, -13, 2, 0.6, 0.1, 0.8), Voice("brass", 0.15, -10, 2, -0.2, 0.5, 0.5), Voice("singer", 0.4, -7, 1, share=0.7))),
    "waltz": (84, 98.0, ((0, 4, 7), (5, 9, 12), (7, 11, 14)), (
        Voice("upright", (1, 0, 0, 0, 0, 0, 0, 0), -6), Voice("strings", 0.2, -9, 1, -0.4, 0.7), Voice("strings", 0.3, -11, 2, 0.5, 0.7, 0.7),
        Voice("piano", (0, 0, 1, 0, 1, 0, 0, 0), -9, 2, 0.1, 0.4), Voice("lead", 0.3, -11, 3, share=0.5))),
    "reggae": (74, 55.0, ((0, 3, 7), (5, 8, 12), (-2, 2, 5)), (
        Voice("kick", (0, 0, 0, 0, 1, 0, 0, 0), -1), Voice("snare", (0, 0, 0, 0, 1, 0, 0, 0.2), -7), Voice("hat", 0.8, -19, spread=0.3),
        Voice("sub", 0.5, -2), Voice("guitar", (0, 0, 1, 0, 0, 0, 1, 0), -12, 2, -0.5, 0.3), Voice("pad", 0.15, -15, 2, 0, 0.8, 0.6),
        Voice("singer", 0.5, -6, 1, share=0.8))),
    "house": (124, 49.0, ((0, 3, 7, 10), (-4, 0, 3, 7)), (
        Voice("kick", _FOUR, 0), Voice("hat", (0, 1, 0, 1, 0, 1, 0, 1), -15, spread=0.2), Voice("bass", 0.6, -6),
        Voice("piano", 0.3, -10, 2, 0, 0.5, 0.8), Voice("strings", 0.15, -16, 3, 0.2, 0.9, 0.5), Voice("cymbal", 0.05, -20, spread=0.5))),
}  # fmt: skip


def song(name: str, seconds: float, rate_hz: int = 44100, peak: float = 0.9) -> np.ndarray:
    """Float64 samples, shape (2, frames), with this peak. The same arguments give the same samples."""
    tempo, root_hz, chords, voices = (SONGS | CHECKS)[name]
    rng = np.random.default_rng([len(name), *name.encode()])
    eighth_s = 30 / tempo
    out = np.zeros((2, round(seconds * rate_hz)))
    part_s = PART_BARS * BAR_BEATS * 2 * eighth_s
    for part in range(int(seconds / part_s) + 1):
        for voice in voices:
            plays, gain = rng.random() < voice.share, 10 ** ((voice.gain_db + rng.normal(0, 1.2)) / 20)
            for step in range(PART_BARS * BAR_BEATS * 2):
                chance, pitch, accent = rng.random(), rng.random(), rng.normal(0, 1.5)
                wanted = voice.pattern if isinstance(voice.pattern, float) else voice.pattern[step % 8]
                if not plays or chance >= wanted:
                    continue
                chord = chords[(step // (BAR_BEATS * 2)) % len(chords)]
                semitones = chord[int(pitch * len(chord))] if voice.octave else chord[0]
                sound = _note(
                    voice.sound, round(root_hz * 2 ** (voice.octave + semitones / 12), 3), rate_hz, voice.spread
                )
                at = round((part * part_s + step * eighth_s) * rate_hz)
                _add(out, sound, at, gain * 10 ** (accent / 20), voice.pan)
    return out * (peak / np.abs(out).max())


def _add(out: np.ndarray, sound: np.ndarray, at: int, gain: float, pan: float) -> None:
    """Constant-power pan: -1 left, 0 middle, 1 right."""
    end = min(at + sound.shape[1], out.shape[1])
    angle = (pan + 1) * np.pi / 4
    for channel, weight in enumerate((np.cos(angle), np.sin(angle))):
        if end > at:
            out[channel, at:end] += gain * weight * sound[channel, : end - at]


#: Tones: partials, slope of the partials in powers, attack and decay in s, noise at the attack; drums and noises: see `_note`.
_TONES = {
    "bass": (12, 1.4, 0.005, 0.35, 0.0), "sub": (3, 2.2, 0.01, 0.6, 0.0), "upright": (14, 1.7, 0.004, 0.5, 0.02),
    "guitar": (40, 0.85, 0.004, 0.5, 0.02), "lead": (25, 1.0, 0.02, 0.5, 0.0), "pad": (16, 1.6, 0.5, 2.5, 0.0),
    "pluck": (30, 1.3, 0.002, 0.25, 0.01), "piano": (24, 1.5, 0.003, 0.9, 0.01), "strings": (30, 1.1, 0.25, 1.6, 0.01),
    "brass": (30, 0.9, 0.08, 0.9, 0.01), "singer": (40, 1.0, 0.04, 0.5, 0.02), "timpani": (6, 1.8, 0.003, 1.0, 0.05),
}  # fmt: skip
#: Noises: lowest and highest frequency in Hz, attack and decay in s.
_NOISES = {"hat": (6000, 16000, 0.0005, 0.03), "ride": (3000, 15000, 0.001, 0.35), "cymbal": (2500, 16000, 0.001, 0.8),
           "noise": (500, 9000, 1.0, 1.5)}  # fmt: skip
#: Resonances of a voice: frequency in Hz and width in octaves.
_FORMANTS = ((600, 0.5), (1200, 0.4), (2700, 0.4))


@cache
def _note(name: str, hz: float, rate_hz: int, spread: float) -> np.ndarray:
    """A sound with a peak of about 1, shape (2, frames). The right channel has other phases, by `spread`."""
    rng = np.random.default_rng([*name.encode(), int(hz * 1000) % 2**31])
    if name in ("kick", "snare"):
        one = _kick(rate_hz) if name == "kick" else _snare(rng, rate_hz)
        return np.stack([one, one])
    if name in _NOISES:
        low_hz, high_hz, attack_s, decay_s = _NOISES[name]
        shape = _envelope(attack_s, decay_s, rate_hz)
        both = [band_noise(rng, len(shape), rate_hz, low_hz, high_hz) * shape * 0.3 for _ in range(2)]
    else:
        both = [_tone(rng, name, hz, rate_hz) for _ in range(2)]
    return np.stack([both[0], (1 - spread) * both[0] + spread * both[1]])


def _tone(rng, name: str, hz: float, rate_hz: int) -> np.ndarray:
    partials, slope, attack_s, decay_s, noise = _TONES[name]
    shape = _envelope(attack_s, decay_s, rate_hz)
    t = np.arange(len(shape)) / rate_hz
    out = np.zeros(len(t))
    for n in range(1, partials + 1):
        if n * hz > 15000:
            break
        weight = n**-slope * np.exp(-0.15 * n * t / decay_s)
        if name == "singer":
            weight = weight * (0.15 + sum(np.exp(-((np.log2(n * hz / f) / width) ** 2)) for f, width in _FORMANTS))
        out += weight * np.sin(2 * np.pi * n * hz * (1 + 1e-4 * n) * t + rng.uniform(0, 2 * np.pi))
    out = out * shape / 2 + noise * band_noise(rng, len(t), rate_hz, 1000, 12000) * np.exp(-t / 0.02)
    return out


def _envelope(attack_s: float, decay_s: float, rate_hz: int) -> np.ndarray:
    """Linear attack, exponential decay over four time constants (2 s at most), faded to 0."""
    t = np.arange(round((attack_s + min(4 * decay_s, 2.0)) * rate_hz)) / rate_hz
    return np.minimum(1, t / attack_s) * np.exp(-np.maximum(t - attack_s, 0) / decay_s) * np.minimum(1, t[::-1] / 0.01)


def _kick(rate_hz: int) -> np.ndarray:
    shape = _envelope(0.001, 0.12, rate_hz)
    t = np.arange(len(shape)) / rate_hz
    return np.sin(2 * np.pi * (48 * t + 60 * 0.03 * (1 - np.exp(-t / 0.03)))) * shape


def _snare(rng, rate_hz: int) -> np.ndarray:
    shape = _envelope(0.001, 0.06, rate_hz)
    t = np.arange(len(shape)) / rate_hz
    return (0.6 * np.sin(2 * np.pi * 190 * t) + 0.25 * band_noise(rng, len(t), rate_hz, 1200, 9000)) * shape
