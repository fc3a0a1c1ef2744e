"""Reads the files that describe a DDP 2.00 image. The offsets are those of `ddp.py`."""

from dataclasses import replace

from . import msf
from .cdtext import read_cd_text
from .ddp import ID, MAP, PQ_RECORD, RECORD
from .disc import Disc, Track


def image_map(data: bytes) -> dict[str, tuple[str, int]]:
    """{"audio", "pq", "text": (file name, length)} from DDPMS. Raises ValueError."""
    found = {}
    for row in _records(data, RECORD, MAP, b"VVVM"):
        kind = "audio" if row[38:40] == "DA" else {"PQ DESCR": "pq", "CDTEXT": "text"}.get(row[30:38].strip())
        if kind is None:
            raise ValueError(f"{MAP} describes a stream {row[30:38].strip()!r} that is not known")
        if kind == "audio" and row[46:50].strip() not in ("", "150"):
            raise ValueError(f"{MAP} states a lead of {row[46:50].strip()} sectors: only 150 can be read")
        name = row[74:91].strip()
        if not name or set(name) & set("/\\") or name.startswith("."):
            raise ValueError(f"{MAP} names a file {name!r}, which is not beside it")
        found[kind] = name, _number(row[14:22], MAP)
    missing = {"audio", "pq"} - set(found)
    if missing:
        raise ValueError(f"{MAP} does not name the {' and the '.join(sorted(missing))}")
    return found


def disc(identifier: bytes, pq: bytes, text: bytes) -> Disc:
    """The layout that DDPID, SD and CDTEXT.BIN describe. Raises ValueError."""
    if identifier[:8] != b"DDP 2.00":
        raise ValueError(f"{ID} does not begin with 'DDP 2.00'")
    ean = identifier[8:21].decode("ascii", "replace").strip()
    tracks: dict[int, Track] = {}
    end = None
    for row in _records(pq, PQ_RECORD, "SD", b"VVVS"):
        number, index, flags, isrc = row[4:6], row[6:8], row[16:18], row[20:32].strip()
        if number == "00":
            ean = row[32:45].strip() or ean
            continue
        sector = msf.sector(row[8:16].strip()) - msf.LEAD
        if number == "AA":
            end = sector
            continue
        track = tracks.setdefault(_number(number, "SD"), Track(()))
        tracks[int(number)] = _with_point(track, _number(index, "SD"), sector, flags, isrc)
    if end is None or not tracks or any(not track.indexes for track in tracks.values()):
        raise ValueError("SD lacks the lead-out, or index 01 of a track")
    if sorted(tracks) != list(range(1, len(tracks) + 1)):
        raise ValueError("the tracks of SD are not numbered from 1 without gaps")
    names = read_cd_text(text) if text else []
    names += [{}] * (len(tracks) + 1 - len(names))
    named = tuple(replace(tracks[number], texts=names[number]) for number in sorted(tracks))
    return Disc(named, end, ean, names[0])


def _with_point(track: Track, index: int, sector: int, flags: str, isrc: str) -> Track:
    bits = int(flags[0], 16)
    pause = max(sector, -msf.LEAD) if index == 0 else track.pause
    indexes = (*track.indexes, sector) if index else track.indexes
    if pause is not None and pause < 0:  # the pause of track 1 is the silence before the programme
        pause = None
    return replace(
        track, indexes=indexes, pause=pause, isrc=track.isrc or isrc, pre_emphasis=bool(bits & 1),
        copy_permitted=bool(bits & 2), four_channel=bool(bits & 8), scms=flags[1] == "S",
    )  # fmt: skip


def _records(data: bytes, length: int, name: str, start: bytes) -> list[str]:
    if not data or len(data) % length:
        raise ValueError(f"{name} has {len(data)} bytes, which is not a multiple of {length}")
    rows = [data[at : at + length] for at in range(0, len(data), length)]
    for number, row in enumerate(rows):
        if row[:4] != start:
            raise ValueError(f"record {number} of {name} does not begin with {start.decode()}")
    return [row.decode("latin-1") for row in rows]


def _number(written: str, name: str) -> int:
    try:
        return int(written)
    except ValueError:
        raise ValueError(f"{name} contains {written!r} where a number is expected") from None
