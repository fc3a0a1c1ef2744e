"""Sampling rate and word length of a programme, converted once and in blocks of any length."""

from collections.abc import Iterable, Iterator

import numpy as np

from dsp_ext.output import Dither
from host_cli.render import conversion

#: Frames that the dither processes at once.
_BLOCK = 4096
#: Frames of silence between sounds that are dithered like them.
_SILENCE = 1024


def resampled(blocks: Iterable[np.ndarray], from_hz: int, to_hz: int, frames: int) -> Iterable[np.ndarray]:
    """`blocks` (float32, shape (2, n)) at another sampling rate, cut or padded to `frames`. Input and output begin at the same time.
    Raises CliFail without libsoxr (`host_cli.render.conversion`)."""
    if from_hz == to_hz:
        return blocks
    conversion.check_soxr("records")
    return conversion.converted(blocks, from_hz, to_hz, frames)


def dithered(blocks: Iterable[np.ndarray], rate_hz: int, bits: int, shape: str) -> Iterator[np.ndarray]:
    """`blocks` rounded to words of `bits` (16, 20 or 24) with the dither of the box; `shape`: none, flat, gentle, strong.

    Digital silence stays silent: frames that are zero in both channels for longer than `_SILENCE` receive no dither."""
    if shape == "none":
        yield from blocks
        return
    dither = Dither(rate_hz, _BLOCK)
    dither.set(bits=bits, shape=shape)
    for block in blocks:
        out = np.array(block, np.float32, order="C")
        for at in range(0, out.shape[1], _BLOCK):
            piece = np.ascontiguousarray(out[:, at : at + _BLOCK])
            dither.process(piece)
            out[:, at : at + _BLOCK] = piece
        out[:, _silent(block)] = 0
        yield out


def _silent(block: np.ndarray) -> np.ndarray:
    """Which frames are in a long run of silence. A run that touches an end of the block counts as long."""
    quiet = ~block.any(axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(np.int8)))
    for start, end in edges.reshape(-1, 2):
        if end - start < _SILENCE and start > 0 and end < len(quiet):
            quiet[start:end] = False
    return quiet
