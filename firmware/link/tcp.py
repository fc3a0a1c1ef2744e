"""TcpServer: serves the box on a TCP port of the loopback address, where there are no pseudo terminals. For the simulator only."""

import contextlib
import logging
import socket
import threading

from .box import Box
from .logbook import Logbook
from .server import Server

log = logging.getLogger(__name__)

#: The beginning of the address of a box on a TCP port, as pyserial writes it.
SCHEME = "socket://"
LOOPBACK = "127.0.0.1"
#: The most connections at a time.
MOST_CONNECTIONS = 8


def port_of(address: str) -> int:
    """The port of an address such as "socket://127.0.0.1:4711"; 0 for any free port. Raises ValueError."""
    host, _, port = address.removeprefix(SCHEME).partition(":")
    if host not in (LOOPBACK, "localhost") or not port.isdecimal() or int(port) > 65535:
        raise ValueError(f"{address!r} is not {SCHEME}{LOOPBACK}:PORT")
    return int(port)


class TcpServer:
    """Listens on `port` (0: any free port) of the loopback address. Each connection is a session of its own.

    `address` is what `burnish --device` takes. `start` and `stop` may be called once each. Raises OSError.
    """

    def __init__(self, box: Box, port: int, logbook: Logbook | None = None):
        self._box, self._logbook = box, logbook or Logbook()
        self._listener = socket.create_server((LOOPBACK, port))
        self._listener.settimeout(0.25)
        self.address = f"{SCHEME}{LOOPBACK}:{self._listener.getsockname()[1]}"
        self._servers: list[tuple[Server, socket.socket]] = []
        #: Increases while the thread runs.
        self.beats = 0
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="tcp", daemon=True)

    def start(self) -> None:
        """Start the thread. [control]"""
        self._thread.start()

    def stop(self) -> None:
        """End all connections and the thread. [control]"""
        self._stopping = True
        self._thread.join()
        self._listener.close()
        for server, connected in self._servers:
            server.stop()
            connected.close()

    def _run(self) -> None:
        while not self._stopping:
            self.beats += 1
            self._forget_ended()
            with contextlib.suppress(TimeoutError):
                connected, _ = self._listener.accept()
                if len(self._servers) >= MOST_CONNECTIONS:
                    log.warning("a connection was refused: there are %d already", MOST_CONNECTIONS)
                    connected.close()
                    continue
                server = Server(self._box, connected, logbook=self._logbook)
                server.start()
                self._servers.append((server, connected))

    def _forget_ended(self) -> None:
        for server, connected in list(self._servers):
            if not server.running:
                server.stop()
                connected.close()
                self._servers.remove((server, connected))
