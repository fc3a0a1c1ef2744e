"""Reads all tags of an audio file."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from host_cli.folders import native_name

from . import broadcast, chunks, documents, id3, info
from .names import is_stale

if TYPE_CHECKING:
    from mutagen import FileType
    from mutagen.flac import Picture
    from mutagen.id3 import ID3

#: Chunks of WAV files that are carried over. cue, adtl (in LIST), smpl and plst contain positions.
ID3_CHUNKS = frozenset((b"id3 ", b"ID3 "))
POSITIONS = frozenset((b"cue ", b"smpl", b"plst"))
WANTED = ID3_CHUNKS | POSITIONS | {b"bext", b"iXML", b"axml", b"chna", b"LIST", b"cart", b"_PMX", b"DISP"}
#: The key of a picture in the comments of Ogg files.
_PICTURE = "METADATA_BLOCK_PICTURE"


@dataclass
class Tags:
    """All tags of a file.

    `comments`: texts by their names in Vorbis comments, of every format. `tag`: the ID3 tag of MP3, AIFF and WAV files.
    `chunks`: those of a WAV file. `remarks`: sentences about what could not be read.
    """

    comments: dict[str, list[str]] = field(default_factory=dict)
    pictures: list[Picture] = field(default_factory=list)
    tag: ID3 | None = None
    chunks: list[tuple[bytes, bytes]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def fill(self, comments: dict[str, list[str]]) -> None:
        """Add comments that are not there yet."""
        for name, texts in comments.items():
            if not is_stale(name):
                self.comments.setdefault(name, texts)

    def use(self, tag: ID3) -> None:
        """Add an ID3 tag."""
        self.tag = id3.without_stale(tag)
        self.fill(id3.to_comments(self.tag))
        self.pictures += id3.pictures(self.tag)


def has_mutagen() -> bool:
    """Whether mutagen is installed, which reads and writes the tags of all formats except WAV."""
    try:
        import mutagen  # noqa: F401
    except ImportError:
        return False
    return True


def read(path: Path) -> Tags:
    """The tags of a file. Unreadable tags give a remark. Raises OSError."""
    tags = Tags()
    if chunks.is_wav(path):
        _read_wav(path, tags)
    elif has_mutagen():
        _read_other(path, tags)
    return tags


def _read_wav(path: Path, tags: Tags) -> None:
    tags.chunks = chunks.read(path, WANTED)
    for name, content in tags.chunks:
        if name in ID3_CHUNKS and has_mutagen():
            _use_id3(tags, content)
    for name, content in tags.chunks:
        if name == b"LIST":
            tags.fill(info.to_comments(content))
        elif name == b"axml" and (isrc := documents.isrc_of(content)):
            tags.fill({"ISRC": [isrc]})
        elif name == b"bext":
            tags.fill({key: [text] for key, text in broadcast.to_comments(content).items()})


def _use_id3(tags: Tags, content: bytes) -> None:
    import mutagen

    try:
        tags.use(id3.parsed(content))
    except (mutagen.MutagenError, ValueError) as why:
        tags.remarks.append(f"its ID3 tag is damaged ({why}) and is left out")


def _read_other(path: Path, tags: Tags) -> None:
    """Read the tags with mutagen. The format is detected from the contents, because the file name may be wrong or missing."""
    import mutagen
    from mutagen.flac import Picture
    from mutagen.id3 import ID3

    try:
        file = _opened(path)
        found = file.tags if file is not None else None
        tags.pictures += getattr(file, "pictures", [])
        if isinstance(found, ID3):
            tags.use(found)
        elif found is not None:
            for name, texts in found.as_dict().items():
                if name.upper() == _PICTURE:
                    tags.pictures += [Picture(base64.b64decode(text)) for text in texts]
                else:
                    tags.fill({name.upper(): list(texts)})
    except (mutagen.MutagenError, ValueError, KeyError, IndexError) as why:
        tags.remarks.append(f"its tags are damaged ({why}) and are left out")


def _opened(path: Path) -> FileType | None:
    """The file as an object of mutagen, or None for a format without tags."""
    import soundfile
    from mutagen import aiff, flac, mp3, oggopus, oggvorbis

    found = soundfile.info(native_name(path))
    kinds = {"FLAC": flac.FLAC, "MP3": mp3.MP3, "MPEG": mp3.MP3, "AIFF": aiff.AIFF,
             "OGG": oggopus.OggOpus if found.subtype == "OPUS" else oggvorbis.OggVorbis}  # fmt: skip
    return kinds[found.format](path) if found.format in kinds else None
