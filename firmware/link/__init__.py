"""The serial link on the side of the box: server, sessions, methods, meter stream, file transfers, console."""

from .box import Box
from .logbook import Logbook
from .server import Pty, Server

__all__ = [
    "Box",
    "Logbook",
    "Pty",
    "Server",
]
