"""Odd inputs: names of any bytes, pipes, empty files, levels that the engine would silence."""

import json
import os
import subprocess
import sys
import threading

import numpy as np
import pytest
import soundfile

from tests.support.paths import ROOT

from .test_files import RATE_HZ, burnish

TONE = 0.1 * np.sin(np.arange(2 * RATE_HZ).reshape(-1, 2) / 20)


@pytest.mark.skipif(os.name != "posix", reason="only there can a name contain any bytes")
@pytest.mark.parametrize("name", [b"new\nline", b"esc\x1b[31mred", b"not utf-8 \xff", "für.".encode(), b"-dash", b" "])
def test_names_of_any_bytes_are_read_and_written(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    os.mkdir("out")
    source = os.fsdecode(b"./" + name + b".wav")
    soundfile.write("plain.wav", TONE, RATE_HZ)
    os.rename("plain.wav", source)
    for arguments in (
        ["render", source, "-o", "out"],
        ["analyze", source],
        ["analyze", source, "--report", "out/r.html"],
    ):
        status, stdout, stderr = burnish("--yes", *arguments)
        assert (status, stderr) == (0, "") and not set(stdout) & set("\x1b\udcff")
    assert sorted(os.listdir(b"out")) == sorted([name + b".wav", b"r.html"])
    status, stdout, _ = burnish("--json", "--yes", "render", source, "-o", "out")
    assert status == 0 and len(stdout.splitlines()) == 1
    assert os.fsencode(json.loads(stdout)["rendered"][0]["input"]).endswith(name + b".wav")


def test_pipes_are_read_like_files(tmp_path):
    """As in `burnish analyze <(ffmpeg ...)`, and `-` for stdin."""
    soundfile.write(tmp_path / "in.flac", TONE, RATE_HZ)
    os.mkfifo(tmp_path / "pipe")
    data = (tmp_path / "in.flac").read_bytes()
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(data,))
    writer.start()
    status, stdout, stderr = burnish("--json", "analyze", tmp_path / "pipe")
    writer.join()
    assert (status, stderr) == (0, "") and json.loads(stdout)["files"][0]["file"] == str(tmp_path / "pipe")
    done = subprocess.run(
        [sys.executable, "-m", "host_cli", "--json", "analyze", "-"], cwd=ROOT, input=data, capture_output=True
    )
    assert done.returncode == 0 and json.loads(done.stdout)["files"][0]["file"] == "stdin"
    done = subprocess.run(
        [sys.executable, "-m", "host_cli", "analyze", "-"], cwd=ROOT, input=b"text", capture_output=True
    )
    assert done.returncode == 1 and done.stderr.startswith(b"burnish: stdin is not a sound file")


def test_an_empty_file_is_called_empty(tmp_path):
    (tmp_path / "in.wav").touch()
    for arguments in (["render", tmp_path / "in.wav", "-o", tmp_path / "out.wav"], ["analyze", tmp_path / "in.wav"]):
        status, _, stderr = burnish(*arguments)
        assert status == 1 and "is empty" in stderr and stderr.count("\n") == 1


def test_a_level_that_the_engine_would_silence_is_refused(tmp_path):
    """Integers in a float file: a common mistake, which gave a silent output."""
    soundfile.write(tmp_path / "in.wav", TONE * 2**15, RATE_HZ, subtype="FLOAT")
    status, _, stderr = burnish("render", tmp_path / "in.wav", "-o", tmp_path / "out.wav")
    assert status == 1 and "above +36 dBFS, at frame" in stderr and not (tmp_path / "out.wav").exists()
    assert burnish("analyze", tmp_path / "in.wav")[0] == 0


def test_all_files_are_checked_before_the_first_is_measured(tmp_path, monkeypatch):
    soundfile.write(tmp_path / "in.wav", TONE, RATE_HZ)
    monkeypatch.setattr("host_cli.render.analysis.analyse", lambda *_: pytest.fail("it was measured"))
    status, _, stderr = burnish("analyze", tmp_path / "in.wav", tmp_path / "missing.wav")
    assert status == 1 and "missing.wav does not exist" in stderr
