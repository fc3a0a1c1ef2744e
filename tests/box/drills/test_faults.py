"""Processes that die or hang, and a sound card that is unplugged. Times are virtual and exact."""

import os
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from tests.box.parts import Jig, wait_until


@pytest.fixture(scope="session")
def jig(card_clock, rate_hz, period_frames):
    """Plays a tone into the input. It lasts longer than a drill."""
    phase = np.arange(20 * rate_hz) * 2 * np.pi * 440 / rate_hz
    tone = np.repeat(np.sin(phase)[:, None] * 0.1 * 2**31, 2, axis=1).astype(np.int32)
    with Jig(tone, rate_hz, period_frames, repeat=True) as jig:
        jig.start()
        yield jig


@pytest.fixture(autouse=True)
def steady(jig, burnishd, header):
    """Each drill begins after the relays have been held for some time."""
    assert wait_until(lambda: header.held, 30) is not None, burnishd.log
    time.sleep(2)


class Watch:
    """Measures the reaction of the heartbeat to a fault. `follow` returns the time from the fault to the last edge before the relays
    released, and the time from the fault until the relays pull in again, both in ms."""

    def __init__(self, header):
        self._header = header
        self._fault_s = time.monotonic()

    def follow(self, limit_s: float = 30) -> tuple[float, float]:
        header = self._header
        assert wait_until(lambda: not header.held, limit_s, 0.001) is not None, "the relays did not release"
        last_edge_ms = (header.last_edge_s - self._fault_s) * 1e3
        assert wait_until(lambda: header.held, limit_s, 0.001) is not None, "the relays did not pull in again"
        return last_edge_ms, (time.monotonic() - self._fault_s) * 1e3


def test_heartbeat_is_even(header, note):
    header.longest_pause_ms()
    before, began = header.edges, time.monotonic()
    time.sleep(10)
    rate = (header.edges - before) / (time.monotonic() - began)
    pause_ms = header.longest_pause_ms()
    note(f"{rate:.0f} edges a second, longest pause", f"{pause_ms:.2f}", "ms")
    assert 450 < rate <= 505
    assert pause_ms < 15


def test_audio_process_killed(burnishd, header, tool, note):
    before = tool.counters
    watch = Watch(header)
    burnishd.kill("audio")
    last_edge_ms, back_ms = watch.follow()
    time.sleep(1.5)
    after = tool.counters
    note(f"last edge {last_edge_ms:.1f} ms after it, relays back after", f"{back_ms:.0f}", "ms")
    assert last_edge_ms < 10
    assert back_ms < 3000
    assert after["audio_starts"] == before["audio_starts"] + 1
    assert after["control_starts"] == before["control_starts"]


@pytest.mark.parametrize("stall_ms", [20, 200, 1000])
def test_audio_process_stalls(burnishd, header, tool, note, stall_ms):
    """The process recovers by itself, with at most one xrun on each stream."""
    before = tool.counters
    header.longest_pause_ms()
    pid = burnishd.kill("audio", signal.SIGSTOP)
    time.sleep(stall_ms / 1e3)
    os.kill(pid, signal.SIGCONT)
    time.sleep(2)
    after = tool.counters
    note("longest pause of the heartbeat", f"{header.longest_pause_ms():.1f}", "ms")
    assert after["audio_starts"] == before["audio_starts"]
    assert after["xruns"] - before["xruns"] <= 2
    assert header.held


def test_audio_process_hangs(burnishd, header, tool, note):
    before = tool.counters
    watch = Watch(header)
    burnishd.kill("audio", signal.SIGSTOP)
    last_edge_ms, back_ms = watch.follow()
    time.sleep(1.5)
    note(f"last edge {last_edge_ms:.1f} ms after it, relays back after", f"{back_ms:.0f}", "ms")
    assert last_edge_ms < 60
    assert back_ms < 6000
    assert tool.counters["audio_starts"] == before["audio_starts"] + 1


def test_control_process_killed(burnishd, header, tool, note):
    """Audio and relays continue, and the link returns with the same parameter values."""
    tool.set("input.trim_db", -3)
    time.sleep(0.2)
    before = tool.counters
    header.longest_pause_ms()
    burnishd.kill("control")
    back_s = wait_until(lambda: tool("--json", "get", "input.trim_db").status == 0, 20)
    assert back_s is not None
    note("link back after", f"{back_s:.2f}", "s")
    after = tool.counters
    assert float(tool.get("input.trim_db")) == -3
    assert (after["audio_starts"], after["xruns"]) == (before["audio_starts"], before["xruns"])
    assert header.longest_pause_ms() < 15


def test_control_process_hangs(burnishd, header, tool, note):
    """The supervisor kills it after 10 s and starts it again; the audio continues."""
    before = tool.counters
    header.longest_pause_ms()
    burnishd.kill("control", signal.SIGSTOP)
    time.sleep(13)
    assert wait_until(lambda: tool("--json", "info").status == 0, 20) is not None
    after = tool.counters
    assert after["control_starts"] == before["control_starts"] + 1
    assert (after["audio_starts"], after["xruns"]) == (before["audio_starts"], before["xruns"])
    note("longest pause of the heartbeat", f"{header.longest_pause_ms():.1f}", "ms")


def test_sound_card_unplugged(burnishd, header, tool, jig, note):
    """Reads fail as with an unplugged USB card. The link still answers, and the audio returns when the card does."""
    for process in (jig.player, jig.recorder):
        process.kill()
        process.join()
    time.sleep(0.2)
    driver = Path("/sys/bus/platform/drivers/snd_aloop")
    began = time.monotonic()
    # The driver waits until every program has closed the card.
    unbinding = subprocess.Popen(["sh", "-c", f"echo snd_aloop.0 >{driver}/unbind"])
    assert wait_until(lambda: not header.held, 8, 0.001) is not None, "the relays did not release"
    note("last edge after", f"{(header.last_edge_s - began) * 1e3:.1f}", "ms")
    time.sleep(5)
    assert unbinding.poll() == 0, "the card is still in use"
    assert tool("info").status == 0
    (driver / "bind").write_text("snd_aloop.0")
    back_s = wait_until(lambda: header.held, 15)
    assert back_s is not None
    note("relays back after the card was plugged in", f"{back_s:.2f}", "s")


def test_supervisor_killed(burnishd, header, note):
    """This must be the last test, because the box ends with its supervisor."""
    pids = [burnishd.pid(role) for role in ("audio", "control")]
    began = time.monotonic()
    os.kill(burnishd.process.pid, signal.SIGKILL)
    burnishd.process.wait()
    time.sleep(0.1)
    assert header.last_edge_s - began < 0.01

    def running(pid: int) -> bool:
        command = Path(f"/proc/{pid}/cmdline")
        return command.exists() and command.read_bytes() != b""

    gone_s = wait_until(lambda: not any(map(running, pids)), 10)
    assert gone_s is not None
    note("children end after", f"{gone_s:.2f}", "s")
