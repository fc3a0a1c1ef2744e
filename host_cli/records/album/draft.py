"""A first album file for a folder of mixes: order, titles and artists from tags and file names, silence at the ends found."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from host_cli.documents import file_name, quoted
from host_cli.errors import CliFail
from host_cli.render import AudioReader
from host_cli.tags import read_tags

#: Extensions of files that are taken into an album.
AUDIO = (".wav", ".flac", ".aiff", ".aif")
#: Quieter than this counts as silence, in dBFS.
SILENCE_DBFS = -72.0
#: Silence that is left before and after the sound, in s.
_LEFT_S = (0.02, 0.3)


@dataclass(frozen=True)
class Draft:
    """What is known about a mix. `start_s`, `end_s`: where its sound begins and ends, with a margin; None: no silence there."""

    path: Path
    number: int | None
    title: str
    artist: str
    album: str
    isrc: str
    start_s: float | None
    end_s: float | None


def drafts(folder: Path) -> list[Draft]:
    """The mixes of a folder in order: by track number if all have one, else by name. Raises CliFail."""
    paths = sorted((p for p in folder.iterdir() if p.suffix.lower() in AUDIO), key=lambda p: _natural(p.name))
    if not paths:
        raise CliFail(f"{folder} contains no mixes: give a folder with files of the kinds {', '.join(AUDIO)}")
    found = [_draft(path) for path in paths]
    if all(draft.number for draft in found):
        found.sort(key=lambda draft: draft.number)
    return found


def _draft(path: Path) -> Draft:
    with AudioReader(path, mono=True) as reader:
        start_s, end_s = _sound(reader)
    with soundfile.SoundFile(path) as file:
        tags = {name: text.strip() for name, text in file.copy_metadata().items()}  # known also without mutagen
    tags |= {name.lower(): texts[0].strip() for name, texts in read_tags(path).comments.items()}
    match = re.match(r"(\d{1,3})(?:\s*[-._)]\s*|\s+)(.+)", path.stem)
    number = re.match(r"\d+", tags.get("tracknumber", "")) or match
    title = tags.get("title") or (match[2] if match else path.stem).replace("_", " ").strip()
    return Draft(path, int(number[0] if number is not match else match[1]) if number else None, _plain(title),
                 _plain(tags.get("artist", "")), _plain(tags.get("album", "")), re.sub(r"[\s-]", "", tags.get("isrc", "")).upper(), start_s, end_s)  # fmt: skip


def _sound(reader: AudioReader) -> tuple[float | None, float | None]:
    """Where sound begins and ends, with a margin; None where less silence than the margin is there."""
    limit, first, last, at = 10 ** (SILENCE_DBFS / 20), None, 0, 0
    for block in reader.blocks():
        loud = np.flatnonzero(np.abs(block).max(axis=0) > limit)
        if len(loud):
            first = at + int(loud[0]) if first is None else first
            last = at + int(loud[-1])
        at += block.shape[1]
    if first is None:
        return None, None
    start_s, end_s = first / reader.rate_hz - _LEFT_S[0], last / reader.rate_hz + _LEFT_S[1]
    return (round(start_s, 3) if start_s > 0.05 else None), (
        round(end_s, 3) if end_s < at / reader.rate_hz - 0.5 else None
    )


def _natural(name: str) -> list:
    return [
        (0, int(part), "") if part.isdigit() else (1, 0, part.casefold()) for part in re.split(r"(\d+)", name) if part
    ]


def _plain(text: str) -> str:
    return "".join(c for c in text if c.isprintable())


def document(found: list[Draft], relative_to: Path) -> str:
    """The album file, with the keys that most albums need, and comments."""
    artists = {draft.artist for draft in found}
    album = next((draft.album for draft in found if draft.album), found[0].path.absolute().parent.name)
    artist = artists.pop() if len(artists) == 1 else ""
    lines = [
        "# An album for `burnish album` and `burnish deliver`. Paths start at the folder of this file.", "",
        "[album]", f"title = {quoted(album)}", f"artist = {quoted(artist)}",
        'upc = ""             # 12 or 13 digits; printed under the bar code',
        'artwork = ""         # a JPEG or PNG beside this file', "",
        "[loudness]",
        'mode = "album"       # album: one gain for all; song: each song to the target; preset: targets of the presets; manual: their gains',
        "target_lufs = -14.0  # of the loudest song",
        "ceiling_dbtp = -1.0", "",
        "[defaults]", 'preset = ""          # `burnish album show` names the preset of each song', "gap_s = 2.0          # pause before a song; 0: gapless; negative: crossfade",
    ]  # fmt: skip
    for draft in found:
        lines += [
            "",
            "[[song]]",
            f"file = {quoted(file_name(draft.path, relative_to))}",
            f"title = {quoted(draft.title)}",
        ]
        lines += [f"artist = {quoted(draft.artist)}"] if draft.artist and draft.artist != artist else []
        lines += [f"isrc = {quoted(draft.isrc)}"]
        lines += [f"start_s = {draft.start_s}  # silence before"] if draft.start_s is not None else []
        lines += [f"end_s = {draft.end_s}  # silence after"] if draft.end_s is not None else []
    return "\n".join(lines) + "\n"
