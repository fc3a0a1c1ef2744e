"""Writing a file so that a power cut leaves the old one or the new one, whole."""

import contextlib
import os
import tempfile
from pathlib import Path

#: How temporary files end; what a power cut left behind is recognised by it.
TEMP_SUFFIX = ".tmp"


def write_atomic(path: Path, data: bytes) -> None:
    """Replace `path` by a file that holds `data`.

    The temporary file is in the same directory, because a rename is atomic only within one file system. The file is
    flushed to the medium before the rename and the directory after it; otherwise ext4 may keep the new name and lose the
    bytes. Raises OSError, and then `path` is as it was.
    """
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=TEMP_SUFFIX)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            if hasattr(os, "fchmod"):
                os.fchmod(file.fileno(), 0o644)  # mkstemp gives 0600; presets are no secret
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make renames and deletions in directory `path` survive a power cut. Windows has no such call and needs none."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_leftovers(directory: Path) -> None:
    """Delete the temporary files that an interrupted `write_atomic` left in `directory`."""
    for path in directory.glob(f".*{TEMP_SUFFIX}"):
        with contextlib.suppress(OSError):
            path.unlink()
