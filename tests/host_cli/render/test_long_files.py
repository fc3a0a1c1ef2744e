"""Long files: constant memory, no output after an interruption, RF64; and files with one channel."""

import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import soundfile

from demo.report import loudness_lufs
from host_cli.render import writer
from tests.support.paths import ROOT
from tests.support.patience import PATIENCE_S

from .test_files import RATE_HZ, burnish

#: Renders a file and prints the largest resident memory of the process in MB.
MEASURED = """
import resource, sys
from host_cli import __main__ as entry
status = entry.main(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
sys.exit(status)
"""


def long_file(path, seconds: int):
    """A quiet sweep of noise that compresses well and is fast to write."""
    block = (np.random.default_rng(1).standard_normal((10 * RATE_HZ, 2)) * 1000).astype(np.int16)
    with soundfile.SoundFile(path, "w", RATE_HZ, 2, "PCM_16") as file:
        for _ in range(seconds // 10):
            file.write(block)
    return path


def memory_mb(tmp_path, seconds: int) -> float:
    path = long_file(tmp_path / f"{seconds}.wav", seconds)
    command = [sys.executable, "-c", MEASURED, "render", path, "-o", tmp_path / "out.wav", "--yes", "--bits", "16"]
    done = subprocess.run([str(word) for word in command], cwd=ROOT, capture_output=True, text=True, check=True)
    return float(done.stdout.splitlines()[-1])


def test_memory_does_not_grow_with_the_length(tmp_path):
    """Two minutes more of audio are 46 MB as float32."""
    assert memory_mb(tmp_path, 150) - memory_mb(tmp_path, 30) < 8


def test_an_interrupted_render_leaves_nothing_and_keeps_the_old_file(tmp_path):
    path = long_file(tmp_path / "in.wav", 600)
    out = tmp_path / "out.wav"
    out.write_text("the last master")
    command = [sys.executable, "-m", "host_cli", "--yes", "render", path, "-o", out]
    run = subprocess.Popen([str(word) for word in command], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    part = out.with_name(".out.wav.part")
    while run.poll() is None and not (part.exists() and part.stat().st_size > 1_000_000):
        time.sleep(0.01)
    run.send_signal(signal.SIGINT)
    assert run.wait(PATIENCE_S) == 130 and run.stderr.read().endswith("burnish: interrupted\n")
    assert out.read_text() == "the last master" and sorted(p.name for p in tmp_path.iterdir()) == ["in.wav", "out.wav"]


@pytest.mark.parametrize(("limit", "form"), [(1000, "RF64"), (1 << 32, "WAV")])
def test_a_wav_file_of_more_than_4_gb_is_rf64(tmp_path, monkeypatch, limit, form):
    """The limit is lowered, so that a short file is long enough."""
    monkeypatch.setattr(writer, "_RF64_BYTES", limit)
    path = long_file(tmp_path / "in.wav", 10)
    assert burnish("render", path, "-o", tmp_path / "out.wav", "--bits", "16")[0] == 0
    assert soundfile.info(tmp_path / "out.wav").format == form
    assert np.array_equal(soundfile.read(tmp_path / "out.wav")[0], soundfile.read(path)[0])


def test_one_channel_becomes_two_on_request(tmp_path, rng):
    voice = (0.1 * rng.standard_normal(3 * RATE_HZ)).astype(np.float32)
    soundfile.write(tmp_path / "mono.wav", voice, RATE_HZ, subtype="FLOAT")
    assert "--mono" in burnish("render", tmp_path / "mono.wav", "-o", tmp_path / "out.wav")[2]
    assert burnish("render", tmp_path / "mono.wav", "-o", tmp_path / "out.wav", "--mono", "--bits", "float")[0] == 0
    out = soundfile.read(tmp_path / "out.wav")[0]
    assert out.shape == (len(voice), 2) and np.array_equal(out[:, 0], out[:, 1])
    found = json.loads(burnish("--json", "analyze", "--mono", tmp_path / "mono.wav")[1])["files"][0]
    assert found["integrated_lufs"] == pytest.approx(
        loudness_lufs(np.stack([voice, voice], 1).astype(float), RATE_HZ), abs=0.01
    )


def test_stdin_and_stdout(tmp_path, rng):
    """As in `ffmpeg ... | burnish render - -o - | ...`."""
    words = (rng.standard_normal((RATE_HZ, 2)) * 2000).astype(np.int16)
    soundfile.write(tmp_path / "in.flac", words, RATE_HZ)
    command = [sys.executable, "-m", "host_cli", "render", "-", "-o", "-", "--bits", "16"]
    done = subprocess.run(command, cwd=ROOT, input=(tmp_path / "in.flac").read_bytes(), capture_output=True)
    assert done.returncode == 0 and done.stderr.startswith(b"stdout"), done.stderr
    (tmp_path / "out.wav").write_bytes(done.stdout)
    assert np.array_equal(soundfile.read(tmp_path / "out.wav", dtype="int16")[0], words)


@pytest.mark.parametrize(
    "arguments", [["-", "-", "-o", "out"], ["a.wav", "b.wav", "-o", "-"], ["-", "-o", "-", "--json"]]
)
def test_stdin_and_stdout_are_one_file_each(arguments):
    status, _, err = burnish("render", *arguments)
    assert status == 2 and err.count("\n") == 1
