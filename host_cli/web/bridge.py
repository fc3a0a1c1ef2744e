"""Bridge: connects one page with the box. The page and the box exchange the same messages; only the checksums are added and
removed here, because a WebSocket needs none."""

import contextlib
import json
import threading
from typing import Protocol

import msgspec

from firmware.contract import Lines, Request, protocol
from host_cli.box import Link
from host_cli.errors import LinkLost

#: Close code of a WebSocket whose box was disconnected, or could not be opened.
BOX_LOST = 4503
#: Seconds that a read of the link waits before it looks whether the page is still there.
_WAIT_S = 0.25


class BadMessage(ValueError):
    """The page sent something that is no request of the protocol."""


class Page(Protocol):
    """The WebSocket of a page. Iteration yields the messages that arrive, and ends when the page has gone."""

    def send(self, text: str) -> None:
        """Send a message. Waits while the page does not read; raises an exception when it has gone."""

    def close(self, code: int, reason: str) -> None:
        """Close the WebSocket."""

    def __iter__(self):
        """The messages of the page, as text or bytes."""


def line_of(text: str | bytes) -> bytes:
    """The line for the box from a message of the page. Raises BadMessage unless it is a request."""
    try:
        request = msgspec.json.decode(text, type=Request)
        params = json.loads(bytes(request.params))
        return protocol.encode({"id": request.id, "method": request.method, "params": params})
    except (ValueError, RecursionError) as why:
        raise BadMessage(f"no request of the protocol: {why}") from None


def bridge(page: Page, link: Link) -> str:
    """Forward messages in both directions until one end closes; returns why it ended. Closes the link.

    If the page reads slowly, the program that shares the box drops meter frames for it, and nobody else waits.
    """
    ended: list[str] = []
    stopping = threading.Event()
    reader = threading.Thread(target=_forward, args=(page, link, stopping, ended), name="bridge", daemon=True)
    reader.start()
    try:
        link.write(b"\n")  # ends an incomplete line that may be left on the line
        for message in page:
            link.write(line_of(message))
    except LinkLost as why:
        ended.append(str(why))
    finally:
        stopping.set()
        reader.join()
        link.close()
    return ended[0] if ended else ""


def _forward(page: Page, link: Link, stopping: threading.Event, ended: list[str]) -> None:
    """Send what the box says to the page."""
    lines = Lines(max(protocol.MAX_LINE.values()))
    try:
        while not stopping.is_set():
            for line in lines.feed(link.read(_WAIT_S)):
                body = protocol.checked(line)
                if body is not None:
                    page.send(body.decode("ascii"))
    except LinkLost as why:
        ended.append(str(why))
        with contextlib.suppress(Exception):
            page.close(BOX_LOST, "the box was disconnected")
    except Exception:  # the page has gone; its own thread ends the bridge
        return
