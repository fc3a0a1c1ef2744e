"""Serial ports: finds the box, claims its port, reads and writes. No other module of the tool uses pyserial.

It never calls flush(), which can block for ever on CDC ACM.
"""

import contextlib
import errno
import getpass
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import serial
from serial.tools import list_ports

from firmware.contract import protocol
from host_cli.errors import BUSY, NO_DEVICE, PERMISSION, CliFail, LinkLost

try:
    import fcntl
    import termios
except ImportError:  # on Windows, where a port is always exclusive
    fcntl = termios = None

BAUD = 115_200
#: The beginning of the address of a simulated box on a TCP port, as pyserial writes it.
TCP = "socket://"
WRITE_TIMEOUT_S = 1.0
#: Longest wait for a port to close, in seconds.
CLOSE_S = 1.0


@dataclass(frozen=True)
class Port:
    """A serial port of this computer. `box`: whether its USB identity is that of a box."""

    path: str
    serial: str
    product: str
    vid_pid: str
    box: bool


def ports() -> list[Port]:
    """The serial ports of this computer, those of boxes first. Opens none of them."""
    found = []
    for info in list_ports.comports():
        usb = info.vid is not None
        product = info.product or ""
        ours = (info.vid, info.pid) == (protocol.USB_VID, protocol.USB_PID)
        ours = ours and (not product or protocol.PRODUCT.lower() in product.lower())
        vid_pid = f"{info.vid:04x}:{info.pid:04x}" if usb else ""
        found.append(Port(info.device, info.serial_number or "", product or info.description or "", vid_pid, ours))
    return sorted(found, key=lambda port: (not port.box, port.path))


def choose(device: str | None) -> str:
    """The path of the port to use. `device`: a path, a USB serial number, or None for the only connected box.

    A port whose USB identity is not that of a box is used only when its path is given. Raises CliFail (NO_DEVICE).
    """
    if device and _left_behind(device):
        folder = os.path.dirname(os.path.abspath(device))
        raise CliFail(
            f"the simulated box at {device} has ended: start it again with burnishd --sim --run-dir {folder}", NO_DEVICE
        )
    if device and device.startswith(TCP):
        return device
    if device and (os.path.exists(device) or os.sep in device or device.upper().startswith("COM")):
        if os.name == "posix" and not os.path.exists(device):
            raise CliFail(f"there is no port {device}; `burnish ports` lists them", NO_DEVICE)
        return device
    boxes = [port for port in ports() if port.box and device in (None, "", port.serial)]
    if len(boxes) == 1:
        return boxes[0].path
    if boxes:
        names = ", ".join(f"{port.serial or '?'} ({port.path})" for port in boxes)
        raise CliFail(f"{len(boxes)} boxes are connected: {names}; choose one with --device SERIAL", NO_DEVICE)
    if device:
        raise CliFail(
            f"no box with the serial number {device!r} is connected; `burnish ports` lists the ports", NO_DEVICE
        )
    raise CliFail(
        f"no box is connected (no USB device {protocol.USB_VID:04x}:{protocol.USB_PID:04x}); "
        "check the cable, or give a port with --device PATH; `burnish ports` lists them, and `burnish demo` simulates a box",
        NO_DEVICE,
    )


def _left_behind(device: str) -> bool:
    """Whether `device` is the port of a simulated box that no longer runs: a link to a pseudo terminal, which may belong to another
    program by now, beside a lock that nobody holds."""
    if fcntl is None or not os.path.islink(device) or not os.readlink(device).startswith("/dev/pts/"):
        return False
    if not os.path.exists(device):
        return True
    try:
        descriptor = os.open(os.path.join(os.path.dirname(device), "lock"), os.O_RDONLY)
    except OSError:
        return False  # not a folder of a simulated box
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    else:
        return True
    finally:
        os.close(descriptor)


class SerialLink:
    """A Link over a serial port, which is opened in raw mode and exclusively. Raises CliFail if it cannot be opened."""

    def __init__(self, path: str, on_close: Callable[[], None] = lambda: None):
        """`on_close` is called when the port has been closed."""
        self.name = path
        self._on_close = on_close
        try:
            self._port = serial.Serial(
                path, BAUD, timeout=0.1, write_timeout=WRITE_TIMEOUT_S, exclusive=True if os.name == "posix" else None
            )
            self._claim()
            self._port.reset_input_buffer()
        except (serial.SerialException, OSError, ValueError) as why:
            raise _cannot_open(path, why) from None

    def _claim(self) -> None:
        """Set TIOCEXCL, which keeps out every other program; the flock of pyserial stops only programs that use flock too.

        This is not done on a pseudo terminal, where the flag would remain after this program has ended, because the simulated
        box holds the other end.
        """
        if fcntl and not os.path.realpath(self.name).startswith(("/dev/pts/", "/dev/ttys")):
            with contextlib.suppress(OSError):
                fcntl.ioctl(self._port.fileno(), termios.TIOCEXCL)

    def fileno(self) -> int:
        """See `SelectableLink.fileno`. POSIX only."""
        return self._port.fileno()

    def read(self, timeout_s: float) -> bytes:
        """See `Link.read`."""
        try:
            if self._port.timeout != timeout_s:
                self._port.timeout = timeout_s
            first = self._port.read(1)
            return first + self._port.read(self._port.in_waiting) if first else b""
        except (serial.SerialException, OSError, TypeError) as why:  # TypeError: closed while reading
            raise self._lost(why) from None

    def write(self, data: bytes) -> None:
        """See `Link.write`."""
        try:
            self._port.write(data)
        except serial.SerialTimeoutException:
            raise LinkLost(f"{self.name} accepts no more data because the box has stopped reading; try again") from None
        except (serial.SerialException, OSError) as why:
            raise self._lost(why) from None

    def _lost(self, why: Exception) -> LinkLost:
        return LinkLost(
            f"{self.name} was disconnected ({_reason(why)}); reconnect the box and run the same command again"
        )

    def close(self) -> None:
        """See `Link.close`. It takes at most CLOSE_S. If nobody reads at the other end, the Linux kernel waits 30 s before it
        closes a port; the port is then closed in the background, at the latest when this program ends."""
        closing = threading.Thread(target=self._close_port, name="closing", daemon=True)
        closing.start()
        closing.join(CLOSE_S)
        self._on_close()

    def _close_port(self) -> None:
        with contextlib.suppress(OSError, serial.SerialException, termios.error if termios else OSError):
            self._port.reset_output_buffer()
        with contextlib.suppress(OSError, serial.SerialException):
            self._port.close()


def _reason(why: Exception) -> str:
    """The reason of an exception of pyserial in a few words; often only its text contains it."""
    number = getattr(why, "errno", None)
    if isinstance(number, int) and number > 0:
        return os.strerror(number)
    text = str(why)
    for code in (errno.ENOENT, errno.ENXIO, errno.ENODEV, errno.EIO, errno.EACCES, errno.EBUSY):
        if f"[Errno {code}]" in text or f"({code}, " in text:
            return os.strerror(code)
    return "unplugged" if "returned no data" in text else text.splitlines()[0]


def _cannot_open(path: str, why: Exception) -> CliFail:
    """Why a port cannot be opened, with the next command to type."""
    number = getattr(why, "errno", None)
    if number in (errno.EACCES, errno.EPERM) and os.path.exists(path):
        return CliFail(f"cannot open {path}: permission denied; {_how_to_get_permission(path)}", PERMISSION)
    if number in (errno.EBUSY, errno.EAGAIN) or "exclusively lock" in str(why) or "PermissionError" in str(why):
        users = users_of(path)
        by = " and ".join(f"{name} (pid {pid})" for pid, name in users) or "another program"
        if any(name == "ModemManager" for _, name in users):
            return CliFail(f"{path} is being probed by ModemManager; wait 10 s and try again, or prevent it with the "
                           "udev rule that `burnish doctor` prints", BUSY)  # fmt: skip
        return CliFail(f"{path} is in use by {by}; close it and try again", BUSY)
    if number in (errno.ENOENT, errno.ENXIO, errno.ENODEV) or "could not open port" in str(why):
        return CliFail(f"cannot open {path}: {_reason(why)}; `burnish ports` lists the ports", NO_DEVICE)
    return CliFail(f"{path} is not a serial port ({_reason(why)}); `burnish ports` lists the ports", NO_DEVICE)


def _how_to_get_permission(path: str) -> str:
    """The advice for a user who is not allowed to open `path`."""
    if not sys.platform.startswith("linux"):
        return "run the command as a user who may use serial ports"
    import grp  # Linux and macOS only

    group = grp.getgrgid(os.stat(path).st_gid).gr_name
    if group in ("dialout", "uucp", "plugdev"):
        return (
            f"you are not in the group {group!r}: run `sudo usermod -aG {group} {getpass.getuser()}`, then log in again"
        )
    return "install the udev rule that `burnish doctor` prints"


def users_of(path: str) -> list[tuple[int, str]]:
    """(pid, name) of the processes that have `path` open, as far as this user may see them. Empty if the system has no /proc.

    A container has pseudo terminals of its own with the same names. Therefore the files are compared too.
    """
    found = []
    real = os.path.realpath(path)
    for fds in Path("/proc").glob("[0-9]*/fd"):
        with contextlib.suppress(OSError):
            pid = int(fds.parent.name)
            if pid != os.getpid() and any(
                os.readlink(fd) == real and os.path.samefile(fd, real) for fd in fds.iterdir()
            ):
                found.append((pid, (fds.parent / "comm").read_text().strip()))
    return found
