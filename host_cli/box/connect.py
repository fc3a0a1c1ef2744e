"""Connects to the box: through the program that holds its port, if there is one, otherwise through the port itself.

Several programs can use one box at the same time. A program that holds the port for long (meters, monitor, broker) shares
it on a socket that only the same user can open, and the other programs connect to that socket (broker.py). On Windows
only one program can use the port.
"""

import contextlib
import os
import socket
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from firmware import presets
from host_cli.errors import BUSY, NO_DEVICE, CliFail, LinkLost
from host_cli.folders import runtime_folder

from .client import TIMEOUT_S, BoxClient
from .link import Link
from .port_queue import PortQueue
from .serial_port import TCP, SerialLink, choose

#: Seconds to wait for a port that another command uses for a moment.
PATIENCE_S = 0.6
#: Longest path of a socket that every system accepts.
MAX_SOCKET_PATH = 100
#: Seconds between attempts to find a box that was disconnected.
RETRY_S = 0.5


class SocketLink:
    """A Link over a socket to the program that shares the box."""

    def __init__(self, connected: socket.socket, name: str):
        self.name = name
        self._socket = connected

    def read(self, timeout_s: float) -> bytes:
        """See `Link.read`."""
        try:
            self._socket.settimeout(timeout_s or 1e-6)
            data = self._socket.recv(65536)
        except TimeoutError:
            return b""
        except OSError as why:
            raise self._lost(why) from None
        if not data:
            raise self._lost("closed")
        return data

    def write(self, data: bytes) -> None:
        """See `Link.write`."""
        try:
            self._socket.settimeout(1.0)
            self._socket.sendall(data)
        except OSError as why:
            raise self._lost(why) from None

    def _lost(self, why) -> LinkLost:
        return LinkLost(f"{self.name}: the program that shared the box has ended, or the box was disconnected ({why}); "
                        "run the same command again")  # fmt: skip

    def close(self) -> None:
        """See `Link.close`."""
        self._socket.close()


def socket_path(port: str) -> Path | None:
    """The socket on which the holder of `port` shares it; None if the system has no such sockets. Raises CliFail if others
    could open it."""
    if not hasattr(socket, "AF_UNIX"):
        return None
    folder = runtime_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except OSError:
        return None
    if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise CliFail(f"{folder} must be accessible to you alone (mode 0700): run `chmod 700 {folder}`")
    path = folder / f"{presets.slug(os.path.realpath(port))}.sock"
    return path if len(str(path)) <= MAX_SOCKET_PATH else None


def _shared(port: str) -> SocketLink | None:
    """A link to the program that holds `port`, if there is one."""
    path = socket_path(port)
    if path is None or not path.exists():
        return None
    connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connected.settimeout(1.0)
        connected.connect(str(path))
    except OSError:  # a killed program left the socket behind
        connected.close()
        return None
    return SocketLink(connected, port)


def _tcp(address: str) -> SocketLink:
    """A link to a simulated box on a TCP port, which takes several connections."""
    host, _, port = address.removeprefix(TCP).rpartition(":")
    try:
        return SocketLink(socket.create_connection((host, int(port)), 1.0), address)
    except ValueError:
        raise CliFail(f"{address!r} is not an address such as {TCP}127.0.0.1:4711", NO_DEVICE) from None
    except OSError as why:
        raise CliFail(
            f"no simulated box answers at {address} ({why.strerror or why}): start one with `burnish demo`", NO_DEVICE
        ) from None


def find_link(port: str, timeout_s: float) -> Link:
    """A link to the box at `port`: shared, or the port itself, for which the programs of this user wait in turn.

    If another user or another kind of program uses the port, this waits only for a moment. Raises CliFail.
    """
    if port.startswith(TCP):
        return _tcp(port)
    shared: list[SocketLink] = []

    def sharing() -> bool:
        shared[:] = [link for link in [_shared(port)] if link]
        return bool(shared)

    path = socket_path(port)
    queue = PortQueue(path and path.with_suffix(".lock"))
    if sharing() or (not queue.enter(sharing) and shared):
        return shared[0]
    deadline = time.monotonic() + min(PATIENCE_S, timeout_s)
    while True:
        try:
            return SerialLink(port, on_close=queue.leave)
        except CliFail as why:
            if why.status != BUSY or time.monotonic() > deadline:
                queue.leave()
                raise
            time.sleep(0.05)


def open_box(device: str | None, timeout_s: float = TIMEOUT_S) -> BoxClient:
    """A client of the box, for a short command. Raises CliFail."""
    return BoxClient(find_link(choose(device), timeout_s), timeout_s)


@contextlib.contextmanager
def hold_box(device: str | None, timeout_s: float = TIMEOUT_S) -> Iterator[BoxClient]:
    """A client of the box, for a long time; meanwhile other programs can use the box through this one. Raises CliFail."""
    port = choose(device)
    link = find_link(port, timeout_s)
    path = socket_path(port)
    if isinstance(link, SocketLink) or path is None:
        with BoxClient(link, timeout_s) as box:
            yield box
        return
    from .broker import Broker

    broker = Broker(link, path, timeout_s)
    try:
        with BoxClient(SocketLink(broker.join(), port), timeout_s) as box:
            yield box
    finally:
        broker.close()


def lasting_meters(device: str | None, timeout_s: float, hz: float, seconds: float | None) -> Iterator[dict | None]:
    """Meters as `BoxClient.meters` returns them, from a box that may be unplugged and plugged in again.

    It is found again by its serial number; until then the iterator returns None. Raises CliFail if the first connection
    fails.
    """
    began = time.monotonic()
    connected = False
    while True:
        left = None if seconds is None else seconds - (time.monotonic() - began)
        if left is not None and left <= 0:
            return
        try:
            with hold_box(device, timeout_s) as box:
                connected = True
                device = lasting_name(device, box)
                yield from box.meters(hz, left)
                return
        except CliFail as why:
            temporary = isinstance(why, LinkLost) or why.status in (NO_DEVICE, BUSY)
            if not connected or not temporary:
                raise
        yield None
        time.sleep(RETRY_S)


def lasting_name(device: str | None, box: BoxClient) -> str | None:
    """The serial number of the box, if its port has one: it stays the same when the box is plugged in again."""
    from .serial_port import ports

    known = {port.path: port.serial for port in ports() if port.box and port.serial}
    return known.get(box.link.name, device)
