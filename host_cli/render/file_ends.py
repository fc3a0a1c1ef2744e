"""Keeps the true peak at or below the ceiling at both ends of a file, also if the file cuts off a sound.

A linear EQ rings before the first and after the last frame of its input. The limiter processes this ringing, but the file does not
contain it. The cut causes peaks between samples that no stage has measured. They can exceed the ceiling by up to 1 dB.
"""

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from dsp_ext.core import ramp_shape
from dsp_ext.meters import TruePeak

FADE_MS = 1.5
#: Frames that a true-peak meter needs on either side of a peak.
_MARGIN = 66
_MOST_ROUNDS = 8


def with_ends(
    blocks: Iterable[np.ndarray], frames: int, change: Callable[[np.ndarray], np.ndarray]
) -> Iterator[np.ndarray]:
    """`blocks` (shape (channels, frames)) with their last `frames` frames replaced by `change` of them. The first `frames` frames are
    reversed, replaced in the same way, and reversed again."""
    held, at_begin = None, True
    for block in blocks:
        held = block if held is None else np.concatenate([held, block], axis=1)
        if held.shape[1] >= 2 * frames:
            if at_begin:
                held = np.concatenate([_backwards(change(_backwards(held[:, :frames]))), held[:, frames:]], axis=1)
                at_begin = False
            yield held[:, :-frames]
            held = held[:, -frames:]
    if held is not None:
        yield change(_backwards(change(_backwards(held))) if at_begin else held)


def _backwards(x: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(x[:, ::-1])


def end_frames(rate_hz: int) -> int:
    """Frames that `below_ceiling` looks at."""
    return round(FADE_MS * 1e-3 * rate_hz) + 6 * _MARGIN


def below_ceiling(end: np.ndarray, rate_hz: int, ceiling_dbtp: float) -> np.ndarray:
    """The last frames of a file (float32, shape (channels, frames)). If the cut after them causes a true peak above the
    ceiling, the gain is lowered during the last FADE_MS, only as much as necessary. Otherwise the frames are unchanged."""
    ceiling, fade = 10 ** (ceiling_dbtp / 20), min(end.shape[1], round(FADE_MS * 1e-3 * rate_hz))
    silence, shape = np.zeros(3 * _MARGIN, np.float32), ramp_shape(fade)
    for _ in range(_MOST_ROUNDS):
        # The begin of `end` is a cut as well, but only here: its peaks do not count.
        peaks = [
            TruePeak(rate_hz, long=True).peaks(np.concatenate([channel, silence]))[3 * _MARGIN :] for channel in end
        ]
        peak = float(max((p.max() for p in peaks if len(p)), default=0.0))
        if peak <= ceiling:
            break
        gain = np.ones(end.shape[1])
        gain[-fade:] -= (1 - 0.9999 * ceiling / peak) * shape
        end = (end * gain).astype(np.float32)
    return end
