"""DDP 2.00: the files that describe a CD for a plant. The audio itself (IMAGE.DAT) is written by `delivery`.

All records are ASCII with spaces behind; the offsets follow the notes of the project ddp-reverse-eng (spec/ddp2.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from . import msf
from .disc import Disc, Track

ID, MAP, PQ, TEXT, AUDIO, SUMS = "DDPID", "DDPMS", "SD", "CDTEXT.BIN", "IMAGE.DAT", "CHECKSUM.MD5"
RECORD, PQ_RECORD = 128, 64


@dataclass(frozen=True)
class Options:
    """Details in which writers of DDP differ. `storage_mode`: "7" or "0"; `source_storage`: "1" or "0" (what Sonoris and HOFA
    write). `isrc_twice`: write the ISRC at index 01 too where a track begins with index 00. `master_id`: up to 48 characters."""

    storage_mode: str = "7"
    source_storage: str = "1"
    isrc_twice: bool = True
    master_id: str = ""


USUAL = Options()


def record(length: int, *fields: tuple[int, str]) -> bytes:
    """A record of `length` bytes with each text at its offset."""
    line = [" "] * length
    for at, written in fields:
        line[at : at + len(written)] = written
    if len(line) != length:
        raise ValueError(f"a field is after the end of a record of {length} bytes")
    return "".join(line).encode("ascii")


def identifier(disc: Disc, options: Options = USUAL) -> bytes:
    """DDPID."""
    return record(RECORD, (0, "DDP 2.00"), (8, disc.ean), (38, options.master_id[:48]), (87, "CD"))


def image_map(disc: Disc, text_bytes: int, pq_bytes: int, options: Options = USUAL) -> bytes:
    """DDPMS: one record for each of CD-Text (if there is any), PQ descriptor and audio."""
    audio = disc.sectors + msf.LEAD
    rows = []
    if text_bytes:
        rows.append(_map(("S0", text_bytes, "CDTEXT", TEXT), (55, "00")))
    rows.append(_map(("S0", pq_bytes, "PQ DESCR", PQ)))
    rows.append(
        _map(
            ("D0", audio, "", AUDIO), (38, "DA"), (40, options.storage_mode), (41, options.source_storage), (46, " 150")
        )
    )
    return b"".join(rows)


def _map(row: tuple[str, int, str, str], *more: tuple[int, str]) -> bytes:
    stream, length, kind, name = row
    return record(RECORD, (0, "VVVM"), (4, stream), (14, f"{length:8d}"), (30, kind), (71, " 17"), (74, name), *more)


def pq_descriptor(disc: Disc, options: Options = USUAL) -> bytes:
    """SD: a packet for the lead-in, each index point, and twice the lead-out."""
    end = disc.sectors + msf.LEAD
    out = [_point("00", 0, 0, "01", "", disc.ean)]
    for number, track, _ in disc.ends():
        first = True
        for index, sector in index_points(number, track):
            isrc = track.isrc if first or (options.isrc_twice and index == 1) else ""
            out.append(_point(f"{number:02d}", index, sector, control(track), isrc))
            first = False
    out += [_point("AA", 1, end, "01", "")] * 2
    return b"".join(out)


def index_points(number: int, track: Track) -> Iterator[tuple[int, int]]:
    """(index, sector with the lead counted) of a track. Track 1 always has an index 00, at 0."""
    pause = 0 if number == 1 else None if track.pause is None else track.pause + msf.LEAD
    if pause is not None:
        yield 0, pause
    yield from ((index, sector + msf.LEAD) for index, sector in enumerate(track.indexes, 1))


def control(track: Track) -> str:
    """Two characters: the flags of the subcode, and the address."""
    flags = 1 * track.pre_emphasis + 2 * track.copy_permitted + 8 * track.four_channel
    return f"{flags:X}{'S' if track.scms else '1'}"


def _point(track: str, index: int, sector: int, flags: str, isrc: str, ean: str = "") -> bytes:
    time = f"{msf.text(sector, ''):>8}"
    return record(PQ_RECORD, (0, "VVVS"), (4, f"{track}{index:02d}"), (8, time), (16, flags), (20, isrc), (32, ean))
