"""The server on pseudo terminals: it never waits for the laptop, and opens the line again after a hang-up."""

import os
import select
import time

import msgspec

from firmware.contract import protocol
from firmware.link.server import Pty, Server, kind_of
from firmware.link.session import Session, describe_link
from tests.support.patience import PATIENCE_S, wait_until

# -- a laptop that misbehaves ------------------------------------------------------------------------------------


def test_a_laptop_that_stops_reading_only_loses_frames(laptop, fake):
    """If nothing is read for a while, frames are dropped, requests are still carried out, and every line is complete."""
    assert laptop.ask("sub", hz=60, ttl_s=10).result
    session = laptop.server.session
    for n in range(40):  # long replies fill the buffer of the Linux kernel immediately
        laptop.send(protocol.encode({"id": f"fill-{n}", "method": "get", "params": {}}))
    wait_until(lambda: session.outbox.dropped_frames >= 20, "the loss of 20 frames")
    laptop.send(protocol.encode({"id": "late-1", "method": "bypass", "params": {"to": "on"}}))
    wait_until(lambda: fake.store.get("chain.bypass") == 1, "bypass")
    raw = b""
    while (data := laptop.read(0.3)) and b'"late-1"' not in raw:
        raw += data
    raw += data
    whole = raw.split(b"\n")[:-1]
    assert all(protocol.checked(line) for line in whole)
    seqs = [msgspec.json.decode(protocol.checked(line))["params"][0] for line in whole if b'"m"' in line]
    assert seqs == sorted(seqs) and seqs[-1] - len(seqs) >= 20  # there are few, and the last one is new


def test_memory_for_a_laptop_that_never_reads_is_bounded(fake):
    session = Session(fake, describe_link("usb"))
    for n in range(1000):
        session.receive(protocol.encode({"id": f"a-{n}", "method": "get", "params": {}}))
    assert len(session.outbox._replies) == 64 and session.outbox.dropped_replies == 936
    assert len(session._replies) == protocol.REPLAY


def test_an_idle_server_counts_life_signs(fake, tmp_path):
    pty = Pty()
    server = Server(fake, pty.fd)
    server.start()
    first, deadline = server.beats, time.monotonic() + PATIENCE_S
    while server.beats < first + 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    beats = server.beats
    server.stop()
    pty.close()
    assert beats >= first + 3


def test_the_server_opens_the_line_again_after_a_hang_up(fake, tmp_path):
    link = tmp_path / "tty"
    first = Pty(link)
    server = Server(fake, link, kind="pty")  # here the server opens the other end by its path, like /dev/ttyGS0
    server.start()
    try:
        for turn in range(3):
            pty = first if turn == 0 else Pty(link)
            os.set_blocking(pty.fd, False)
            line, got = protocol.encode({"id": f"a-{turn}", "method": "info"}), b""
            deadline = time.monotonic() + PATIENCE_S
            while b'"result"' not in got and time.monotonic() < deadline:
                os.write(pty.fd, line)  # repeated, because the server may not have opened it yet
                if select.select([pty.fd], [], [], 0.1)[0]:
                    got += os.read(pty.fd, 65536)
            assert b'"result"' in got
            pty.close()
        assert server.hangups >= 2
    finally:
        server.stop()


def test_the_server_waits_for_a_tty_that_does_not_exist_yet(fake, tmp_path):
    server = Server(fake, tmp_path / "none")
    server.start()
    server.stop()
    assert not (tmp_path / "none").exists()


def test_the_kind_of_link_follows_from_the_name(tmp_path):
    assert kind_of("/dev/ttyGS0") == "usb" and kind_of("/dev/serial0") == "uart" and kind_of("/dev/ttyAMA0") == "uart"
    pty = Pty(tmp_path / "tty")
    assert kind_of(str(tmp_path / "tty")) == "pty"
    pty.close()
