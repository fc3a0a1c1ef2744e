"""Detectors of what a file was before: lossy, 16 bits, another sampling rate."""

from collections.abc import Iterator

import numpy as np

from .fault import LOOK, Fault, Mix

#: A fall by this many dB within 600 Hz is the edge of a filter; above it, the density is at most this, in dBFS.
EDGE_DB, ABOVE_DBFS = 18.0, -95.0
#: Below this frequency in Hz, the partials of a filtered synthesiser can end as steeply, so the fall must be larger, in dB.
LOW_EDGE_HZ, LOW_EDGE_DB = 14_500.0, 30.0
#: Where lossy encoders cut, in Hz, and where a converter from 44.1 or 48 kHz does.
LOSSY_HZ, CONVERTED_HZ = (9_000.0, 20_450.0), (20_450.0, 25_000.0)


def _edge(mix: Mix, low_hz: float, high_hz: float) -> tuple[float, float] | None:
    """(frequency, fall in dB) of the steepest edge in a range, or None."""
    hz, level = mix.spectrum
    step = hz[1]
    wide, gap = round(500 / step), round(300 / step)
    power = np.concatenate([[0.0], np.cumsum(level)])
    centres = np.flatnonzero((hz >= low_hz) & (hz <= min(high_hz, 0.49 * mix.rate_hz - 800)))
    if not len(centres):
        return None
    below = (power[centres - gap] - power[centres - gap - wide]) / wide
    above = (power[centres + gap + wide] - power[centres + gap]) / wide
    best = int(np.argmax(below - above))
    fall, edge_hz = float((below - above)[best]), float(hz[centres[best]])
    needed = EDGE_DB if edge_hz >= LOW_EDGE_HZ else LOW_EDGE_DB
    return (edge_hz, fall) if fall >= needed and above[best] <= ABOVE_DBFS else None


def lossy(mix: Mix) -> Iterator[Fault]:
    """The steep edge that MP3 and AAC encoders leave below 20.5 kHz."""
    if not any(True for _ in converted(mix)) and (edge := _edge(mix, *LOSSY_HZ)):
        yield Fault("lossy", LOOK, edge[0] / 1000, "kHz")


def converted(mix: Mix) -> Iterator[Fault]:
    """A file at 88.2 kHz or more whose top is empty."""
    if mix.rate_hz >= 88_200 and (edge := _edge(mix, *CONVERTED_HZ)):
        yield Fault("converted", LOOK, edge[0] / 1000, "kHz")


def short_words(mix: Mix) -> Iterator[Fault]:
    """Samples that are all multiples of a 16-bit step."""
    words = mix.samples * np.float32(32768)
    if mix.samples.any() and np.array_equal(words, np.rint(words)):
        yield Fault("16_bit", LOOK, 16, "bits")
