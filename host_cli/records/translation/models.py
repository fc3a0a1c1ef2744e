"""Models of listening situations: responses in dB, and what a recording sounds like through them."""

import functools
import tomllib
from dataclasses import dataclass
from importlib import resources

import numpy as np

#: Loudness to which a recording is brought before noise is added, in LUFS.
REFERENCE_LUFS = -14.0


@dataclass(frozen=True)
class Model:
    """A row of models.toml, whose head describes the keys."""

    id: str
    name: str
    what: str
    mono: bool = False
    mono_below_hz: float | None = None
    highpass: tuple[float, float] | None = None
    lowpass: tuple[float, float] | None = None
    shelf: tuple[float, float] | None = None
    bells: tuple[tuple[float, float, float], ...] = ()
    noise_dbfs: float | None = None

    def response_db(self, hz: np.ndarray) -> np.ndarray:
        """Gain at frequencies above 0: Butterworth slopes, bells that are Gaussian over the logarithm of the frequency, and a shelf
        with a slope over about two octaves."""
        octaves = np.log2(np.maximum(hz, 1.0))
        total = np.zeros(len(hz))
        if self.highpass:
            total -= 10 * np.log10(1 + (self.highpass[0] / np.maximum(hz, 1.0)) ** (2 * self.highpass[1] / 6))
        if self.lowpass:
            total -= 10 * np.log10(1 + (hz / self.lowpass[0]) ** (2 * self.lowpass[1] / 6))
        if self.shelf:
            total += self.shelf[1] / (1 + 2 ** (2 * (octaves - np.log2(self.shelf[0]))))
        for centre, gain, width in self.bells:
            total += gain * np.exp(-0.5 * ((octaves - np.log2(centre)) / (width / 2)) ** 2)
        return total


@functools.cache
def models() -> dict[str, Model]:
    """All models by id."""
    rows = tomllib.loads((resources.files(__package__) / "models.toml").read_text(encoding="utf-8"))["model"]
    return {row["id"]: Model(**row) for row in rows}


def heard(model: Model, samples: np.ndarray, rate_hz: int, lufs: float | None = None) -> np.ndarray:
    """`samples` (float32, shape (2, frames)) through the model. `lufs`: their loudness, on which the level of noise depends.

    The filters have no phase shift, so the result lines up with the recording.
    """
    frames = samples.shape[1]
    length = 1 << int(np.ceil(np.log2(frames + rate_hz // 4)))
    hz = np.fft.rfftfreq(length, 1 / rate_hz)
    spectrum = np.fft.rfft(samples, length, axis=1)
    if model.mono:
        spectrum[:] = spectrum.mean(axis=0)
    elif model.mono_below_hz:
        low = 1 / (1 + (hz / model.mono_below_hz) ** 8)
        spectrum = low * spectrum.mean(axis=0) + (1 - low) * spectrum
    spectrum *= 10 ** (np.clip(model.response_db(hz), -200, 40) / 20)
    out = np.fft.irfft(spectrum, length, axis=1)[:, :frames]
    if model.noise_dbfs is not None and lufs is not None:
        out += 10 ** ((model.noise_dbfs + lufs - REFERENCE_LUFS) / 20) * road_noise(frames, rate_hz)
    return out.astype(np.float32)


def road_noise(frames: int, rate_hz: int) -> np.ndarray:
    """Brown noise from 30 Hz on, alike in both channels at low frequencies only by chance; RMS 1; the same for every call."""
    rng = np.random.default_rng(7)
    spectrum = np.fft.rfft(rng.standard_normal((2, frames)), axis=1)
    hz = np.fft.rfftfreq(frames, 1 / rate_hz)
    shape = np.where(hz > 30, 1 / np.maximum(hz, 30.0), 0.0)
    noise = np.fft.irfft(spectrum * shape, frames, axis=1)
    return noise / max(np.sqrt(np.mean(noise**2)), 1e-12)
