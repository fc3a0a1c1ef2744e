"""Renders audio with the engine of the box: the same input and settings give the same bits."""

from collections.abc import Iterable, Iterator
from itertools import chain

import numpy as np

from dsp_ext import Engine
from dsp_ext.core import partition_frames
from firmware.engine import OfflineRun

from .file_ends import below_ceiling, end_frames, with_ends

#: Most frames of a block of silence.
_SILENT_FRAMES = 1 << 14


class Renderer:
    """Renders files one after the other with one engine, because building an engine takes time.

    After a render, `latency` is that of the chain in frames, `clamps` the number of samples that the limiter had to clip, and
    `bad_blocks` the number of blocks that were silenced because they contained invalid or far too high samples.
    """

    def __init__(self, rate_hz: int):
        self.rate_hz = rate_hz
        self.latency = self.clamps = self.bad_blocks = 0
        self._run = OfflineRun(rate_hz)

    def render(
        self,
        blocks: Iterable[np.ndarray],
        values: dict[str, float],
        events: Iterable[dict] = (),
        *,
        align: bool = True,
        start_frame: int = 0,
    ) -> Iterator[np.ndarray]:
        """Process `blocks` (float32, shape (2, frames)) starting with the settings `values` (all parameters).

        `events` are those of a run log, in order: {"frame", "kind", "values"}; each is applied before its frame is
        processed. The chain rings out at the end. `align` removes the latency at the start, so that output and input line
        up frame for frame; without it the output is longer than the input by the latency.

        `start_frame` is the frame of the run at which the input begins, after silence. The convolvers work in partitions
        (`partition_frames`). How their sums are rounded depends on the position within a partition at which the sound begins.

        If the limiter keeps a true-peak ceiling, both ends of the file keep it too (`file_ends.py`). A run log is repeated bit for
        bit instead.
        """
        events = list(events)
        out = self._processed(blocks, values, events, align, start_frame)
        if events or not _keeps_ceiling(values):
            yield from out
            return

        def keep(end):
            return below_ceiling(end, self.rate_hz, values["limiter.ceiling_dbtp"])

        yield from with_ends(out, end_frames(self.rate_hz), keep)

    def _processed(self, blocks, values, events, align: bool, start_frame: int) -> Iterator[np.ndarray]:
        self._run.begin(values, events)
        before = self._counters()
        self.latency = self._run.engine.latency
        lead = start_frame % partition_frames(self.rate_hz)
        left = lead + (self.latency if align else 0)
        for block in chain(_silence(lead), blocks, _silence(self.latency)):
            out = block.copy()
            self._run.process(out)
            if left:
                out, left = out[:, left:], max(0, left - out.shape[1])
            if out.shape[1]:
                yield out
        after = self._counters()
        self.clamps = after["clamps"] - before["clamps"]
        self.bad_blocks = after["bad_blocks"] - before["bad_blocks"]

    def _counters(self) -> dict[str, int]:
        return dict(zip(Engine.CELLS, self._run.engine.cells, strict=False))


def _keeps_ceiling(values: dict[str, float]) -> bool:
    """Whether the limiter decides what leaves the chain."""
    return bool(values["limiter.enabled"] and values["limiter.true_peak"]) and not any(
        values[name] for name in ("chain.bypass", "limiter.unity_listen", "limiter.delta")
    )


def _silence(frames: int) -> Iterator[np.ndarray]:
    """Blocks of that many silent frames."""
    for at in range(0, frames, _SILENT_FRAMES):
        yield np.zeros((2, min(_SILENT_FRAMES, frames - at)), np.float32)
