"""Sharing: gives several users within one program a connection each to the same box, also after the box was unplugged."""

import threading
import weakref

from .broker import Broker
from .client import TIMEOUT_S, BoxClient
from .connect import SocketLink, find_link, lasting_name, socket_path
from .link import Link
from .serial_port import choose


class Sharing:
    """Connections to one box. The first one holds its port and shares it, also with other programs; if another program holds
    the port already, the connections go through that program. A context manager.

    On systems without sockets in files (Windows) only one connection is possible at a time.
    """

    def __init__(self, device: str | None, timeout_s: float = TIMEOUT_S):
        self._device, self._timeout_s = device, timeout_s
        self._broker: Broker | None = None
        self._port = ""
        self._lock = threading.Lock()
        self._given: weakref.WeakSet[Link] = weakref.WeakSet()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with self._lock:
            self._release()
            for link in self._given:  # a connection through another program would go on
                link.close()

    def connect(self) -> Link:
        """A new connection, over which no `hello` has been sent. Raises CliFail."""
        with self._lock:
            link = self._connected()
            self._given.add(link)
            return link

    def _connected(self) -> Link:
        if self._broker is None or not self._broker.running:
            self._release()
            self._port = choose(self._device)
            link = find_link(self._port, self._timeout_s)
            path = socket_path(self._port)
            if isinstance(link, SocketLink) or path is None:
                return link
            self._broker = Broker(link, path, self._timeout_s)
            self._remember()
        return SocketLink(self._broker.join(), self._port)

    def _remember(self) -> None:
        """Address the box by its serial number from now on, because its port may have another name when it is plugged in again."""
        with BoxClient(SocketLink(self._broker.join(), self._port), self._timeout_s) as box:
            self._device = lasting_name(self._device, box)

    def _release(self) -> None:
        if self._broker is not None:
            self._broker.close()
            self._broker = None
