"""Finds by how many frames one version of a recording is later than another, and shifts it by any number of frames.

Generalised cross-correlation (Knapp and Carter, IEEE Trans. ASSP-24, 1976) with the square root of the phase transform, so that
different equalisation does not move its peak, summed over both channels. Between frames the correlation is band-limited, so its peak
is found by sinc interpolation.
"""

from dataclasses import dataclass

import numpy as np

#: Longest part of the recordings that is correlated, and the largest offset that is found, in s.
PART_S, MOST_S = 60.0, 10.0
#: The range of frequencies that is correlated, in Hz.
RANGE_HZ = (40.0, 16_000.0)
#: A peak of the correlation that is less than this many times its RMS value belongs to different recordings.
DISTINCT = 12.0
#: Frames around the peak from which it is interpolated, and steps between two frames.
_AROUND, _STEPS = 32, 64
#: Half the length of the filter that shifts by a part of a frame, its Kaiser window, and the least part that is worth it.
_HALF, _BETA, _LEAST = 64, 12.0, 0.004


@dataclass(frozen=True)
class Offset:
    """`frames`: by which the second version is later. `inverted`: whether its polarity is inverted. `distinct`: peak of the correlation
    over its RMS value; below `DISTINCT` the versions have nothing in common."""

    frames: float
    inverted: bool
    distinct: float


def find_offset(first: np.ndarray, second: np.ndarray, rate_hz: int) -> Offset:
    """The offset of `second` (both float32, shape (2, frames)), from the middle of `first`."""
    part, most = round(PART_S * rate_hz), round(MOST_S * rate_hz)
    start = max(0, (first.shape[1] - part) // 2)
    begin = max(0, start - most)
    return offset_of_part(
        first[:, start : start + part], second[:, begin : start + part + most], start - begin, most, rate_hz
    )


def offset_of_part(part: np.ndarray, other: np.ndarray, lead: int, most: int, rate_hz: int) -> Offset:
    """By how many frames `part` is later in `other`, which begins `lead` frames before it; at most `most` frames."""
    a, b = part.astype(np.float64), other.astype(np.float64)
    if not a.any() or not b.any():
        return Offset(0.0, False, 0.0)
    size = 1 << (a.shape[1] + b.shape[1] - 1).bit_length()
    cross = np.sum(np.fft.rfft(b, size) * np.fft.rfft(a, size).conj(), axis=0)
    hz = np.fft.rfftfreq(size, 1 / rate_hz)
    magnitude = np.abs(cross)
    cross /= np.sqrt(magnitude + 1e-12 * magnitude.max())
    cross[(hz < RANGE_HZ[0]) | (hz > RANGE_HZ[1])] = 0
    whole = np.fft.irfft(cross, size)
    lags = np.concatenate([np.arange(size // 2), np.arange(-(size // 2), 0)]) - lead
    whole[np.abs(lags) > most] = 0
    peak = int(np.argmax(np.abs(whole)))
    spread = np.sqrt(np.mean(whole[whole != 0] ** 2)) if whole.any() else 1.0
    near = whole[np.arange(peak - _AROUND, peak + _AROUND + 1) % size]
    inverted = bool(near[_AROUND] < 0)
    place = float(lags[peak]) + _refined(-near if inverted else near)
    return Offset(place, inverted, float(abs(whole[peak]) / spread))


def _refined(near: np.ndarray) -> float:
    """The place of the maximum relative to the middle, between -1 and 1, in frames."""
    steps = np.arange(-_STEPS, _STEPS + 1) / _STEPS
    frames = np.arange(-_AROUND, _AROUND + 1)
    window = np.hanning(len(frames) + 2)[1:-1]
    values = np.sinc(steps[:, None] - frames) @ (near * window)
    best = int(np.argmax(values[1:-1])) + 1
    before, there, after = values[best - 1 : best + 2]
    bend = before - 2 * there + after
    return float(steps[best] + (0.5 * (before - after) / bend / _STEPS if bend else 0.0))


def shifted(samples: np.ndarray, frames: float) -> np.ndarray:
    """`samples` (float32, shape (2, n)) earlier by `frames`, which may be negative and fractional; same length, silence at the ends.

    A shift by whole frames keeps all bits. A part of a frame is a windowed sinc, exact within -90 dB up to 0.45 of the sampling rate."""
    whole = round(frames)
    part = frames - whole
    out = np.zeros_like(samples)
    length = samples.shape[1]
    if abs(whole) < length:
        if whole >= 0:
            out[:, : length - whole] = samples[:, whole:]
        else:
            out[:, -whole:] = samples[:, :whole]
    if abs(part) < _LEAST:
        return out
    taps = np.arange(-_HALF, _HALF + 1)
    kernel = np.sinc(taps + part) * np.kaiser(len(taps), _BETA)
    kernel /= kernel.sum()
    return np.array([_filtered(channel, kernel) for channel in out], np.float32)


def _filtered(channel: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Convolution in blocks, of the length of `channel`."""
    size = 1 << 16
    spectrum = np.fft.rfft(kernel, size)
    step, delay = size - len(kernel) + 1, len(kernel) // 2
    out = np.zeros(len(channel) + size)
    for at in range(0, len(channel), step):
        block = np.fft.irfft(np.fft.rfft(channel[at : at + step], size) * spectrum, size)
        out[at : at + size] += block[: min(size, len(out) - at)]
    return out[delay : delay + len(channel)]
