"""A part of a document, to which errors refer that are found long after it was read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from host_cli.errors import REFUSED, CliFail

from .lines import nearest


class DocumentError(CliFail):
    """A document cannot be used. The message begins with file and line, and names the table and the key."""

    def __init__(self, path: Path, line: int, where: str, why: str):
        super().__init__(f"{path}, line {line}{f', {where}' if where else ''}: {why}", REFUSED)
        self.line = line


@dataclass(frozen=True)
class Place:
    """`keys`: names of tables and keys from the root of the document, and the number of a table in an array of tables, from 0."""

    path: Path
    lines: Mapping[tuple, int] = field(default_factory=dict)
    keys: tuple = ()

    def at(self, *keys) -> "Place":
        """A place within this one."""
        return Place(self.path, self.lines, (*self.keys, *keys))

    def error(self, why: str) -> DocumentError:
        """The error for this place; `why` says what is wrong and what is allowed."""
        return DocumentError(self.path, nearest(self.lines, self.keys), self._words(), why)

    def _words(self) -> str:
        """For example "[[song]] 2, gap_s"."""
        if not self.keys:
            return ""
        table, rest = self.keys[0], self.keys[1:]
        if rest and isinstance(rest[0], int):
            head, rest = f"[[{table}]] {rest[0] + 1}", rest[1:]
        else:
            head = f"[{table}]"
        return ", ".join(part for part in (head, ".".join(map(str, rest))) if part)


#: The place of what was made without a document.
NOWHERE = Place(Path("-"))
