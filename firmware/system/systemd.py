"""What systemd wants to hear from a service (man 3 sd_notify): one datagram, no library."""

import contextlib
import os
import socket


def notify(text: str) -> None:
    """Tell systemd `text` ("READY=1"); nothing happens where there is no systemd."""
    path = os.environ.get("NOTIFY_SOCKET", "")
    if path[:1] not in ("/", "@"):
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.sendto(text.encode(), path.replace("@", "\0", 1))
