"""The web server of the page: who may connect, what it sends, what it refuses. Plain sockets, without a browser."""

import contextlib
import json
import re
import socket
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from host_cli.assistant import Reference
from host_cli.box import Sharing
from host_cli.web import WebServer
from host_cli.web.server import BOX_LOST, LINK_PATH, MOST_BYTES, NO_REQUEST, WRONG_TOKEN
from tests.support.patience import PATIENCE_S, wait_until


@pytest.fixture
def server(tty):
    with Sharing(tty) as sharing, WebServer(sharing) as running:
        yield running


def ask(server, path="/", host=None, method="GET", extra=""):
    """(status, headers in lower case, body) of one HTTP request, sent byte by byte as given."""
    host = f"127.0.0.1:{server.port}" if host is None else host
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S) as connection:
        connection.sendall(f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{extra}\r\n".encode())
        answer = b""
        while data := connection.recv(65536):
            answer += data
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    return int(status.split()[1]), dict(line.lower().split(": ", 1) for line in lines), body


def socket_of(server, origin=None, host=None):
    """A WebSocket; `origin` and `host` may be wrong."""
    right = f"127.0.0.1:{server.port}"
    return connect(
        f"ws://{host or right}{LINK_PATH}",
        sock=socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S),
        origin=f"http://{right}" if origin is None else origin,
        proxy=None,
    )


def request(page, method, id="a-1", **params):
    """The reply to a request; notifications before it are left out."""
    page.send(json.dumps({"id": id, "method": method, "params": params}))
    while True:
        reply = json.loads(page.recv(timeout=PATIENCE_S))
        if reply.get("id") == id:
            return reply


@contextlib.contextmanager
def joined(server):
    """A page that has sent its token."""
    with socket_of(server) as page:
        page.send(server.token)
        yield page


def close_code(page) -> int:
    with pytest.raises(ConnectionClosed) as closed:
        page.recv(timeout=PATIENCE_S)
    return closed.value.rcvd.code


def test_the_page_and_its_headers(server):
    status, headers, body = ask(server)
    assert status == 200
    assert b"main.js" in body
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert not [name for name in headers if name.startswith("access-control") or name == "set-cookie"]
    assert ask(server, "/views/eq.js")[1]["content-type"] == "text/javascript; charset=utf-8"
    assert len(json.loads(ask(server, "/services.json")[2])) > 5


def test_there_is_no_inline_script_or_style(server):
    for name in ("/", "/index.html"):
        text = ask(server, name)[2].decode()
        assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []
        assert re.findall(r"<style|\sstyle=|\son\w+=|https?://(?!www\.w3\.org)", text) == []


@pytest.mark.parametrize("path", ["/../pyproject.toml", "/%2e%2e/x", "//etc/passwd", "/server.py", "/page/main.js"])
def test_only_files_of_the_page_are_sent(server, path):
    assert ask(server, path)[0] == 404


def test_only_reading_is_allowed(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S) as connection:
        connection.sendall(f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Length: 0\r\n\r\n".encode())
        assert b" 405 " in connection.recv(4096).split(b"\r\n")[0]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "", "localhost.evil.example:{port}"])
def test_another_host_is_refused(server, host):
    host = host.format(port=server.port)
    assert ask(server, host=host)[0] == 421
    if host:
        with pytest.raises(InvalidStatus, match="421"):
            socket_of(server, host=host)


def test_two_hosts_are_refused(server):
    assert ask(server, extra=f"Host: 127.0.0.1:{server.port}\r\n")[0] != 200


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "https://127.0.0.1:{port}",
        "http://127.0.0.1",
        "http://127.0.0.1:{port}.evil.example",
    ],
)
def test_a_page_of_another_origin_is_refused(server, origin):
    with pytest.raises(InvalidStatus, match="403"):
        socket_of(server, origin=origin.format(port=server.port))


def test_a_missing_origin_is_refused(server):
    key = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
    assert ask(server, LINK_PATH, extra=key)[0] == 403


@pytest.mark.parametrize("token", ["", "guess", "x" * 5000, '{"id":"a-1","method":"hello","params":{"proto":[1]}}'])
def test_a_wrong_token_is_refused(server, token):
    with socket_of(server) as page:
        page.send(token)
        assert close_code(page) == WRONG_TOKEN


def test_a_missing_token_is_refused(server, monkeypatch):
    monkeypatch.setattr("host_cli.web.server.TOKEN_S", 0.05)
    with socket_of(server) as page:
        assert close_code(page) == WRONG_TOKEN


def test_tokens_are_long_and_different(tty):
    with Sharing(tty) as sharing, WebServer(sharing) as one, WebServer(sharing) as two:
        assert len(one.token) >= 32 and one.token != two.token
        assert one.url.endswith(f"#t={one.token}"), "the fragment is not sent to servers"


def test_a_page_controls_the_box(server, fake):
    with joined(server) as page:
        welcome = request(page, "hello", proto=[1])["result"]
        assert welcome["serial"] == "TEST0001"
        assert request(page, "set", "a-2", values={"limiter.ceiling_dbtp": -3})["result"]["new"] == {
            "limiter.ceiling_dbtp": -3
        }
        assert fake.store.get("limiter.ceiling_dbtp") == -3
        refused = request(page, "set", "a-3", values={"limiter.ceiling_dbtp": 99})["error"]
        assert refused["name"] == "range"


def test_a_change_by_one_page_reaches_the_other_once(server):
    with joined(server) as one, joined(server) as two:
        for page in (one, two):
            request(page, "hello", proto=[1])
            request(page, "sub", "a-2", hz=0, ttl_s=10, changes=True)
        request(one, "set", "a-3", values={"eq.b2.gain_db": 2.5})
        told = json.loads(two.recv(timeout=PATIENCE_S))
        assert told["method"] == "changed" and told["params"]["values"] == {"eq.b2.gain_db": 2.5}
        with pytest.raises(TimeoutError):
            two.recv(timeout=0.3)


@pytest.mark.parametrize(
    "junk", ["not json", "[]", '{"id":"a b","method":"get"}', '{"method":"get"}', "\x00" * 10, "[" * 50_000]
)
def test_junk_closes_only_its_socket(server, junk):
    with joined(server) as good, joined(server) as bad:
        request(good, "hello", proto=[1])
        bad.send(junk)
        assert close_code(bad) == NO_REQUEST
        assert request(good, "info", "a-2")["result"]["info"]["serial"] == "TEST0001"


def test_ten_megabytes_close_only_their_socket(server):
    with joined(server) as good, joined(server) as bad:
        request(good, "hello", proto=[1])
        with pytest.raises(ConnectionClosed):
            bad.send("x" * 10_000_000)
            bad.recv(timeout=PATIENCE_S)
        assert MOST_BYTES < 10_000_000
        assert request(good, "info", "a-2")["result"]["info"]["serial"] == "TEST0001"


def test_ten_megabytes_of_noise_instead_of_http(server, rng):
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S)
    with contextlib.suppress(OSError), connection:  # the server may close the connection before the end
        for _ in range(100):
            connection.sendall(rng.bytes(100_000))
        assert b" 200 " not in connection.recv(4096)
    assert ask(server)[0] == 200


def test_markup_in_names_and_notes_is_sent_as_it_is(server):
    """The page shows it as text; test_browser_security.py looks at that."""
    name = "<img src=x onerror=alert(1)>"
    with joined(server) as page:
        request(page, "hello", proto=[1])
        assert request(page, "preset.save", "a-2", name=name)["result"]["name"] == name
        rows = request(page, "preset.list", "a-3")["result"]["presets"]
        assert name in [row["name"] for row in rows]


def test_a_page_that_does_not_read_disturbs_nobody(server, fake):
    with joined(server) as slow, joined(server) as good:
        request(slow, "hello", proto=[1])
        request(slow, "sub", "a-2", hz=60, ttl_s=10, changes=True)
        request(good, "hello", proto=[1])
        for count in range(50):
            assert request(good, "info", f"b-{count}")["result"]


def test_a_lost_box_closes_the_page_and_can_be_found_again(tmp_path, fake):
    from tests.support.fake_box import served

    path = tmp_path / "port"
    with Sharing(str(path)) as sharing, WebServer(sharing) as server:
        with served(fake, path), joined(server) as page:
            request(page, "hello", proto=[1])
            lost = page
        assert isinstance(path, Path) and not path.exists()
        with joined(server) as page:
            assert close_code(page) == BOX_LOST
        with served(fake, path), joined(server) as page:
            assert request(page, "hello", proto=[1])["result"]["serial"] == "TEST0001"
        wait_until(lambda: lost.close_code is not None, "the end of the first page")


def test_too_many_pages_are_refused(server, monkeypatch):
    import threading

    monkeypatch.setattr(server, "_places", threading.BoundedSemaphore(1))
    with joined(server) as first, joined(server) as second:
        request(first, "hello", proto=[1])
        assert close_code(second) == BOX_LOST


def test_the_reference_is_sent_as_it_was_measured_or_as_null(server, tty):
    assert ask(server, "/reference.json")[2] == b"null"
    song = Reference("Night.flac", (100.0, 200.0), (-30.0, -31.5), -11.3)
    with Sharing(tty) as sharing, WebServer(sharing, reference=song) as running:
        status, headers, body = ask(running, "/reference.json")
    assert status == 200 and headers["content-type"].startswith("application/json")
    assert json.loads(body) == {"name": "Night.flac", "hz": [100.0, 200.0], "db": [-30.0, -31.5], "lufs": -11.3}
