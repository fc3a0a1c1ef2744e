"""Writes WAV and RF64 files with the chunks of a delivery, in blocks, and measures what was written."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from dsp_ext.meters import Measurement
from host_cli.records.formats import wave_header
from host_cli.render import audiofile

Chunks = list[tuple[bytes, bytes]]


def write_wave(
    path: Path, rate_hz: int, bits: str, frames: int, blocks: Iterable[np.ndarray],
    before: Callable[[dict], Chunks] = lambda figures: [], after: bytes = b"",
) -> dict:  # fmt: skip
    """Write `frames` of float32 blocks (shape (2, n), full scale ±1) as `bits` ("16", "24", "32", "float"); returns the figures of
    the written samples (`dsp_ext.meters.measure`).

    `before(figures)`: chunks in front of the samples, whose sizes must not depend on the figures. `after`: chunks behind them.
    """
    measurement = Measurement(rate_hz)
    done = 0
    with path.open("wb") as file:
        file.write(wave_header.header(before({}), rate_hz, bits, frames, len(after)))
        for block in blocks:
            data, heard = packed(block, bits)
            measurement.add(heard)
            file.write(data)
            done += block.shape[1]
        if done != frames:
            raise ValueError(f"{path} received {done} frames instead of {frames}")
        if file.tell() % 2:
            file.write(b"\0")
        file.write(after)
        figures = measurement.result()
        file.seek(0)
        file.write(wave_header.header(before(figures), rate_hz, bits, frames, len(after)))
    return figures


def packed(block: np.ndarray, bits: str) -> tuple[bytes, np.ndarray]:
    """(bytes as stored, the samples that they stand for as float32) of a block."""
    if bits == "float":
        return block.T.astype("<f4").tobytes(), np.ascontiguousarray(block, np.float32)
    scaled = np.clip(np.rint(block.T.astype(np.float64) * 2.0**31), -(2.0**31), 2.0**31 - 1)
    words = audiofile.round_to_bits(scaled.astype(np.int32), int(bits))
    heard = np.ascontiguousarray(words.T.astype(np.float32) * np.float32(2.0**-31))
    if bits == "24":
        return np.ascontiguousarray(words, "<i4").view(np.uint8).reshape(-1, 4)[:, 1:].tobytes(), heard
    return ((words >> 16).astype("<i2") if bits == "16" else words.astype("<i4")).tobytes(), heard
