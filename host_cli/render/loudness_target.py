"""A render that comes out at a wanted loudness: the gain into the limiter is searched, nothing rides the level."""

from dataclasses import dataclass

import numpy as np

from firmware.contract import params
from host_cli.errors import REFUSED, CliFail

from . import audiofile
from .engine import Rendered, render

GAIN = "limiter.gain_db"
#: Close enough, in LU.
TOLERANCE_LU = 0.05
#: Renders at most.
PASSES = 8


@dataclass(frozen=True)
class Reached:
    """The render, its loudness, the gain that gave it, and how many renders that took."""

    rendered: Rendered
    integrated_lufs: float
    gain_db: float
    passes: int


def render_to(words: np.ndarray, rate_hz: int, values: dict[str, float], target_lufs: float) -> Reached:
    """Render `words` (int32, shape (frames, 2)) with the `limiter.gain_db` that brings it to `target_lufs` ± 0.05 LU.

    Loudness grows with the gain, the more slowly the more the limiter works: a secant between the nearest renders above and
    below (regula falsi, Illinois) closes in. The ceiling holds as in any render. Raises CliFail for silence and for a
    target that the range of the gain does not reach.
    """
    param = params.find(GAIN)

    def at(gain_db: float) -> tuple[float, Rendered]:
        done = render(words, rate_hz, values | {GAIN: gain_db})
        loudness = audiofile.figures(done.words, rate_hz)["integrated_lufs"]
        if loudness is None:
            raise CliFail("the input is silent or shorter than 0.4 s: it has no loudness to bring to a target", REFUSED)
        return loudness - target_lufs, done

    gain = values[GAIN]
    error, done = at(gain)
    low = high = None  # (gain, error): too quiet, too loud
    for passes in range(1, PASSES + 1):
        if abs(error) <= TOLERANCE_LU:
            return Reached(done, error + target_lufs, gain, passes)
        if error < 0:
            low = (gain, error)
        else:
            high = (gain, error)
        if low and high:
            step = (high[0] - low[0]) * low[1] / (low[1] - high[1])
            # Not too near either end: the curve bends, and a pass that hardly moves is wasted.
            gain = low[0] + min(max(step, 0.05 * (high[0] - low[0])), 0.95 * (high[0] - low[0]))
        else:
            # Too quiet with limiting under way: a dB of gain gives less than a dB of loudness, so aim a little beyond.
            gain = gain - (1.3 if error < 0 and passes > 1 else 1.0) * error
        gain = min(max(gain, param.low), param.high)
        if (error < 0 and low[0] == param.high) or (error > 0 and high[0] == param.low):
            break
        error, done = at(gain)
    raise CliFail(
        f"{target_lufs:g} LUFS is out of reach: with {GAIN} at {gain:+.1f} dB (allowed are {param.allowed}) it is "
        f"{error + target_lufs:.1f} LUFS; raise the input trim, or compress more",
        REFUSED,
    )
