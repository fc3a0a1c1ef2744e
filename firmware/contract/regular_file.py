"""Reading a file that anybody may have put there. Standard library only."""

import errno
import os
import stat
from pathlib import Path


class NotRegular(OSError):
    """The path leads to a directory, a pipe, a socket or a device instead of a file."""

    def __init__(self, path: Path | str):
        super().__init__(errno.EINVAL, "not a regular file", str(path))


def open_regular(path: Path) -> int:
    """A descriptor to read the regular file at `path`. It never waits, for example for a writer of a pipe. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotRegular(path)
    return descriptor


def read_regular(path: Path, most_bytes: int) -> bytes:
    """The first `most_bytes` of the regular file at `path`. Raises OSError."""
    with os.fdopen(open_regular(path), "rb") as file:
        return file.read(most_bytes)
