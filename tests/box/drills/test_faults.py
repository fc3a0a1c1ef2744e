"""Processes that die or hang, and a sound card that is unplugged. Times are virtual and exact."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.box.parts import wait_until


@pytest.fixture(autouse=True)
def steady(jig, burnishd, header):
    """Each drill begins after the relays have been held for some time."""
    assert wait_until(lambda: header.held, 30) is not None, burnishd.log
    time.sleep(2)


class Watch:
    """Measures how the heartbeat reacts to a fault, which begins now."""

    def __init__(self, header):
        self._header = header
        self._fault_s = time.monotonic()
        #: The time from the fault to the last edge before the relays release, in ms, or 0 if that edge was before it.
        self.last_edge_ms = 0.0

    def follow(self, limit_s: float = 30) -> None:
        """Wait until the relays have released."""
        assert wait_until(lambda: not self._header.held, limit_s, 0.001) is not None, "the relays did not release"
        self.last_edge_ms = max(0.0, (self._header.last_edge_s - self._fault_s) * 1e3)

    def back(self, limit_s: float = 30) -> float:
        """Wait until the relays pull in again; returns the time since the fault in ms."""
        before = self._header.edges  # some edges are needed to charge the pump
        pulled_in = lambda: self._header.held and self._header.edges > before + self._header.charging_edges  # noqa: E731
        assert wait_until(pulled_in, limit_s, 0.001) is not None, "the relays did not pull in again"
        return (time.monotonic() - self._fault_s) * 1e3


def bypass(watch: Watch, back_ms: float) -> str:
    return f"last pulse to the relays after {watch.last_edge_ms:.0f} ms, held again after {back_ms:.0f} ms"


def without_stacks(log: str) -> str:
    """The log without the stacks that a stuck process prints."""
    return "\n".join(line for line in log.splitlines() if line.startswith("burnishd"))


def test_heartbeat_is_even(header, note):
    header.longest_pause_ms()
    before, began = header.edges, time.monotonic()
    time.sleep(10)
    rate = (header.edges - before) / (time.monotonic() - began)
    pause_ms = header.longest_pause_ms()
    note(f"{rate:.0f} edges a second, longest pause", f"{pause_ms:.2f}", "ms")
    assert 450 < rate <= 505
    assert pause_ms < 15


def test_audio_process_killed(burnishd, header, tool, sound, logged, report):
    before = tool.counters
    watch = Watch(header)
    burnishd.kill("audio")
    watch.follow()
    back_ms = watch.back()
    time.sleep(1.5)
    after = tool.counters
    report("audio process killed", sound=sound(), recovery=bypass(watch, back_ms), log=logged())
    assert watch.last_edge_ms < 10
    assert back_ms < 3000
    assert after["audio_starts"] == before["audio_starts"] + 1
    assert after["control_starts"] == before["control_starts"]


@pytest.mark.parametrize("stall_ms", [20, 200, 1000])
def test_audio_process_stalls(burnishd, header, tool, sound, logged, report, stall_ms):
    """The process recovers by itself, with at most one xrun on each stream."""
    before = tool.counters
    header.longest_pause_ms()
    pid = burnishd.kill("audio", signal.SIGSTOP)
    time.sleep(stall_ms / 1e3)
    os.kill(pid, signal.SIGCONT)
    time.sleep(2)
    after = tool.counters
    report(f"audio process stalls for {stall_ms} ms", sound=sound(), log=logged(),
           recovery=f"xruns: {after['xruns'] - before['xruns']}; longest pause of the heartbeat {header.longest_pause_ms():.0f} ms")  # fmt: skip
    assert after["audio_starts"] == before["audio_starts"]
    assert after["xruns"] - before["xruns"] <= 2
    assert header.held


def test_audio_process_hangs(burnishd, header, tool, sound, logged, report):
    before = tool.counters
    watch = Watch(header)
    burnishd.kill("audio", signal.SIGSTOP)
    watch.follow()
    back_ms = watch.back()
    time.sleep(1.5)
    report("audio process hangs", sound=sound(), recovery=bypass(watch, back_ms), log=without_stacks(logged()))
    assert watch.last_edge_ms < 20
    assert back_ms < 6000
    assert tool.counters["audio_starts"] == before["audio_starts"] + 1


def test_control_process_killed(burnishd, header, tool, sound, logged, report):
    """Audio and relays continue, and the link returns with the same parameter values."""
    tool.set("limiter.release_ms", 150)  # not heard without gain reduction
    time.sleep(0.2)
    before = tool.counters
    header.longest_pause_ms()
    burnishd.kill("control")
    back_s = wait_until(lambda: tool("--json", "get", "limiter.release_ms").status == 0, 20)
    assert back_s is not None
    after, played = tool.counters, sound()
    report("control process killed", sound=played, recovery=f"link back after {back_s:.2f} s", log=logged())
    assert played.startswith("unchanged")
    assert float(tool.get("limiter.release_ms")) == 150
    assert (after["audio_starts"], after["xruns"]) == (before["audio_starts"], before["xruns"])
    assert header.longest_pause_ms() < 15


def test_control_process_hangs(burnishd, header, tool, sound, logged, report):
    """The supervisor kills it after 10 s and starts it again; the audio continues."""
    before = tool.counters
    header.longest_pause_ms()
    began = time.monotonic()
    burnishd.kill("control", signal.SIGSTOP)
    assert wait_until(lambda: tool("--json", "info").status == 0, 40) is not None
    back_s = time.monotonic() - began
    after = tool.counters
    assert after["control_starts"] == before["control_starts"] + 1
    assert (after["audio_starts"], after["xruns"]) == (before["audio_starts"], before["xruns"])
    assert header.longest_pause_ms() < 15
    played = sound()
    report(
        "control process hangs", sound=played, recovery=f"link back after {back_s:.1f} s", log=without_stacks(logged())
    )
    assert played.startswith("unchanged")


def test_sound_card_unplugged(burnishd, header, tool, jig, logged, report):
    """Reads fail as with an unplugged USB card. The link still answers, and the audio returns when the card does."""
    for process in (jig.player, jig.recorder):
        process.kill()
        process.join()
    time.sleep(0.2)
    driver = Path("/sys/bus/platform/drivers/snd_aloop")
    watch = Watch(header)
    # The driver waits until every program has closed the card.
    unbinding = subprocess.Popen(["sh", "-c", f"echo snd_aloop.0 >{driver}/unbind"])
    watch.follow(8)
    time.sleep(5)
    assert unbinding.poll() == 0, "the card is still in use"
    assert tool("info").status == 0
    (driver / "bind").write_text("snd_aloop.0")
    bound = Watch(header)
    back_ms = bound.back(15)
    report("sound card unbound", sound="there is no card that could record it; the relays connect input and output",
           recovery=f"last pulse to the relays after {watch.last_edge_ms:.0f} ms, held again {back_ms:.0f} ms after the card was bound again",
           log=logged())  # fmt: skip


def test_supervisor_hangs(burnishd, header, tool, logged, report):
    """Only the supervisor pulses the relays: they release, and the tool says so."""
    watch = Watch(header)
    os.kill(burnishd.process.pid, signal.SIGSTOP)
    watch.follow()
    time.sleep(1)
    shown = tool.counters["relay_on"]
    os.kill(burnishd.process.pid, signal.SIGCONT)
    back_ms = Watch(header).back()
    report("supervisor hangs", sound="continues, while the relays connect input and output", log=logged(),
           recovery=f"last pulse to the relays after {watch.last_edge_ms:.0f} ms, held again {back_ms:.0f} ms after it continues")  # fmt: skip
    assert watch.last_edge_ms < 10
    assert not shown


def test_supervisor_killed(burnishd, header, logged, report):
    """This must be the last test, because the box ends with its supervisor."""
    pids = [burnishd.pid(role) for role in ("audio", "control")]
    watch = Watch(header)
    os.kill(burnishd.process.pid, signal.SIGKILL)
    burnishd.process.wait()
    watch.follow()
    assert watch.last_edge_ms < 10

    def running(pid: int) -> bool:
        command = Path(f"/proc/{pid}/cmdline")
        return command.exists() and command.read_bytes() != b""

    gone_s = wait_until(lambda: not any(map(running, pids)), 10)
    assert gone_s is not None
    report("supervisor killed", sound="ends; the relays connect input and output", log=logged(),
           recovery=f"last pulse to the relays after {watch.last_edge_ms:.0f} ms; both processes end within {gone_s:.2f} s; systemd starts the box again")  # fmt: skip
