"""How the box starts on this hardware, and which errors keep it from starting."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.box.parts import Burnishd, described, parts


@pytest.fixture
def sounding(header, cable, card_clock):
    """A function that starts a box and waits for its sound."""
    started = []
    cable.plug()

    def start(**options) -> Burnishd:
        service = Burnishd(**options)
        started.append(service)
        service.wait_for_sound(header)
        time.sleep(1)
        return service

    yield start
    for service in started:
        if service.process.poll() is None:
            service.stop()
    cable.pull()


def refusal(service: Burnishd) -> tuple[int, str]:
    """The exit status of a box that does not start, and its one error message. A box that does start fails the drill."""
    status = service.ended()
    # The control process may already run at this moment, and it writes to the log, too.
    said = [line for line in service.log.splitlines() if not line.startswith("burnishd control: ")]
    assert len(said) == 1, service.log
    return status, said[0]


def test_without_a_gpio_chip(note):
    """This must be the first test, because the later ones make a GPIO chip."""
    assert not list(Path("/dev").glob("gpiochip*"))
    status, sentence = refusal(Burnishd())
    note("the sentence", sentence)
    assert status == 3


def test_card_in_use(header, card_clock, note):
    player = subprocess.Popen(["aplay", "-q", "-D", "hw:Loopback,0,1", "-f", "S32_LE", "-c", "2", "-r", "48000",
                               "--period-size=128", "/dev/zero"])  # fmt: skip
    time.sleep(0.3)
    try:
        status, sentence = refusal(Burnishd())
    finally:
        player.kill()
        player.wait()
    note("the sentence", sentence)
    assert status == 5


def test_card_missing(header, card_clock, note):
    status, sentence = refusal(Burnishd(capture="hw:CARD=Nothing", playback="hw:CARD=Nothing"))
    note("the sentence", sentence)
    assert status == 3


def test_display_missing(sounding, note):
    """The box runs without its display, and logs this."""
    Path("/dev/spidev0.0").unlink(missing_ok=True)
    service = sounding(display=True)
    note("the log", service.log.replace("\n", " / "))
    assert "display cannot be used" in service.log


def test_audio_process_is_real_time(sounding, tool):
    pid = sounding().pid("audio")
    assert os.sched_getscheduler(pid) == os.SCHED_FIFO
    assert os.sched_getparam(pid).sched_priority == 70
    status = Path(f"/proc/{pid}/status").read_text()
    locked_kb = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmLck"))
    assert locked_kb > 1000


def test_second_box_is_refused(sounding):
    service = sounding()
    words = service.command("--config", str(service.config))
    second = subprocess.run(words, cwd="/", capture_output=True, text=True)
    assert second.returncode == 5, second.stderr


def test_asking_for_stacks_disturbs_nothing(sounding, tool):
    service = sounding()
    before = tool.counters
    for role in ("audio", "control"):
        service.kill(role, signal.SIGUSR1)
    time.sleep(1)
    after = tool.counters
    for name in ("xruns", "audio_starts", "control_starts"):
        assert after[name] == before[name]
    assert service.log.count("most recent call first") >= 2


def test_settings_survive_a_restart(sounding, tool):
    service = sounding()
    tool.set("limiter.release_ms", 175)  # not heard without gain reduction
    time.sleep(3)
    assert service.stop() == 0
    sounding()
    assert float(tool.get("limiter.release_ms")) == 175


def test_orderly_end_logs_no_fault(sounding, jig, music, report):
    """The sound fades out before the box ends."""
    service = sounding()
    logged, began, asked_s = len(service.log), jig.position, time.monotonic()
    assert service.stop() == 0
    took_s = time.monotonic() - asked_s
    time.sleep(0.1)
    found = parts(jig.recording(began), music)
    log = service.log[logged:].strip()
    report("orderly end", sound=described(found), recovery=f"ended after {took_s:.2f} s with status 0", log=log)
    assert [part.kind for part in found] == ["music", "fade", "silence"]
    assert "fails" not in log


def test_unusable_state_file_is_set_aside(sounding, report):
    """With a pipe in its place, a program that opens the file would wait for ever."""
    state = Burnishd.data / "state.json"
    Burnishd.data.mkdir(parents=True, exist_ok=True)
    state.unlink(missing_ok=True)
    os.mkfifo(state)
    began = time.monotonic()
    service = sounding()
    took_s = time.monotonic() - began - 1
    report("state file is a pipe", sound="bypass until the box has settings, then a fade", log=service.log,
           recovery=f"relays held {took_s:.1f} s after the start, as without a state file")  # fmt: skip
    assert took_s < 5
    assert not state.is_fifo()


def test_tool_without_burnishd(header, cable, tool, report):
    """The Linux kernel of the laptop waits when a port is closed whose other end reads nothing."""
    cable.plug()
    try:
        answer = tool("info")
    finally:
        cable.pull()
    report("cable in, burnishd not running", sound="bypass", log="",
           recovery=f"`burnish info` ends after {answer.took_s:.1f} s: `{answer.err}`")  # fmt: skip
    assert answer.status != 0 and answer.err.count("\n") == 0
    assert answer.took_s < 10


def test_control_process_that_ends_is_started_again(sounding, tool):
    service = sounding()
    service.kill("control", signal.SIGTERM)
    time.sleep(2)
    assert tool.counters["control_starts"] == 2
