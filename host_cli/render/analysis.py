"""Measures a file: loudness, peaks, dynamics, stereo, spectrum, and the times of overs."""

import numpy as np

from dsp_ext.meters import measure

#: True peaks above this are overs, in dBTP.
OVER_DBTP = 0.0
#: Most overs that are listed.
MOST_OVERS = 100
#: Shorter files are padded with silence to this number of frames for their spectrum.
SHORTEST = 64


def analyse(samples: np.ndarray, rate_hz: int, over_dbtp: float = OVER_DBTP) -> dict:
    """All figures of `samples` (float32, shape (2, frames), full scale ±1).

    Returns the result of `dsp_ext.meters.measure` and: `dr` (see `dynamic_range`), `overs` (the first hundred spans whose true
    peak is above `over_dbtp`, see `spans`), `over_count` (the number of all spans), `worst_over` (the span with the highest
    peak, or None), and `spectrum` ({"hz", "db"}: power per
    sixth of an octave; 0 dB is a full-scale sine).
    """
    found = measure(samples, rate_hz)
    history = found["history"]
    found |= overs(history["tp_dbtp"], history["seconds"], over_dbtp)
    found["dr"] = dynamic_range(samples, rate_hz)
    hz = sixth_octaves(rate_hz)
    found["spectrum"] = {"hz": hz, "db": spectrum_db(samples, rate_hz, hz, 1 / 6)}
    return found


def overs(tp_dbtp: np.ndarray, ends_s: np.ndarray, over_dbtp: float) -> dict:
    """The figures of `analyse` about overs, from the highest true peak of each step and the end of each step."""
    found = spans(tp_dbtp, ends_s, over_dbtp)
    return {
        "over_dbtp": over_dbtp,
        "over_count": len(found),
        "worst_over": max(found, key=lambda span: span["dbtp"], default=None),
        "overs": found[:MOST_OVERS],
    }


def spans(tp_dbtp: np.ndarray, ends_s: np.ndarray, over_dbtp: float) -> list[dict]:
    """Spans of neighbouring steps (of 100 ms) whose true peak is above `over_dbtp`.

    Each is {"seconds": start, "until_s": end, "dbtp": the highest true peak in it}.
    """
    above = np.concatenate([[False], tp_dbtp > over_dbtp, [False]])
    starts, ends = np.flatnonzero(np.diff(above.astype(int)) > 0), np.flatnonzero(np.diff(above.astype(int)) < 0)
    edges_s = np.concatenate([[0.0], ends_s])
    return [
        {
            "seconds": round(float(edges_s[start]), 1),
            "until_s": round(float(edges_s[end]), 1),
            "dbtp": round(float(tp_dbtp[start:end].max()), 2),
        }
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    ]


def dynamic_range(samples: np.ndarray, rate_hz: int) -> int | None:
    """DR of (2, frames) after "Measuring DR" (Algorithmix, v1.3). None for silence and for less than two blocks.

    Each channel is divided into blocks of 3 s (132480 frames at 44.1 kHz). The RMS has a factor of 2 under the root, so that
    the RMS of a sine is its peak. DR is the second-highest block peak divided by the RMS of the loudest fifth of the blocks.
    """
    length = round(132480 / 44100 * rate_hz)
    count = samples.shape[1] // length
    if count < 2:
        return None
    blocks = samples[:, : count * length].reshape(2, count, length)
    square = 2 * np.mean(blocks**2, axis=2)
    peak = np.sort(np.abs(blocks).max(axis=2), axis=1)[:, -2]
    loudest = np.sort(square, axis=1)[:, -max(1, count // 5) :].mean(axis=1)
    if not np.all(peak > 0) or not np.all(loudest > 0):
        return None
    return round(float(np.mean(20 * np.log10(peak / np.sqrt(loudest)))))


def sixth_octaves(rate_hz: int) -> np.ndarray:
    """Centre frequencies from 20 Hz to 20 kHz in sixths of an octave, up to 0.45 of the sampling rate."""
    hz = 1000 * 2 ** (np.arange(-34, 26 + 1) / 6)
    return hz[hz < 0.45 * rate_hz]


def spectrum_db(samples: np.ndarray, rate_hz: int, hz: np.ndarray, octaves: float) -> np.ndarray:
    """Long-term power of (2, frames) in bands of `octaves` around each frequency of `hz`, summed over both channels. 0 dB is
    a full-scale sine in both channels. Welch's method: Hann windows of 1/3 s, half overlapping (IEEE Trans. AU-15, 1967)."""
    if samples.shape[1] < SHORTEST:
        samples = np.pad(samples, ((0, 0), (0, SHORTEST - samples.shape[1])))
    length = min(1 << int(np.log2(rate_hz / 3)), samples.shape[1])
    window = np.hanning(length + 1)[:-1]
    starts = range(0, samples.shape[1] - length + 1, max(1, length // 2))
    power = np.zeros(length // 2 + 1)
    for start in starts:
        spectrum = np.fft.rfft(samples[:, start : start + length] * window, axis=1)
        power += np.sum(np.abs(spectrum) ** 2, axis=0)
    # Parseval, one-sided: the sum is the sum of both channels' mean squares, which is 1 for a full-scale sine in both.
    power *= 2 / (len(starts) * length * np.sum(window**2))
    total = np.concatenate([[0.0], np.cumsum(power)])
    edges = np.arange(len(total)) - 0.5  # lower edges of the bins, counted in bins
    low, high = (hz * 2 ** (side * octaves / 2) * length / rate_hz for side in (-1, 1))
    inside = np.interp(high, edges, total) - np.interp(low, edges, total)
    return 10 * np.log10(np.maximum(inside, 1e-15))
