"""Where renders go, what they keep, and how they end: latency, folders, several files, interruptions."""

import os
import pty
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import soundfile

from tests.support.paths import ROOT

from .test_files import RATE_HZ, burnish
from .test_long_files import long_file

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads the CPU time of another process from /proc")


class TestLatency:
    @pytest.mark.parametrize(
        "settings", [(), ("-s", "limiter.gain_db=6", "-s", "eq.b1.enabled=on", "-s", "eq.b1.gain_db=4")]
    )
    def test_kept_latency_keeps_head_and_tail(self, tmp_path, rng, settings):
        """The last samples of the input are loud, and none is lost. From the latency on, the bits are those without it."""
        words = (rng.standard_normal((RATE_HZ, 2)) * 2.0**27).astype(np.int32) & -256
        soundfile.write(tmp_path / "in.wav", words, RATE_HZ, subtype="PCM_24")
        for name, options in (("kept", ["--keep-latency"]), ("aligned", [])):
            status, _, stderr = burnish(
                "render", tmp_path / "in.wav", "-o", tmp_path / f"{name}.wav", "--dither", "none", *options, *settings
            )
            assert status == 0, stderr
        kept, aligned = (soundfile.read(tmp_path / f"{name}.wav", dtype="int32")[0] for name in ("kept", "aligned"))
        latency = len(kept) - len(words)
        assert latency > 0 and len(aligned) == len(words)
        assert np.array_equal(kept[latency:], aligned)
        if not settings:
            assert not kept[:latency].any() and np.array_equal(aligned, words)


@pytest.mark.parametrize("arguments", [
    ("render", "in.wav", "-o", "nowhere/out.wav"),
    ("render", "in.wav", "in.wav", "-o", "nowhere"),
    ("analyze", "in.wav", "--report", "nowhere/report.html"),
    ("preset", "backup", "nowhere/box.tar.gz"),
    ("preset", "pull", "Warm", "-o", "nowhere"),
])  # fmt: skip
def test_a_missing_folder_is_refused_everywhere_alike(request, tmp_path, monkeypatch, arguments):
    run = request.getfixturevalue("burnish") if arguments[0] == "preset" else burnish
    monkeypatch.chdir(tmp_path)
    soundfile.write("in.wav", np.zeros((100, 2)), RATE_HZ)
    before = sorted(os.listdir())
    status, _, stderr = run(*arguments)
    assert (
        status == 1 and stderr == "burnish: there is no folder nowhere: check the spelling, or run `mkdir -p nowhere`\n"
    )
    assert sorted(os.listdir()) == before


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full, which is always full")
def test_a_full_disk_is_named_as_the_reason(tmp_path, monkeypatch):
    soundfile.write(tmp_path / "in.wav", np.zeros((RATE_HZ, 2)), RATE_HZ, subtype="PCM_24")
    (tmp_path / ".out.wav.part").symlink_to("/dev/full")
    status, _, stderr = burnish("render", tmp_path / "in.wav", "-o", tmp_path / "out.wav")
    assert (
        status == 1 and f"cannot write {tmp_path}/out.wav: No space left on device; free space on this disk" in stderr
    )
    assert [path.name for path in tmp_path.iterdir()] == ["in.wav"]


def test_several_files_have_one_progress_bar(tmp_path):
    """In a terminal; the bar counts the frames of all files."""
    for name in "abc":
        long_file(tmp_path / f"{name}.wav", 10)
    (tmp_path / "out").mkdir()
    ours, theirs = pty.openpty()
    command = [
        sys.executable,
        "-m",
        "host_cli",
        "render",
        *(tmp_path / f"{name}.wav" for name in "abc"),
        "-o",
        tmp_path / "out",
        "--jobs",
        "2",
    ]
    run = subprocess.Popen([str(word) for word in command], cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        shown += piece
    lines = run.communicate()[0].decode().splitlines()
    os.close(ours)
    assert run.returncode == 0 and [line.split()[0].rsplit("/", 1)[1] for line in lines] == ["a.wav", "b.wav", "c.wav"]
    bars = [bar for bar in shown.decode().replace("\x1b[K", "").split("\r") if "%" in bar]
    assert len(bars) > 2 and all(bar.lstrip("\x1b[?25l").startswith("3 files") for bar in bars) and "100%" in bars[-1]


def cpu_s(pid: int) -> float:
    """CPU time of a process so far."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@LINUX
@pytest.mark.parametrize("arguments", [
    ("render", "a.wav", "-o", "out.wav", "-s", "limiter.gain_db=6"),
    ("render", "a.wav", "b.wav", "-o", "out", "--jobs", "2", "-p", "Streaming -14"),
    ("render", "a.wav", "-o", "out.wav", "--rate", "96000"),
    ("render", "-", "-o", "out.wav"),
    ("analyze", "a.wav"),
], ids=" ".join)  # fmt: skip
def test_an_interruption_needs_less_than_a_second_of_computing(tmp_path, arguments):
    """CPU time, so that the load of the machine does not matter. Nothing is left behind."""
    for name in "ab":
        long_file(tmp_path / f"{name}.wav", 300)
    (tmp_path / "out").mkdir()
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "host_cli", "--yes", *arguments]
    run = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    deadline, least_s = time.monotonic() + 120, 1.0
    while run.poll() is None and cpu_s(run.pid) < least_s and time.monotonic() < deadline:
        done_s = cpu_s(run.pid)
        time.sleep(0.5 if arguments[1] == "-" else 0.02)
        if arguments[1] == "-" and 0.1 < done_s == cpu_s(run.pid):
            break  # it waits for its input
    before = cpu_s(run.pid)
    run.send_signal(signal.SIGINT)
    error = run.stderr.read()
    _, status, usage = os.wait4(run.pid, 0)
    run.returncode = os.waitstatus_to_exitcode(status)
    assert run.returncode == 130 and error.endswith(b"burnish: interrupted\n")
    assert usage.ru_utime + usage.ru_stime - before < 1.0
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")) == ["a.wav", "b.wav", "out"]
