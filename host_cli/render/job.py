"""RenderJob: renders one file into another, to a target loudness if there is one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dsp_ext.meters import Measurement
from firmware.contract import params
from host_cli.errors import REFUSED, CliFail
from host_cli.tags import Changes, carry

from . import listening
from .engine import Renderer
from .loudness_target import OutOfReach, find_gain
from .reader import AudioReader
from .writer import AudioWriter

GAIN, TRIM, CEILING = "limiter.gain_db", "input.trim_db", "limiter.ceiling_dbtp"
#: Step of the input level that is advised when a target is out of reach, in dB.
_STEP_DB = 0.1


@dataclass
class RenderJob:
    """The task, and how to carry it out. `values`: all parameters. `events`: those of a run log. `bits`: see `AudioWriter`.
    `target_lufs`: integrated loudness to reach with `limiter.gain_db`. `delta`: write the difference to the input. `align`,
    `start_frame`: see `Renderer.render`. `tags`: copy the tags of the input. `progress`: called with the frames of each block
    that has been read for the first time; the search for a loudness reads them again.
    """

    source: AudioReader
    target: Path
    values: dict[str, float]
    bits: str = "24"
    events: Iterable[dict] = ()
    target_lufs: float | None = None
    delta: bool = False
    align: bool = True
    start_frame: int = 0
    tags: bool = True
    progress: Callable[[int], None] = lambda frames: None

    def run(self, renderer: Renderer) -> dict:
        """Render; returns the figures before and after, and `limiter_gain_db` if it was searched for. Raises CliFail."""
        self._before, self._remarks = None, []
        gain_db = None
        if self.target_lufs is None:
            after = self._pass(renderer, self.values)
        else:
            gain_db, after = self._search(renderer)
        return {
            "input": self.source.name, "output": str(self.target), "input_rate_hz": self.source.file_rate_hz,
            "rate_hz": self.source.rate_hz,
            "frames": round(after["seconds"] * self.source.rate_hz), "latency": 0 if self.align else renderer.latency,
            "before": self._before, "after": after, "clamps": renderer.clamps, "bad_blocks": renderer.bad_blocks,
            "target_lufs": self.target_lufs, "limiter_gain_db": gain_db,
            "remarks": self._remarks,
        }  # fmt: skip

    def _pass(self, renderer: Renderer, values: dict[str, float], wanted=lambda after: True) -> dict:
        """Render once and measure the output. The file is kept if `wanted(figures)`."""
        before = None if self._before else Measurement(self.source.rate_hz)
        measurement = Measurement(self.source.rate_hz)
        with AudioWriter(self.target, self.source.rate_hz, self.bits, self.source.frames) as writer:
            inputs = _Tap(self.source.blocks(), before, keep=self.delta)
            inputs.progress = self.progress if before else lambda frames: None
            for block in renderer.render(inputs, values, self.events, align=self.align, start_frame=self.start_frame):
                out = listening.difference(inputs.take(block.shape[1]), block) if self.delta else block
                measurement.add(np.asarray(out, np.float32))
                writer.write(out)
            if before:
                self._before = _figures(before)
            after = _figures(measurement)
            writer.keep = wanted(after)
            if self.tags:
                writer.finish = lambda path: self._carry_tags(path, after, 0 if self.align else renderer.latency)
        return after

    def _carry_tags(self, path: Path, after: dict, delay: int) -> None:
        changes = Changes(self.source.file_rate_hz, self.source.rate_hz, self.bits, after, delay)
        self._remarks = carry(self.source.path, self.source.name, path, self.target.suffix.lower(), changes)

    def _search(self, renderer: Renderer) -> tuple[float, dict]:
        param = params.find(GAIN)
        last: dict = {}

        def loudness(gain_db: float) -> float | None:
            nonlocal last
            last = self._pass(renderer, self.values | {GAIN: gain_db}, self._on_target)
            return last["integrated_lufs"]

        try:
            return find_gain(loudness, self.values[GAIN], param.low, param.high, self.target_lufs), last
        except OutOfReach as end:
            raise CliFail(self._advice(renderer, end), REFUSED) from None

    def _on_target(self, after: dict, tolerance_lu: float = 0.05) -> bool:
        lufs = after["integrated_lufs"]
        return lufs is not None and abs(lufs - self.target_lufs) <= tolerance_lu

    def _advice(self, renderer: Renderer, end: OutOfReach) -> str:
        """Why the target is out of reach, and with which change of the input level or the ceiling it would be reached."""
        if end.lufs is None:
            return (
                f"{self.source.name} is silent, or shorter than 0.4 s, so that its loudness cannot be measured: "
                "omit --target-lufs, or add --no-target if the preset has a target"
            )
        head = (
            f"{self.target_lufs:g} LUFS is out of reach: the nearest is {end.lufs:.1f} LUFS, with {GAIN}={end.gain_db:g} "
            f"(allowed is {params.find(GAIN).allowed})"
        )
        values, param = self.values | {GAIN: end.gain_db}, params.find(TRIM)

        def loudness(trim_db: float) -> float | None:
            return self._pass(renderer, values | {TRIM: trim_db}, lambda _: False)["integrated_lufs"]

        verb = "raise" if end.lufs < self.target_lufs else "lower"
        try:
            trim_db = find_gain(loudness, values[TRIM], param.low, param.high, self.target_lufs)
            # After this change, a gain within the limits reaches the target.
            beyond_db = trim_db + (_STEP_DB if verb == "raise" else -_STEP_DB)
            return f"{head}; to reach it, {verb} {TRIM} to {min(max(beyond_db, param.low), param.high):+.1f}"
        except OutOfReach as best:
            missing_db = self.target_lufs - end.lufs
            if 0 < missing_db <= params.find(CEILING).high - values[CEILING]:
                return f"{head}; to reach it, raise {CEILING} to {values[CEILING] + missing_db:.1f}"
            return (
                f"{head}; with {TRIM}={best.gain_db:g} it is {best.lufs:.1f} LUFS: "
                f"{'compress more' if missing_db > 0 else 'lower the level of the file'}, or give another target"
            )


class _Tap:
    """Passes blocks on, measures them, and with `keep` stores them until `take` fetches them."""

    def __init__(self, blocks: Iterable[np.ndarray], measurement: Measurement | None, keep: bool):
        self._blocks, self._measurement, self._keep = blocks, measurement, keep
        self._kept = np.zeros((2, 0), np.float32)
        self.progress: Callable[[int], None] = lambda frames: None

    def __iter__(self):
        for block in self._blocks:
            self.progress(block.shape[1])
            if self._measurement:
                self._measurement.add(block)
            if self._keep:
                self._kept = np.concatenate([self._kept, block], axis=1)
            yield block

    def take(self, frames: int) -> np.ndarray:
        """The next `frames` of the input."""
        taken, self._kept = self._kept[:, :frames], self._kept[:, frames:]
        return taken


def _figures(measurement: Measurement) -> dict:
    """The figures of a measurement without its history."""
    figures = measurement.result()
    del figures["history"]
    return figures
