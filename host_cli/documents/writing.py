"""Parts of a document that is written for a user."""

import os
from pathlib import Path


def quoted(text: str) -> str:
    """A text in one line as a TOML string; characters that cannot be printed are left out."""
    plain = "".join(c for c in text if c.isprintable())
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def file_name(path: Path, folder: Path) -> str:
    """The name of a file in a document in `folder`: relative to it, or absolute where a symbolic link between them makes that wrong."""
    name = os.path.relpath(os.path.abspath(path), os.path.abspath(folder)).replace(os.sep, "/")
    return name if (folder.resolve() / name).exists() else str(path.absolute())
