"""A box on a pseudo terminal, the laptop at its other end, and a session without a line whose clock the test sets."""

import os
import select
import time
import tty

import msgspec
import pytest

from firmware.contract import protocol
from firmware.contract.protocol import Incoming, Lines
from firmware.link.session import Session, describe_link
from tests.support.fake_box import FakeBox, served


@pytest.fixture
def fake(tmp_path):
    return FakeBox(tmp_path / "presets")


class Laptop:
    """The other end of a pseudo terminal, with access to each byte."""

    def __init__(self, name: str):
        self.fd = os.open(name, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self.fd)
        self._lines = Lines(65536)
        self._count = 0

    def close(self):
        os.close(self.fd)

    def send(self, data: bytes) -> None:
        while data:
            select.select([], [self.fd], [], 5)
            try:
                data = data[os.write(self.fd, data) :]
            except BlockingIOError:
                time.sleep(0.001)  # select may report a pty as writable although it is full

    def read(self, within_s: float) -> bytes:
        """The next bytes, or none if nothing arrives within that time."""
        if not select.select([self.fd], [], [], within_s)[0]:
            return b""
        return os.read(self.fd, 65536)

    def messages(self, within_s: float) -> list[Incoming]:
        lines = self._lines.feed(self.read(within_s))
        return [m for m in (protocol.parse(line, Incoming) for line in lines) if m]

    def request(self, method: str, id: str | None = None, **params) -> bytes:
        self._count += 1
        return protocol.encode({"id": id or f"t-{self._count}", "method": method, "params": params})

    def ask(self, method: str, id: str | None = None, **params) -> Incoming:
        """The reply to a request, which is sent once."""
        line = self.request(method, id, **params)
        self.send(line)
        wanted = msgspec.json.decode(protocol.checked(line[:-1]))["id"]
        for _ in range(200):
            for message in self.messages(0.05):
                if message.id == wanted:
                    return message
        raise AssertionError(f"no reply to {method}")

    def silence(self) -> None:
        """Assert that the box has sent nothing before the reply to the next request."""
        assert self.read(0.15) == b""
        assert self.ask("info").result


@pytest.fixture
def laptop(fake):
    with served(fake) as (pty, server):
        end = Laptop(pty.name)
        end.server = server
        end.pty = pty
        yield end
        end.close()


class Clock:
    """A clock that the test sets."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def drain(session) -> list[dict]:
    out = []
    session.outbox.pump(lambda data: out.append(data) or len(data))
    return [msgspec.json.decode(protocol.checked(line[:-1])) for line in b"".join(out).splitlines(keepends=True)]


@pytest.fixture
def session(fake):
    clock = Clock()
    session = Session(fake, describe_link("usb"), clock=clock)
    session.clock = clock
    fake.store.subscribe(session.on_change)
    return session


def run(session, seconds: float, step_s: float = 0.005) -> list[dict]:
    """The output of the session while the clock advances."""
    said = []
    for _ in range(round(seconds / step_s)):
        session.clock.now += step_s
        session.tick()
        said += drain(session)
    return said


def subscribe(session, **params) -> dict:
    session.receive(protocol.encode({"id": f"s-{session.clock.now}", "method": "sub", "params": params}))
    return drain(session)[0]["result"]
