"""Carries the tags of an input over to its render, in the forms of the output's format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from firmware.contract import protocol
from host_cli.folders import native_name

from . import broadcast, chunks, documents, id3, info, reading

#: A block of metadata in FLAC files has 24 bits for its length.
_LARGEST_PICTURE = (1 << 24) - 1024
_INSTALL = 'run pip install "burnish[files]" to carry them over'


@dataclass(frozen=True)
class Changes:
    """What a render changed: sampling rates of input and output in Hz, bit depth ("16", "24", "32", "float"), the measured
    figures of the output, and the number of frames by which the sound is later in the output file."""

    from_hz: int
    to_hz: int
    bits: str
    figures: Mapping
    delay: int = 0

    @property
    def moves(self) -> bool:
        """Whether positions that are counted in frames of the input would be wrong in the output."""
        return self.from_hz != self.to_hz or self.delay != 0


def carry(source: Path, name: str, target: Path, kind: str, changes: Changes) -> list[str]:
    """Write the tags of the file `source` into the complete file `target`. `kind` is the format of `target` (".wav", ".flac", ".aiff",
    ".aif"). `name` is the name of `source` in messages. Returns remarks about tags that could not be carried over. Raises OSError."""
    tags = reading.read(source)
    remarks = list(tags.remarks)
    if kind == ".wav":
        new = _wav_chunks(tags, changes, remarks)
        if new:
            chunks.append(target, new)
    elif not reading.has_mutagen():
        if tags.comments or tags.chunks:
            remarks.append(f"its tags are left out, because mutagen is not installed: {_INSTALL}")
    elif tags.comments or tags.pictures or tags.tag:
        (_write_flac if kind == ".flac" else _write_aiff)(tags, target, changes, remarks)
    if not reading.has_mutagen() and not chunks.is_wav(source) and _has_texts(source):
        remarks.append(f"its tags are left out, because mutagen is not installed: {_INSTALL}")
    return [f"{name}: {remark}" for remark in remarks]


def _has_texts(path: Path) -> bool:
    import soundfile

    with soundfile.SoundFile(native_name(path)) as file:
        return any(file.copy_metadata().values())


def _comments(tags: reading.Tags, changes: Changes) -> dict[str, list[str]]:
    """The comments, with the broadcast fields of the output if there are any."""
    chunk = next((content for name, content in tags.chunks if name == b"bext"), None)
    chunk = chunk or broadcast.from_comments(tags.comments)
    if not chunk:
        return tags.comments
    fields = broadcast.to_comments(_broadcast(chunk, changes))
    return tags.comments | {name: [text] for name, text in fields.items()}


def _broadcast(chunk: bytes, changes: Changes) -> bytes:
    width = "32" if changes.bits == "float" else changes.bits
    coding = f"A=PCM,F={changes.to_hz},W={width},M=stereo,T=Burnish {protocol.VERSION}"
    return broadcast.updated(
        chunk, changes.figures, coding, lambda frame: frame * changes.to_hz // changes.from_hz - changes.delay
    )


def _wav_chunks(tags: reading.Tags, changes: Changes, remarks: list[str]) -> list[tuple[bytes, bytes]]:
    """The chunks of the output, from those of a WAV file or from the tags of another format."""
    found = []
    for name, content in tags.chunks:
        positions = name in reading.POSITIONS or (name == b"LIST" and content[:4] == b"adtl")
        if positions and changes.moves:
            remarks.append(f"its {name.decode().strip()} chunk has positions that have moved, and is left out")
        elif (name == b"axml" and documents.describes_audio(content)) or name == b"chna":
            remarks.append(f"its {name.decode()} chunk describes the audio objects of the input, and is left out")
        elif name == b"bext":
            found.append((name, _broadcast(content, changes)))
        elif name == b"iXML":
            found.append((name, documents.ixml_for(content, changes.to_hz, changes.bits)))
        elif name in reading.ID3_CHUNKS and tags.tag:
            found.append((name, id3.written(tags.tag)))
        elif name not in reading.ID3_CHUNKS or not reading.has_mutagen():
            found.append((name, content))
    if not tags.chunks and tags.comments:
        if chunk := broadcast.from_comments(tags.comments):
            found.append((b"bext", _broadcast(chunk, changes)))
        if listed := info.from_comments(tags.comments):
            found.append((b"LIST", listed))
        if axml := documents.axml_with(tags.comments.get("ISRC", [""])[0]):
            found.append((b"axml", axml))
    if not tags.chunks and (tags.tag or tags.comments or tags.pictures):
        found.append((b"id3 ", id3.written(tags.tag or id3.from_comments(tags.comments, tags.pictures))))
    return found


def _write_flac(tags: reading.Tags, target: Path, changes: Changes, remarks: list[str]) -> None:
    import mutagen
    from mutagen.flac import FLAC

    try:
        file = FLAC(target)
        if file.tags is None:
            file.add_tags()
        for name, texts in _comments(tags, changes).items():
            try:
                file.tags[name] = texts
            except ValueError:
                remarks.append(f"its tag {name!r} has a name that FLAC does not allow, and is left out")
        for picture in tags.pictures:
            if len(picture.data) > _LARGEST_PICTURE:
                remarks.append("its artwork is larger than 16 MB, which FLAC does not allow, and is left out")
            else:
                file.add_picture(picture)
        file.save()
    except mutagen.MutagenError as why:
        raise OSError(f"its tags could not be written: {why}") from None


def _write_aiff(tags: reading.Tags, target: Path, changes: Changes, remarks: list[str]) -> None:
    import mutagen
    from mutagen.aiff import AIFF

    there = id3.to_comments(tags.tag) if tags.tag else {}
    missing = {name: texts for name, texts in _comments(tags, changes).items() if name not in there}
    tag = id3.from_comments(missing, [] if tags.tag else tags.pictures)
    for frame in tags.tag.values() if tags.tag else ():
        tag.add(frame)
    try:
        file = AIFF(target)
        file.add_tags()
        for frame in tag.values():
            file.tags.add(frame)
        file.save()
    except mutagen.MutagenError as why:
        raise OSError(f"its tags could not be written: {why}") from None
