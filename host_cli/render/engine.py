"""Renders files with the engine of the box: the same input and settings give the same bits."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from dsp_ext import Engine
from firmware.engine import OfflineRun


@dataclass(frozen=True)
class Rendered:
    """The result of a render.

    `words`: int32, shape (frames, 2). `latency`: frames by which they lag the input, 0 when they are aligned with it.
    `clamps`: samples that the limiter had to clip. `bad_blocks`: blocks that were silenced because of absurd samples.
    """

    words: np.ndarray
    rate_hz: int
    latency: int
    clamps: int
    bad_blocks: int


class Renderer:
    """Renders files one after the other with one engine, because building an engine takes time."""

    def __init__(self, rate_hz: int):
        self.rate_hz = rate_hz
        self._run = OfflineRun(rate_hz)

    def render(
        self, words: np.ndarray, values: dict[str, float], events: Iterable[dict] = (), *, align: bool = True
    ) -> Rendered:
        """Process `words` (int32, shape (frames, 2)) from a state in which `values` (all parameters) are in force.

        `events` are those of a run log, in order: {"frame", "kind", "values"}; each is applied before its frame is
        processed. `align` removes the latency at the start and lets the chain ring out at the end, so that output and
        input line up frame for frame. Without it the output has the latency at its start and as many frames as the input,
        as if it had been recorded from the box.
        """
        self._run.begin(values, events)
        before = self._counters()
        latency = self._run.engine.latency
        out = np.concatenate([words, np.zeros((latency, 2), np.int32)]) if align else words.copy()
        self._run.process(out)
        after = self._counters()
        return Rendered(
            words=out[latency:] if align else out,
            rate_hz=self.rate_hz,
            latency=0 if align else latency,
            clamps=after["clamps"] - before["clamps"],
            bad_blocks=after["bad_blocks"] - before["bad_blocks"],
        )

    def _counters(self) -> dict[str, int]:
        return dict(zip(Engine.CELLS, self._run.engine.cells, strict=False))
