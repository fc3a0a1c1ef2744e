"""Tags and artwork of audio files, through mutagen: one table of names for ID3, Vorbis comments and MP4 atoms."""

import base64
import importlib
import io
from collections.abc import Iterator
from pathlib import Path

from host_cli.errors import CliFail
from host_cli.records.album import Album, Placed

from .findings import FAIL, OK, Finding

#: (our name, ID3 frame, Vorbis comment, MP4 atom)
NAMES = (
    ("title", "TIT2", "title", "\xa9nam"),
    ("artist", "TPE1", "artist", "\xa9ART"),
    ("album", "TALB", "album", "\xa9alb"),
    ("album_artist", "TPE2", "albumartist", "aART"),
    ("track", "TRCK", "tracknumber", "trkn"),
    ("isrc", "TSRC", "isrc", "----:com.apple.iTunes:ISRC"),
    ("composer", "TCOM", "composer", "\xa9wrt"),
    ("songwriter", "TEXT", "lyricist", "----:com.apple.iTunes:LYRICIST"),
    ("arranger", "TPE4", "arranger", "----:com.apple.iTunes:ARRANGER"),
    ("year", "TDRC", "date", "\xa9day"),
    ("genre", "TCON", "genre", "\xa9gen"),
    ("copyright", "TCOP", "copyright", "cprt"),
    ("label", "TPUB", "organization", "----:com.apple.iTunes:LABEL"),
    ("barcode", "TXXX:BARCODE", "barcode", "----:com.apple.iTunes:BARCODE"),
    ("credits", "TXXX:CREDITS", "credits", "----:com.apple.iTunes:CREDITS"),
)
_KINDS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png"}
_FREE = "----:"


def of_song(album: Album, placed: Placed) -> dict[str, str]:
    """The tags of a song by our names; those without a text are left out."""
    song, texts = placed.song, placed.song.texts
    found = {
        "title": texts.title, "artist": album.artist(song), "album": album.texts.title, "album_artist": album.texts.artist,
        "track": f"{placed.number}/{len(album.songs)}", "isrc": song.isrc, "composer": texts.composer or album.texts.composer,
        "songwriter": texts.songwriter or album.texts.songwriter, "arranger": texts.arranger or album.texts.arranger,
        "year": str(album.year or ""), "genre": album.genre, "copyright": album.copyright, "label": album.label,
        "barcode": album.upc, "credits": "; ".join(texts.credits),
    }  # fmt: skip
    return {name: text for name, text in found.items() if text}


def comments(tags: dict[str, str]) -> dict[str, list[str]]:
    """The tags by their names in Vorbis comments."""
    return {comment.upper(): [tags[name]] for name, _, comment, _ in NAMES if name in tags}


def artwork(path: Path | None) -> tuple[bytes, str] | None:
    """(picture, MIME type) of a file. Raises CliFail if it is neither JPEG nor PNG."""
    if path is None:
        return None
    data = path.read_bytes()
    kind = next((kind for start, kind in _KINDS.items() if data.startswith(start)), None)
    if kind is None:
        raise CliFail(f"{path} is neither a JPEG nor a PNG picture: convert it")
    return data, kind


def id3_bytes(tags: dict[str, str], picture: tuple[bytes, str] | None) -> bytes:
    """An ID3v2.3 tag, for the `id3 ` chunk of a WAV file."""
    out = io.BytesIO()
    id3 = _mutagen("id3").ID3()
    _fill_id3(id3, tags, picture)
    id3.save(out, v2_version=3)
    return out.getvalue()


def write(path: Path, tags: dict[str, str], picture: tuple[bytes, str] | None) -> None:
    """Replace the tags of a FLAC, MP3, M4A or Opus file. A WAV file receives its tags when it is written."""
    kind = path.suffix.lower()
    if kind == ".mp3":
        id3 = _mutagen("id3").ID3()
        _fill_id3(id3, tags, picture)
        id3.save(path, v2_version=3)
        return
    if kind == ".m4a":
        file = _mutagen("mp4").MP4(path)
        file.delete()
        _fill_mp4(file, tags, picture)
    elif kind == ".flac":
        file = _mutagen("flac").FLAC(path)
        file.delete()
        file.clear_pictures()
        _fill_vorbis(file, tags)
        if picture:
            file.add_picture(_picture(*picture))
    else:
        file = _mutagen("oggopus").OggOpus(path)
        file.delete()
        _fill_vorbis(file, tags)
        if picture:
            file["metadata_block_picture"] = [base64.b64encode(_picture(*picture).write()).decode()]
    file.save()


def read(path: Path) -> dict[str, str]:
    """The tags of a file by our names. Raises CliFail for a file that cannot be read."""
    try:
        file = _mutagen().File(path)
    except _mutagen().MutagenError as why:
        raise CliFail(f"the tags of {path.name} cannot be read: {why}") from None
    tags = {key.lower(): value for key, value in (file.tags if file is not None and file.tags else {}).items()}
    found = {}
    for name, frame, comment, atom in NAMES:
        value = next((tags[key.lower()] for key in (frame, comment, atom) if key.lower() in tags), None)
        if value is not None:
            found[name] = _text(value)
    return found


def compared(path: Path, name: str, claim: dict) -> Iterator[Finding]:
    """The tags of a file against those that the manifest claims."""
    if not claim.get("tags"):
        return
    there = read(path)
    bad = [
        f"the tag {key} is {there.get(key, '')!r}, but {text!r} in the manifest"
        for key, text in claim["tags"].items()
        if there.get(key) != text
    ]
    yield from (Finding(FAIL, name, text) for text in bad)
    if not bad:
        yield Finding(OK, name, f"{len(claim['tags'])} tags are those of the manifest")


def _text(value) -> str:
    first = value[0] if isinstance(value, list) and value else getattr(value, "text", [value])[0]
    if isinstance(first, tuple):
        return f"{first[0]}/{first[1]}"
    return first.decode() if isinstance(first, bytes) else str(first)


def _fill_id3(id3, tags: dict[str, str], picture) -> None:
    frames = _mutagen("id3")
    for name, frame, _, _ in NAMES:
        if name not in tags:
            continue
        if frame.startswith("TXXX:"):
            id3.add(frames.TXXX(encoding=1, desc=frame[5:], text=[tags[name]]))
        else:
            id3.add(getattr(frames, frame)(encoding=1, text=[tags[name]]))
    if picture:
        id3.add(frames.APIC(encoding=0, mime=picture[1], type=3, desc="", data=picture[0]))


def _fill_vorbis(file, tags: dict[str, str]) -> None:
    for name, texts in comments(tags).items():
        file[name] = texts


def _fill_mp4(file, tags: dict[str, str], picture) -> None:
    mp4 = _mutagen("mp4")
    for name, _, _, atom in NAMES:
        if name not in tags:
            continue
        if atom == "trkn":
            file[atom] = [tuple(int(part) for part in tags[name].split("/"))]
        else:
            file[atom] = [mp4.MP4FreeForm(tags[name].encode()) if atom.startswith(_FREE) else tags[name]]
    if picture:
        form = mp4.MP4Cover.FORMAT_PNG if picture[1] == "image/png" else mp4.MP4Cover.FORMAT_JPEG
        file["covr"] = [mp4.MP4Cover(picture[0], form)]


def _picture(data: bytes, kind: str):
    picture = _mutagen("flac").Picture()
    picture.data, picture.mime, picture.type = data, kind, 3
    return picture


def _mutagen(module: str = ""):
    try:
        return importlib.import_module(f"mutagen.{module}" if module else "mutagen")
    except ImportError:
        raise CliFail('tags need mutagen: run pip install "burnish[records]"') from None
