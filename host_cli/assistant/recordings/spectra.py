"""Spectra of a recording over time: the power of mid and side in thirds of an octave, in short frames.

Thirds of an octave are about as wide as the critical bands of hearing above 500 Hz (Moore, Glasberg, JASA 74(3), 1983).
"""

from dataclasses import dataclass

import numpy as np

from dsp_ext.meters import coefficients

#: Length of a frame in seconds, at least; frames overlap by half.
FRAME_S = 0.33
#: Centres of the bands: thirds of an octave from 25 Hz to 20 kHz around 1 kHz.
CENTRES_HZ = 1000 * 2.0 ** (np.arange(-16, 14) / 3)
#: Bands above this part of the sampling rate contain nothing that can be compared.
HIGHEST_PART = 0.45
MID, SIDE = 0, 1


@dataclass(frozen=True)
class Frames:
    """`power`: mean square of mid and side per frame and band, shape (frames, 2, bands), 0 above `HIGHEST_PART` of the rate.
    `weights_db`: K-weighting at the band centres (ITU-R BS.1770-5). `step_s`: time from frame to frame."""

    power: np.ndarray
    weights_db: np.ndarray
    step_s: float


def frames(samples: np.ndarray, rate_hz: int) -> Frames:
    """The frames of float32 `samples`, shape (2, frames). A recording that is shorter than a frame is padded with silence."""
    length = 1 << int(np.ceil(np.log2(FRAME_S * rate_hz)))
    step = length // 2
    if samples.shape[1] < length:
        samples = np.pad(samples, ((0, 0), (0, length - samples.shape[1])))
    window = np.hanning(length + 1)[:-1].astype(np.float32)
    starts = range(0, samples.shape[1] - length + 1, step)
    edges = CENTRES_HZ[:, None] * 2.0 ** (np.array([-1, 1]) / 6) * length / rate_hz
    power = np.empty((len(starts), 2, len(CENTRES_HZ)))
    piece = np.empty((2, length), np.float32)
    for n, start in enumerate(starts):
        left, right = samples[:, start : start + length]
        np.multiply(left + right, window, out=piece[MID])
        np.multiply(left - right, window, out=piece[SIDE])
        power[n] = _bands(np.fft.rfft(piece), edges)
    # Half the sum and half the difference; Parseval, one-sided.
    power *= 0.25 * 2 / (length * float(np.sum(window.astype(np.float64) ** 2)))
    power[:, :, HIGHEST_PART * rate_hz < CENTRES_HZ] = 0.0
    return Frames(power, weighting_db(CENTRES_HZ, rate_hz), step / rate_hz)


def _bands(spectra: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """The power within each pair of edges (in bins, fractions allowed) of both spectra: shape (2, bands)."""
    total = np.cumsum(spectra.real.astype(np.float64) ** 2 + spectra.imag.astype(np.float64) ** 2, axis=1)
    at = np.clip(edges - 0.5, 0, total.shape[1] - 1)
    low = at.astype(int)
    high = np.minimum(low + 1, total.shape[1] - 1)
    values = total[:, low] + (at - low) * (total[:, high] - total[:, low])
    return values[:, :, 1] - values[:, :, 0]


def weighting_db(hz: np.ndarray, rate_hz: int) -> np.ndarray:
    """The magnitude of the K-weighting of the meter at `hz`, in dB."""
    z = np.exp(-2j * np.pi * np.minimum(hz, 0.49 * rate_hz) / rate_hz)
    gain = np.ones(len(hz), complex)
    for b0, b1, b2, _, a1, a2 in coefficients(rate_hz):
        gain *= (b0 + b1 * z + b2 * z * z) / (1 + a1 * z + a2 * z * z)
    return 20 * np.log10(np.maximum(np.abs(gain), 1e-6))


def decibels(power: np.ndarray) -> np.ndarray:
    """10 log10 of a power, at least -150 dB."""
    return 10 * np.log10(np.maximum(power, 1e-15))
