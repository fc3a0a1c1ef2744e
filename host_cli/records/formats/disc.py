"""The layout of a CD: tracks with index points in sectors, codes and texts, and what a CD cannot hold."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from . import msf

#: The texts that CD-Text stores, in the order of its pack types 0x80 to 0x85.
TEXTS = ("title", "performer", "songwriter", "composer", "arranger", "message")
#: Shortest distance from index 01 of a track to that of the next, in sectors (IEC 60908: 4 s).
SHORTEST = 4 * msf.SECTORS_PER_S
#: Beyond this length not every plant accepts a master: 79 min 48 s.
LONG = msf.sector("79:48:00")


@dataclass(frozen=True)
class Track:
    """Sectors count from the start of the programme, which is after the 2 s of silence that begin a CD.

    `indexes`: the sectors of index 01, 02 and so on. `pause`: the sector of index 00, or None. `texts`: by a name of TEXTS.
    """

    indexes: tuple[int, ...]
    pause: int | None = None
    isrc: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    pre_emphasis: bool = False
    copy_permitted: bool = False
    four_channel: bool = False
    scms: bool = False


@dataclass(frozen=True)
class Disc:
    """`sectors`: the length of the programme. `ean`: 13 digits, or nothing."""

    tracks: tuple[Track, ...]
    sectors: int
    ean: str = ""
    texts: dict[str, str] = field(default_factory=dict)

    def ends(self) -> Iterator[tuple[int, Track, int]]:
        """(number, track, sector of index 01 of the next track or of the end)."""
        starts = [track.indexes[0] for track in self.tracks[1:]]
        yield from zip(range(1, 100), self.tracks, [*starts, self.sectors], strict=False)


def problems(disc: Disc) -> list[str]:
    """What makes the disc impossible, as sentences."""
    found = []
    if not 1 <= len(disc.tracks) <= 99:
        found.append(f"a CD has 1 to 99 tracks, not {len(disc.tracks)}")
    if disc.sectors + msf.LEAD > msf.MOST:
        found.append(f"the programme is longer than {msf.text(msf.MOST)}")
    for number, track, end in disc.ends():
        if end - track.indexes[0] < SHORTEST:
            found.append(
                f"track {number} lasts {(end - track.indexes[0]) / 75:.2f} s: the shortest track of a CD has 4 s"
            )
        points = [*([] if track.pause is None else [track.pause]), *track.indexes, end]
        if any(later <= earlier for earlier, later in zip(points, points[1:], strict=False)):
            found.append(f"the index points of track {number} are not in order, or are after its end")
        if len(track.indexes) > 99:
            found.append(f"track {number} has more than 99 index points")
        if track.copy_permitted and track.scms:
            found.append(f"track {number} permits copies and asks for SCMS, which excludes each other")
    for where, texts in [("the disc", disc.texts), *((f"track {n}", t.texts) for n, t, _ in disc.ends())]:
        for name, written in texts.items():
            if not _is_latin1(written):
                bad = next(c for c in written if not _is_latin1(c))
                found.append(f"the {name} of {where} contains {bad!r}: CD-Text has only the characters of Latin-1")
    return found


def warnings(disc: Disc) -> list[str]:
    """What some plants refuse, as sentences."""
    found = []
    if disc.sectors > LONG:
        found.append(
            f"the programme lasts {msf.text(disc.sectors)}: not every plant accepts more than {msf.text(LONG)}"
        )
    missing = [str(number) for number, track, _ in disc.ends() if not track.isrc]
    if missing:
        found.append(f"track{'s' * (len(missing) > 1)} {', '.join(missing)} without ISRC")
    if not disc.ean:
        found.append("the disc has no EAN or UPC")
    return found


def _is_latin1(written: str) -> bool:
    try:
        written.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True
