"""`make demo` with mistakes of users. test_system.py uses the parts of the demo and therefore tests them."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from demo import __main__ as demo
from tests.support.paths import ROOT
from tests.support.patience import PATIENCE_S

RATE_HZ = 48000


def run(*arguments) -> subprocess.CompletedProcess:
    """Run the demo as make does."""
    command = [sys.executable, "-m", "demo", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S)


def noise(path: Path, rng, seconds: float) -> Path:
    """Write a quiet stereo file; returns its path."""
    soundfile.write(path, 0.05 * rng.standard_normal((int(seconds * RATE_HZ), 2)), RATE_HZ, subtype="PCM_24")
    return path


def test_a_mix_shorter_than_the_demo_is_played_to_its_end(tmp_path, rng):
    done = run("--mix", noise(tmp_path / "mix.wav", rng, 1.5), "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "the same bits" in (tmp_path / "out" / "summary.txt").read_text()
    assert len(soundfile.read(tmp_path / "out" / "box.wav")[0]) == 1.5 * RATE_HZ


def test_only_results_of_the_demo_are_removed(tmp_path):
    (tmp_path / "box").mkdir()
    (tmp_path / "box" / "old.raw").write_text("x")
    for name in (*demo.RESULTS, "song.flac"):
        (tmp_path / name).write_text("x")
    demo.clear(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["song.flac"]


def test_an_unusable_mix_keeps_the_last_results(tmp_path, rng):
    results = tmp_path / "summary.txt"
    results.write_text("of the last run")
    soundfile.write(tmp_path / "mono.wav", np.zeros(RATE_HZ), RATE_HZ)
    for mix, why in ((tmp_path / "mono.wav", "1 channel"), (noise(tmp_path / "short.wav", rng, 0.3), "0.3 s")):
        done = run("--mix", mix, "--out", tmp_path)
        assert done.returncode == 1
        assert why in done.stderr and done.stderr.count("\n") == 1
    assert results.read_text() == "of the last run"


@pytest.mark.parametrize(("arguments", "why"), [
    (("--device", "hw:99"), "hw:99"),
    (("--out", "/proc/out"), "/proc/out"),
])  # fmt: skip
def test_missing_files_and_devices_are_reported_in_one_sentence(tmp_path, rng, arguments, why):
    more = ("--out", tmp_path) if "--out" not in arguments else ("--mix", noise(tmp_path / "mix.wav", rng, 1))
    done = run(*arguments, *more)
    assert done.returncode == 1
    assert why in done.stderr and done.stderr.count("\n") == 1
