"""Bad lines change, lose, repeat and cut off bytes. They must never change a value or execute a request twice."""

import hashlib
import os
import random
import select
import threading
import time

import msgspec
import pytest

from firmware import presets
from firmware.contract import protocol
from firmware.link.session import Session, describe_link
from firmware.presets.document import Preset
from host_cli.box.client import BoxClient
from host_cli.box.serial_port import SerialLink
from host_cli.errors import INCOMPATIBLE, LOST, NO_DEVICE, CliFail, LinkLost, NoAnswer
from tests.support.fake_box import served
from tests.support.patience import PATIENCE_S


class MemoryLink:
    """A Link straight to a session. `spoil(data, outward)` can change, drop or repeat the data."""

    def __init__(self, session: Session, spoil=lambda data, outward: data):
        self.name = "memory"
        self.session = session
        self.spoil = spoil

    def write(self, data: bytes) -> None:
        self.session.receive(self.spoil(data, True))

    def read(self, timeout_s: float) -> bytes:
        self.session.tick()
        out = []
        self.session.outbox.pump(lambda data: out.append(data) or len(data))
        return self.spoil(b"".join(out), False) if out else b""

    def close(self) -> None:
        pass


def connected(fake, spoil, kind="usb", **options) -> BoxClient:
    """A client over a line that is good during the hello and bad afterwards."""
    link = MemoryLink(Session(fake, describe_link(kind)))
    box = BoxClient(link, retry_s=0.0005, timeout_s=5.0, **options)
    link.spoil = spoil
    return box


def noise(rate: float, seed: int):
    """Changes each byte with the probability `rate`, in both directions."""
    source = random.Random(seed)

    def spoil(data: bytes, outward: bool) -> bytes:
        return bytes(source.randrange(256) if source.random() < rate else byte for byte in data)

    return spoil


# -- noise -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rate", "commands"), [(1e-4, 1500), (1e-3, 1500), (5e-3, 700)])
def test_noise_changes_no_value(fake, rate, commands, record):
    """Every command takes effect exactly once, and no other value is ever set."""
    wrong = []
    expected = {}

    def check(changed, rev, source):
        wrong.extend((id, value) for id, value in changed.items() if expected.get(id) != value)

    fake.store.subscribe(check)
    box = connected(fake, noise(rate, 1))
    for n in range(commands):
        id = f"eq.b{n % 8 + 1}.gain_db"
        expected = {id: round(-18 + n % 361 / 10, 1)}
        change = box.set(expected)
        assert change.new == expected and change.rev == fake.store.rev
    assert wrong == []
    counters = box.link.session.counters()
    assert counters["link_junk_lines"] > 0
    record(
        "Link",
        f"{commands} commands, each byte damaged with a probability of {rate:g}: wrong values accepted",
        len(wrong),
        target="0",
        digits=0,
    )


def test_damaged_frames_are_refused(fake, rng, record):
    """Frames with changed bits, changed bytes, cuts and splices change no state and get no answer."""
    session = Session(fake, describe_link("usb"))
    line = protocol.encode({"id": "a-1", "method": "set", "params": {"values": {"eq.b1.gain_db": 12.5}}})
    other = protocol.encode({"id": "a-2", "method": "bypass", "params": {"to": "toggle"}})
    frames = 100_000
    kinds = rng.integers(0, 4, frames)
    places = rng.integers(1, len(line) - 1, (frames, 2))
    bits = rng.integers(1, 256, frames)
    for kind, (a, b), bit in zip(kinds, places, bits, strict=True):
        if kind == 0:
            spoilt = line[:a] + bytes([line[a] ^ bit]) + line[a + 1 :]
        elif kind == 1:
            spoilt = line[:a] + line[a + 1 + b % 4 :]
        elif kind == 2:
            spoilt = line[:a] + other[min(a, len(other) - 3) :]
        else:
            spoilt = line[:a] + bytes([bit]) * (1 + b % 4) + line[a:]
        if spoilt.rstrip(b"\r\n") != line.rstrip(b"\n") and spoilt != other:
            session.receive(b"\n" + spoilt + b"\n")
    assert fake.store.rev == 0 and not session.outbox
    record("Link", "100 000 damaged lines: changes made by them", fake.store.rev, target="0", digits=0)


def test_ten_million_random_bytes_do_nothing(fake, rng, record):
    """Random bytes, random printable text, and random text of the characters that the protocol uses."""
    session = Session(fake, describe_link("usb"))
    alphabet = b'{}[]",:0123456789.*\n\r abcdefghijklmnopqrstuvwxyz_-?#\x08\x7f'
    total = 0
    while total < 10_000_000:
        for data in (rng.bytes(100_000), bytes(rng.integers(10, 127, 100_000, dtype="uint8")),
                     bytes(rng.choice(bytearray(alphabet), 100_000))):  # fmt: skip
            session.receive(data)
            total += len(data)
    assert fake.store.rev == 0 and not session.outbox and session.counts["requests"] == 0
    record("Link", "10 million random bytes: changes made by them", fake.store.rev, target="0", digits=0)


# -- exactly once ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", ["replies", "requests", "either"])
def test_lost_requests_and_replies_are_repeated_and_executed_once(fake, lost):
    """A toggle that is executed twice is as wrong as one that is not executed."""
    source = random.Random(7)

    def spoil(data: bytes, outward: bool) -> bytes:
        hit = lost == "either" or (lost == "requests") == outward
        return b"" if hit and source.random() < 0.5 else data

    box = connected(fake, spoil)
    for n in range(200):
        assert box.bypass("toggle").on == (n % 2 == 0)
    assert fake.store.rev == 200


def test_repeated_requests_are_executed_once(fake):
    box = connected(fake, lambda data, outward: data * 3)
    for n in range(100):
        assert box.mute("toggle").on == (n % 2 == 0)
    assert fake.store.rev == 100


def test_a_box_that_stops_answering_is_reported(fake):
    box = connected(fake, lambda data, outward: b"")
    box.timeout_s = 0.05
    with pytest.raises(NoAnswer, match="try again") as why:
        box.info()
    assert why.value.status == LOST


# -- files -------------------------------------------------------------------------------------------------------


def text(gain_db: float, notes: int = 400) -> bytes:
    return presets.dump(Preset("Mine", {"limiter.gain_db": gain_db}, {"notes": "n" * notes})).encode()


def test_files_arrive_complete_over_a_noisy_line(fake):
    box = connected(fake, noise(2e-4, 3), kind="uart")
    for n in range(8):
        data = text(n, 3000)
        box.push("mine.toml", data, overwrite=True)
        assert hashlib.sha256(box.pull("Mine")).digest() == hashlib.sha256(data).digest()
        assert fake.presets.load("Mine").values["limiter.gain_db"] == n


def test_a_port_that_vanishes_at_any_byte_of_a_push_leaves_the_old_or_the_new_file(fake, monkeypatch):
    """The line is cut after each byte in either direction: the file on the box is complete, and the next push succeeds."""
    monkeypatch.setattr(os, "fsync", lambda fd: None)  # power cuts are tested elsewhere, and this loop would be slow
    head = b'format = "burnish-preset"\nschema = 1\n[meta]\nname = "Mine"\n[limiter]\ngain_db = %d\n'
    old, new = head % 1, head % 2
    file = fake.presets.user_dir / "mine.toml"
    file.parent.mkdir()
    file.write_bytes(old)

    class Cut(MemoryLink):
        left = 10**9

        def take(self, data: bytes) -> bytes:
            passed, self.left = data[: self.left], self.left - len(data)
            return passed

        def write(self, data):
            super().write(self.take(data))
            if self.left < 0:
                raise LinkLost("gone")

        def read(self, timeout_s):
            data = self.take(super().read(timeout_s))
            if self.left < 0:
                raise LinkLost("gone")
            return data

    session = Session(fake, describe_link("uart"))
    whole = Cut(session)
    box = BoxClient(whole)
    before = whole.left
    box.push("mine.toml", new, overwrite=True)
    total = before - whole.left
    outcomes = set()
    for cut in range(total):
        file.write_bytes(old)
        link = Cut(session)
        box = BoxClient(link)
        link.left = cut
        with pytest.raises(LinkLost):
            box.push("mine.toml", new, overwrite=True)
        session.hang_up()
        gain = fake.presets.load("Mine").values["limiter.gain_db"]
        outcomes.add(gain)
        if file.read_bytes() == old:
            assert gain == 1.0
        else:
            assert file.read_bytes() == presets.dump(presets.parse(new)).encode()
    assert outcomes == {1.0, 2.0} and total > 700
    BoxClient(MemoryLink(session)).push("mine.toml", new, overwrite=True)
    assert fake.presets.load("Mine").values["limiter.gain_db"] == 2.0
    assert len([entry for entry in fake.presets.list() if not entry.factory]) == 1


def test_push_reports_how_many_presets_were_done_when_the_port_vanishes(fake, tmp_path, process_at):
    """A pseudo terminal is closed during a push: status 6, one sentence, and the next push skips the finished presets."""
    files = []
    for n in range(30):
        files.append(tmp_path / f"p{n}.toml")
        files[-1].write_text(presets.dump(Preset(f"Preset {n}", {"limiter.gain_db": n / 10}, {"notes": "n" * 20_000})))
    link = tmp_path / "port"
    stored = threading.Event()
    save = fake.presets.save

    def saving(preset, overwrite=False):
        save(preset, overwrite)
        if preset.name == "Preset 9":
            stored.set()

    fake.presets.save = saving
    with served(fake, link):
        push = process_at(link, "preset", "push", *files)
        assert stored.wait(PATIENCE_S)
    _, err = push.communicate(timeout=PATIENCE_S)
    there = len([entry for entry in fake.presets.list() if not entry.factory])
    if push.returncode == 0:  # the push ended before the port was closed
        assert there == 30
        return
    assert push.returncode == LOST and "disconnected after" in err and "of 30 presets" in err and "Traceback" not in err
    assert 10 <= there <= 30
    with served(fake, link):
        again = process_at(link, "preset", "push", *files)
        err = again.communicate(timeout=PATIENCE_S)[1]
    assert again.returncode == 0 and err.count("up to date") >= 9
    assert len([entry for entry in fake.presets.list() if not entry.factory]) == 30


# -- other programs at the port ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("box_speaks", "advice"), [(0, "update the box's firmware"), (2, "pipx upgrade burnish")])
def test_another_protocol_is_reported_with_what_to_update(fake, box_speaks, advice):
    """The hello is changed to offer an unknown protocol, and the refusal of the box to name another version."""

    def other(data: bytes, outward: bool) -> bytes:
        if len(data) < 2:
            return data
        message = msgspec.json.decode(protocol.checked(data[:-1]))
        if outward:
            message["params"]["proto"] = [9]
        else:
            message["error"]["data"]["proto"] = box_speaks
        return protocol.encode(message)

    with pytest.raises(CliFail, match=advice) as why:
        BoxClient(MemoryLink(Session(fake, describe_link("usb")), other))
    assert why.value.status == INCOMPATIBLE


def test_a_box_with_another_table_is_used_by_its_own_description(fake, monkeypatch):
    """A parameter that this tool does not know can be set, if the box describes it."""
    from firmware.contract import params

    rows = params.describe()
    rows[0] = {**rows[0], "high": 30.0, "novelty": True}
    link = MemoryLink(Session(fake, describe_link("uart")))
    box = BoxClient(link)
    box.welcome.params = "another"
    monkeypatch.setattr(params, "describe", lambda: rows)
    assert box.find(rows[0]["id"]).high == 30.0
    assert box.find("eq.b1.type").choices == params.BY_ID["eq.b1.type"].choices


def test_a_port_with_something_else_behind_it_is_named(tmp_path):
    """A pseudo terminal echoes the requests, which must not be taken for answers."""
    master, slave = os.openpty()
    stop = threading.Event()

    def echo():
        while not stop.is_set():
            if select.select([master], [], [], 0.05)[0]:
                os.write(master, os.read(master, 4096))

    thread = threading.Thread(target=echo)
    thread.start()
    try:
        with pytest.raises(CliFail, match="no box answered") as why:
            BoxClient(SerialLink(os.ttyname(slave)), timeout_s=0.5)
        assert why.value.status == NO_DEVICE
    finally:
        stop.set()
        thread.join()
        os.close(master)
        os.close(slave)


def test_junk_before_the_answer_is_skipped(fake, tmp_path):
    with served(fake, tmp_path / "tty") as (pty, _):
        os.write(pty.fd, b"boot messages\r\n\xff\xfe half a line {")
        time.sleep(0.05)
        with BoxClient(SerialLink(str(tmp_path / "tty"))) as box:
            assert box.info()
