"""What the supervisor is to its surroundings: systemd, the journal, and the scheduler of Linux."""

import configparser
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from firmware import __main__ as main
from firmware import supervisor
from firmware.supervisor import Supervisor
from firmware.system import config
from firmware.system.options import Options
from tests.support.paths import ROOT
from tests.support.patience import PATIENCE_S, wait_until
from tests.support.rig import PERIOD, RATE_HZ
from tests.support.supervised_run import CountingRelay, Running


def test_nothing_waits_for_a_systemd_that_takes_no_messages(tmp_path, monkeypatch):
    """A message is tried once, without a time limit: Linux reports the socket as writable although the other end is full, so that a
    wait would be a loop that takes the processor from the heartbeat."""
    monkeypatch.setattr(socket.socket, "settimeout", lambda *_: pytest.fail("this waits"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        sent = [supervisor.systemd.notify("WATCHDOG=1") for _ in range(1000)]  # the queue is full before that
        assert sent[0] and not sent[-1]
        assert door.recv(100) == b"WATCHDOG=1"
        assert supervisor.systemd.notify("READY=1")


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
            wait_until(lambda: run.frames > RATE_HZ)
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
    # The minus sign: the folder does not exist before the first start.
    assert service["ReadWritePaths"] == f"-{config.Config().files.data}"
    assert service["ExecStartPre"].startswith("-+") and service["ExecStartPre"].endswith(config.Config().files.data)
    assert f"/run/{service['RuntimeDirectory']}" == config.Config().files.run
    assert int(service["TimeoutStopSec"]) > 2 * supervisor.STOP_S
