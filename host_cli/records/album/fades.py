"""Shapes of fades: gain at a part of the fade from 0 to 1."""

import numpy as np

#: Where an exponential fade ends, in dB; it goes on to silence there.
_FLOOR_DB = -60.0


def _exponential(part: np.ndarray) -> np.ndarray:
    floor = 10 ** (_FLOOR_DB / 20)
    return (floor ** (1 - part) - floor) / (1 - floor)


#: Gain by the part of the fade that has passed. equal-power: two of them overlapping keep the power of unrelated signals.
#: s: slow at both ends. exponential: a constant number of dB per second, down to -60 dB.
SHAPES = {
    "linear": lambda part: part,
    "equal-power": lambda part: np.sin(np.pi / 2 * part),
    "s": lambda part: 0.5 - 0.5 * np.cos(np.pi * part),
    "exponential": _exponential,
}


def gain(shape: str, frames: np.ndarray, length: int) -> np.ndarray:
    """Gain of a fade-in of `length` frames at each of `frames`, which count from its start; 0 before it, 1 after it."""
    part = np.clip((frames + 0.5) / max(length, 1), 0, 1)
    return np.where(frames >= length, 1.0, np.where(frames < 0, 0.0, SHAPES[shape](part)))
