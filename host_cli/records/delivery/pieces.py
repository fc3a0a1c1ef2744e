"""Cuts the blocks of a programme into its songs."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np


def cut(blocks: Iterable[np.ndarray], lengths: Sequence[int]) -> Iterator[Iterator[np.ndarray]]:
    """For each of `lengths` (frames) the blocks of that piece. The pieces must be read in order, each to its end."""
    flow = iter(blocks)
    left = np.zeros((2, 0), np.float32)

    def piece(frames: int) -> Iterator[np.ndarray]:
        nonlocal left
        while frames > 0:
            if not left.shape[1]:
                left = next(flow)
            part, left = left[:, :frames], left[:, frames:]
            frames -= part.shape[1]
            if part.shape[1]:
                yield part

    for frames in lengths:
        yield piece(frames)
