"""Messages to systemd about the state of the service, as in man 3 sd_notify: one datagram, no library."""

import contextlib
import os
import socket


def notify(text: str) -> bool:
    """Send `text` (for example "READY=1") to systemd. Does nothing if systemd did not start the service.

    It never waits. It returns whether the text needs no second attempt: False if systemd is busy and has not read the earlier
    messages. A wait with a time limit would use all the time of a processor, because Linux reports this kind of socket as
    writable even if the other end is full.
    """
    path = os.environ.get("NOTIFY_SOCKET", "")
    if path[:1] not in ("/", "@"):
        return True
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as connection:
        try:
            connection.sendto(text.encode(), socket.MSG_DONTWAIT, path.replace("@", "\0", 1))
        except BlockingIOError:
            return False
    return True
