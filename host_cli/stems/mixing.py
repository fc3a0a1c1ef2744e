"""The sum of stems.

Samples of files and renders are multiples of 2^-31 in float32. They are added in float64, in which the sum of 16 of them is exact, and
the sum is rounded once, to float32. So the order of the stems does not matter, and stems that are not processed give the
bits of this sum. If the stems have at most 24 bits and their sum is within full scale, the sum is exact in float32 too.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from host_cli.render import AudioReader

from .chain import Chain

#: Frames that are added at once.
BLOCK = 1 << 16


class StemSum:
    """The sum of stems from their files or renders. `frames`: up to the end of the stem that ends last."""

    def __init__(self, found: Sequence[Chain], renders: Sequence[Path | None]):
        self._parts = list(zip(found, renders, strict=True))
        self.rate_hz = found[0].rate_hz
        self.frames = max(chain.frames + chain.stem.later for chain in found)

    def blocks(self) -> Iterator[np.ndarray]:
        """The sum in blocks: float32, shape (2, frames)."""
        feeds = [Feed(self._samples(chain, path), chain.stem.later) for chain, path in self._parts]
        for at in range(0, self.frames, BLOCK):
            total = np.zeros((2, min(BLOCK, self.frames - at)))
            for feed in feeds:
                total += feed.take(total.shape[1])
            yield total.astype(np.float32)

    @staticmethod
    def _samples(chain: Chain, path: Path | None) -> Iterator[np.ndarray]:
        if path is None:
            yield from chain.blocks()
            return
        with AudioReader(path) as reader:
            yield from reader.blocks()


class Feed:
    """Takes any number of frames at a time from blocks of any length; silence before `later` frames, and after the end."""

    def __init__(self, blocks: Iterator[np.ndarray], later: int = 0):
        self._blocks, self._silence, self._skip = blocks, max(0, later), max(0, -later)
        self._held = np.zeros((2, 0), np.float32)

    def take(self, frames: int) -> np.ndarray:
        """The next `frames`: float32, shape (2, frames)."""
        out = np.zeros((2, frames), np.float32)
        at = min(self._silence, frames)
        self._silence -= at
        while at < frames and self._fill():
            part = self._held[:, : frames - at]
            out[:, at : at + part.shape[1]] = part
            self._held = self._held[:, part.shape[1] :]
            at += part.shape[1]
        return out

    def _fill(self) -> bool:
        """Fetch a block if nothing is held; returns whether there is more."""
        while not self._held.shape[1]:
            block = next(self._blocks, None)
            if block is None:
                return False
            self._held = block[:, self._skip :]
            self._skip -= min(self._skip, block.shape[1])
        return True
