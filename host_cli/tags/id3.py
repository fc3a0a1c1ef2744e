"""ID3 tags (version 2.4) from and to Vorbis comments and pictures. Needs mutagen; ID3 is used in MP3, AIFF and WAV files."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from .names import BY_ID3, BY_VORBIS, STALE_ID3, is_stale

if TYPE_CHECKING:
    from mutagen.flac import Picture
    from mutagen.id3 import ID3

#: Numbers that ID3 writes as "3/12", and their totals in Vorbis comments.
_TOTALS = {"TRACKNUMBER": "TRACKTOTAL", "DISCNUMBER": "DISCTOTAL"}


def parsed(data: bytes) -> ID3:
    """The tag in a chunk. Raises mutagen.MutagenError."""
    from mutagen.id3 import ID3

    return ID3(io.BytesIO(data))


def written(tag: ID3) -> bytes:
    """The content of a chunk with this tag."""
    from mutagen.id3 import ID3

    out = io.BytesIO()
    plain = ID3()  # that of an AIFF file can only be written into one
    for frame in tag.values():
        plain.add(frame)
    plain.save(out, v2_version=4, padding=lambda _: 0)
    return out.getvalue()


def without_stale(tag: ID3) -> ID3:
    """The tag without frames that describe the samples of the input."""
    for key, frame in list(tag.items()):
        described = getattr(frame, "desc", "")
        if frame.FrameID in STALE_ID3 or (frame.FrameID in ("TXXX", "COMM") and is_stale(described)):
            del tag[key]
    return tag


def to_comments(tag: ID3) -> dict[str, list[str]]:
    """The texts of a tag by their names in Vorbis comments."""
    found: dict[str, list[str]] = {}
    for frame in tag.values():
        name = {"COMM": "COMMENT", "USLT": "LYRICS"}.get(frame.FrameID)
        if frame.FrameID in BY_ID3:
            name = BY_ID3[frame.FrameID].vorbis
        elif frame.FrameID == "TXXX":
            name = frame.desc.upper()
        elif getattr(frame, "desc", ""):
            name = None  # a comment for a program, such as iTunPGAP
        texts = getattr(frame, "text", [])
        texts = [texts] if isinstance(texts, str) else [str(text) for text in texts]
        if name and any(texts):
            found.setdefault(name, []).extend(text for text in texts if text)
    for name, total in _TOTALS.items():
        number, slash, count = found.get(name, [""])[0].partition("/")
        if slash:
            found[name], found[total] = [number], [count]
    return found


def pictures(tag: ID3) -> list[Picture]:
    """The pictures of a tag in the form that FLAC uses."""
    from mutagen.flac import Picture

    found = []
    for frame in tag.getall("APIC"):
        picture = Picture()
        picture.type, picture.mime, picture.desc, picture.data = frame.type, frame.mime, frame.desc, frame.data
        found.append(picture)
    return found


def from_comments(comments: dict[str, list[str]], artwork: list[Picture]) -> ID3:
    """A tag with these comments and pictures."""
    from mutagen import id3

    tag = id3.ID3()
    for name, texts in comments.items():
        row = BY_VORBIS.get(name)
        if name in _TOTALS.values():
            continue
        if total := comments.get(_TOTALS.get(name, "")):
            texts = [f"{texts[0]}/{total[0]}"]
        if row and row.id3:
            tag.add(id3.Frames[row.id3](encoding=id3.Encoding.UTF8, text=texts))
        elif name == "COMMENT":
            tag.add(id3.COMM(encoding=id3.Encoding.UTF8, lang="XXX", desc="", text=texts))
        elif name == "LYRICS":
            tag.add(id3.USLT(encoding=id3.Encoding.UTF8, lang="XXX", desc="", text="\n".join(texts)))
        else:
            tag.add(id3.TXXX(encoding=id3.Encoding.UTF8, desc=name, text=texts))
    for number, picture in enumerate(artwork):
        desc = picture.desc or (f"{number}" if number else "")
        tag.add(
            id3.APIC(encoding=id3.Encoding.UTF8, mime=picture.mime, type=picture.type, desc=desc, data=picture.data)
        )
    return tag
