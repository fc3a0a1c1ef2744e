"""The whole simulated box behind a pseudo terminal and a bad line; test_acceptance.py tests the parts in the same way."""

import contextlib
import os
import random
import select
import threading
import time
import tty

import pytest

from demo.box import SimulatedBox
from firmware import presets
from firmware.contract import protocol
from firmware.presets.document import Preset
from host_cli.box.client import BoxClient
from host_cli.box.connect import hold_box, open_box
from host_cli.box.serial_port import SerialLink
from host_cli.errors import LinkLost
from tests.support.patience import PATIENCE_S


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """`burnishd --sim` with silence at its input."""
    with SimulatedBox(tmp_path_factory.mktemp("box"), None) as box:
        with BoxClient(SerialLink(str(box.tty)), timeout_s=20) as client:
            until = time.monotonic() + PATIENCE_S
            while not client.info().counters["frames"] and time.monotonic() < until:
                time.sleep(0.05)  # the port answers before audio has started
        yield box


@pytest.fixture
def port(simulated):
    """The serial port of the box. After the test, audio must have run without interruption."""
    path = str(simulated.tty)
    with BoxClient(SerialLink(path)) as box:
        before = box.info().counters
        box.set({"chain.bypass": False, "chain.mute": False})
    yield path
    with BoxClient(SerialLink(path)) as box:
        after = box.info().counters
    assert after["audio_starts"] == before["audio_starts"]
    assert after["control_starts"] == before["control_starts"]
    assert after["frames"] > before["frames"]


class BadLine:
    """A pseudo terminal that is connected to `port` through `spoil(data, outward)`, which returns b"" to lose a piece.

    `left`: number of bytes that pass before the line is cut.
    """

    def __init__(self, port: str, spoil=lambda data, outward: data, left: int = 1 << 60):
        self.spoil, self.left = spoil, left
        self._far = os.open(port, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self._far)
        self._near, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.name = os.ttyname(self._slave)
        self._stopping = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        ends = {self._near: (self._far, True), self._far: (self._near, False)}
        while not self._stopping and self.left > 0:
            for ready in select.select(list(ends), [], [], 0.02)[0]:
                to, outward = ends[ready]
                try:
                    data = self.spoil(os.read(ready, 4096)[: max(self.left, 0)], outward)
                    self.left -= len(data)
                    while data:
                        data = data[os.write(to, data) :]
                except OSError:
                    return
        if self.left <= 0:  # the line is cut
            os.close(self._slave)
            os.close(self._near)

    def close(self) -> None:
        self._stopping = True
        self._thread.join()
        for fd in (self._far, self._near, self._slave):
            with contextlib.suppress(OSError):
                os.close(fd)


@contextlib.contextmanager
def over(port: str, spoil, **options):
    """A client over a line that becomes bad after the hello."""
    line = BadLine(port)
    try:
        with BoxClient(SerialLink(line.name), **options) as box:
            line.spoil = spoil
            yield box
            line.spoil = lambda data, outward: data
    finally:
        line.close()


@pytest.mark.parametrize(("rate", "commands"), [(1e-3, 60), (5e-3, 40)])
def test_noise_changes_no_value(port, rate, commands):
    source = random.Random(11)

    def spoil(data, outward):
        return bytes(source.randrange(256) if source.random() < rate else byte for byte in data)

    with BoxClient(SerialLink(port)) as box:
        expected = box.get()
    with over(port, spoil, retry_s=0.02, timeout_s=20) as box:
        for n in range(commands):
            change = {f"eq.b{n % 8 + 1}.gain_db": round(-18 + n * 0.3, 1)}
            assert box.set(change).new == change
            expected |= change
    with BoxClient(SerialLink(port)) as box:
        assert box.get() == expected


def test_requests_with_lost_pieces_are_repeated_and_executed_once(port):
    source = random.Random(5)
    with over(port, lambda data, _: data if source.random() < 0.7 else b"", retry_s=0.02, timeout_s=20) as box:
        for n in range(30):
            assert box.bypass("toggle").on == (n % 2 == 0)


def test_junk_and_an_endless_line_get_no_answer(port):
    fd = os.open(port, os.O_RDWR | os.O_NOCTTY)
    try:
        tty.setraw(fd)
        for junk in (b"AT\r", b"AT+GCAP\r\n", b"\x00\xff~\n", b"ATE0\r", b"{}\n", b"login: root\r"):
            os.write(fd, junk)
        for _ in range(256):
            os.write(fd, b"z" * 4096)
        os.write(fd, b"\n")
        assert select.select([fd], [], [], 0.3)[0] == []
    finally:
        os.close(fd)


def test_a_laptop_that_stops_reading_blocks_nothing(port):
    """Nobody reads the meters at 60 Hz for a second; the next program works normally."""
    link = SerialLink(port)
    box = BoxClient(link)
    box._subscribe(60.0, True)
    for n in range(60):
        link.write(protocol.encode({"id": f"stall-{n}", "method": "get", "params": {}}))
    time.sleep(1.0)
    link.close()
    with BoxClient(SerialLink(port)) as box:
        assert box.state().rev >= 0


def test_a_push_that_is_cut_leaves_the_old_or_the_new_preset(port):
    texts = [presets.dump(Preset("Cut", {"limiter.gain_db": gain})).encode() for gain in (1.0, 2.0)]
    with BoxClient(SerialLink(port)) as box:
        box.push("cut.toml", texts[0], overwrite=True)
    total = 2 * len(texts[1])  # with base64, envelopes and replies, the number is a little smaller
    for cut in range(100, total, total // 12):
        line = BadLine(port, left=cut)
        with contextlib.suppress(LinkLost), BoxClient(SerialLink(line.name), timeout_s=0.4) as box:
            box.push("cut.toml", texts[1], overwrite=True)
        line.close()
        with BoxClient(SerialLink(port)) as box:
            assert box.pull("Cut") in texts
            box.push("cut.toml", texts[0], overwrite=True)
    with BoxClient(SerialLink(port)) as box:
        box.delete("Cut")


def test_several_programs_at_once(port):
    with hold_box(port) as holder, open_box(port) as second:
        frames = holder.meters(30, 1.0)
        assert next(frames)
        assert second.set({"input.trim_db": -1.5}).new == {"input.trim_db": -1.5}
        assert all(frame["seq"] for frame in frames if frame)
        assert holder.get(["input.trim_db"]) == {"input.trim_db": -1.5}
        second.set({"input.trim_db": 0})


def test_turns_of_a_knob_reach_two_programs_once_each(simulated, port, record):
    """Through the broker, with meters at 30 Hz. The time begins when the simulated panel has taken the turn."""
    turns, told, stop = 10, {"first": [], "second": []}, threading.Event()
    ready = threading.Semaphore(0)

    def listen(name):
        with open_box(port, PATIENCE_S) as box:
            for kind, change in box.live(30.0):
                ready.release()
                if stop.is_set():
                    return
                if kind == "changed":
                    told[name].append((time.monotonic(), change))

    with hold_box(port) as holder:
        threads = [threading.Thread(target=listen, args=(name,)) for name in told]
        for thread in threads:
            thread.start()
        for _ in range(20):
            assert ready.acquire(timeout=PATIENCE_S)
        for line in ("press EQ", "release EQ"):
            simulated.panel(line)
        began, until = [], time.monotonic() + PATIENCE_S
        for turn in range(turns):
            simulated.panel("turn 3 +1" if turn % 2 else "turn 3 -1")
            began.append(time.monotonic())
            while min(map(len, told.values())) <= turn and time.monotonic() < until:
                time.sleep(0.001)
            time.sleep(0.1)
        current = holder.get()
        stop.set()
        for thread in threads:
            thread.join()
    for changes in told.values():
        assert len(changes) == turns and {change["source"] for _, change in changes} == {"panel"}
        for _, change in changes[-1:]:
            assert {id: current[id] for id in change["values"]} == change["values"]
    late = [at - start for changes in told.values() for (at, _), start in zip(changes, began, strict=True)]
    record("Link", "time from a turn of a knob to its notification in a second program, median of 20", 1000 * sorted(late)[10],
           "ms", target="≤ 100 ms", digits=0, tolerance=float("inf"))  # fmt: skip
