"""Reads a session file."""

from collections.abc import Iterator
from pathlib import Path

from host_cli.documents import Document

from .model import Session, Stem
from .schema import LEAST, MOST, SESSION, STEM, TABLES


def read_session(path: Path) -> Session:
    """The session in a file. The files that it names are relative to its folder and must exist. Raises DocumentError, CliFail."""
    document = Document(path, "session file", "`burnish stems new FOLDER` writes a first session file")
    document.check_tables(TABLES, arrays=("stem",))
    head = document.table("session", SESSION)
    stems = tuple(_stems(document, document.rows("stem", STEM, LEAST, MOST)))
    if all(stem.mute for stem in stems):
        raise document.root.at("stem", 0, "mute").error("all stems are muted: at least one must be heard")
    place = document.root.at("session")
    mix = document.file(place.at("mix"), head["mix"])
    return Session(path, head["title"] or path.stem, stems, mix, head["preset"], head["set"], place)


def _stems(document: Document, rows: list[dict]) -> Iterator[Stem]:
    files: dict[Path, int] = {}
    names: dict[str, int] = {}
    for n, row in enumerate(rows):
        at = document.root.at("stem", n)
        path = document.file(at.at("file"), row["file"])
        name = row["name"] or path.stem
        if path.resolve() in files:
            raise at.at("file").error(f"stem {files[path.resolve()] + 1} is the same file: it would be added twice")
        if name.casefold() in names:
            raise at.at("name").error(
                f"stem {names[name.casefold()] + 1} has the same name: give each a name of its own"
            )
        files[path.resolve()], names[name.casefold()] = n, n
        yield Stem(path, name, row["preset"], row["set"], row["gain_db"], row["later"] or 0, row["mute"], at)
