"""Wake: ends the waiting of a thread."""

import contextlib
import socket


class Wake:
    """A thread passes it to `select`, and another thread ends that waiting by calling it.

    A pair of sockets, because `select` accepts nothing else on Windows.
    """

    def __init__(self):
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)

    def __call__(self) -> None:
        """Wake the thread up. Never waits. [any]"""
        with contextlib.suppress(OSError):  # if full, the thread wakes up anyway; if closed, it has stopped
            self._writer.send(b"!")

    def fileno(self) -> int:
        """The descriptor, for `select`."""
        return self._reader.fileno()

    def clear(self) -> None:
        """Forget the calls so far. Only the thread that waits may do so."""
        with contextlib.suppress(BlockingIOError):
            self._reader.recv(4096)

    def close(self) -> None:
        """Release both sockets, once the thread has ended."""
        self._reader.close()
        self._writer.close()
