"""The LIST INFO chunk of WAV files: short texts under names of four letters."""

import struct
from collections.abc import Mapping

from .names import BY_INFO, BY_VORBIS


def to_comments(chunk: bytes) -> dict[str, list[str]]:
    """The texts of a LIST chunk of type INFO whose meaning is known, by their names in Vorbis comments."""
    found, at = {}, 4
    while chunk[:4] == b"INFO" and at + 8 <= len(chunk):
        name, size = chunk[at : at + 4].decode("latin-1"), int.from_bytes(chunk[at + 4 : at + 8], "little")
        text = chunk[at + 8 : at + 8 + size].split(b"\0")[0]
        if name in BY_INFO and text.strip():
            found[BY_INFO[name].vorbis] = [_decoded(text).strip()]
        at += 8 + size + size % 2
    return found


def _decoded(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("cp1252", "replace")


def from_comments(comments: Mapping[str, list[str]]) -> bytes | None:
    """A LIST chunk of type INFO with the comments that have a place there; None if there are none."""
    parts = []
    for name, texts in comments.items():
        row = BY_VORBIS.get(name)
        if row and row.info:
            text = "; ".join(texts).encode() + b"\0"
            parts.append(row.info.encode() + struct.pack("<I", len(text)) + text + b"\0" * (len(text) % 2))
    return b"INFO" + b"".join(parts) if parts else None
