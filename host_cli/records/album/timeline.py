"""The one timeline of an album, in frames: where each song starts and ends, its pause and its index points."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .model import Song


@dataclass(frozen=True)
class Placed:
    """A song on the timeline. `number` counts from 1. `overlap`: frames in which it crossfades with the song before it.
    `pause`: the frame at which its pause begins, or None. `indexes`: index 01, 02 and so on."""

    number: int
    song: Song
    start: int
    frames: int
    overlap: int
    pause: int | None
    indexes: tuple[int, ...]

    @property
    def end(self) -> int:
        """The frame after the last one."""
        return self.start + self.frames


@dataclass(frozen=True)
class Timeline:
    """Songs in order at a sampling rate; `frames`: the length of the programme."""

    rate_hz: int
    placed: tuple[Placed, ...]
    frames: int

    def pieces(self) -> list[tuple[Placed, int, int]]:
        """(song, start, end): the programme cut where songs start. The pieces in order are the programme; a gap ends a piece."""
        starts = [placed.start for placed in self.placed]
        return list(zip(self.placed, [0, *starts[1:]], [*starts[1:], self.frames], strict=True))

    def at(self, rate_hz: int) -> "Timeline":
        """The same timeline at another sampling rate, with each place rounded to the nearest frame."""

        def scaled(frame: int) -> int:
            return (2 * frame * rate_hz + self.rate_hz) // (2 * self.rate_hz)

        placed = [
            replace(
                p,
                start=scaled(p.start),
                frames=scaled(p.end) - scaled(p.start),
                overlap=scaled(p.overlap),
                pause=None if p.pause is None else scaled(p.pause),
                indexes=tuple(map(scaled, p.indexes)),
            )
            for p in self.placed
        ]
        return Timeline(rate_hz, tuple(placed), scaled(self.frames))

    def part(self, first: int, last: int) -> "Timeline":
        """The songs from number `first` to `last` as a programme of their own, which begins at the first of them."""
        chosen = self.placed[first - 1 : last]
        zero = chosen[0].start
        moved = [
            replace(
                p,
                start=p.start - zero,
                overlap=p.overlap if n else 0,
                indexes=tuple(i - zero for i in p.indexes),
                pause=None if p.pause is None or not n else p.pause - zero,
            )
            for n, p in enumerate(chosen)
        ]
        return Timeline(self.rate_hz, tuple(moved), max(p.end for p in moved))


def laid_out(songs: Sequence[Song], lengths: Sequence[int], rate_hz: int) -> Timeline:
    """The timeline of songs with these lengths in frames. Raises DocumentError for a crossfade or an index point that does not fit."""
    placed: list[Placed] = []
    end = 0
    for number, (song, frames) in enumerate(zip(songs, lengths, strict=True), 1):
        gap = round(song.gap_s * rate_hz) if placed else 0
        overlap = max(0, -gap)
        shortest = min([frames, *(p.frames - p.overlap for p in placed[-1:])])
        if overlap > shortest:
            raise song.place.at("gap_s").error(
                f"a crossfade of {-song.gap_s:g} s is longer than one of its songs: allowed is down to {-shortest / rate_hz:.2f} s"
            )
        start = end + gap
        pause_s = song.pause_s if song.pause_s is not None else max(song.gap_s, 0.0)
        pause = start - round(pause_s * rate_hz) if pause_s and placed else None
        if pause is not None and pause <= placed[-1].indexes[-1]:
            raise song.place.at("pause_s").error(
                "the pause begins before the last index point of the song before it: give a shorter pause"
            )
        points = tuple(start + round(s * rate_hz) for s in song.index_s)
        if points and not start < points[0] <= points[-1] < start + frames:
            raise song.place.at("index_s").error(
                f"index points must be between the start of the song and its end at {frames / rate_hz:.2f} s"
            )
        placed.append(Placed(number, song, start, frames, overlap, pause, (start, *points)))
        end = start + frames
    return Timeline(rate_hz, tuple(placed), end)
