"""Requests on a pseudo terminal: invalid lines are ignored, and each request is carried out once."""

import base64
import math
import termios
import time

import msgspec
import numpy as np
import pytest

from firmware.contract import protocol
from firmware.contract.protocol import Incoming
from firmware.link.session import Session, describe_link
from tests.support.fake_box import FakeBox

from .conftest import drain

# -- silence -----------------------------------------------------------------------------------------------------


def test_the_box_never_speaks_first(laptop):
    laptop.silence()


@pytest.mark.parametrize(
    "junk",
    [
        b"AT\r", b"AT+GCAP\r\n", b"ATE1 E0\r\n", b"~\x00x\xf0~\n", b"\x7e\x01\x03\n", b"\r\n\r\n", b"\x00" * 300 + b"\n",
        b'{"id":"a","method":"info"}\n', b'{"id":"a","method":"info"} *00000000\n', b"gett x\n", b"helpp\n", b"*RST\n",
        b"\xff\xfe\xfd\n", b"set\n", b"get\n", b"+++\r", b"root\n", b"\x1b[A\n", b"[]\n", b"{}\n",
        protocol.encode({"method": "info"}), protocol.encode({"id": "a-1"}), protocol.encode([1, 2]),
        protocol.encode({"id": "a-1", "method": "info", "more": 1}),
    ],
)  # fmt: skip
def test_invalid_lines_are_counted_and_not_answered(laptop, junk):
    laptop.send(junk)
    laptop.silence()
    counters = laptop.server.counters()
    assert counters["link_junk_lines"] > 0 or not junk.strip()


def test_random_bytes_get_no_answer(laptop, rng):
    for _ in range(40):
        laptop.send(rng.bytes(2000))
    laptop.send(b"\n")
    laptop.silence()


def test_an_echoing_terminal_does_not_cause_endless_replies(laptop, fake):
    state = termios.tcgetattr(laptop.fd)
    state[3] |= termios.ECHO
    termios.tcsetattr(laptop.fd, termios.TCSANOW, state)
    laptop.send(laptop.request("set", values={"eq.b1.gain_db": 1.0}))
    time.sleep(0.2)
    while laptop.read(0.1):
        pass
    assert laptop.read(0.2) == b""
    before = laptop.server.counters()
    time.sleep(0.2)
    after = laptop.server.counters()
    assert before == after and after["link_requests"] == 1 and fake.store.rev == 1


def test_a_megabyte_without_newline_is_dropped_and_the_next_request_answered(laptop):
    block = b"z" * 4096
    for _ in range(256):
        laptop.send(block)
    laptop.send(b"\n")
    assert laptop.ask("info").result
    assert laptop.server.session._lines.overlong == 1


# -- exactly once ------------------------------------------------------------------------------------------------


def test_a_repeated_request_is_answered_again_but_carried_out_once(laptop, fake):
    for _ in range(4):
        assert b'"on":true' in bytes(laptop.ask("bypass", id="n-1", to="toggle").result)
    assert fake.store.get("chain.bypass") == 1 and fake.store.rev == 1
    assert laptop.server.counters()["link_replays"] == 3


def test_an_id_cannot_be_used_for_two_requests(laptop, fake):
    laptop.ask("bypass", id="n-1", to="on")
    assert laptop.ask("mute", id="n-1", to="on").error.name == "bad_params"
    assert fake.store.get("chain.mute") == 0


def test_two_requests_in_one_write_and_one_request_in_many(laptop):
    laptop.send(laptop.request("info", id="a-1") + laptop.request("info", id="a-2"))
    got = set()
    for _ in range(50):
        got |= {m.id for m in laptop.messages(0.05)}
        if len(got) == 2:
            break
    assert got == {"a-1", "a-2"}
    for byte in laptop.request("info", id="a-3"):
        laptop.send(bytes([byte]))
    assert [m.id for m in laptop.messages(1.0)] == ["a-3"]


# -- errors ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "params", "name", "part"),
    [
        ("nope", {}, "unknown_method", "nope"),
        ("set", {"values": 3}, "bad_params", "values"),
        ("set", {"values": {"eq.b1.gain_db": 99}}, "range", "-18 to 18 dB"),
        ("set", {"values": {"eq.b1.gain_db": "loud"}}, "range", "-18 to 18 dB"),
        ("set", {"values": {"eq.b9.gain_db": 1}}, "unknown_path", "did you mean"),
        ("set", {"values": {"input.trim_db": 1}, "if_rev": 77}, "rev_conflict", "77"),
        ("get", {"paths": ["nope"]}, "unknown_path", "nope"),
        ("preset.load", {"name": "nope"}, "not_found", "nope"),
        ("preset.delete", {"name": "Loud"}, "read_only", "factory"),
        ("preset.save", {"name": "x" * 99}, "range", "1 to 32"),
        ("hello", {"proto": [2, 3]}, "proto", "2, 3"),
        ("renew", {}, "no_lease", "subscribe again"),
        ("put.chunk", {"h": 9, "off": 0, "b64": ""}, "unknown_handle", "9"),
        ("put.begin", {"kind": "preset", "name": "x", "size": 10**9, "sha256": ""}, "range", "65536"),
        ("fetch.begin", {"kind": "preset", "name": "nope"}, "not_found", "nope"),
    ],
)
def test_refusals_have_a_number_a_name_a_sentence_and_data(laptop, fake, method, params, name, part):
    error = laptop.ask(method, **params).error
    assert (error.name, error.code) == (name, protocol.ERRORS[name])
    assert part in error.message and "\n" not in error.message
    assert fake.store.rev == 0


def test_a_fault_of_the_program_is_answered_with_an_error(laptop, fake):
    fake.info = lambda: 1 / 0
    assert laptop.ask("info").error.name == "internal"
    laptop.send(b"info\n")
    assert laptop.ask("get", paths=["input.trim_db"]).result
    assert any("ZeroDivisionError" in line for line in laptop.server.logbook.since(0)[0])


def test_curves_fit_into_the_line_of_every_link(fake):
    """Also with all bands of the EQ on different channels, on a UART."""
    for n in range(1, 9):
        fake.store.set_many(
            {f"eq.b{n}.enabled": True, f"eq.b{n}.gain_db": 18.0, f"eq.b{n}.placement": 1 + n % 4}, "panel"
        )
    for link in ("usb", "uart"):
        session = Session(fake, describe_link(link))
        for section in ("eq", "multiband", "limiter", "saturator"):
            request = {"section": section, "points": 200}
            session.receive(protocol.encode({"id": f"c-{section}", "method": "curve", "params": request}))
            (reply,) = drain(session)
            found = msgspec.convert(reply["result"], protocol.Curve)
            places = found.hz or found.in_db
            assert len(places) == 200 if link == "usb" else 20 <= len(places) <= 200
            columns = [found.db, found.out_db, *(band.db for band in found.bands)]
            assert all(len(column) == len(places) for column in columns if column)


@pytest.mark.parametrize(
    "params", [{"section": "nope"}, {}, {"section": "eq", "points": 1}, {"section": "eq", "points": 10**9}]
)
def test_wrong_requests_for_curves_are_refused(laptop, params):
    assert laptop.ask("curve", **params).error.name == "bad_params"


def test_the_order_of_presets_is_the_one_of_the_front_panel(laptop, fake):
    def slots():
        page = msgspec.json.decode(laptop.ask("preset.list").result, type=protocol.PresetPage)
        return {row.name: row.slot for row in page.presets}

    assert sorted(slots().values()) == [1, 2, 3]
    assert laptop.ask("preset.order", names=["Warm", "Loud"]).result
    assert slots() == {"Warm": 1, "Loud": 2, "Neutral": 3}
    assert laptop.ask("preset.order", names=["Neutral"]).result
    assert slots() == {"Neutral": 1, "Warm": 2, "Loud": 3}
    assert laptop.ask("preset.order", names=["nope"]).error.name == "not_found"


# -- console -----------------------------------------------------------------------------------------------------


def typed(laptop, line: bytes) -> str:
    laptop.send(line)
    text = b""
    while data := laptop.read(0.2):
        text += data
    assert all(row.startswith("# ") for row in text.decode("ascii").split("\r\n")[:-1])
    return text.decode("ascii")


def test_the_console_answers_typed_commands(laptop, fake):
    assert "set PATH VALUE" in typed(laptop, b"help\r")
    assert "eq.b1.gain_db = 1.5 dB (was 0.0 dB)" in typed(laptop, b"set eq.b1.gaim\x7f\x7fin_db 1.5\r")
    assert fake.store.get("eq.b1.gain_db") == 1.5
    assert "eq.b1.gain_db = 1.5 dB" in typed(laptop, b"get eq.b1.gain_db\n")
    assert "allowed is -18 to 18 dB" in typed(laptop, b"set eq.b1.gain_db 99\r\n")
    assert "did you mean" in typed(laptop, b"get eq.b1.gian_db\r")
    assert typed(laptop, b"*IDN?\r").startswith(f"# Burnish,box,TEST0001,{protocol.VERSION}")
    assert "latency_frames = " in typed(laptop, b"info\r")


def test_an_echoed_answer_of_the_console_is_not_answered(laptop):
    for question in (b"help\r", b"info\r", b"get eq.b1.q\r", b"get nope\r", b"*IDN?\r"):
        laptop.send(typed(laptop, question).encode())
        laptop.silence()


def test_every_method_has_a_handler(session):
    assert session._handlers.keys() == protocol.METHODS.keys()


def test_everything_fits_a_slow_line(fake):
    """Pages, header and table on a link with lines of 4 KiB."""
    session = Session(fake, describe_link("uart", 11_520))
    for n in range(60):
        fake.presets.copy("Warm", f"A user's preset, number {n}")
    for method in ("describe", "get", "preset.list", "sub", "info", "hello"):
        first, pages = 0, 0
        while first is not None:
            params = {"first": first} if first else {"proto": [1]} if method == "hello" else {}
            session.receive(protocol.encode({"id": f"{method}-{first}", "method": method, "params": params}))
            out = []
            session.outbox.pump(lambda data, out=out: out.append(data) or len(data))
            assert len(out[0]) <= 4096
            answer = msgspec.json.decode(protocol.checked(out[0][:-1]))["result"]
            first, pages = answer.get("next"), pages + 1
        assert pages > 1 or method not in ("describe", "preset.list")


def test_presets_are_put_into_the_order_of_the_front_panel(tmp_path):
    box = FakeBox(tmp_path)
    session = Session(box, describe_link("usb"))

    def ask(id, method, **params):
        session.receive(protocol.encode({"id": id, "method": method, "params": params}))
        sent = []
        session.outbox.pump(lambda data: sent.append(data) or len(data))
        return protocol.parse(b"".join(sent).rstrip(b"\n"), Incoming)

    names = [row["name"] for row in msgspec.json.decode(ask("a-1", "preset.list").result)["presets"]]
    assert names == sorted(names)
    ask("a-2", "preset.order", names=["Warm", "Loud"])
    names = [row["name"] for row in msgspec.json.decode(ask("a-3", "preset.list").result)["presets"]]
    assert names == ["Warm", "Loud", "Neutral"]
    refused = ask("a-4", "preset.order", names=["Neutral", "Wram"])
    assert refused.error.name == "not_found" and "Warm" in refused.error.message
    assert box.presets.slots.read() == ["warm", "loud"]


def test_the_scope_has_the_samples_and_relations_of_the_output(tmp_path):
    box = FakeBox(tmp_path)
    session = Session(box, describe_link("usb"))
    silent = session._methods.scope(protocol.Nothing())
    assert silent.peak == 0 and set(base64.b64decode(silent.points)) <= {0}
    box.play(1.0)  # the same tone in both channels
    found = session._methods.scope(protocol.Nothing())
    points = np.frombuffer(base64.b64decode(found.points), np.int8).reshape(-1, 2)
    assert len(points) == 320 and np.array_equal(points[:, 0], points[:, 1])
    assert abs(points).max() == 127
    assert found.peak == pytest.approx(0.1, rel=0.02)
    cross = np.frombuffer(base64.b64decode(found.cross), np.int8) / 127
    at_1_khz = round(6 * math.log2(1000 / 20))
    assert len(cross) == 96 and cross[at_1_khz] > 0.98, "left and right are the same"
