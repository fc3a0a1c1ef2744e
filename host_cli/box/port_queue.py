"""A lock on a serial port among the programs of this user, so that short commands that start together take turns."""

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

try:
    import fcntl
except ImportError:  # on Windows, where there is no waiting
    fcntl = None

#: Longest time to wait for the other programs, in seconds.
LONGEST_S = 10.0
_POLL_S = 0.02


class PortQueue:
    """The lock in the file `path`, or no lock if `path` is None. The system releases it when the program ends."""

    def __init__(self, path: Path | None):
        self._path = path
        self._fd: int | None = None

    def enter(self, give_up: Callable[[], bool] = lambda: False) -> bool:
        """Take the lock. Waits while another program has it, until `give_up()` or for LONGEST_S; returns whether it was taken."""
        if fcntl is None or self._path is None:
            return True
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + LONGEST_S
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._fd = fd
                return True
            if give_up() or time.monotonic() > deadline:
                os.close(fd)
                return False
            time.sleep(_POLL_S)

    def leave(self) -> None:
        """Release the lock, if it was taken."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
