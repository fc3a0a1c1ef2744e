"""Reads a TOML document and checks its tables."""

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from host_cli.errors import CliFail

from .fields import Field
from .lines import line_numbers
from .place import DocumentError, Place

#: Larger files are no documents that a person wrote.
MOST_BYTES = 1 << 20


class Document:
    """A TOML file. `kind` and `advice` are for messages: "album file", "`burnish album new FOLDER` writes a first one".

    Raises CliFail if it cannot be read, DocumentError if it is not TOML."""

    def __init__(self, path: Path, kind: str, advice: str):
        self.path = path
        self.folder = path.resolve().parent
        try:
            with path.open("rb") as file:
                data = file.read(MOST_BYTES + 1)
        except OSError as why:
            raise CliFail(f"cannot read {path}: {why.strerror}; {advice}") from None
        if len(data) > MOST_BYTES:
            raise DocumentError(path, 1, "", f"this is too long for a file of this kind; {advice}")
        try:
            written = data.decode("utf-8-sig")
            #: All tables, unchecked.
            self.tables = tomllib.loads(written)
        except UnicodeDecodeError as why:
            line = data[: why.start].count(b"\n") + 1
            raise DocumentError(path, line, "", "the file is not UTF-8 text: save it as UTF-8") from None
        except tomllib.TOMLDecodeError as why:
            raise _syntax(path, written, why) from None
        except RecursionError:
            raise DocumentError(
                path, 1, "", f"values are nested too deeply for a file of this kind; {advice}"
            ) from None
        self.root = Place(path, line_numbers(written))
        self._kind = kind

    def check_tables(self, known: Iterable[str], arrays: Iterable[str]) -> None:
        """Refuse tables that are not `known`, and those that are not tables; `arrays` are arrays of tables."""
        for name, value in self.tables.items():
            if name not in known:
                raise self.root.at(name).error(f"there is no such table or key; {_nearest(name, known)}")
            if name not in arrays and not isinstance(value, dict):
                raise self.root.at(name).error(f"this is a table: write [{name}] and its keys below it")

    def table(self, name: str, fields: Mapping[str, Field]) -> dict:
        """The checked values of a table, with defaults."""
        return self._checked(self.tables.get(name, {}), fields, self.root.at(name))

    def rows(self, name: str, fields: Mapping[str, Field], least: int, most: int) -> list[dict]:
        """The checked values of each table of an array."""
        rows = self.tables.get(name)
        count = "one" if least == 1 else f"{least}"
        if not isinstance(rows, list) or len(rows) < least or not all(isinstance(row, dict) for row in rows):
            text = f"this needs at least {count} {name}{'s' * (least > 1)}: write [[{name}]] and its keys below it"
            raise self.root.at(name).error(text)
        if len(rows) > most:
            raise self.root.at(name, most).error(f"the {self._kind} has at most {most} {name}s")
        return [self._checked(row, fields, self.root.at(name, n)) for n, row in enumerate(rows)]

    def file(self, place: Place, name: str) -> Path | None:
        """The path of a file that the document names, relative to its folder; None for an empty name. Raises DocumentError."""
        if not name:
            return None
        path = self.folder / name
        if not path.is_file():
            raise place.error(
                f"there is no file {name} in {self.folder}: check the spelling; paths start at the {self._kind}"
            )
        if path.resolve() == self.path.resolve():
            raise place.error(f"this names the {self._kind} itself: give a file that it describes")
        return path

    def _checked(self, given: dict, fields: Mapping[str, Field], place: Place) -> dict:
        found = {}
        for name, value in given.items():
            if name not in fields:
                raise place.at(name).error(f"there is no such key; {_nearest(name, fields)}")
            try:
                found[name] = fields[name].check(value)
            except ValueError as why:
                reason = str(why) or f"allowed is {fields[name].allowed}"
                raise place.at(name).error(f"{_short(value)} is not allowed: {reason}") from None
        for name, needed in fields.items():
            if needed.required and not given.get(name):
                raise place.error(f"the key {name} is missing: {needed.allowed}")
        return {name: found.get(name, needed.default) for name, needed in fields.items()}


def _short(value) -> str:
    """A value as it is written in messages."""
    written = repr(value)
    return written if len(written) <= 80 else f"{written[:77]}..."


def _syntax(path: Path, written: str, why: tomllib.TOMLDecodeError) -> DocumentError:
    message, _, place = str(why).partition(" (at ")
    line = int(place.split()[1].rstrip(",")) if place.startswith("line") else len(written.splitlines()) or 1
    return DocumentError(path, line, "", f"this is not TOML: {message[0].lower()}{message[1:]}")


def _nearest(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), 1)
    return f"did you mean {close[0]}?" if close else f"allowed are {', '.join(known)}"
