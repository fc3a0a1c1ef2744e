"""The ends of a line on the side of the box: a file descriptor of a tty, or a TCP socket. Neither waits."""

import contextlib
import errno
import os
import socket
import struct
from collections.abc import Callable
from functools import partial

from firmware.contract import BurnishError

try:
    import fcntl
    import termios
except ImportError:  # on Windows, where the box has no tty
    fcntl = termios = None


class HangUp(BurnishError, ConnectionError):
    """The other end has closed the line."""


class _End:
    """What both kinds have in common: reading with `receive(most_bytes)` and writing with `send(data)`, without waiting."""

    def __init__(self, receive: Callable[[int], bytes], send: Callable[[bytes], int]):
        self._receive, self._send = receive, send

    def read(self) -> bytes:
        """The bytes that have arrived. Raises HangUp."""
        try:
            data = self._receive(65536)
        except BlockingIOError:
            return b""
        if not data:
            raise HangUp("end of file")
        return data

    def write(self, data: bytes) -> int:
        """Send as much of `data` as possible without waiting; returns how many bytes."""
        try:
            return self._send(data)
        except BlockingIOError:
            return 0


class TtyEnd(_End):
    """The open descriptor of a tty or a pseudo terminal."""

    def __init__(self, descriptor: int):
        super().__init__(partial(os.read, descriptor), partial(os.write, descriptor))
        self._descriptor = descriptor

    def fileno(self) -> int:
        """The descriptor, for `select`."""
        return self._descriptor

    def waiting_bytes(self) -> int:
        """Bytes that the Linux kernel has not sent yet; 0 if it does not report them."""
        if fcntl is None:
            return 0
        try:
            return struct.unpack("i", fcntl.ioctl(self._descriptor, termios.TIOCOUTQ, b"\0" * 4))[0]
        except OSError as why:
            if why.errno in (errno.ENOTTY, errno.EINVAL):
                return 0
            raise


class SocketEnd(_End):
    """A connected TCP socket."""

    def __init__(self, connected: socket.socket):
        connected.setblocking(False)
        with contextlib.suppress(OSError):
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # A small buffer, so that old meter frames do not wait in it.
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
        super().__init__(connected.recv, connected.send)
        self._socket = connected

    def fileno(self) -> int:
        """The descriptor, for `select`."""
        return self._socket.fileno()

    def waiting_bytes(self) -> int:
        """Not known for a socket."""
        return 0
