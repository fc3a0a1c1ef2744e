"""The programme: all songs on the timeline with their fades, read from the cached renders in blocks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from dsp_ext.meters import Measurement
from host_cli.render import AudioReader, AudioWriter

from . import conversion, fades
from .cache import RenderCache
from .model import Song
from .runs import Run, overlap
from .timeline import Placed, Timeline, laid_out

#: Frames that are read at once.
BLOCK = 1 << 16


@dataclass(frozen=True)
class Take:
    """The rendered audio of a song: `frames` from `first` of a file at the rate of the programme. `joined`, `joins`: whether its
    crossfades with the song before and after it are already in the file; the frames of the latter belong to the song after."""

    path: Path
    first: int
    frames: int
    joined: bool = False
    joins: bool = False


class Programme:
    """The audio of a timeline. `takes`: one for each song."""

    def __init__(self, timeline: Timeline, takes: Sequence[Take]):
        self.timeline = timeline
        self.rate_hz = timeline.rate_hz
        self.frames = timeline.frames
        self._takes = list(takes)

    def part(self, first: int, last: int) -> "Programme":
        """The songs from number `first` to `last` as a programme of their own."""
        return Programme(self.timeline.part(first, last), self._takes[first - 1 : last])

    def read(self, start: int, frames: int) -> np.ndarray:
        """Float32, shape (2, frames), full scale ±1. Silence before, between and after the songs."""
        out = np.zeros((2, frames), np.float32)
        for n, placed in enumerate(self.timeline.placed):
            take = self._takes[n]
            begin, end = max(start, placed.start), min(start + frames, placed.start + take.frames)
            if begin >= end:
                continue
            with soundfile.SoundFile(take.path) as file:
                file.seek(take.first + begin - placed.start)
                sound = file.read(end - begin, dtype="float32", always_2d=True).T
            envelope = self._envelope(n, begin, end)
            out[:, begin - start : end - start] += sound if envelope is None else sound * envelope
        return out

    def blocks(self, start: int = 0, end: int | None = None) -> Iterator[np.ndarray]:
        """The programme from `start` to `end` in blocks."""
        end = self.frames if end is None else end
        for at in range(start, end, BLOCK):
            yield self.read(at, min(BLOCK, end - at))

    def converted(self, rate_hz: int) -> tuple[Timeline, Iterator[np.ndarray]]:
        """Timeline and blocks at another sampling rate; the whole programme is converted at once, so that no join is cut."""
        timeline = self.timeline if rate_hz == self.rate_hz else self.timeline.at(rate_hz)
        return timeline, conversion.resampled(self.blocks(), self.rate_hz, rate_hz, timeline.frames)

    def hot_joins(self) -> list[tuple[int, float]]:
        """(number of the second song, true peak in dBTP) of crossfades of songs that were rendered apart, whose sum no limiter has
        seen."""
        found = []
        for placed, take in zip(self.timeline.placed[1:], self._takes[1:], strict=True):
            if placed.overlap and not take.joined:
                measurement = Measurement(self.rate_hz)
                for block in self.blocks(placed.start, placed.start + placed.overlap):
                    measurement.add(block)
                found.append((placed.number, measurement.result()["max_tp_dbtp"] or -150.0))
        return found

    def _envelope(self, n: int, begin: int, end: int) -> np.ndarray | None:
        """The product of all fades of song `n` between two frames of the programme; None where it is 1."""
        placed, take = self.timeline.placed[n], self._takes[n]
        following = self.timeline.placed[n + 1] if n + 1 < len(self.timeline.placed) and not take.joins else None
        total = None
        for shape, length, backwards in _fades(placed, following, self.rate_hz, take.joined):
            near = placed.end - length < end if backwards else placed.start + length > begin
            if length and near:
                frames = np.arange(begin, end)
                frames = placed.end - 1 - frames if backwards else frames - placed.start
                part = fades.gain(shape, frames, length)
                total = part if total is None else total * part
        return None if total is None else total.astype(np.float32)


def _fades(placed: Placed, following: Placed | None, rate_hz: int, joined: bool) -> Iterator[tuple[str, int, bool]]:
    """(shape, frames, whether it is a fade-out) of all fades of a song, also those of its crossfades that are not in its file."""
    song = placed.song
    yield song.fade_in.shape, round(song.fade_in.seconds * rate_hz), False
    yield song.crossfade, 0 if joined else placed.overlap, False
    yield song.fade_out.shape, round(song.fade_out.seconds * rate_hz), True
    if following is not None:
        yield following.song.crossfade, following.overlap, True


def programme(songs: Sequence[Song], found: Sequence[Run], cache: RenderCache, rate_hz: int | None = None) -> Programme:
    """The programme of rendered runs. Songs of one sampling rate make a programme of that rate. If the rates differ, each song is
    converted once, to `rate_hz`, or to the highest of them."""
    rates = {run.rate_hz for run in found}
    common = rates.pop() if len(rates) == 1 else rate_hz or max(rates)
    takes, lengths = [], []
    for run in found:
        wholes = [round(source.frames * common / run.rate_hz) for source in run.sources]
        keeps = [*(overlap(source.song.gap_s, common) for source in run.sources[1:]), 0]
        path, at = _at_rate(run, cache, common, sum(wholes) - sum(keeps)), 0
        for n, (whole, keep) in enumerate(zip(wholes, keeps, strict=True)):
            takes.append(Take(path, at, whole - keep, n > 0, n + 1 < len(wholes)))
            at += whole - keep
        lengths += wholes
    return Programme(laid_out(songs, lengths, common), takes)


def _at_rate(run: Run, cache: RenderCache, rate_hz: int, frames: int) -> Path:
    """The render of a run at a sampling rate with `frames`, from the cache if it is there."""
    if run.rate_hz == rate_hz:
        return cache.audio(run.key)
    key = f"{run.key}-{rate_hz}"
    if not cache.has_audio(key):
        with (
            AudioReader(cache.audio(run.key)) as reader,
            AudioWriter(cache.audio(key), rate_hz, "float", frames) as writer,
        ):
            for block in conversion.resampled(reader.blocks(), run.rate_hz, rate_hz, frames):
                writer.write(block)
    return cache.audio(key)
