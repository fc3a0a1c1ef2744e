"""Files through the engine of the box: the same words in, the same words out."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from dsp_ext import Engine
from firmware.engine import replay


@dataclass(frozen=True)
class Rendered:
    """What came out. `words`: int32 (frames, 2); `latency`: frames by which they lag the input (0 when aligned)."""

    words: np.ndarray
    rate_hz: int
    latency: int
    clamps: int
    bad_blocks: int


def render(
    words: np.ndarray, rate_hz: int, values: dict[str, float], events: Iterable[dict] = (), *, align: bool = True
) -> Rendered:
    """`words` (int32, shape (frames, 2)) through a fresh engine that starts with `values` (all parameters).

    `events` are those of a session, in order: {"frame", "kind", "values"}, done before their frame is processed. `align`
    takes the latency off the front and lets the tail of the chain ring out at the end, so that output and input lie on
    each other; without it the output is what a recorder at the box would have taped: as many frames, latency included.
    """
    latency = replay.latency(rate_hz, values)
    out = np.concatenate([words, np.zeros((latency, 2), np.int32)]) if align else words.copy()
    engine = replay.perform(out, rate_hz, values, events)
    counters = dict(zip(Engine.CELLS, list(engine.cells), strict=False))
    return Rendered(
        words=out[latency:] if align else out,
        rate_hz=rate_hz,
        latency=0 if align else latency,
        clamps=counters["clamps"],
        bad_blocks=counters["bad_blocks"],
    )
