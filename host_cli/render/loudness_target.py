"""Renders to a target loudness: searches for the constant gain into the limiter that gives it."""

from dataclasses import dataclass

import numpy as np

from firmware.contract import params
from host_cli.errors import REFUSED, CliFail

from . import audiofile
from .engine import Rendered, Renderer

GAIN = "limiter.gain_db"
#: Largest distance from the target, in LU.
TOLERANCE_LU = 0.05
#: Most renders.
PASSES = 8


@dataclass(frozen=True)
class Reached:
    """The render, its loudness, the gain that produced it, and the number of renders that were needed."""

    rendered: Rendered
    integrated_lufs: float
    gain_db: float
    passes: int


def render_to(renderer: Renderer, words: np.ndarray, values: dict[str, float], target_lufs: float) -> Reached:
    """Render `words` (int32, shape (frames, 2)) with the `limiter.gain_db` that brings them to `target_lufs` ± 0.05 LU.

    Loudness grows with the gain, and more slowly the more the limiter works. The search interpolates between the nearest
    renders above and below the target (regula falsi). Raises CliFail for silence, and for a target that no allowed gain
    reaches.
    """
    param = params.find(GAIN)

    def at(gain_db: float) -> tuple[float, Rendered]:
        done = renderer.render(words, values | {GAIN: gain_db})
        loudness = audiofile.figures(done.words, done.rate_hz)["integrated_lufs"]
        if loudness is None:
            raise CliFail(
                "the input is silent or shorter than 0.4 s, so its loudness cannot be measured: omit --target-lufs",
                REFUSED,
            )
        return loudness - target_lufs, done

    gain = values[GAIN]
    error, done = at(gain)
    low = high = None  # (gain, error) of the nearest render below and above the target
    for passes in range(1, PASSES + 1):
        if abs(error) <= TOLERANCE_LU:
            return Reached(done, error + target_lufs, gain, passes)
        if error < 0:
            low = (gain, error)
        else:
            high = (gain, error)
        if low and high:
            step = (high[0] - low[0]) * low[1] / (low[1] - high[1])
            # Keep away from both ends: the curve bends, and a very short step would waste a render.
            gain = low[0] + min(max(step, 0.05 * (high[0] - low[0])), 0.95 * (high[0] - low[0]))
        else:
            # While the limiter works, a dB of gain adds less than a dB of loudness, so the step is a little longer.
            gain = gain - (1.3 if error < 0 and passes > 1 else 1.0) * error
        gain = min(max(gain, param.low), param.high)
        if (error < 0 and low[0] == param.high) or (error > 0 and high[0] == param.low):
            break
        error, done = at(gain)
    raise CliFail(
        f"{target_lufs:g} LUFS is out of reach: {GAIN} at {gain:+.1f} dB (allowed is {param.allowed}) gives "
        f"{error + target_lufs:.1f} LUFS; raise input.trim_db, or compress more",
        REFUSED,
    )
