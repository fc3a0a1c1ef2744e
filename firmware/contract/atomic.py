"""Writes a file so that, after a power cut, it has either the old or the new content, complete."""

import contextlib
import os
import tempfile
from pathlib import Path

#: The suffix of temporary files, by which files that a power cut left behind are recognised.
TEMP_SUFFIX = ".tmp"


def write_atomic(path: Path, data: bytes) -> None:
    """Replace the file at `path` by one that contains `data`.

    The temporary file is in the same directory, because a rename is atomic only within one file system. The file is
    flushed to the medium before the rename, and the directory after it; otherwise ext4 may keep the new name but lose the
    content. Raises OSError; the file at `path` is then unchanged.
    """
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=TEMP_SUFFIX)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            if hasattr(os, "fchmod"):
                os.fchmod(file.fileno(), 0o644)  # mkstemp creates files with mode 0600, but presets are not secret
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make renames and deletions in the directory `path` survive a power cut. Windows has no such call and does not need one."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_leftovers(directory: Path) -> None:
    """Delete the temporary files that an interrupted `write_atomic` left in `directory`."""
    with contextlib.suppress(OSError):
        for path in list(directory.glob(f".*{TEMP_SUFFIX}")):
            with contextlib.suppress(OSError):
                path.unlink()
