"""Server: serves the serial line on the side of the box, in a thread of the control process.

The tty is raw and non-blocking, and stays open from boot on, because a USB gadget port that is not open can block the host.
After a hang-up it is opened again. A laptop that stops reading only loses meter frames.
"""

import contextlib
import logging
import os
import select
import socket
import threading
from pathlib import Path

from firmware.contract import Wake
from firmware.system import IDLE_S

from .box import Box
from .ends import SocketEnd, TtyEnd
from .logbook import Logbook
from .session import Session, describe_link

log = logging.getLogger(__name__)

#: Time between attempts to open a tty that does not exist, in seconds.
REOPEN_S = 0.25
#: With more unsent bytes in the Linux kernel, meter frames wait in the outbox, where newer ones replace them.
BACKLOG = 512
BAUD = 115_200
#: A start bit, eight data bits, a stop bit.
BITS_PER_BYTE = 10


def kind_of(path: str) -> str:
    """The kind of link (a key of protocol.MAX_LINE), which follows from the name of the tty: USB gadget, pseudo terminal or
    UART."""
    name = os.path.realpath(path)
    return "usb" if "ttyGS" in name else "pty" if name.startswith("/dev/pts/") else "uart"


class Pty:
    """A pseudo terminal for the simulated box: `fd` is the end of the box, `link` a symlink to the end of the laptop.

    The end of the laptop is kept open here too, in raw mode. Therefore nothing is echoed, and there is no hang-up between
    two runs of the tool, as on a USB gadget port.
    """

    def __init__(self, link: Path | str | None = None):
        import tty  # not on Windows

        self.fd, self._far = os.openpty()
        tty.setraw(self._far)
        self.name = os.ttyname(self._far)
        self.link = Path(link) if link else None
        if self.link:
            self.link.unlink(missing_ok=True)
            self.link.symlink_to(self.name)

    def close(self) -> None:
        """Close both ends and remove the symlink."""
        for fd in (self.fd, self._far):
            with contextlib.suppress(OSError):
                os.close(fd)
        if self.link:
            self.link.unlink(missing_ok=True)


class Server:
    """Serves `box` on `where`: the path of a tty, or a file descriptor or a connected socket, which the caller closes. A socket is
    served until it hangs up.

    `kind` ("usb", "pty", "uart") overrides the kind that follows from the name. `start` and `stop` may be called once each.
    """

    def __init__(self, box: Box, where: str | Path | int | socket.socket, *, kind: str | None = None, baud: int = BAUD,
                 logbook: Logbook | None = None):  # fmt: skip
        self._where = where if isinstance(where, (int, socket.socket)) else str(where)
        self._baud = baud
        named = {int: "pty", socket.socket: "socket"}
        kind = kind or named.get(type(where)) or kind_of(self._where)
        self.logbook = logbook or Logbook()
        rate = baud // BITS_PER_BYTE if kind == "uart" else 0
        self.session = Session(box, describe_link(kind, rate), self.logbook)
        self._name = "a TCP connection" if isinstance(where, socket.socket) else self._where
        self.hangups = 0
        #: Increases while the thread runs, at least every IDLE_S.
        self.beats = 0
        self._port = None  # a serial.Serial
        self._box = box
        self._stopping = False
        self._wake = Wake()
        self._thread = threading.Thread(target=self._run, name="server", daemon=True)
        box.store.subscribe(self._on_change)

    def start(self) -> None:
        """Start the thread. From now on the laptop may connect and disconnect at any time. [control]"""
        logging.getLogger("firmware").addHandler(self.logbook)
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread and close the line. [control]"""
        self._stopping = True
        self._wake()
        if self._thread.is_alive():
            self._thread.join()
        self._box.store.unsubscribe(self._on_change)
        logging.getLogger("firmware").removeHandler(self.logbook)
        self._wake.close()

    @property
    def running(self) -> bool:
        """Whether the line is being served. [any]"""
        return self._thread.is_alive()

    def counters(self) -> dict[str, int]:
        """Counters of the line, which are also in the answer to `info`. [any]"""
        return {**self.session.counters(), "link_hangups": self.hangups}

    def _on_change(self, changed: dict, rev: int, source: str) -> None:
        self.session.on_change(changed, rev, source)
        self._wake()

    # -- the thread ----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping:
            self.beats += 1
            end = self._open()
            if end is None:
                self._pause()
                continue
            try:
                self._serve(end)
            except OSError as why:
                self.hangups += 1
                log.info("%s: the line hung up (%s)", self._name, why)
                self.session.hang_up()
                if isinstance(end, SocketEnd):
                    return
                self._pause()
            finally:
                self._close()

    def _pause(self) -> None:
        select.select([self._wake], [], [], REOPEN_S)
        self._wake.clear()

    def _open(self) -> TtyEnd | SocketEnd | None:
        if isinstance(self._where, socket.socket):
            return SocketEnd(self._where)
        if isinstance(self._where, int):
            os.set_blocking(self._where, False)
            return TtyEnd(self._where)
        import serial  # needs modules that some systems do not have

        try:
            self._port = serial.Serial(self._where, self._baud, timeout=0, write_timeout=0, exclusive=True)
        except (serial.SerialException, OSError, ValueError) as why:
            log.debug("%s: cannot be opened yet: %s", self._where, why)
            return None
        return TtyEnd(self._port.fileno())

    def _close(self) -> None:
        if self._port is not None:
            with contextlib.suppress(OSError):  # SerialException is one
                self._port.close()
            self._port = None

    def _serve(self, end: TtyEnd | SocketEnd) -> None:
        session = self.session
        while not self._stopping:
            self.beats += 1
            crowded = end.waiting_bytes() > BACKLOG
            wants = [end] if session.outbox.has_reply() or (session.outbox and not crowded) else []
            wait_s = session.wait_s()
            if session.outbox and not wants:
                wait_s = min(wait_s or 0.02, 0.02)  # the Linux kernel does not report when its backlog has shrunk
            wait_s = IDLE_S if wait_s is None else min(wait_s, IDLE_S)
            readable, _, _ = select.select([end, self._wake], wants, [], wait_s)
            self._wake.clear()
            if end in readable:
                self.session.receive(end.read())
            session.tick()
            session.outbox.pump(end.write, frames_too=end.waiting_bytes() <= BACKLOG)
