"""Lists of checksums, one `hash *name` per line, as md5sum and sha256sum write them."""

import hashlib
from pathlib import Path

_PIECE = 1 << 20


def digest(path: Path, method: str) -> str:
    """The hash of a file; `method`: "md5" or "sha256"."""
    found = hashlib.new(method)
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return found.hexdigest()


def listed(folder: Path, names: list[str], method: str) -> str:
    """The list of the files `names`, which are relative to `folder`."""
    return "".join(f"{digest(folder / name, method)} *{name}\n" for name in names)


def read_list(text: str) -> dict[str, str]:
    """{name: hash}. Lines that are no checksums, and comments, are left out."""
    rows = (line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith((";", "#")))
    return {row[1].lstrip("*").strip(): row[0].lower() for row in rows if len(row) == 2}
