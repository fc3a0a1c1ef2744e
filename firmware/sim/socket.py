"""`panel.sock`: a socket that operates the simulated panel. It takes one command per line and answers `ok` or an error."""

import contextlib
import logging
import os
import socket
import threading
from pathlib import Path

from .panel import SimPanel, SimPanelError

log = logging.getLogger(__name__)


class SimSocket:
    """Listens at `path` (a Unix stream socket) and passes lines to `panel.do`. A context manager with its own thread."""

    def __init__(self, panel: SimPanel, path: Path):
        self._panel = panel
        self._path = path
        self._listener = _bound(path)
        self._clients: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._accept, name="panel.sock", daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:  # closed
                return
            self._clients.add(client)
            threading.Thread(target=self._serve, args=(client,), name="panel.sock client", daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client, client.makefile("rw", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                try:
                    self._panel.do(line)
                    lines.write("ok\n")
                except SimPanelError as error:
                    lines.write(f"{error}\n")
                lines.flush()
        self._clients.discard(client)

    def close(self) -> None:
        """Close all connections and remove the socket."""
        for one in (self._listener, *self._clients):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._thread.join()
        self._path.unlink(missing_ok=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _bound(path: Path) -> socket.socket:
    """A listening socket at `path`. Linux limits socket names to 107 bytes, so a longer path is given relative to the
    descriptor of its directory."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    if not Path("/proc/self/fd").exists():  # not on Linux
        listener.bind(str(path))
        listener.listen()
        return listener
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        listener.bind(f"/proc/self/fd/{directory}/{path.name}")
    finally:
        os.close(directory)
    listener.listen()
    return listener
