"""The death of the audio and of the control process, and processes that are stuck."""

import contextlib
import random
import signal
import socket
import subprocess
import threading
import time

import numpy as np
import pytest

from firmware import supervisor
from firmware.engine import replay
from firmware.system.options import Options
from tests.support.patience import PATIENCE_S, wait_until
from tests.support.rig import PERIOD, RATE_HZ, music
from tests.support.supervised_run import Running, output


def test_control_killed_sound_continues_and_the_values_return(tmp_path, rng):
    with Running(tmp_path) as run:
        assert run.turn("turn 4 +3") == "ok\n"
        wait_until(lambda: run.values()["eq.b1.gain_db"] == 1.5)  # three detents, handled together or one by one
        wait_until(lambda: run.shared.engine["eq_adopted"] >> 1 > 1)
        old = run.supervisor.control.process
        old.kill()
        wait_until(lambda: run.shared.counters["control_starts"] == 2 and (tmp_path / "tty").exists())
        beats = run.shared.counters["control_beats"]
        wait_until(lambda: run.shared.counters["control_beats"] > beats + 2)
        assert run.values()["eq.b1.gain_db"] == 1.5
        adopted = run.shared.engine["eq_adopted"]
        wait_until(lambda: run.turn("turn 4 -1") == "ok\n")
        wait_until(lambda: run.values()["eq.b1.gain_db"] == 1.0)
        wait_until(lambda: run.shared.engine["eq_adopted"] != adopted)
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
            wait_until(lambda starts=starts: run.shared.counters["control_starts"] == starts)
            beats = run.shared.counters["control_beats"]
            wait_until(lambda beats=beats: run.shared.counters["control_beats"] > beats)
            time.sleep(turns.uniform(0, 0.2))
            run.supervisor.control.process.kill()
        # A killed process leaves its tty behind, so only the beats show that the third one is running.
        wait_until(lambda: run.shared.counters["control_starts"] == 3)
        beats = run.shared.counters["control_beats"]
        wait_until(lambda: run.shared.counters["control_beats"] > beats)
        done.set()
        fingers.join()
        assert run.shared.counters["audio_starts"] == 1 and run.shared.counters["xruns"] == 0
    out, session = output(tmp_path)
    assert session["complete"] and len(session["events"]) > 5
    played = np.fromfile(tmp_path / "in.raw", "<i4").reshape(-1, 2)[: len(out)]
    assert np.array_equal(out, replay.replay(session, played))


def test_audio_killed_the_relay_releases_and_sound_returns(tmp_path, rng):
    with Running(tmp_path, music(rng, 30)) as run:
        wait_until(lambda: run.relay.beats > 10)
        run.supervisor.audio.process.kill()
        wait_until(lambda: run.relay.releases > 0)
        beats = run.relay.beats
        frames_of_first = run.frames
        wait_until(lambda: run.shared.counters["audio_starts"] == 2 and run.relay.beats > beats)
        assert run.shared.counters["frames_before"] == frames_of_first
        assert run.shared.counters["control_starts"] == 1
        wait_until(lambda: run.frames > RATE_HZ // 4)
    session = replay.read_run_log(tmp_path / "run.json")
    assert session["audio_starts"] == 2 and session["events"][0]["kind"] == "fade"
    # The second process continues the input where the first one stopped.
    out = np.fromfile(tmp_path / "out.raw.0001", "<i4").reshape(-1, 2)[session["prefill_frames"] :]
    played = np.fromfile(tmp_path / "in.raw", "<i4").reshape(-1, 2)[frames_of_first:]
    assert np.array_equal(out, replay.replay(session, played[: len(out)]))


def test_a_stuck_audio_process_is_replaced(tmp_path):
    with Running(tmp_path) as run:
        stuck = run.stick(run.supervisor.audio)
        wait_until(lambda: run.shared.counters["audio_starts"] == 2)
        assert stuck.poll() == -signal.SIGKILL
        frames = run.frames
        wait_until(lambda: run.frames > frames)
        assert run.shared.counters["control_starts"] == 1


def test_a_stuck_control_process_is_replaced_and_the_sound_continues(tmp_path):
    with Running(tmp_path) as run:
        frames = run.frames
        stuck = run.stick(run.supervisor.control)
        wait_until(lambda: run.shared.counters["control_starts"] == 2)
        assert stuck.poll() == -signal.SIGKILL
        wait_until(lambda: run.frames > frames + RATE_HZ // 2)
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
        wait_until(lambda: run.supervisor.control._unreaped)
        door.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        run.supervisor.audio.process.kill()
        wait_until(lambda: run.shared.counters["audio_starts"] == 2)
        door.settimeout(PATIENCE_S)
        assert any(b"WATCHDOG=1" in door.recv(4096) for _ in range(3))
        monkeypatch.undo()
        real.terminate()
        real.wait(PATIENCE_S)
