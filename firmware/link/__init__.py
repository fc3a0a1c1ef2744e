"""The serial link on the side of the box: server, sessions, methods, meter stream, file transfers, console."""

from .box import Box
from .logbook import Logbook
from .server import Pty, Server
from .tcp import SCHEME, TcpServer, port_of

__all__ = [
    "SCHEME",
    "Box",
    "Logbook",
    "Pty",
    "Server",
    "TcpServer",
    "port_of",
]
