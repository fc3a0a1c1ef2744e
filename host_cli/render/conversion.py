"""Converts the sampling rate of a stream of blocks with libsoxr. Needs the package soxr: `pip install "burnish[files]"`.

A render converts before the engine. The limiter then works at the rate of the output and is the last stage, so its ceiling
holds in the file that is written, and the result has the bits of a box that runs at that rate. A conversion after the engine
would move the peaks: the ringing of its filter can exceed the ceiling by more than 1 dB.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from host_cli.errors import CliFail

#: The quality in libsoxr's terms: its highest, "very high", computed in float64, with a linear-phase filter.
QUALITY = "VHQ"


def check_soxr(extra: str = "files") -> None:
    """Raises CliFail if the package is not installed. `extra`: the extra of this project that installs it."""
    try:
        import soxr  # noqa: F401
    except ImportError:
        raise CliFail(f'a conversion of the sampling rate needs soxr: run pip install "burnish[{extra}]"') from None


def converted_frames(frames: int, from_hz: int, to_hz: int) -> int:
    """The number of frames after the conversion of `frames`."""
    return -(-frames * to_hz // from_hz)


def converted(blocks: Iterable[np.ndarray], from_hz: int, to_hz: int, frames: int) -> Iterator[np.ndarray]:
    """`blocks` (float32, shape (channels, frames)) at the rate `to_hz`, without delay; `frames` is the length of the output, to
    which it is cut or padded with silence."""
    import soxr

    stream, left = None, frames
    for block in blocks:
        stream = stream or soxr.ResampleStream(from_hz, to_hz, len(block), dtype="float64", quality=QUALITY)
        channels = len(block)
        out = _chunk(stream, block, left)
        left -= out.shape[1]
        if out.shape[1]:
            yield out
    if stream is None:
        return
    rest = np.zeros((channels, left), np.float32)
    out = _chunk(stream, np.zeros((channels, 0)), left, last=True)
    rest[:, : out.shape[1]] = out
    if left:
        yield rest


def _chunk(stream, block: np.ndarray, most: int, last: bool = False) -> np.ndarray:
    """The output for a block, at most `most` frames of it."""
    out = stream.resample_chunk(np.ascontiguousarray(block.T, np.float64), last=last)
    return np.array(out[:most].T, np.float32, order="C")
