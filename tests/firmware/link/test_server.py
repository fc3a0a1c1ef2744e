"""The server on pseudo terminals: it ignores invalid lines, carries out each request once, and never waits for the laptop."""

import base64
import math
import os
import select
import termios
import time
import tty

import msgspec
import numpy as np
import pytest

from firmware.contract import protocol
from firmware.contract.protocol import Incoming, Lines
from firmware.link.server import Pty, Server, kind_of
from firmware.link.session import Session, describe_link
from tests.support.fake_box import FakeBox, served
from tests.support.patience import PATIENCE_S


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


# -- streams -----------------------------------------------------------------------------------------------------


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


def test_meters_are_sent_at_the_requested_rate_until_the_lease_expires(session):
    subscribe(session, hz=30, ttl_s=1.0)
    frames = [m for m in run(session, 3.0) if m["method"] == "m"]
    assert 29 <= len(frames) <= 31
    assert session.wait_s() is None


def test_a_renewed_lease_continues_without_a_new_header(session):
    subscribe(session, hz=20, ttl_s=1.0)
    seen = []
    for n in range(5):
        seen += run(session, 0.8)
        session.receive(protocol.encode({"id": f"r-{n}", "method": "renew", "params": {"ttl_s": 1.0}}))
    fast = [m["params"][0] for m in seen if m.get("method") == "m"]
    assert fast == list(range(1, len(fast) + 1)) and 78 <= len(fast) <= 82


def test_columns_contain_the_values_of_the_meters(session, fake):
    fake.play(0.5, -20)
    header = subscribe(session, hz=30, ttl_s=1.0)
    said = run(session, 0.2)
    fast = next(m["params"] for m in said if m.get("method") == "m")
    slow = next(m["params"] for m in said if m.get("method") == "s")
    assert len(fast) == len(header["fast"]) and len(slow) == len(header["slow"])
    values = dict(zip(header["fast"] + header["slow"],
                      (i / s for i, s in zip(fast + slow, header["fast_per_unit"] + header["slow_per_unit"], strict=True)),
                      strict=True))  # fmt: skip
    truth = fake.meter_reader().read() | fake.counters()
    for name, value in truth.items():
        assert values[name] == pytest.approx(float(value), abs=0.006), name


def test_meters_that_are_not_numbers_are_shown_as_silence(fake):
    from firmware.link.meter_stream import integer

    assert [integer(v, 100) for v in (float("nan"), float("inf"), -1.234)] == [-15000, -15000, -123]


def test_gains_of_the_eq_are_fast_columns_if_the_line_is_fast_enough(fake):
    gains = [f"eq_b{n}_db" for n in range(1, 9)]
    for bytes_per_s, hz, fast in ((0, 30, True), (11_520, 20, True), (11_520, 30, False)):
        session = Session(fake, describe_link("uart" if bytes_per_s else "usb", bytes_per_s), clock=Clock())
        session.clock = session._clock
        header = subscribe(session, hz=hz, ttl_s=10)
        assert header["hz"] == hz and set(gains) <= set(header["fast" if fast else "slow"])


def test_slow_frames_lose_no_extreme(fake):
    """A peak that ends before the next slow frame."""
    clock = Clock()
    session = Session(fake, describe_link("uart", 11_520), clock=clock)
    session.clock = clock
    header = subscribe(session, hz=30, ttl_s=10)
    run(session, 0.6)
    fake.play(0.02, -3)
    run(session, 0.1)
    fake.play(0.1, -60)
    slow = [m["params"] for m in run(session, 0.5) if m.get("method") == "s"]
    assert slow[0][header["slow"].index("in_tp_l_dbtp")] == pytest.approx(-300, abs=30)


def test_a_slow_line_gets_as_many_frames_as_it_can_carry(fake, record):
    """30 Hz of meters at 115 200 baud, counting fast frames, slow frames and renewals."""
    shares = {}
    for baud in (115_200, 38_400):
        clock = Clock()
        session = Session(fake, describe_link("uart", baud // 10), clock=clock)
        session.clock = clock
        fake.play(0.3, -1)
        granted = subscribe(session, hz=30, ttl_s=10)["hz"]
        sent = 0

        def write(data):
            nonlocal sent
            sent += len(data)
            return len(data)

        for n in range(2000):
            clock.now += 0.005
            session.tick()
            if n % 200 == 0:
                session.receive(protocol.encode({"id": f"r-{n}", "method": "renew", "params": {"ttl_s": 3.0}}))
            session.outbox.pump(write)
        shares[baud] = (granted, sent / 10 / (baud / 10))
    assert shares[115_200][0] == 30 and shares[38_400][0] < 30
    assert shares[115_200][1] <= 0.45 and shares[38_400][1] <= 0.45
    record("Link", "meters at 30 Hz with all columns and lease renewals: load of a serial line with 115 200 baud", 100 * shares[115_200][1], "% of the line",
           target="≤ 45 %", digits=0, tolerance=4)  # fmt: skip


def test_changes_are_sent_with_their_source_and_several_are_combined(session, fake):
    subscribe(session, hz=0, ttl_s=5, changes=True)
    for detent in range(100):
        fake.store.set_many({"input.trim_db": -detent / 10}, "panel")
        run(session, 0.005)
    fake.store.set_many({"eq.b1.gain_db": 2.0}, "panel")
    run(session, 0.005)
    session.clock.now += 0.1
    session.tick()
    told = drain(session)[-1]
    assert told["method"] == "changed" and told["params"]["source"] == "panel"
    assert told["params"]["values"]["eq.b1.gain_db"] == 2.0 and told["params"]["rev"] == fake.store.rev


def test_no_change_is_lost_and_they_stay_below_twenty_a_second(session, fake):
    subscribe(session, hz=0, ttl_s=10, changes=True)
    told, state = 0, {}
    for detent in range(200):
        fake.store.set_many({f"eq.b{detent % 8 + 1}.gain_db": detent / 100}, "panel")
        for message in run(session, 0.01):
            told += 1
            state |= message["params"]["values"]
    for message in run(session, 0.2):
        state |= message["params"]["values"]
    assert told <= 41
    for id, value in state.items():
        assert value == pytest.approx(fake.store.get(id), abs=0.051)
    assert len(state) == 8


def ask(session, client: str, number: int, **values) -> None:
    session.receive(protocol.encode({"id": f"{client}-{number}", "method": "set", "params": {"values": values}}))
    drain(session)


def test_a_change_is_told_within_50_ms_also_while_others_are_made(session, fake, record):
    subscribe(session, hz=30, ttl_s=10, changes=True)
    late = []
    for detent in range(100):
        fake.store.set_many({"input.trim_db": -detent / 10 - 0.1}, "panel")
        waited, told = 0.0, []
        while not told:
            told = [m for m in run(session, 0.001, 0.001) if m["method"] == "changed"]
            waited += 0.001
        assert told[0]["params"]["values"]["input.trim_db"] == pytest.approx(fake.store.get("input.trim_db"))
        late.append(waited)
        run(session, 0.003 * (detent % 7), 0.001)
    assert max(late) < 0.0525  # the clock of this test has steps of 1 ms
    record("Link", "longest time from a change of a parameter to its notification, in the box", 1000 * max(late), "ms",
           target="≤ 100 ms", digits=0, tolerance=2)  # fmt: skip


def test_changes_carry_the_word_of_the_client_that_made_them(session, fake):
    subscribe(session, hz=0, ttl_s=10, changes=True)
    ask(session, "aa.b", 1, **{"input.trim_db": -1.0})
    ask(session, "aa.b", 2, **{"eq.b1.gain_db": 1.0})
    ask(session, "cc", 1, **{"input.trim_db": -2.0})
    fake.store.set_many({"eq.b2.gain_db": 3.0}, "panel")
    told = [message["params"] for message in run(session, 0.2)]
    assert told == [
        {"values": {"eq.b1.gain_db": 1.0}, "rev": 2, "source": "link", "by": "aa.b"},
        {"values": {"input.trim_db": -2.0}, "rev": 3, "source": "link", "by": "cc"},
        {"values": {"eq.b2.gain_db": 3.0}, "rev": 4, "source": "panel", "by": ""},
    ]


def test_a_value_that_another_client_has_replaced_is_not_told_as_a_change_of_names(session, fake):
    subscribe(session, hz=0, ttl_s=10, changes=True)
    ask(session, "aa", 1, **{"input.trim_db": -1.0})
    ask(session, "cc", 1, **{"input.trim_db": -2.0})
    (told,) = [message["params"] for message in run(session, 0.2)]
    assert told["by"] == "cc" and told["values"] == {"input.trim_db": -2.0}


def test_changes_from_the_console_have_no_client(session, fake):
    subscribe(session, hz=0, ttl_s=10, changes=True)
    ask(session, "aa", 1, **{"input.trim_db": -1.0})
    session.receive(b"set input.trim_db -3\r")
    session.outbox.clear()  # the answer of the console is not JSON
    (told,) = [message["params"] for message in run(session, 0.2)]
    assert (told["source"], told["by"], told["values"]) == ("link", "", {"input.trim_db": -3.0})


def test_a_new_hello_ends_the_subscription_of_the_previous_session(session):
    subscribe(session, hz=30, ttl_s=5)
    session.receive(protocol.encode({"id": "h-1", "method": "hello", "params": {"proto": [1]}}))
    drain(session)
    assert run(session, 1.0) == []


# -- a laptop that misbehaves ------------------------------------------------------------------------------------


def test_a_laptop_that_stops_reading_only_loses_frames(laptop, fake):
    """If nothing is read for a while, frames are dropped, requests are still carried out, and every line is complete."""
    assert laptop.ask("sub", hz=60, ttl_s=10).result
    session = laptop.server.session
    for n in range(40):  # long replies fill the buffer of the Linux kernel immediately
        laptop.send(protocol.encode({"id": f"fill-{n}", "method": "get", "params": {}}))
    deadline = time.monotonic() + PATIENCE_S
    while session.outbox.dropped_frames < 20 and time.monotonic() < deadline:
        time.sleep(0.02)
    laptop.send(protocol.encode({"id": "late-1", "method": "bypass", "params": {"to": "on"}}))
    while fake.store.get("chain.bypass") == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert session.outbox.dropped_frames >= 20 and fake.store.get("chain.bypass") == 1
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
