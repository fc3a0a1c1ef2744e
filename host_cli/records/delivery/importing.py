"""Reads a CD image back: one WAV file per track, and an album file that gives the same disc."""

from pathlib import Path

import soundfile

from host_cli.documents import quoted
from host_cli.records.formats import Track, msf

from .image import CdImage
from .staging import safe_name

#: Sectors that are copied at once.
_SECTORS = 750
#: The name of the file for sound before track 1.
HIDDEN = "00 hidden.wav"
_KEYS = {"performer": "artist"}


def write(image: CdImage, folder: Path) -> list[str]:
    """Write tracks and `album.toml` into `folder`; returns the names of the tracks.

    A silent pause becomes a gap; a pause with sound stays at the end of the file before it, and is marked by `pause_s`.
    """
    disc = image.disc
    lines = ["# Read from a CD image.", "[album]", *_texts(disc.texts, "untitled")]
    lines += [f'upc = "{disc.ean}"'] if disc.ean else []
    names, before = [], 0
    if disc.tracks[0].indexes[0] > 0 and image.samples(0, disc.tracks[0].indexes[0]).any():
        _copy(image, 0, disc.tracks[0].indexes[0], folder / HIDDEN)
        lines += [f"# {HIDDEN} is what a player finds before track 1; an album file cannot describe it."]
    for number, track, end in disc.ends():
        title = track.texts.get("title", f"Track {number}")
        names.append(f"{number:02d} {safe_name(title)}.wav")
        stop = _stop(image, number, end)
        _copy(image, track.indexes[0], stop, folder / names[-1])
        lines += ["", "[[song]]", f"file = {quoted(names[-1])}", *_texts(track.texts, title)]
        lines += _marks(track, None if number == 1 else track.indexes[0] - before)
        before = stop
    (folder / "album.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return names


def _copy(image: CdImage, first: int, last: int, path: Path) -> None:
    """Write the sectors from `first` to `last` as a WAV file."""
    with soundfile.SoundFile(path, "w", msf.RATE_HZ, 2, "PCM_16") as file:
        for at in range(first, last, _SECTORS):
            file.write(image.samples(at, min(at + _SECTORS, last)))


def _stop(image: CdImage, number: int, end: int) -> int:
    """Where the file of a track ends: before a silent pause of the next one."""
    following = image.disc.tracks[number] if number < len(image.disc.tracks) else None
    if following is None or following.pause is None or image.samples(following.pause, end).any():
        return end
    return following.pause


def _marks(track: Track, gap: int | None) -> list[str]:
    """The lines for ISRC, gap, pause, index points and flags. `gap`: sectors of silence before the track, None for the first."""
    lines = [f'isrc = "{track.isrc}"'] if track.isrc else []
    if gap is not None:
        lines.append(f"gap_s = {_seconds(gap)}")
        pause = 0 if track.pause is None else track.indexes[0] - track.pause
        lines += [f"pause_s = {_seconds(pause)}"] if pause != gap else []
    if len(track.indexes) > 1:
        lines.append(f"index_s = [{', '.join(_seconds(i - track.indexes[0]) for i in track.indexes[1:])}]")
    return lines + [f"{key} = true" for key in ("pre_emphasis", "copy_permitted") if getattr(track, key)]


def _seconds(sectors: int) -> str:
    """With digits enough to find the sector again."""
    return f"{sectors / msf.SECTORS_PER_S:.7f}"


def _texts(texts: dict[str, str], title: str) -> list[str]:
    return [f"{_KEYS.get(name, name)} = {quoted(text)}" for name, text in ({"title": title} | texts).items()]
