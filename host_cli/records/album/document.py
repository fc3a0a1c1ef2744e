"""Reads an album file. Every refusal names file, line, key and what is allowed."""

import difflib
import tomllib
from collections.abc import Iterator
from pathlib import Path

from host_cli.errors import REFUSED, CliFail

from .fields import Field
from .lines import line_numbers, nearest
from .model import Album, Fade, LoudnessPlan, Song, Texts
from .schema import SONG, TABLES

#: Larger files are no album files.
MOST_BYTES = 1 << 20
_TEXT_KEYS = tuple(Texts.__dataclass_fields__)


class AlbumError(CliFail):
    """The album file cannot be used. The message begins with file and line."""

    def __init__(self, path: Path, line: int, where: str, why: str):
        super().__init__(f"{path}, line {line}{f', {where}' if where else ''}: {why}", REFUSED)
        self.line = line


def read_album(path: Path) -> Album:
    """The album in a file. The files it names are looked up relative to its folder; they must exist. Raises AlbumError."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as why:
        raise CliFail(
            f"cannot read {path}: {why.strerror}; `burnish album new FOLDER` writes a first album file"
        ) from None
    if len(data) > MOST_BYTES:
        raise AlbumError(path, 1, "", "this is too long for an album file")
    try:
        text = data.decode()
        tables = tomllib.loads(text)
    except UnicodeDecodeError as why:
        raise AlbumError(
            path, data[: why.start].count(b"\n") + 1, "", "the file is not UTF-8 text: save it as UTF-8"
        ) from None
    except tomllib.TOMLDecodeError as why:
        raise _syntax(path, text, why) from None
    return _Reader(path, tables, line_numbers(text)).album()


def _syntax(path: Path, text: str, why: tomllib.TOMLDecodeError) -> AlbumError:
    words = str(why)
    message, _, place = words.partition(" (at ")
    line = int(place.split()[1].rstrip(",")) if place.startswith("line") else len(text.splitlines()) or 1
    return AlbumError(path, line, "", f"this is not TOML: {message[0].lower()}{message[1:]}")


class _Reader:
    """Checks the tables of one file and builds the album."""

    def __init__(self, path: Path, tables: dict, lines: dict[tuple, int]):
        self.path, self.lines = path, lines
        self.folder = path.resolve().parent
        self._check_tables(tables)
        self.tables = {
            name: self._table(tables.get(name, {}), TABLES[name], (name,)) for name in TABLES if name != "song"
        }
        self.songs = [self._table(song, SONG, ("song", n)) for n, song in enumerate(tables["song"])]

    def fail(self, path: tuple, why: str) -> AlbumError:
        """The error for a key or table."""
        table = f"[[song]] {path[1] + 1}" if path[:1] == ("song",) and len(path) > 1 else f"[{path[0]}]" if path else ""
        keys = path[2:] if path[:1] == ("song",) else path[1:]
        where = ", ".join(part for part in (table, ".".join(map(str, keys))) if part)
        return AlbumError(self.path, nearest(self.lines, path), where, why)

    def _check_tables(self, tables: dict) -> None:
        for name, value in tables.items():
            if name not in TABLES:
                raise self.fail((name,), f"there is no such table or key; {_nearest(name, TABLES)}")
            if name != "song" and not isinstance(value, dict):
                raise self.fail((name,), f"this is a table: write [{name}] and its keys below it")
        songs = tables.get("song")
        if not isinstance(songs, list) or not songs or not all(isinstance(song, dict) for song in songs):
            raise self.fail(("song",), "an album needs at least one song: write [[song]] and its keys below it")
        if len(songs) > 99:
            raise self.fail(("song", 99), "an album has at most 99 songs")

    def _table(self, given: dict, fields: dict[str, Field], path: tuple) -> dict:
        for name, value in given.items():
            if name not in fields:
                raise self.fail((*path, name), f"there is no such key; {_nearest(name, fields)}")
            try:
                given = given | {name: fields[name].check(value)}
            except ValueError as why:
                reason = f"{value!r} is not allowed: {str(why) or f'allowed is {fields[name].allowed}'}"
                raise self.fail((*path, name), reason) from None
        for name, needed in fields.items():
            if needed.required and not given.get(name):
                raise self.fail(path, f"the key {name} is missing: {needed.allowed}")
        return {name: given.get(name, needed.default) for name, needed in fields.items()}

    def album(self) -> Album:
        head = self.tables["album"]
        names = ("upc", "label", "catalog_number", "genre", "year", "copyright")
        return Album(
            self.path, _texts(head), tuple(self._songs()), LoudnessPlan(**self.tables["loudness"]),
            artwork=self._file(("album", "artwork"), head["artwork"]), **{name: head[name] for name in names},
        )  # fmt: skip

    def _songs(self) -> Iterator[Song]:
        defaults, seen = self.tables["defaults"], {}
        for n, row in enumerate(self.songs):
            at = ("song", n)
            if n == 0 and row["gap_s"]:
                raise self.fail((*at, "gap_s"), "the first song has no song before it: omit the key")
            if row["isrc"] and row["isrc"] in seen:
                raise self.fail(
                    (*at, "isrc"), f"song {seen[row['isrc']] + 1} has the same ISRC: every recording has its own"
                )
            seen[row["isrc"]] = n
            if row["end_s"] is not None and row["end_s"] <= row["start_s"]:
                raise self.fail((*at, "end_s"), f"the song would end before it starts at {row['start_s']:g} s")
            if row["run_log"] and (row["preset"] or row["set"]):
                raise self.fail((*at, "run_log"), "a run log contains all settings: omit preset and set")
            yield self._song(n, row, defaults)

    def _song(self, n: int, row: dict, defaults: dict) -> Song:
        gap_s = defaults["gap_s"] if row["gap_s"] is None else row["gap_s"]
        path = self._file(("song", n, "file"), row["file"])
        texts = _texts(row | {"title": row["title"] or Path(row["file"]).stem})
        run_log = self._file(("song", n, "run_log"), row["run_log"])
        return Song(
            path, texts, row["isrc"], "" if run_log else row["preset"] or defaults["preset"], run_log,
            {} if run_log else {**defaults["set"], **row["set"]}, row["trim_db"], row["start_s"], row["end_s"],
            0.0 if n == 0 else gap_s, row["pause_s"], row["crossfade"] or defaults["crossfade"],
            Fade(row["fade_in_s"], row["fade_in"]), Fade(row["fade_out_s"], row["fade_out"]), row["index_s"],
            row["pre_emphasis"], row["copy_permitted"], row["side"], nearest(self.lines, ("song", n)),
        )  # fmt: skip

    def _file(self, key: tuple, name: str) -> Path | None:
        if not name:
            return None
        path = self.folder / name
        if not path.is_file():
            raise self.fail(
                key, f"there is no file {name} in {self.folder}: check the spelling; paths start at the album file"
            )
        return path


def _texts(row: dict) -> Texts:
    return Texts(**{name: row[name] for name in _TEXT_KEYS if name in row})


def _nearest(name: str, known) -> str:
    close = difflib.get_close_matches(name, known, 1)
    return f"did you mean {close[0]}?" if close else f"allowed are {', '.join(known)}"
