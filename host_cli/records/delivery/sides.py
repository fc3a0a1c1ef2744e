"""Divides an album into the sides of a record."""

from collections.abc import Sequence
from dataclasses import dataclass

from host_cli.documents import Place
from host_cli.errors import REFUSED, CliFail
from host_cli.records.album import Placed, Timeline

#: (ideal, longest) seconds of a side by disc: inches and revolutions per minute. Cutting studios give such figures for music of
#: medium loudness; louder sides must be shorter.
DISCS = {
    "12-33": (19 * 60 + 30, 23 * 60),
    "12-45": (12 * 60, 14 * 60 + 30),
    "10-33": (13 * 60, 13 * 60 + 30),
    "10-45": (9 * 60 + 30, 10 * 60),
    "7-33": (6 * 60, 6 * 60 + 40),
    "7-45": (4 * 60 + 30, 5 * 60),
}


@dataclass(frozen=True)
class Side:
    """Songs from number `first` to `last`; `frames`: from the start of the first to the end of the last."""

    name: str
    first: int
    last: int
    frames: int


def divided(timeline: Timeline, disc: str) -> list[Side]:
    """The sides: those of the album file if all songs state one, else as few as fit, an even number, as equal as possible.

    Sides change only at gaps. Raises CliFail if that is impossible."""
    named = [placed.song.side for placed in timeline.placed]
    if all(named):
        ends = [n for n, (a, b) in enumerate(zip(named, [*named[1:], ""], strict=True), 1) if a != b]
        for n in range(1, len(named)):
            if named[n] < named[n - 1]:
                raise _place(timeline, n).error(
                    f"side {named[n]} comes after side {named[n - 1]}: sides are in the order A, B, C"
                )
        for end in ends[:-1]:
            if timeline.placed[end].overlap:
                raise (
                    timeline.placed[end]
                    .song.place.at("gap_s")
                    .error("the song begins a side, but crossfades with the song before it: give it a gap")
                )
        return _sides(timeline.placed, ends, [named[end - 1] for end in ends])
    if any(named):
        raise _place(timeline, named.index("")).error(
            "the key is missing, and other songs state a side: state it for all songs or for none"
        )
    most = DISCS[disc][1] * timeline.rate_hz
    for count in range(2, 27, 2):
        ends = _best(timeline.placed, count, most)
        if ends:
            return _sides(timeline.placed, ends, [chr(65 + n) for n in range(len(ends))])
    raise CliFail(
        f"the songs do not fit on sides of {DISCS[disc][1] // 60} min: choose another --disc, or shorten a song",
        REFUSED,
    )


def _place(timeline: Timeline, n: int) -> Place:
    """The key `side` of a song, counted from 0."""
    return timeline.placed[n].song.place.at("side")


def _sides(placed: Sequence[Placed], ends: list[int], names: list[str]) -> list[Side]:
    firsts = [1, *(end + 1 for end in ends[:-1])]
    return [
        Side(name, first, last, placed[last - 1].end - placed[first - 1].start)
        for name, first, last in zip(names, firsts, ends, strict=True)
    ]


def _best(placed: Sequence[Placed], count: int, most: int) -> list[int] | None:
    """Numbers of the last songs of at most `count` sides, so that the longest side is as short as possible; None if one would be longer than
    `most`. By dynamic programming over the number of songs and sides."""
    songs = len(placed)
    best = {(0, 0): (0, [])}
    for end in range(1, songs + 1):
        if end < songs and placed[end].overlap:
            continue
        for sides in range(1, min(count, end) + 1):
            choices = [
                (max(best[start, sides - 1][0], placed[end - 1].end - placed[start].start), [*best[start, sides - 1][1], end])
                for start in range(end) if (start, sides - 1) in best
            ]  # fmt: skip
            if choices:
                best[end, sides] = min(choices, key=lambda choice: choice[0])
    found = [best[songs, sides] for sides in range(1, count + 1) if (songs, sides) in best]
    longest, ends = min(found, key=lambda choice: (choice[0], len(choice[1])))
    return ends if longest <= most else None
