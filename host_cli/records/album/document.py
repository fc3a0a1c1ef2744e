"""Reads an album file."""

from collections.abc import Iterator
from pathlib import Path

from host_cli.documents import Document

from .model import Album, Fade, LoudnessPlan, Song, Texts
from .schema import SONG, TABLES

#: A CD has at most so many tracks.
MOST_SONGS = 99
_TEXT_KEYS = tuple(Texts.__dataclass_fields__)


def read_album(path: Path) -> Album:
    """The album in a file. The files it names are looked up relative to its folder; they must exist. Raises DocumentError, CliFail."""
    document = Document(path, "album file", "`burnish album new FOLDER` writes a first album file")
    document.check_tables(TABLES, arrays=("song",))
    head, loudness, defaults = (document.table(name, TABLES[name]) for name in TABLES if name != "song")
    songs = tuple(_songs(document, document.rows("song", SONG, 1, MOST_SONGS), defaults))
    names = ("upc", "label", "catalog_number", "genre", "year", "copyright")
    return Album(
        path, _texts(head), songs, LoudnessPlan(**loudness), place=document.root,
        artwork=document.file(document.root.at("album", "artwork"), head["artwork"]), **{name: head[name] for name in names},
    )  # fmt: skip


def _songs(document: Document, rows: list[dict], defaults: dict) -> Iterator[Song]:
    seen: dict[str, int] = {}
    for n, row in enumerate(rows):
        at = document.root.at("song", n)
        if n == 0 and row["gap_s"]:
            raise at.at("gap_s").error("the first song has no song before it: omit the key")
        if row["isrc"] and row["isrc"] in seen:
            raise at.at("isrc").error(f"song {seen[row['isrc']] + 1} has the same ISRC: every recording has its own")
        seen[row["isrc"]] = n
        if row["end_s"] is not None and row["end_s"] <= row["start_s"]:
            raise at.at("end_s").error(f"the song would end before it starts at {row['start_s']:g} s")
        if row["run_log"] and (row["preset"] or row["set"]):
            raise at.at("run_log").error("a run log contains all settings: omit preset and set")
        yield _song(document, n, row, defaults)


def _song(document: Document, n: int, row: dict, defaults: dict) -> Song:
    at = document.root.at("song", n)
    gap_s = defaults["gap_s"] if row["gap_s"] is None else row["gap_s"]
    path = document.file(at.at("file"), row["file"])
    texts = _texts(row | {"title": row["title"] or Path(row["file"]).stem})
    run_log = document.file(at.at("run_log"), row["run_log"])
    return Song(
        path, texts, row["isrc"], "" if run_log else row["preset"] or defaults["preset"], run_log,
        {} if run_log else {**defaults["set"], **row["set"]}, row["trim_db"], row["start_s"], row["end_s"],
        0.0 if n == 0 else gap_s, row["pause_s"], row["crossfade"] or defaults["crossfade"],
        Fade(row["fade_in_s"], row["fade_in"]), Fade(row["fade_out_s"], row["fade_out"]), row["index_s"],
        row["pre_emphasis"], row["copy_permitted"], row["side"], at,
    )  # fmt: skip


def _texts(row: dict) -> Texts:
    return Texts(**{name: row[name] for name in _TEXT_KEYS if name in row})
