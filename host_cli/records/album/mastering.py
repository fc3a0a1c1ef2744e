"""From an album to its rendered programme, in one call."""

from collections.abc import Callable
from dataclasses import dataclass

from dsp_ext.meters import Measurement
from host_cli.errors import REFUSED, CliFail

from .cache import RenderCache
from .levels import Level, levelled
from .model import Album
from .programme import Programme, programme
from .runs import Run, Workers
from .source import CEILING, Source, sources
from .timeline import Placed, laid_out


@dataclass(frozen=True)
class Mastered:
    """A rendered album: what went in, what each song got, and the programme."""

    album: Album
    sources: list[Source]
    runs: list[Run]
    levels: list[Level]
    programme: Programme
    cache: RenderCache

    def remarks(self) -> list[str]:
        """What a listener or a file would suffer from: crossfades beyond the ceilings of their songs. Raises CliFail where one
        exceeds full scale, since a file would clip there."""
        found = []
        for number, peak in self.programme.hot_joins():
            ceiling = max(source.values[CEILING] for source in self.sources[number - 2 : number])
            text = (
                f"the crossfade of songs {number - 1} and {number} reaches {peak:+.1f} dBTP, because they are limited apart: give "
                "both the same settings and no fades of their own there, shorten the crossfade, or lower their trim_db"
            )
            if peak > 0:
                raise CliFail(f"{self.album.path}: {text}", REFUSED)
            found += [text] if peak > ceiling + 0.1 else []
        return found

    def at_rate(self, rate_hz: int) -> Programme:
        """The programme for a delivery at `rate_hz`: songs of different rates are converted once, to that rate."""
        if len({run.rate_hz for run in self.runs}) == 1:
            return self.programme
        return programme(self.album.songs, self.runs, self.cache, rate_hz)


def mastered(
    album: Album, jobs: int = 1, progress: Callable[[int], None] = lambda frames: None, cache: RenderCache | None = None
) -> Mastered:
    """Render what is not in the cache. `progress` is called with numbers of frames, in all those of the songs. Raises CliFail."""
    cache = cache or RenderCache()
    cache.shrink()
    found = sources(album)
    _lay_out_first(album, found)
    final, levels = levelled(album, found, Workers(cache, jobs), progress)
    return Mastered(album, found, final, levels, programme(album.songs, final, cache), cache)


def _lay_out_first(album: Album, found: list[Source]) -> None:
    """Refuse impossible crossfades and index points before anything is rendered."""
    rate_hz = max(source.rate_hz for source in found)
    laid_out(album.songs, [round(source.frames * rate_hz / source.rate_hz) for source in found], rate_hz)


def measured_programme(whole: Programme) -> dict:
    """The figures of the whole programme, with gaps and crossfades (`dsp_ext.meters.measure`)."""
    measurement = Measurement(whole.rate_hz)
    for block in whole.blocks():
        measurement.add(block)
    return measurement.result()


def joins(whole: Programme, seconds: float = 10.0) -> list[tuple[Placed, Placed, int, int]]:
    """(song, next song, first frame, frame after the last) around every join: `seconds` before the next song begins and after the
    song ends."""
    around = round(seconds * whole.rate_hz)
    pairs = zip(whole.timeline.placed, whole.timeline.placed[1:], strict=False)
    return [
        (a, b, max(0, min(a.end, b.start) - around), min(whole.frames, max(a.end, b.start) + around)) for a, b in pairs
    ]
