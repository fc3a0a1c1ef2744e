"""Runs of the engine: songs without a gap or with a crossfade between them, and with the same settings, are rendered in one run. Their
join then has no seam, and the limiter keeps its ceiling in the crossfade. Every other song has a run of its own."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from dsp_ext.meters import Measurement
from firmware.contract import protocol
from host_cli.render import AudioWriter, Renderer, work_on_all

from . import fades
from .cache import RenderCache
from .source import GAIN, Source, content_key

#: Figures of a measurement that are kept for each song.
KEPT = ("seconds", "integrated_lufs", "max_momentary_lufs", "max_short_lufs", "lra_lu", "max_tp_dbtp", "peak_l_dbfs",
        "peak_r_dbfs", "plr_db", "clips")  # fmt: skip


@dataclass(frozen=True)
class Run:
    """Sources that the engine processes as one, with the values of all parameters."""

    sources: tuple[Source, ...]
    values: dict[str, float]

    @property
    def rate_hz(self) -> int:
        """The sampling rate."""
        return self.sources[0].rate_hz

    @property
    def frames(self) -> int:
        """The length, in which crossfades count once."""
        return sum(self.lengths())

    def overlaps(self) -> list[int]:
        """For each source the frames in which it crossfades with the source before it, and a 0 for the end."""
        return [0, *(overlap(source.song.gap_s, self.rate_hz) for source in self.sources[1:]), 0]

    def lengths(self) -> list[int]:
        """The frames of each source up to where the next one begins."""
        return [source.frames - keep for source, keep in zip(self.sources, self.overlaps()[1:], strict=True)]

    @property
    def key(self) -> str:
        """Input, settings and version of the engine."""
        values = {id: float(value) for id, value in self.values.items()}
        joins = [
            [frames, source.song.crossfade]
            for frames, source in zip(self.overlaps(), self.sources, strict=False)
            if frames
        ]
        return content_key([protocol.VERSION, [source.fingerprint() for source in self.sources], joins, values])

    def blocks(self) -> Iterator[np.ndarray]:
        """The input of the engine: the sources in sequence, with their crossfades."""
        overlaps, tail = self.overlaps(), np.zeros((2, 0), np.float32)
        for n, source in enumerate(self.sources):
            held, at = np.zeros((2, 0), np.float32), 0
            for block in source.blocks():
                if at < overlaps[n]:
                    block = _crossfaded(block, tail, at, overlaps[n], source.song.crossfade)
                at += block.shape[1]
                held = np.concatenate([held, block], axis=1)
                ready = held.shape[1] - overlaps[n + 1]
                if ready > 0:
                    yield held[:, :ready]
                    held = held[:, ready:]
            tail = held


def overlap(gap_s: float, rate_hz: int) -> int:
    """The frames of a crossfade; 0 for a gap."""
    return max(0, -round(gap_s * rate_hz))


def _crossfaded(block: np.ndarray, tail: np.ndarray, at: int, length: int, shape: str) -> np.ndarray:
    """`block`, which begins at frame `at` of a song, faded in over `tail`, the last `length` frames of the song before."""
    frames = np.arange(at, min(length, at + block.shape[1]))
    up, down = fades.gain(shape, frames, length), fades.gain(shape, length - 1 - frames, length)
    out = block.copy()
    out[:, : len(frames)] = block[:, : len(frames)] * up + tail[:, frames[0] : frames[-1] + 1] * down
    return out


def runs(found: Sequence[Source], gains_db: Sequence[float]) -> list[Run]:
    """The runs of an album in order; `gains_db` is added to the limiter gain of each song."""
    result: list[Run] = []
    for source, gain_db in zip(found, gains_db, strict=True):
        values = source.values | ({GAIN: source.values[GAIN] + gain_db} if gain_db else {})
        if result and _joins(result[-1], source, values):
            result[-1] = Run((*result[-1].sources, source), values)
        else:
            result.append(Run((source,), values))
    return result


def _joins(run: Run, source: Source, values: dict[str, float]) -> bool:
    """Whether a song continues a run. Songs with fades of their own at a crossfade do not, since fades follow the limiter."""
    last = run.sources[-1]
    same = run.values == values and run.rate_hz == source.rate_hz and not (source.events or last.events)
    faded = source.song.gap_s < 0 and (source.song.fade_in.seconds or last.song.fade_out.seconds)
    return same and source.song.gap_s <= 0 and not faded


def measured(
    run: Run, cache: RenderCache, renderer: Renderer, progress: Callable[[int], None], keep: bool = True
) -> list[dict]:
    """Render a run into the cache unless it is there; returns the figures of each of its songs before and after.

    Without `keep` only the figures are stored. Each is {"before": figures, "after": figures}.
    """
    known = cache.figures(run.key)
    if known and (not keep or cache.has_audio(run.key)):
        progress(run.frames)
        return known
    before, after = _Meters(run), _Meters(run)
    blocks = renderer.render(
        _tapped(run.blocks(), before, progress),
        run.values, run.sources[0].events,
    )  # fmt: skip
    if keep:
        with AudioWriter(cache.audio(run.key), run.rate_hz, "float", run.frames) as writer:
            for block in blocks:
                after.add(block)
                writer.write(block)
    else:
        for block in blocks:
            after.add(block)
    figures = [{"before": b, "after": a} for b, a in zip(before.results(), after.results(), strict=True)]
    cache.keep_figures(run.key, figures)
    return figures


def _tapped(blocks, meters: "_Meters", progress: Callable[[int], None]) -> Iterator[np.ndarray]:
    for block in blocks:
        progress(block.shape[1])
        meters.add(block)
        yield block


class _Meters:
    """Measures the songs of a run one after the other."""

    def __init__(self, run: Run):
        self._lengths = run.lengths()
        self._meters = [Measurement(run.rate_hz) for _ in run.sources]
        self._song = self._at = 0

    def add(self, block: np.ndarray) -> None:
        while block.shape[1] and self._song < len(self._meters):
            left = self._lengths[self._song] - self._at
            part, block = block[:, :left], block[:, left:]
            self._meters[self._song].add(np.ascontiguousarray(part, np.float32))
            self._at += part.shape[1]
            if self._at == self._lengths[self._song]:
                self._song, self._at = self._song + 1, 0

    def results(self) -> list[dict]:
        return [_kept(meter.result()) for meter in self._meters]


def _kept(found: dict) -> dict:
    """The figures that are stored, and the loudness of each gating block (400 ms every 100 ms) as `blocks_lufs`."""
    blocks = found["history"]["momentary_lufs"][3 : int(10 * found["seconds"] + 1e-6)]
    return {name: found[name] for name in KEPT} | {"blocks_lufs": [round(float(lufs), 3) for lufs in blocks]}


class Workers:
    """Measures runs at the same time, in threads, since the engine works without Python's lock."""

    def __init__(self, cache: RenderCache, jobs: int):
        self._cache, self._jobs = cache, jobs

    def measured(self, wanted: Sequence[Run], progress: Callable[[int], None], keep: bool = True) -> list[dict]:
        """The figures of all songs in order. The first exception, also KeyboardInterrupt, ends the others, and is raised."""

        def work(run: Run, renderer: Renderer, advance: Callable[[int], None]) -> list[dict]:
            return measured(run, self._cache, renderer, advance, keep)

        return [figures for found in work_on_all(wanted, work, self._jobs, progress) for figures in found]
