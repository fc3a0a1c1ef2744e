"""A first session file for a folder of stems.

`Draft` also carries settings, so that whatever suggests a chain for a stem can write it into the file.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from host_cli.documents import file_name, quoted
from host_cli.errors import CliFail

from .schema import LEAST, MOST

#: Extensions of files that are taken into a session.
AUDIO = (".wav", ".flac", ".aiff", ".aif")
#: A file whose name contains one of these words is the mix.
_MIX = re.compile(r"(?<![a-z])(mix|mixdown|full|sum|2mix|stereo)(?![a-z])", re.I)


@dataclass(frozen=True)
class Draft:
    """A stem of a first session file. `settings`: plain values of the parameters of its chain, by id. `reasons`: sentences about them."""

    path: Path
    name: str
    preset: str = ""
    settings: Mapping[str, float | bool | str] = field(default_factory=dict)
    reasons: Sequence[str] = ()


def drafts(folder: Path) -> tuple[list[Draft], Path | None]:
    """(stems, mix) of a folder, by name. The mix is the file whose name says so. Raises CliFail."""
    paths = sorted((p for p in folder.iterdir() if p.suffix.lower() in AUDIO), key=lambda p: p.name.casefold())
    named = [path for path in paths if _MIX.search(path.stem)]
    mix = named[0] if len(named) == 1 else None
    stems = [path for path in paths if path != mix]
    if not LEAST <= len(stems) <= MOST:
        raise CliFail(
            f"{folder} contains {len(stems)} stems: give a folder with {LEAST} to {MOST} files of the kinds {', '.join(AUDIO)}"
        )
    return [Draft(path, _name(path)) for path in stems], mix


def _name(path: Path) -> str:
    """The file name without its number, as a name."""
    plain = "".join(c for c in re.sub(r"^\d+\s*[-._)]*\s*", "", path.stem) if c.isprintable())
    return plain.replace("_", " ").strip()[:40] or path.stem[:40]


def document(found: list[Draft], mix: Path | None, title: str, relative_to: Path, preset: str = "") -> str:
    """The session file, with comments."""

    def name(path: Path) -> str:
        return quoted(file_name(path, relative_to))

    lines = ["# A session for `burnish stems`. Paths start at the folder of this file.", "", "[session]", f"title = {quoted(title)}"]  # fmt: skip
    lines += [f"mix = {name(mix)}  # `burnish stems check` compares the stems with it"] if mix else ['mix = ""  # the mix, if there is one: `burnish stems check` compares the stems with it']  # fmt: skip
    lines += [f"preset = {quoted(preset)}  # of the master; empty: the sum is not processed"]
    for draft in found:
        lines += [
            "",
            *(f"# {reason}" for reason in draft.reasons),
            "[[stem]]",
            f"file = {name(draft.path)}",
            f"name = {quoted(draft.name)}",
        ]
        lines += [f"preset = {quoted(draft.preset)}  # empty and without set: the stem is not processed"]
        values = ", ".join(f'"{id}" = {json.dumps(value)}' for id, value in draft.settings.items())
        lines += [f"set = {{ {values} }}"] if values else []
    return "\n".join(lines) + "\n"
