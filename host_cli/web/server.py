"""The web server of the page: static files, and the WebSocket that leads to the box.

Every web page that a browser shows can send requests to this computer. Therefore the server listens on the loopback address, and
checks the `Host` of every request (against DNS rebinding), the `Origin` of the WebSocket (against pages of other origins), and a
random token, which is only in the address that this program prints. It has no cookies, and allows no other origin to read.
"""

import contextlib
import hmac
import logging
import secrets
import socket
import threading

from websockets.datastructures import Headers, MultipleValuesError
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Response
from websockets.sync.server import serve

from host_cli.assistant import Reference
from host_cli.box import Sharing
from host_cli.errors import BUSY, CliFail

from .bridge import BOX_LOST, BadMessage, bridge
from .site import site

LOOPBACK = "127.0.0.1"
#: Path of the WebSocket.
LINK_PATH = "/link"
#: Largest message of a page in bytes; longer ones close its socket.
MOST_BYTES = 1 << 17
#: Seconds that a page has to send its token, and the most pages at a time.
TOKEN_S, MOST_PAGES = 5.0, 16
#: Close codes: the token is wrong or missing; a message is no request.
WRONG_TOKEN, NO_REQUEST = 4401, 4400
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
log = logging.getLogger(__name__)
#: The library reports every broken handshake with a traceback; here it is an expected event.
_quiet = logging.getLogger(f"{__name__}.socket")
_quiet.setLevel(logging.CRITICAL)


class WebServer:
    """Serves the page for the box behind `sharing` at `address` and `port` (0: any free port). A context manager. The page draws the
    curve of `reference` behind its spectra.

    Raises CliFail if the port is in use or the address is not one of this computer.
    """

    def __init__(self, sharing: Sharing, address: str = LOOPBACK, port: int = 0, reference: Reference | None = None):
        self._sharing = sharing
        self._files = site(reference)
        self._places = threading.BoundedSemaphore(MOST_PAGES)
        self.token = secrets.token_urlsafe(24)
        try:
            listener = socket.create_server(
                (address, port), family=socket.AF_INET6 if ":" in address else socket.AF_INET
            )
        except OSError as why:
            raise CliFail(
                f"cannot listen on {address} port {port}: {why.strerror}; give another --port", BUSY
            ) from None
        self.port = listener.getsockname()[1]
        names = {f"[{address}]" if ":" in address else address}
        if address == LOOPBACK:
            names |= {"localhost"}
        self._hosts = {f"{name}:{self.port}" for name in names}
        self._server = serve(
            self._page, sock=listener, origins=[f"http://{host}" for host in sorted(self._hosts)],
            process_request=self._answer, max_size=MOST_BYTES, compression=None, server_header=None, logger=_quiet,
        )  # fmt: skip
        self._thread = threading.Thread(target=self._server.serve_forever, name="web", daemon=True)
        self.url = f"http://{'[' + address + ']' if ':' in address else address}:{self.port}/#t={self.token}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()

    def _answer(self, _connection, request) -> Response | None:
        """The answer to an HTTP request; None lets a WebSocket begin."""
        try:
            host = request.headers["Host"].lower()
        except (KeyError, MultipleValuesError):
            host = ""
        if host not in self._hosts:
            return _response(421, "Misdirected Request", "text/plain", b"This server has another name.\n")
        if getattr(request, "method", "GET") != "GET":  # older versions of the library refuse other methods themselves
            return _response(405, "Method Not Allowed", "text/plain", b"Only GET is allowed.\n")
        path = request.path.partition("?")[0]
        if path == LINK_PATH:
            return None
        file = self._files.get(path.removeprefix("/") or "index.html")
        if file is None:
            return _response(404, "Not Found", "text/plain", b"There is no such file.\n")
        return _response(200, "OK", file.content_type, file.data)

    def _page(self, connection) -> None:
        """Serve one WebSocket, whose Host and Origin have been checked."""
        with contextlib.suppress(ConnectionClosed):
            if not self._knows_token(connection):
                connection.close(WRONG_TOKEN, "wrong token: open the address that burnish web prints")
            elif not self._places.acquire(blocking=False):
                connection.close(BOX_LOST, f"{MOST_PAGES} pages are open: close one")
            else:
                try:
                    self._join(connection)
                finally:
                    self._places.release()

    def _knows_token(self, connection) -> bool:
        try:
            first = connection.recv(timeout=TOKEN_S, decode=False)
        except TimeoutError:
            return False
        return hmac.compare_digest(first, self.token.encode())

    def _join(self, connection) -> None:
        try:
            link = self._sharing.connect()
        except CliFail as why:
            connection.close(BOX_LOST, _reason(why))
            return
        try:
            ended = bridge(connection, link)
            connection.close(BOX_LOST if ended else 1000, "the box was disconnected" if ended else "")
        except BadMessage as why:
            log.info("a page was disconnected: %s", why)
            connection.close(NO_REQUEST, "that is no request of the protocol")


def _reason(why: Exception) -> str:
    """A text that fits into the close frame of a WebSocket, which has at most 123 bytes."""
    return str(why).encode()[:120].decode(errors="ignore")


def _response(status: int, phrase: str, content_type: str, body: bytes) -> Response:
    headers = Headers(
        {"Content-Type": content_type, "Content-Length": str(len(body)), "Connection": "close", **_HEADERS}
    )
    return Response(status, phrase, headers, body)
