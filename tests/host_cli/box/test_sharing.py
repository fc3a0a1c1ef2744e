"""Several programs that use one box, and a box that is unplugged and plugged in again."""

import contextlib
import os
import stat
import subprocess
import sys
import threading
import time

import pytest

from firmware.contract import protocol
from host_cli.box import connect
from host_cli.box.client import BoxClient
from host_cli.box.connect import hold_box, lasting_meters, open_box, socket_path
from host_cli.box.serial_port import SerialLink
from host_cli.errors import BUSY, CliFail, LinkLost, Refused
from tests.host_cli.conftest import ROOT
from tests.support.fake_box import served
from tests.support.patience import PATIENCE_S


@pytest.fixture
def holder(tty):
    """A program that holds the port and shares it."""
    with hold_box(tty) as box:
        yield box


# -- several programs --------------------------------------------------------------------------------------------


def test_short_commands_go_through_the_program_that_holds_the_port(holder, burnish, fake):
    assert burnish("set", "eq.b1.gain_db=2")[0] == 0
    assert holder.get(["eq.b1.gain_db"]) == {"eq.b1.gain_db": 2.0}
    assert holder.set({"eq.b1.gain_db": -1}).old == {"eq.b1.gain_db": 2.0}
    assert burnish("get", "eq.b1.gain_db")[1] == "-1.0 dB\n"


def test_only_the_user_can_open_the_socket_and_it_ends_with_its_program(tty):
    with hold_box(tty):
        path = socket_path(tty)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert not path.exists()


def test_a_folder_that_others_can_open_is_refused(tty):
    folder = socket_path(tty).parent
    folder.chmod(0o755)
    with pytest.raises(CliFail, match="chmod 700"):
        socket_path(tty)


def test_the_socket_of_a_killed_program_is_ignored(tty):
    path = socket_path(tty)
    path.touch()
    with open_box(tty) as box:
        assert box.welcome.product == "Burnish"
    with hold_box(tty) as box, open_box(tty) as second:
        assert second.state() == box.state()


def test_three_programs_stream_at_their_own_rates_while_a_fourth_sets(holder, tty, fake):
    seen = {}

    def stream(hz):
        with open_box(tty) as box:
            seen[hz] = [frame for frame in box.meters(hz, 1.5) if frame]

    threads = [threading.Thread(target=stream, args=(hz,)) for hz in (30.0, 10.0, 5.0)]
    for thread in threads:
        thread.start()
    with open_box(tty) as box:
        for n in range(40):
            box.set({"input.trim_db": -n / 10})
    for thread in threads:
        thread.join()
    assert fake.store.get("input.trim_db") == -3.9
    assert len(seen[30.0]) > len(seen[10.0]) > len(seen[5.0]) > 1
    for hz, frames in seen.items():
        assert [frame["seq"] for frame in frames] == list(range(1, len(frames) + 1))
        assert len(frames) <= 1.3 * 1.5 * hz + 1
        assert "xruns" in frames[-1]


def test_a_slow_stream_contains_peaks_between_its_frames(holder, tty, fake):
    """A short peak appears in a stream at 2 Hz while another program receives every frame."""
    with open_box(tty) as fast, open_box(tty) as slow:
        drain = threading.Thread(target=lambda: list(fast.meters(60, 2.0)))
        drain.start()
        peaks = []
        for n, frame in enumerate(slow.meters(2, 2.0)):
            if n == 0:
                fake.play(0.02, -6)
                time.sleep(0.1)
                fake.play(0.2, -60)
            peaks.append(frame["in_peak_l_dbfs"] if frame else None)
        drain.join()
    assert max(peak for peak in peaks if peak) == pytest.approx(-6, abs=0.3)


def test_changes_reach_every_program(holder, tty, fake):
    with open_box(tty) as a, open_box(tty) as b:
        received = {}

        def listen(name, box):
            received[name] = next(box.changes())

        threads = [threading.Thread(target=listen, args=pair) for pair in (("a", a), ("b", b))]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + PATIENCE_S
        value = 0.0
        while any(thread.is_alive() for thread in threads) and time.monotonic() < deadline:
            value -= 0.1
            fake.store.set_many({"input.trim_db": value}, "panel")
            time.sleep(0.05)
        for thread in threads:
            thread.join()
    assert received["a"]["source"] == received["b"]["source"] == "panel"


class Listener:
    """A client that notes the changes that it is told, and answers each foreign one with `react(box, change)`."""

    def __init__(self, tty, react=lambda box, change: None):
        self.told, self.foreign, self.values = [], 0, {}
        self._react, self._tty = react, tty
        self.ready = threading.Event()
        self.stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self):
        with open_box(self._tty, PATIENCE_S) as box:
            for kind, change in box.live(20.0):
                self.ready.set()
                if self.stopping.is_set():
                    return
                if kind == "changed":
                    self.told.append(change)
                    self.values |= change["values"]
                    if not box.made(change):
                        self.foreign += 1
                        self._react(box, change)

    def __enter__(self):
        self._thread.start()
        assert self.ready.wait(PATIENCE_S)
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self._thread.join()

    def wait_for(self, id, value):
        until = time.monotonic() + PATIENCE_S
        while self.values.get(id) != value and time.monotonic() < until:
            time.sleep(0.005)
        assert self.values.get(id) == value


def test_two_programs_see_each_others_changes_and_know_their_own(holder, tty, fake):
    """Also those of the front panel; each program is told at most 20 times a second."""
    with Listener(tty) as listener, open_box(tty) as writer:
        began = time.monotonic()
        for n in range(200):
            writer.set({"input.trim_db": -n / 10})
        listener.wait_for("input.trim_db", -19.9)
        seconds = time.monotonic() - began
        assert {change["by"] for change in listener.told} == {writer.nonce}
        assert 1 <= len(listener.told) <= 20 * seconds + 2
        told = len(listener.told)
        fake.store.set_many({"input.trim_db": 3.0}, "panel")
        listener.wait_for("input.trim_db", 3.0)
        assert len(listener.told) == told + 1 and listener.told[-1]["source"] == "panel"
        assert listener.foreign == len(listener.told)


def write_back(box, change):
    with contextlib.suppress(Refused):  # somebody has changed something since
        box.set(change["values"], if_rev=change["rev"])


def test_programs_that_write_back_what_they_are_told_cause_no_loop(holder, tty, fake):
    """With the revision of the change. A value that is already set makes no new revision and no notification."""
    with Listener(tty, write_back) as a, Listener(tty, write_back) as b:
        for n in range(1, 31):
            fake.store.set_many({"input.trim_db": -n / 10, "eq.b1.freq_hz": 100.0 + n}, "panel")
            if n % 10 == 0:
                a.wait_for("input.trim_db", -n / 10)
                b.wait_for("input.trim_db", -n / 10)
        told = len(a.told), len(b.told)
        time.sleep(0.3)
        assert fake.store.rev == 30 and (len(a.told), len(b.told)) == told and max(told) <= 30


def test_a_program_is_told_if_it_may_have_missed_changes(holder, tty, fake, monkeypatch):
    """The lease of the broker at the box ends, as after an interruption of the line."""
    with Listener(tty) as listener:
        connect_session = fake.store._subscribers[-1].__self__.session
        connect_session._lease_end = 0.0
        fake.store.set_many({"input.trim_db": -5.0}, "panel")
        until = time.monotonic() + PATIENCE_S
        while not listener.told and time.monotonic() < until:
            time.sleep(0.01)
        assert listener.told[0] == protocol.MISSED


def test_a_program_that_does_not_read_does_not_disturb_the_others(holder, tty):
    with open_box(tty) as lazy, open_box(tty, PATIENCE_S) as busy:
        lazy._call("sub", hz=60, ttl_s=10)
        lazy._subscribed = False
        for _ in range(300):  # it never reads the replies
            lazy.link.write(protocol.encode({"id": f"lazy-{_}", "method": "get", "params": {}}))
        for n in range(50):
            busy.set({"input.trim_db": -n / 10})
        assert busy.get(["input.trim_db"]) == {"input.trim_db": -4.9}


def test_refusals_reach_the_program(holder, tty):
    with open_box(tty) as box:
        with pytest.raises(Refused, match="-18 to 18 dB"):
            box.set({"eq.b1.gain_db": 99})
        with pytest.raises(Refused, match="no method"):
            box._call("nope")


def test_the_port_is_free_again_afterwards(tty):
    for _ in range(5):
        with hold_box(tty):
            pass
        with BoxClient(SerialLink(tty)) as box:
            assert box.info()


def test_programs_report_that_the_holder_of_the_port_has_ended(tty):
    with contextlib.ExitStack() as stack:
        holder = stack.enter_context(contextlib.ExitStack())
        holder.enter_context(hold_box(tty))
        box = stack.enter_context(open_box(tty))
        holder.close()
        with pytest.raises(LinkLost, match="run the same command again"):
            box.info()


def test_two_processes_with_meters_and_commands_at_once(tty, process):
    """Meters run in two windows while commands run in a third."""
    command = [sys.executable, "-m", "host_cli", "--device", tty, "meters", "--json", "--for", "3"]
    windows = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    windows[0].stdout.readline(), windows[1].stdout.readline()
    assert process("set", "input.trim_db=-2").returncode == 0
    assert process("get", "input.trim_db").stdout == "-2.0 dB\n"
    for window in windows:
        assert len(window.communicate(timeout=PATIENCE_S)[0].splitlines()) > 10
        assert window.returncode == 0


def test_a_refused_subscription_is_reported(tty, fake, monkeypatch):
    """The broker passes the refusal of the box on, and `meters` ends with it."""

    def refuse():
        raise protocol.BoxError("too many subscriptions", name="busy")

    monkeypatch.setattr(fake, "meter_reader", refuse)
    with hold_box(tty), open_box(tty) as box, pytest.raises(Refused, match="too many subscriptions"):
        next(box.meters(30, 1.0))


def test_ten_programs_that_start_together_all_succeed(tty, process_at):
    runs = [process_at(tty, "get", "input.trim_db") for _ in range(10)]
    for run in runs:
        out, err = run.communicate(timeout=PATIENCE_S)
        assert (run.returncode, out) == (0, "0.0 dB\n"), err


# -- an unplugged box --------------------------------------------------------------------------------------------


def test_meters_continue_when_the_box_is_plugged_in_again(fake, tmp_path):
    link = tmp_path / "tty"
    frames, gone = [], threading.Event()

    def watch():
        for frame in lasting_meters(str(link), 1.0, 30, 4.0):
            frames.append(frame)
            if len(frames) == 5:
                gone.set()

    with served(fake, link):
        watcher = threading.Thread(target=watch)
        watcher.start()
        assert gone.wait(PATIENCE_S)
    before = len(frames)
    time.sleep(0.2)
    with served(fake, link):
        watcher.join()
    assert None in frames[before - 1 :]
    after = frames[len(frames) - frames[::-1].index(None) :]
    assert len(after) > 10 and after[0]["seq"] <= 2


def test_a_box_that_is_missing_at_first_is_a_failure(tmp_path):
    with pytest.raises(CliFail) as why:
        next(lasting_meters(str(tmp_path / "none"), 1.0, 30, 1.0))
    assert why.value.status == 3


def test_a_port_in_short_use_is_waited_for(tty, monkeypatch):
    monkeypatch.setattr(connect, "PATIENCE_S", PATIENCE_S)  # a busy machine may close it later than planned
    box = BoxClient(SerialLink(tty))
    threading.Timer(0.3, box.close).start()
    with open_box(tty, PATIENCE_S) as second:
        assert second.info()


def test_a_port_that_stays_in_use_is_busy(tty, monkeypatch):
    monkeypatch.setattr(connect, "PATIENCE_S", 0.1)
    command = [sys.executable, "-c", f"import serial, time; p = serial.Serial({tty!r}, exclusive=True); print('have', flush=True); time.sleep(20)"]  # fmt: skip
    other = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        other.stdout.readline()
        with pytest.raises(CliFail, match=rf"in use by python\S* \(pid {other.pid}\)") as why:
            open_box(tty)
        assert why.value.status == BUSY
    finally:
        other.terminate()
        other.wait()
    assert os.path.exists(tty)
