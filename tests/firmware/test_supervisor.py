"""Both processes under the supervisor: complete runs on the simulated card, and the death of a process."""

import configparser
import contextlib
import json
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
import soundfile

from firmware import __main__ as main
from firmware import supervisor
from firmware.engine import replay
from firmware.relay import Relay
from firmware.sim import sound_card
from firmware.sim.panel import SimPanel
from firmware.supervisor import Heartbeat, NoRelay, Supervisor, relay_of
from firmware.system import board, config
from firmware.system.errors import NO_DEVICE, NO_PERMISSION, Refusal
from firmware.system.options import Options
from tests.support.paths import ROOT
from tests.support.patience import PATIENCE_S
from tests.support.rig import PERIOD, RATE_HZ, music


def burnishd(*arguments):
    """A complete run, started like a user does: (exit status, standard error)."""
    done = subprocess.run(
        [sys.executable, "-m", "firmware", *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S,
    )  # fmt: skip
    return done.returncode, done.stderr


def output(run_dir):
    """(words after the prefill, run log) of a finished run."""
    session = replay.read_run_log(run_dir / "run.json")
    words = np.fromfile(run_dir / "out.raw", "<i4").reshape(-1, 2)
    return words[session["prefill_frames"] :], session


@pytest.mark.parametrize(("rate_hz", "period"), [(48000, 128), (96000, 100), (192000, 1024)])
def test_a_run_on_files_is_the_file_render_to_the_bit(tmp_path, rng, rate_hz, period):
    words = music(rng, 1.5)
    mix = tmp_path / "mix.wav"
    soundfile.write(mix, words, rate_hz, subtype="PCM_24")
    status, errors = burnishd("--sim", "--unpaced", "--record", "--run-dir", tmp_path, "--mix", mix, "--period", period)
    assert status == 0, errors
    out, session = output(tmp_path)
    assert session["events"] == [] and session["xruns"] == 0 and session["complete"]
    assert len(out) == session["frames"] >= len(words) + session["latency_frames"]
    padded = np.concatenate([words, np.zeros((len(out) - len(words), 2), np.int32)])
    assert np.array_equal(out, replay.replay(session, padded))
    assert {path.name for path in tmp_path.iterdir()} >= {
        "in.raw",
        "out.raw",
        "run.json",
        "state.json",
        "display.png",
    }
    assert not (tmp_path / "panel.sock").exists() and not (tmp_path / "tty").is_symlink()


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["--sim"], 2, "--sim needs --run-dir"),
        (["--sim", "--run-dir", "{}", "--rate", "22050"], 2, "cannot be 22050 Hz: allowed are 44100"),
        (["--sim", "--run-dir", "{}", "--mix", "{}/none.wav"], 2, "does not exist"),
        (["--sim", "--run-dir", "{}", "--device", "nowhere"], 3, "'nowhere' cannot be opened"),
        (["--sim", "--run-dir", "{}", "--period", "7"], 2, "cannot have 7 frames: allowed are 16 to 4096"),
        (["--sim", "--run-dir", "{}", "--config", "{}/none.toml"], 2, "cannot read"),
        (["--run-dir", "{}", "--mix", "x.wav"], 2, "need --sim"),
        (["--sim", "--run-dir", "/proc/nothing"], 2, "cannot be made"),
    ],
)
def test_refusals_are_one_sentence_and_an_exit_status(tmp_path, arguments, status, message):
    got, errors = burnishd(*(argument.format(tmp_path) for argument in arguments))
    sentences = [line for line in errors.splitlines() if line.startswith("burnishd: ")]
    assert got == status, errors
    assert len(sentences) == 1 and message in sentences[0] and "Traceback" not in errors


class CountingRelay(NoRelay):
    interval_s = 0.002

    def __init__(self):
        self.beats = self.releases = 0

    def beat(self):
        self.beats += 1

    def release(self):
        self.releases += 1


class Running:
    """A run of silence or of `words` in real time, under a supervisor in this process. A context manager."""

    def __init__(self, run_dir, words=None):
        mixes = []
        if words is not None:
            soundfile.write(run_dir / "mix.wav", words, RATE_HZ, subtype="PCM_24")
            mixes = [str(run_dir / "mix.wav")]
        frames = sound_card.prepare(run_dir, mixes)
        options = Options(run_dir=run_dir, state_dir=run_dir, rate_hz=RATE_HZ, period=PERIOD, sim=True, sim_card=True,
                          input_frames=frames)  # fmt: skip
        self.relay = CountingRelay()
        self.supervisor = Supervisor(options, self.relay)
        self.shared = self.supervisor.shared
        self._thread = threading.Thread(target=self._run)

    def _run(self):
        self.status = self.supervisor.run()

    def __enter__(self):
        self._thread.start()
        self.wait(lambda: self.frames > RATE_HZ // 10 and self.shared.counters["control_beats"] > 2)
        return self

    def __exit__(self, *_):
        self.supervisor.stop()
        self._thread.join()

    @property
    def frames(self):
        return self.shared.engine["frames"]

    def values(self):
        state = json.loads(self.shared.read_state())
        return state["slots"][state["ab"]]["values"]

    def turn(self, line):
        """Send one command to panel.sock; returns the answer."""
        with socket.socket(socket.AF_UNIX) as fingers:
            fingers.connect(str(self.supervisor.options.run_dir / "panel.sock"))
            fingers.sendall(line.encode() + b"\n")
            return fingers.makefile().readline()

    def stick(self, child):
        """Stop a child with a signal until the supervisor replaces it; returns the stopped process."""
        patience_s, child._stuck_s = child._stuck_s, 0.3
        process = child.process
        process.send_signal(signal.SIGSTOP)
        self.wait(lambda: process.poll() is not None)
        child._stuck_s = patience_s  # the next one may start slowly on a busy machine
        return process

    @staticmethod
    def wait(condition, seconds=PATIENCE_S):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "the condition did not become true in time"
            time.sleep(0.005)


def test_control_killed_sound_continues_and_the_values_return(tmp_path, rng):
    with Running(tmp_path) as run:
        assert run.turn("turn 4 +3") == "ok\n"
        run.wait(lambda: run.values()["eq.b1.gain_db"] == 1.5)  # three detents, handled together or one by one
        run.wait(lambda: run.shared.engine["eq_adopted"] >> 1 > 1)
        old = run.supervisor.control.process
        old.kill()
        run.wait(lambda: run.shared.counters["control_starts"] == 2 and (tmp_path / "tty").exists())
        beats = run.shared.counters["control_beats"]
        run.wait(lambda: run.shared.counters["control_beats"] > beats + 2)
        assert run.values()["eq.b1.gain_db"] == 1.5
        adopted = run.shared.engine["eq_adopted"]
        run.wait(lambda: run.turn("turn 4 -1") == "ok\n")
        run.wait(lambda: run.values()["eq.b1.gain_db"] == 1.0)
        run.wait(lambda: run.shared.engine["eq_adopted"] != adopted)
        assert run.shared.counters["audio_starts"] == 1 and run.shared.counters["xruns"] == 0
    session = replay.read_run_log(tmp_path / "run.json")
    assert session["complete"] and len(session["events"]) >= 2
    out, _ = output(tmp_path)
    assert np.array_equal(out, replay.replay(session, np.zeros_like(out)))


def test_control_killed_again_and_again_while_knobs_turn(tmp_path, rng):
    """The sound continues whatever the control process was doing, and the run can still be repeated from its run log, bit for
    bit."""
    done = threading.Event()
    turns = random.Random(int(rng.integers(1 << 30)))

    def turn_knobs(run):
        while not done.wait(turns.uniform(0, 0.02)):
            with contextlib.suppress(OSError):  # there is no panel while the process is not running
                turn = f"turn {turns.randint(1, 6)} {turns.choice((-2, -1, 1, 2)):+d}"
                run.turn(turns.choice((turn, turn, turn, "press LIMIT", "release LIMIT")))

    with Running(tmp_path, music(rng, 20)) as run:
        fingers = threading.Thread(target=turn_knobs, args=(run,))
        fingers.start()
        for starts in (1, 2):
            run.wait(lambda starts=starts: run.shared.counters["control_starts"] == starts)
            beats = run.shared.counters["control_beats"]
            run.wait(lambda beats=beats: run.shared.counters["control_beats"] > beats)
            time.sleep(turns.uniform(0, 0.2))
            run.supervisor.control.process.kill()
        # A killed process leaves its tty behind, so only the beats show that the third one is running.
        run.wait(lambda: run.shared.counters["control_starts"] == 3)
        beats = run.shared.counters["control_beats"]
        run.wait(lambda: run.shared.counters["control_beats"] > beats)
        done.set()
        fingers.join()
        assert run.shared.counters["audio_starts"] == 1 and run.shared.counters["xruns"] == 0
    out, session = output(tmp_path)
    assert session["complete"] and len(session["events"]) > 5
    played = np.fromfile(tmp_path / "in.raw", "<i4").reshape(-1, 2)[: len(out)]
    assert np.array_equal(out, replay.replay(session, played))


def test_audio_killed_the_relay_releases_and_sound_returns(tmp_path, rng):
    with Running(tmp_path, music(rng, 30)) as run:
        run.wait(lambda: run.relay.beats > 10)
        run.supervisor.audio.process.kill()
        run.wait(lambda: run.relay.releases > 0)
        beats = run.relay.beats
        frames_of_first = run.frames
        run.wait(lambda: run.shared.counters["audio_starts"] == 2 and run.relay.beats > beats)
        assert run.shared.counters["frames_before"] == frames_of_first
        assert run.shared.counters["control_starts"] == 1
        run.wait(lambda: run.frames > RATE_HZ // 4)
    session = replay.read_run_log(tmp_path / "run.json")
    assert session["audio_starts"] == 2 and session["events"][0]["kind"] == "fade"
    # The second process continues the input where the first one stopped.
    out = np.fromfile(tmp_path / "out.raw.0001", "<i4").reshape(-1, 2)[session["prefill_frames"] :]
    played = np.fromfile(tmp_path / "in.raw", "<i4").reshape(-1, 2)[frames_of_first:]
    assert np.array_equal(out, replay.replay(session, played[: len(out)]))


@pytest.fixture
def started(tmp_path):
    """`burnishd --sim` as a process of its own, which has begun its run log. It is ended after the test."""
    command = [sys.executable, "-m", "firmware", "--sim", "--record", "--run-dir", str(tmp_path)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
    try:
        Running.wait(lambda: (tmp_path / "run.json").exists())
        yield process
    finally:
        process.terminate()
        process.communicate()


def test_a_signal_shuts_everything_down(tmp_path, started):
    status, errors = burnishd("--sim", "--run-dir", tmp_path)
    assert status == 5 and "a box is already running in" in errors and "Traceback" not in errors
    started.send_signal(signal.SIGINT)
    _, errors = started.communicate(timeout=PATIENCE_S)
    assert started.returncode == 0, errors
    out, session = output(tmp_path)
    assert len(out) >= session["frames"] - PERIOD and not out.any()


def test_children_do_not_outlive_a_killed_parent(started):
    children = Path(f"/proc/{started.pid}/task/{started.pid}/children").read_text().split()
    assert len(children) == 2
    started.kill()
    started.wait()
    Running.wait(lambda: not any(is_running(child) for child in children))


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_stuck_audio_process_is_replaced(tmp_path):
    with Running(tmp_path) as run:
        stuck = run.stick(run.supervisor.audio)
        run.wait(lambda: run.shared.counters["audio_starts"] == 2)
        assert stuck.poll() == -signal.SIGKILL
        frames = run.frames
        run.wait(lambda: run.frames > frames)
        assert run.shared.counters["control_starts"] == 1


def test_a_stuck_control_process_is_replaced_and_the_sound_continues(tmp_path):
    with Running(tmp_path) as run:
        frames = run.frames
        stuck = run.stick(run.supervisor.control)
        run.wait(lambda: run.shared.counters["control_starts"] == 2)
        assert stuck.poll() == -signal.SIGKILL
        run.wait(lambda: run.frames > frames + RATE_HZ // 2)
        assert run.shared.counters["audio_starts"] == 1 and run.shared.counters["xruns"] == 0


class Unreapable:
    """A process that waits for a disk that hangs: it cannot be killed, and a wait without a limit for its end would never
    return."""

    returncode = None

    def __init__(self, *_, **__):
        self.got = []

    def poll(self):
        return self.returncode

    def wait(self, timeout=None):
        assert timeout is not None, "waits without a limit for a process that does not end"
        raise subprocess.TimeoutExpired("burnishd", timeout)

    def send_signal(self, number):
        self.got.append(number)

    def kill(self):
        self.send_signal(signal.SIGKILL)

    def terminate(self):
        self.send_signal(signal.SIGTERM)


@pytest.mark.parametrize("role", ["audio", "control"])
def test_a_killed_process_that_does_not_end_is_not_waited_for_and_is_replaced(tmp_path, monkeypatch, role):
    started, now_s = [], [0.0]
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: started.append(Unreapable()) or started[-1])
    options = Options(run_dir=tmp_path, state_dir=tmp_path, rate_hz=RATE_HZ, period=PERIOD)
    child = supervisor.Child(
        role, options, supervisor.SharedMemory.create(RATE_HZ), lambda: 0, 2.0, now=lambda: now_s[0]
    )
    while now_s[0] < 100:
        child.watch()  # an assertion fails if it waits
        now_s[0] += supervisor.TICK_S
    assert [process.got for process in started] == 2 * [[signal.SIGUSR1, signal.SIGKILL]]
    # No further processes, because each of them uses memory.
    assert not child.alive and len(started) == supervisor.MOST_UNREAPED
    started[0].returncode = -signal.SIGKILL  # the disk answers again
    child.watch()
    assert child.alive and len(started) == 3
    child.stop()
    assert started[2].got == [signal.SIGTERM, signal.SIGKILL]


def test_watchdog_messages_and_restarts_of_audio_continue_while_the_control_process_cannot_end(tmp_path, monkeypatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door, Running(tmp_path) as run:
        real, run.supervisor.control.process = run.supervisor.control.process, Unreapable()
        monkeypatch.setattr(run.supervisor.control, "_stuck_s", 0.0)
        monkeypatch.setattr(run.supervisor.control, "_life", lambda: 0)
        run.wait(lambda: run.supervisor.control._unreaped)
        door.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        run.supervisor.audio.process.kill()
        run.wait(lambda: run.shared.counters["audio_starts"] == 2)
        door.settimeout(PATIENCE_S)
        assert any(b"WATCHDOG=1" in door.recv(4096) for _ in range(3))
        monkeypatch.undo()
        real.terminate()
        real.wait(PATIENCE_S)


def test_nothing_waits_for_a_systemd_that_takes_no_messages(tmp_path, monkeypatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setattr(supervisor.systemd, "WAIT_S", 0.001)
        for _ in range(1000):  # the queue is full before that
            supervisor.systemd.notify("WATCHDOG=1")


def test_nothing_waits_for_a_journal_that_takes_no_lines():
    """Standard error is a pipe that nobody reads."""
    code = (
        "import logging; from firmware.system import LogOutput; out = LogOutput(); "
        "logging.basicConfig(handlers=[out], level=logging.INFO); "
        "[logging.info('x' * 100) for _ in range(10_000)]; print(out.dropped > 1000)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as writer:
        assert writer.stdout.read() == b"True\n"


@pytest.mark.parametrize(("audio", "heartbeat"), [(70, 71), (90, 90), (0, None)])
def test_all_threads_of_the_supervisor_are_above_audio_and_their_memory_is_locked(
    tmp_path, monkeypatch, audio, heartbeat
):
    calls, locked = {}, []
    monkeypatch.setattr(supervisor, "lock_memory", lambda: locked.append(True) or "")

    def schedule(priority, inherited):
        calls[threading.current_thread().name] = (priority, inherited)
        return ""

    monkeypatch.setattr(supervisor, "schedule_realtime", schedule)
    monkeypatch.setattr(supervisor.Child, "start", lambda self: None)
    options = Options(run_dir=tmp_path, state_dir=tmp_path, rate_hz=RATE_HZ, period=PERIOD, priority=audio)
    whole = Supervisor(options, CountingRelay())
    whole.stop()
    whole.run()
    expected = {name: (heartbeat, False) for name in (threading.current_thread().name, "heartbeat")}
    assert calls == (expected if heartbeat else {}) and bool(locked) == bool(heartbeat)


def test_real_time_scheduling_is_not_inherited_by_the_children():
    code = (
        "import os, subprocess, sys; from firmware.system import lock_memory, schedule_realtime;"
        "print(repr(lock_memory() or schedule_realtime(5, inherited=False)), os.sched_getscheduler(0) & 0xff, flush=True);"
        "subprocess.run([sys.executable, '-c', 'import os; print(os.sched_getscheduler(0))'])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S)
    own, child = done.stdout.splitlines()
    if own != "'' 1":
        pytest.skip(f"this machine refuses real-time scheduling or locked memory: {own}")
    assert child == "0"


def test_systemd_is_notified(tmp_path, monkeypatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        with Running(tmp_path) as run:
            run.wait(lambda: run.frames > RATE_HZ)
        told = [door.recv(4096).decode()]
        while not told[-1].startswith("STOPPING"):
            told.append(door.recv(4096).decode())
    # A slow start may send a watchdog message before it is ready.
    assert told.count("READY=1") == 1 and told[-1] == "STOPPING=1"
    assert any(line.startswith("WATCHDOG=1\nSTATUS=0 xruns") for line in told)


def test_the_unit_file_starts_an_installed_command():
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(ROOT / "firmware/data/root/etc/systemd/system/burnishd.service")
    service = unit["Service"]
    program, *arguments = service["ExecStart"].split()
    assert Path(program).name == "burnishd" and main._arguments(arguments).config == "/etc/burnish/burnish.toml"
    assert service["Type"] == "notify" and float(service["WatchdogSec"]) > 4 * supervisor.TICK_S * 25
    assert int(service["LimitRTPRIO"]) >= 90 and service["LimitMEMLOCK"] == "infinity"
    assert service["ReadWritePaths"] == config.Config().files.data
    assert f"/run/{service['RuntimeDirectory']}" == config.Config().files.run
    assert int(service["TimeoutStopSec"]) > 2 * supervisor.STOP_S


# -- the heartbeat, with a simulated clock ----------------------------------------------------------------------------


class Pulse:
    """A heartbeat on a simulated relay, in steps of the interval of the relay."""

    def __init__(self):
        self.now_s, self.frames, self.alive = 0.0, 0, True
        described = board.load()
        self.relay = Relay(described, SimPanel(described).pin_factory, clock=lambda: self.now_s)
        self._heart = Heartbeat(self.relay, lambda: self.frames, lambda: self.alive, lambda: self.now_s)

    def step(self, moving):
        self.now_s += self.relay.interval_s
        self.frames += 96 * moving
        return self._heart.step()

    def engage(self):
        """Advance until the relay connects the processor; returns the seconds."""
        began_s = self.now_s
        while not self.relay.engaged:
            self.step(True)
        return self.now_s - began_s

    def seconds_to_bypass(self):
        began_s = self.now_s
        while self.relay.engaged:
            self.step(False)
        return self.now_s - began_s


def test_the_relay_waits_for_a_healthy_start():
    pulse = Pulse()
    assert not any(pulse.step(False) for _ in range(200))
    assert supervisor.HEALTHY_S <= pulse.engage() <= supervisor.HEALTHY_S + 0.05


@pytest.mark.parametrize(
    ("rate", "varies", "fault"),
    [(1.0, True, ""), (1.0, False, "equal"), (0.5, True, "rate"), (44.1 / 48, True, "rate"), (2.0, True, "rate")],
)
def test_a_faulty_capture_does_not_engage_the_relay(rate, varies, fault):
    pulse = Pulse()
    shared = supervisor.SharedMemory.create(96000)
    pulse._heart._fault = supervisor.CaptureFault(shared, 96000, 96)
    whole = 0.0
    for _ in range(1000):  # 2 s
        whole += rate * 96000 * pulse.relay.interval_s / 96
        pulse.now_s += pulse.relay.interval_s
        pulse.frames = shared.engine["frames"] = 96 * int(whole)
        if varies:
            shared.counters["varied_at"] = pulse.frames
        pulse._heart.step()
        assert not (fault and pulse.relay.engaged)
    assert pulse.relay.engaged == (not fault)
    if fault == "equal":  # the converter works again
        began_s = pulse.now_s
        while not pulse.relay.engaged:
            pulse.frames = shared.engine["frames"] = shared.counters["varied_at"] = pulse.frames + 192
            pulse.now_s += pulse.relay.interval_s
            pulse._heart.step()
        assert pulse.now_s - began_s <= 2 * supervisor.HEALTHY_S + 0.05


def test_relay_releases_when_the_audio_process_dies_or_hangs(record):
    pulse = Pulse()
    pulse.engage()
    pulse.alive = False
    dead_s = pulse.seconds_to_bypass()
    record(
        "Box",
        "simulated box, audio process killed: longest time until the relay switches to bypass",
        dead_s * 1000,
        "ms",
        target="≤ 50 ms",
        digits=0,
    )
    assert dead_s <= 0.05
    pulse.alive = True
    assert not pulse.step(False)  # a new process must first run for HEALTHY_S
    pulse.engage()
    stuck_s = pulse.seconds_to_bypass()
    record(
        "Box",
        "simulated box, audio process stuck: longest time until the relay switches to bypass",
        stuck_s * 1000,
        "ms",
        target="≤ 50 ms",
        digits=0,
    )
    assert stuck_s <= 0.05


def test_without_pins_the_refusal_is_one_sentence_without_warnings(tmp_path, monkeypatch, recwarn):
    def relay(_):
        warnings.warn("falling back from this to that", stacklevel=1)
        raise RuntimeError("no pins here")

    monkeypatch.setattr("firmware.relay.Relay", relay)
    with pytest.raises(Refusal, match=r"no pins here.*panel\.relay") as refused:
        relay_of(Options(run_dir=tmp_path, state_dir=tmp_path, rate_hz=48000, period=256))
    assert refused.value.status == NO_DEVICE
    assert not recwarn.list


def test_a_missing_group_is_reported_as_a_missing_permission(tmp_path, monkeypatch):
    def relay(_):
        raise RuntimeError("can not open gpiochip")

    monkeypatch.setattr("firmware.relay.Relay", relay)
    (tmp_path / "gpiochip0").touch()
    closed = supervisor.closed_chips
    assert closed(tmp_path) == [] == closed(tmp_path / "none")
    monkeypatch.setattr(supervisor.os, "access", lambda *_: False)
    monkeypatch.setattr(supervisor, "closed_chips", lambda: closed(tmp_path))
    with pytest.raises(Refusal, match="group gpio") as refused:
        relay_of(Options(run_dir=tmp_path, state_dir=tmp_path, rate_hz=48000, period=256))
    assert refused.value.status == NO_PERMISSION


def test_the_plain_install_is_told_which_packages_the_box_needs(tmp_path):
    without = (
        "import sys; sys.modules['gpiozero'] = None; from firmware.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", without, "--sim", "--run-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.returncode == 2
    assert done.stderr == 'burnishd: the box needs gpiozero: pip install "burnish[box]"\n'
