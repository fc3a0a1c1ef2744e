"""Runs `burnishd` as on a system without ALSA, GPIO, terminals and Linux calls: `python -m tests.support.without_unix ARGUMENTS`.

It stands in for macOS and Windows, which this project's tests cannot run on: modules that those systems lack cannot be imported, and
functions that they lack do not exist.
"""

import importlib.abc
import os
import socket
import sys

#: Modules that are missing on Windows, or that need hardware. Without the last four, pyserial cannot be imported either.
MODULES = frozenset(
    ["alsaaudio", "gpiozero", "luma", "lgpio", "spidev", "grp", "pwd", "resource", "fcntl", "termios", "pty", "tty"]
)
#: Functions and constants of `os` that only Linux has, or that Windows lacks.
FUNCTIONS = ("memfd_create", "openpty", "statvfs", "fork", "getuid", "geteuid", "O_DIRECTORY", "O_NONBLOCK", "O_NOCTTY", "fchmod",
             "set_blocking", "pwrite")  # fmt: skip


class Hidden(importlib.abc.MetaPathFinder):
    """Refuses to find the modules."""

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in MODULES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def _tcp_pair() -> tuple[socket.socket, socket.socket]:
    """What `socket.socketpair` does on Windows."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        near = socket.create_connection(listener.getsockname())
        return near, listener.accept()[0]


def hide() -> None:
    """Hide modules and functions from everything that is imported from now on."""
    sys.meta_path.insert(0, Hidden())
    for name in [name for name in sys.modules if name.partition(".")[0] in MODULES]:
        del sys.modules[name]
    for name in (*FUNCTIONS, *(name for name in dir(os) if name.lower().startswith("sched_"))):
        if hasattr(os, name):
            delattr(os, name)
    del socket.AF_UNIX
    socket.socketpair = _tcp_pair


if __name__ == "__main__":
    hide()
    from firmware.__main__ import main

    sys.exit(main(sys.argv[1:]))
