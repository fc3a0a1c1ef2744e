"""Complete runs of `burnishd` on the simulated card, and its refusals, as a user sees them."""

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from firmware.engine import replay
from tests.support.paths import ROOT
from tests.support.patience import PATIENCE_S, wait_until
from tests.support.rig import PERIOD, music
from tests.support.supervised_run import burnishd, output


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


def test_the_plain_install_is_told_which_packages_the_box_needs(tmp_path):
    """Only the simulator runs without them."""
    without = (
        "import sys; sys.modules['gpiozero'] = None; from firmware.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", without, "--run-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.returncode == 2
    assert done.stderr == 'burnishd: the box needs gpiozero: pip install "burnish[box]"\n'


@pytest.fixture
def started(tmp_path):
    """`burnishd --sim` as a process of its own, which has begun its run log. It is ended after the test."""
    command = [sys.executable, "-m", "firmware", "--sim", "--record", "--run-dir", str(tmp_path)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
    try:
        wait_until(lambda: (tmp_path / "run.json").exists())
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
    wait_until(lambda: not any(is_running(child) for child in children))


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
