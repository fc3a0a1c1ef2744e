"""CUE sheets: written for a BIN file or for audio files, with CD-Text, and read back (the form of CDRWIN's user guide)."""

import re
from dataclasses import replace

from . import msf
from .disc import Disc, Track

#: The words of a CUE sheet for the texts of CD-Text. cdrdao refuses a sheet with other words than the first three, so the rest
#: are remarks, which other programs understand.
_WORDS = {"title": "TITLE", "performer": "PERFORMER", "songwriter": "SONGWRITER", "composer": "REM COMPOSER",
          "arranger": "REM ARRANGER", "message": "REM MESSAGE"}  # fmt: skip
_FLAGS = (("copy_permitted", "DCP"), ("four_channel", "4CH"), ("pre_emphasis", "PRE"), ("scms", "SCMS"))


def cue(disc: Disc, name: str, kind: str = "BINARY", lead: int = 0, remarks: tuple[str, ...] = ()) -> str:
    """The sheet of a disc whose programme is in the file `name`. `lead`: sectors of silence at the start of that file."""
    lines = [f"REM {remark}" for remark in remarks]
    lines += [f"CATALOG {disc.ean}"] if disc.ean else []
    lines += [*_texts(disc.texts, ""), f"FILE {_quoted(name)} {kind}"]
    for number, track, _ in disc.ends():
        lines.append(f"  TRACK {number:02d} AUDIO")
        lines += _texts(track.texts, "    ")
        flags = " ".join(word for key, word in _FLAGS if getattr(track, key))
        lines += [f"    FLAGS {flags}"] if flags else []
        lines += [f"    ISRC {track.isrc}"] if track.isrc else []
        pause = 0 if number == 1 and lead else None if track.pause is None else track.pause + lead
        lines += [] if pause is None else [f"    INDEX 00 {msf.text(pause)}"]
        lines += [f"    INDEX {n:02d} {msf.text(sector + lead)}" for n, sector in enumerate(track.indexes, 1)]
    return "\n".join(lines) + "\n"


def _texts(texts: dict[str, str], margin: str) -> list[str]:
    return [f"{margin}{word} {_quoted(texts[name])}" for name, word in _WORDS.items() if texts.get(name)]


def _quoted(written: str) -> str:
    """In quotes. The form knows no escape, so a double quote becomes a single one."""
    return '"' + written.replace('"', "'").replace("\n", " ") + '"'


def read_cue(text: str) -> tuple[Disc, str, str]:
    """(disc, file name, kind of file). `sectors` of the disc is 0: only the file knows it. Raises ValueError with the line."""
    disc, tracks, files, kind = Disc((), 0), [], [], ""
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        words = [quoted or plain for quoted, plain in re.findall(r'"([^"]*)"|(\S+)', line)]
        if not words:
            continue
        try:
            match [words[0].upper(), *words[1:]]:
                case ["FILE", name, form]:
                    files.append(name)
                    kind = form.upper()
                case ["TRACK", given, form]:
                    if int(given) != len(tracks) + 1 or form.upper() != "AUDIO":
                        raise ValueError(f"TRACK {given} {form} is not audio track {len(tracks) + 1}")
                    tracks.append(Track(()))
                case ["CATALOG", ean]:
                    disc = replace(disc, ean=ean)
                case [("FLAGS" | "ISRC" | "INDEX" | "PREGAP" | "POSTGAP") as word, *values]:
                    tracks[-1] = _with(tracks[-1], word, values)
                case ["REM", word, text] | [word, text] if word.lower() in _WORDS:
                    target = tracks[-1].texts if tracks else disc.texts
                    target[word.lower()] = text
        except ValueError as why:
            raise ValueError(f"line {number}: {why}") from None
        except IndexError:
            reason = "is incomplete" if tracks else "stands before the first TRACK"
            raise ValueError(f"line {number}: {words[0]} {reason}") from None
    if len(files) != 1 or not tracks or any(not track.indexes for track in tracks):
        raise ValueError("one FILE, and tracks that all have an INDEX 01, are needed")
    return replace(disc, tracks=tuple(tracks)), files[0], kind


def _with(track: Track, word: str, values: list[str]) -> Track:
    """`track` with what a line says about it."""
    if word == "FLAGS":
        return replace(track, **{key: flag in [v.upper() for v in values] for key, flag in _FLAGS})
    if word == "ISRC":
        return replace(track, isrc=values[0])
    if word != "INDEX":
        raise ValueError(f"{word} describes silence outside the file, which is not supported: write it into the file")
    index, sector = int(values[0]), msf.sector(values[1])
    if index == 0:
        return replace(track, pause=sector)
    if index != len(track.indexes) + 1:
        raise ValueError(f"INDEX {index:02d} where {len(track.indexes) + 1:02d} is expected")
    return replace(track, indexes=(*track.indexes, sector))
