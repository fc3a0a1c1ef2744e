"""The disk of the settings is full, read-only, frozen, or fails while the box runs: the sound continues, the fault is shown, the
watchdog of systemd is fed, and nothing is lost in the end."""

import json
import os
import socket
import time
from pathlib import Path

import pytest

from tests.box.parts import Burnishd, Disk, wait_until

#: None of these values is heard while the limiter does not reduce the gain.
RELEASES_MS = iter(range(150, 500, 10))
#: How long the disk stays frozen: longer than the supervisor's limit for a control process that does not run. Other faults are
#: shorter.
FROZEN_S, FAULT_S = float(os.environ.get("FROZEN_S", 12)), 2
#: The watchdog of the systemd unit, in seconds.
WATCHDOG_S = 5


class Watchdog:
    """Listens to the messages for systemd."""

    def __init__(self, path: Path):
        self._door = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._door.bind(str(path))
        self._door.setblocking(False)
        self._last_s = time.monotonic()
        self.longest_s = 0.0

    def follow(self, seconds: float) -> None:
        """Read the messages for some time."""
        until_s = time.monotonic() + seconds
        while (now_s := time.monotonic()) < until_s:
            while self._fed():
                self._last_s = now_s
            self.longest_s = max(self.longest_s, now_s - self._last_s)
            time.sleep(0.05)

    def _fed(self) -> bool:
        try:
            return b"WATCHDOG=1" in self._door.recv(4096)
        except BlockingIOError:
            return False


@pytest.fixture(scope="session")
def watchdog(tmp_path_factory):
    path = tmp_path_factory.mktemp("notify") / "door"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NOTIFY_SOCKET", str(path))
        yield Watchdog(path)


@pytest.fixture(scope="session")
def disk() -> Disk:
    return Disk(Burnishd.data)


@pytest.fixture(autouse=True)
def steady(disk, watchdog, jig, burnishd, header):
    """Each drill begins after the relays have been held for some time, and all is saved."""
    assert wait_until(lambda: header.held, 30) is not None, burnishd.log
    watchdog.follow(3)
    watchdog.longest_s = 0.0


def saved_release_ms() -> float | None:
    try:
        state = json.loads((Burnishd.data / "state.json").read_text())
    except OSError:
        return None
    return state["slots"]["a"]["values"]["limiter.release_ms"]


def failing(tool) -> str:
    return tool.json("info")["info"]["failing"]


@pytest.mark.parametrize(
    ("name", "cause", "end"),
    [
        ("disk full", Disk.fill, Disk.empty),
        ("disk read-only", Disk.forbid_writing, Disk.allow_writing),
        ("disk frozen", Disk.freeze, Disk.thaw),
        ("disk fails", Disk.fail, Disk.replace),
    ],
    ids=["full", "read-only", "frozen", "failing"],
)
def test_a_change_during_a_fault_of_the_disk_is_saved_afterwards(
    burnishd, header, tool, disk, watchdog, sound, logged, report, note, name, cause, end
):
    before = tool.counters
    header.longest_pause_ms()
    cause(disk)
    release_ms = next(RELEASES_MS)
    tool.set("limiter.release_ms", release_ms)
    shown_s = wait_until(lambda: "state file" in failing(tool), 15, 0.2)
    assert shown_s is not None, burnishd.log
    if name != "disk frozen":  # this command then waits for the disk; the next drill is about that
        refused = tool("preset", "save", name)
        assert refused.status != 0 and refused.err.count("\n") == 0, refused.err
        note("what saving a preset says", refused.err)
    watchdog.follow(FROZEN_S if name == "disk frozen" else FAULT_S)
    assert len(tool("--json", "meters", "--hz", "20", "--for", "1").out.splitlines()) >= 19
    end(disk)
    saved_s = wait_until(lambda: saved_release_ms() == release_ms, 15, 0.1)
    assert saved_s is not None, burnishd.log
    assert tool("preset", "save", name).status == 0
    assert wait_until(lambda: failing(tool) == "nothing", 15, 0.1) is not None
    watchdog.follow(0.1)
    after, played, pause_ms = tool.counters, sound(), header.longest_pause_ms()
    report(name, sound=played, log=logged(),
           recovery=f"`burnish info` shows it after {shown_s:.1f} s; saved {saved_s:.1f} s after the disk works again; "
                    f"systemd's watchdog fed every {watchdog.longest_s:.1f} s at most")  # fmt: skip
    for counter in ("xruns", "audio_starts", "control_starts"):
        assert after[counter] == before[counter], counter
    assert played.startswith("unchanged")
    assert header.held and pause_ms < 15
    assert watchdog.longest_s < WATCHDOG_S


def test_a_command_that_waits_for_a_frozen_disk_does_not_stop_the_sound(
    burnishd, header, tool, disk, watchdog, sound, logged, report, note
):
    """The thread that serves the link waits in the Linux kernel, where it cannot be killed. In the long form, the disk stays frozen
    for so long that the supervisor replaces the control process, without waiting for the old one to end."""
    before = tool.counters
    header.longest_pause_ms()
    disk.freeze()
    began = time.monotonic()
    refused = tool("preset", "save", "Frozen")
    note("the command took", f"{time.monotonic() - began:.1f}", "s")
    watchdog.follow(FROZEN_S)
    disk.thaw()
    began = time.monotonic()
    back_s = wait_until(lambda: tool("--json", "info").status == 0, 60)
    assert back_s is not None, burnishd.log
    note("link back", f"{back_s:.1f}", "s after the thaw")
    time.sleep(2)
    assert tool("preset", "save", "Thawed").status == 0
    watchdog.follow(0.1)
    after, played, pause_ms = tool.counters, sound(), header.longest_pause_ms()
    if "FROZEN_S" not in os.environ:
        report("disk frozen while a preset is saved", sound=played, log=logged(),
               recovery=f"`{refused.err}`; link back {back_s:.1f} s after the disk works again; "
                        f"systemd's watchdog fed every {watchdog.longest_s:.1f} s at most")  # fmt: skip
    assert refused.status != 0 and refused.err.count("\n") == 0, refused.err
    assert (after["audio_starts"], after["xruns"]) == (before["audio_starts"], before["xruns"])
    assert played.startswith("unchanged")
    assert header.held and pause_ms < 15
    assert watchdog.longest_s < WATCHDOG_S
