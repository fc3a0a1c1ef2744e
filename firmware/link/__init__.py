"""The box's end of the serial link: server, conversations, methods, meter stream, file transfers, console."""

from .box import Box
from .server import Pty, Server

__all__ = [
    "Box",
    "Pty",
    "Server",
]
