"""Chunks of a WAV file: format, Broadcast Wave extension (EBU Tech 3285 version 2), ISRC (EBU Tech 3352), RF64 (EBU Tech 3306)."""

import math
import struct
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

#: Bytes of the bext chunk before the coding history, and the offsets of the loudness values in it.
BEXT_BYTES, LOUDNESS_AT = 602, 412
_UNUSED = 0x7FFF
_FLOAT, _PCM = 3, 1
#: Sizes above this need RF64.
MOST_BYTES = 0xFFFF_0000


@dataclass(frozen=True)
class Loudness:
    """The figures of a bext chunk. None: not known."""

    integrated_lufs: float | None = None
    lra_lu: float | None = None
    max_tp_dbtp: float | None = None
    max_momentary_lufs: float | None = None
    max_short_lufs: float | None = None

    @classmethod
    def of(cls, figures: dict) -> "Loudness":
        """From the figures of a measurement."""
        return cls(**{name: figures.get(name) for name in cls.__dataclass_fields__})

    def words(self) -> list[int]:
        """In hundredths, as stored."""
        return [_hundredths(getattr(self, name)) for name in self.__dataclass_fields__]


@dataclass(frozen=True)
class Origin:
    """The texts of a bext chunk; `date` as yyyy-mm-dd, `time` as hh:mm:ss, `frame`: the place of the file in its programme."""

    description: str = ""
    originator: str = "Burnish"
    reference: str = ""
    date: str = ""
    time: str = ""
    frame: int = 0
    history: tuple[str, ...] = field(default_factory=tuple)


def bext(origin: Origin, loudness: Loudness) -> bytes:
    """The body of a bext chunk of version 2. Characters that are not ASCII become '?'."""
    texts = (
        (origin.description, 256),
        (origin.originator, 32),
        (origin.reference, 32),
        (origin.date, 10),
        (origin.time, 8),
    )
    head = b"".join(t.encode("ascii", "replace")[:n].ljust(n, b"\0") for t, n in texts)
    head += struct.pack("<QH64x", origin.frame, 2)
    head += struct.pack("<5h", *loudness.words()) + bytes(180)
    return head + "".join(f"{line}\r\n" for line in origin.history).encode("ascii", "replace")


def read_bext(body: bytes) -> tuple[Origin, Loudness]:
    """The texts and the figures. Raises ValueError for a chunk that is too short."""
    if len(body) < BEXT_BYTES:
        raise ValueError(f"the bext chunk has {len(body)} bytes, but at least {BEXT_BYTES} are needed")
    parts, at = [], 0
    for length in (256, 32, 32, 10, 8):
        parts.append(body[at : at + length].split(b"\0")[0].decode("ascii", "replace"))
        at += length
    frame, version = struct.unpack_from("<QH", body, 338)
    words = struct.unpack_from("<5h", body, LOUDNESS_AT) if version >= 2 else [_UNUSED] * 5
    history = tuple(body[BEXT_BYTES:].decode("ascii", "replace").rstrip("\0").splitlines())
    return Origin(*parts, frame, history), Loudness(*(None if w == _UNUSED else w / 100 for w in words))


def _hundredths(value: float | None) -> int:
    return _UNUSED if value is None or not math.isfinite(value) or abs(value) > 99.99 else round(100 * value)


def axml(isrc: str, title: str) -> bytes:
    """The body of an axml chunk with the ISRC (EBU Tech 3352)."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<ebucore:ebuCoreMain xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:ebucore="urn:ebu:metadata-schema:ebuCore_2012">'
        f"<ebucore:coreMetadata><ebucore:title><dc:title>{escape(title)}</dc:title></ebucore:title>"
        '<ebucore:identifier typeLabel="GUID" typeDefinition="Globally Unique Identifier" formatLabel="ISRC" '
        'formatDefinition="International Standard Recording Code" '
        'formatLink="http://www.ebu.ch/metadata/cs/ebu_IdentifierTypeCodeCS.xml#3.7">'
        f"<dc:identifier>ISRC:{isrc}</dc:identifier></ebucore:identifier></ebucore:coreMetadata></ebucore:ebuCoreMain>"
    ).encode()


#: Names of texts in a LIST chunk of the kind INFO. ISRC is not among them: in RIFF it means the source of a picture.
_INFO = {
    "title": "INAM",
    "artist": "IART",
    "album": "IPRD",
    "track": "ITRK",
    "genre": "IGNR",
    "year": "ICRD",
    "copyright": "ICOP",
}


def info(tags: dict[str, str]) -> bytes:
    """The body of a LIST chunk with tags, for programs that read no ID3 in WAV files."""
    return b"INFO" + b"".join(chunk(_INFO[name], text.encode() + b"\0") for name, text in tags.items() if name in _INFO)


def fmt(rate_hz: int, bits: str, channels: int = 2) -> bytes:
    """The body of the fmt chunk; `bits`: "16", "24", "32" or "float"."""
    size = 4 if bits == "float" else int(bits) // 8
    kind = _FLOAT if bits == "float" else _PCM
    return struct.pack("<HHIIHH", kind, channels, rate_hz, rate_hz * channels * size, channels * size, 8 * size)


def chunk(name: str, body: bytes) -> bytes:
    """A chunk with its header, padded to an even length."""
    return name.encode("ascii") + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def header(
    before: list[tuple[str, bytes]], rate_hz: int, bits: str, frames: int, after_bytes: int = 0, force: bool = False
) -> bytes:
    """Everything of a file before its samples. `before`: chunks in front of the samples, `after_bytes`: bytes behind them.

    Sizes that 32 bits cannot hold (or `force`) make it an RF64 file; a WAV file has a JUNK chunk of the same size in that place.
    """
    data_bytes = frames * 2 * (4 if bits == "float" else int(bits) // 8)
    middle = chunk("fmt ", fmt(rate_hz, bits)) + b"".join(chunk(name, body) for name, body in before)
    total = 4 + 36 + len(middle) + 8 + data_bytes + data_bytes % 2 + after_bytes
    if total > MOST_BYTES or force:
        sizes = chunk("ds64", struct.pack("<QQQI", total, data_bytes, frames, 0))
        return b"RF64\xff\xff\xff\xffWAVE" + sizes + middle + b"data\xff\xff\xff\xff"
    return (
        b"RIFF"
        + struct.pack("<I", total)
        + b"WAVE"
        + chunk("JUNK", bytes(28))
        + middle
        + b"data"
        + struct.pack("<I", data_bytes)
    )


def chunks(file) -> dict[str, bytes]:
    """The chunks of an open WAV or RF64 file except its samples, by name. Raises ValueError if it is neither."""
    kind, _, form = struct.unpack("<4sI4s", file.read(12).ljust(12, b"\0"))
    if kind not in (b"RIFF", b"RF64") or form != b"WAVE":
        raise ValueError("this is not a WAV file")
    found: dict[str, bytes] = {}
    data_bytes = 0
    while len(head := file.read(8)) == 8:
        name, size = struct.unpack("<4sI", head)
        if name == b"data":
            size = data_bytes if size == 0xFFFF_FFFF else size
            file.seek(size + size % 2, 1)
            continue
        body = file.read(size + size % 2)[:size]
        found[name.decode("latin-1")] = body
        if name == b"ds64":
            data_bytes = struct.unpack_from("<Q", body, 8)[0]
    return found
