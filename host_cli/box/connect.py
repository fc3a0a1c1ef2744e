"""Getting to the box: through the program that holds its port, if one does, else through the port itself.

Several programs can use one box at a time: whoever holds the port for long (meters, monitor, broker) shares it on a socket
that only this user can reach, and the others go through it (broker.py). On Windows a port is for one program.
"""

import contextlib
import os
import socket
import stat
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import platformdirs

from firmware import presets
from host_cli.errors import BUSY, NO_DEVICE, CliFail, LinkLost

from .client import TIMEOUT_S, Box
from .serial_port import SerialLink, choose

#: Seconds to wait for a port that another command has for a moment.
PATIENCE_S = 0.6
#: Longest name of a socket that every system takes.
MAX_SOCKET_PATH = 100
#: Seconds between attempts to find a box again that has vanished.
RETRY_S = 0.5


class SocketLink:
    """A stream socket to whoever shares the box. Same methods as link.SerialLink."""

    def __init__(self, connected: socket.socket, name: str):
        self.name = name
        self._socket = connected

    def read(self, timeout_s: float) -> bytes:
        """What has come in; waits up to `timeout_s`. Raises LinkLost."""
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
        """Send all of `data`. Raises LinkLost."""
        try:
            self._socket.settimeout(1.0)
            self._socket.sendall(data)
        except OSError as why:
            raise self._lost(why) from None

    def _lost(self, why) -> LinkLost:
        return LinkLost(f"{self.name}: the program that shared the box has ended, or the box vanished ({why}); "
                        "run the same command again")  # fmt: skip

    def close(self) -> None:
        """Leave."""
        self._socket.close()


def socket_path(port: str) -> Path | None:
    """Where the holder of `port` listens; None where that is not possible. Raises CliFail if others could get in."""
    if not hasattr(socket, "AF_UNIX"):
        return None
    with warnings.catch_warnings(action="ignore"):  # says on stderr that it falls back to another folder
        folder = Path(platformdirs.user_runtime_dir("burnish", appauthor=False))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except OSError:
        return None
    if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise CliFail(f"{folder} must belong to you alone (mode 0700): run `chmod 700 {folder}`")
    path = folder / f"{presets.slug(os.path.realpath(port))}.sock"
    return path if len(str(path)) <= MAX_SOCKET_PATH else None


def _shared(port: str) -> SocketLink | None:
    """A link through the program that holds `port`, if there is one."""
    path = socket_path(port)
    if path is None or not path.exists():
        return None
    connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connected.settimeout(1.0)
        connected.connect(str(path))
    except OSError:  # its program was killed
        connected.close()
        return None
    return SocketLink(connected, port)


def _link(port: str, timeout_s: float):
    """A link to the box at `port`: shared, or the port itself; waits for a moment if another command has it."""
    deadline = time.monotonic() + min(PATIENCE_S, timeout_s)
    while True:
        shared = _shared(port)
        if shared:
            return shared
        try:
            return SerialLink(port)
        except CliFail as why:
            if why.status != BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def open_box(device: str | None, timeout_s: float = TIMEOUT_S) -> Box:
    """The box, for a short command. Raises CliFail."""
    return Box(_link(choose(device), timeout_s), timeout_s)


@contextlib.contextmanager
def hold_box(device: str | None, timeout_s: float = TIMEOUT_S) -> Iterator[Box]:
    """The box, for a long time: others can use it meanwhile, through us. Raises CliFail."""
    port = choose(device)
    link = _link(port, timeout_s)
    path = socket_path(port)
    if isinstance(link, SocketLink) or path is None:
        with Box(link, timeout_s) as box:
            yield box
        return
    from .broker import Broker

    broker = Broker(link, path, timeout_s)
    try:
        with Box(SocketLink(broker.join(), port), timeout_s) as box:
            yield box
    finally:
        broker.close()


def lasting_meters(device: str | None, timeout_s: float, hz: float, seconds: float | None) -> Iterator[dict | None]:
    """Meters as Box.meters gives them, over a box that may come and go: found again by its serial number, subscribed again.

    None while there is nothing to show. The first connection must succeed: raises CliFail.
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
                device = _lasting_name(device, box)
                yield from box.meters(hz, left)
                return
        except CliFail as why:
            passing = isinstance(why, LinkLost) or why.status in (NO_DEVICE, BUSY)
            if not connected or not passing:
                raise
        yield None
        time.sleep(RETRY_S)


def _lasting_name(device: str | None, box: Box) -> str | None:
    """What finds the same box again after a replug, when the name of its port may have changed."""
    from .serial_port import ports

    known = {port.path: port.serial for port in ports() if port.box and port.serial}
    return known.get(box.link.name, device)
