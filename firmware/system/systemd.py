"""Messages to systemd about the state of the service, as in man 3 sd_notify: one datagram, no library."""

import contextlib
import os
import socket

#: Longest wait for a systemd that is busy, in seconds. A lost message does no harm, because the next one follows soon.
WAIT_S = 0.05


def notify(text: str) -> None:
    """Send `text` (for example "READY=1") to systemd. Does nothing if systemd did not start the service.

    It waits at most `WAIT_S` for systemd to take the text.
    """
    path = os.environ.get("NOTIFY_SOCKET", "")
    if path[:1] not in ("/", "@"):
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as connection:
        connection.settimeout(WAIT_S)
        connection.sendto(text.encode(), path.replace("@", "\0", 1))
