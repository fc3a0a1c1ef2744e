"""Every command, example and figure of README.md, run as a reader would."""

import json
import os
import pty
import re
import select
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from demo import __main__ as demo
from demo import report
from demo.mix import synthesise
from host_cli.render import audiofile, engine
from tests.support.chain_diagram import STAGES, chain_svg
from tests.support.documents import blocks, commands, inline
from tests.support.paths import DOCS, ROOT
from tests.support.patience import PATIENCE_S

README = ROOT / "README.md"
RATE_HZ = 48000
SHELL = blocks(README, "sh")
CLONE, START, EXPORT, SESSION = map(commands, SHELL)
#: The folder of the programs of this environment; the README uses `.venv/bin`.
BIN = Path(sys.executable).parent


def test_the_readme_has_the_blocks_that_the_tests_run():
    assert len(SHELL) == 4 and len(blocks(README, "python")) == 1
    assert len(SESSION) == 10
    assert README.read_text().count("```") == 2 * (len(SHELL) + 1), "a block in another language is run by no test"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder after `make demo`: out/mix.wav is there."""
    path = tmp_path_factory.mktemp("readme")
    (path / "out").mkdir()
    words = audiofile.words_from_float(synthesise(RATE_HZ)[:, : 6 * RATE_HZ].T)
    audiofile.write_words(path / "out" / "mix.wav", words, RATE_HZ, "24")
    return path


class TestTwoCommands:
    """The commands of make. test_demo.py, test_system.py and this test run check the programs that they start."""

    def test_clone(self, tmp_path):
        if not (ROOT / ".git").exists():
            pytest.skip("this source tree is not a git repository, so it cannot be cloned")
        line = CLONE[0].replace("URL-OF-THIS-REPOSITORY", shlex.quote(str(ROOT)))
        subprocess.run(["sh", "-ec", line + " && test -f Makefile"], cwd=tmp_path, check=True, capture_output=True)

    @pytest.mark.parametrize("line", [*CLONE[1:], *inline(README, "make")])
    def test_make_knows_the_command(self, line):
        command = [*shlex.split(line), "--dry-run", f"VENV={BIN.parent}"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        for argument in shlex.split(line)[2:]:
            assert argument.partition("=")[2] in done.stdout

    def test_the_files_are_those_of_the_demo(self):
        table = README.read_text().split("| file | content |")[1].split("\n\n")[0]
        assert set(re.findall(r"`([\w.]+)`", table.split("What")[0])) == set(demo.RESULTS)


def test_the_python_example(folder):
    (example,) = blocks(README, "python")
    assert len([line for line in example.splitlines() if line]) == 5
    done = subprocess.run(
        [sys.executable, "-c", example], cwd=folder, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert done.returncode == 0, done.stderr
    assert -30 < float(done.stdout) < -5


@pytest.fixture(scope="module")
def environment(folder):
    """The box runs; the variables that the README exports."""
    (start,), (export,) = START, EXPORT
    run_dir = folder / "box"
    start = start.replace(".venv/bin", str(BIN)).replace("/tmp/box", str(run_dir))
    export = export.replace("$PWD/.venv/bin", str(BIN)).replace("/tmp/box", str(run_dir))
    with open(folder / "burnishd.log", "w") as log:
        box = subprocess.Popen(shlex.split(start), cwd=folder, stdout=log, stderr=log)
    try:
        until = time.monotonic() + PATIENCE_S
        while not (run_dir / "tty").exists():
            assert box.poll() is None and time.monotonic() < until, (folder / "burnishd.log").read_text()
            time.sleep(0.05)
        printed = subprocess.run(["sh", "-ec", f"{export}; env"], capture_output=True, text=True, check=True).stdout
        yield dict(line.split("=", 1) for line in printed.splitlines() if "=" in line)
    finally:
        box.send_signal(signal.SIGINT)
        box.wait(PATIENCE_S)


class TestSession:
    """The ten commands, on the box that the README starts."""

    @pytest.mark.parametrize("line", SESSION)
    def test_command(self, line, environment, folder):
        if "monitor" in line:
            assert "LUFS" in self._screen(line, environment)
            return
        done = subprocess.run(
            ["sh", "-ec", line], cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE_S
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout or "burnish ports" in line

    @staticmethod
    def _screen(line: str, environment) -> str:
        """The output of a full-screen program until the key q ends it."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.execvpe("sh", ["sh", "-c", line], {**environment, "TERM": "xterm-256color"})
        drawn, until, quit_sent = b"", time.monotonic() + PATIENCE_S, False
        while time.monotonic() < until:
            if not select.select([terminal], [], [], 0.5)[0]:
                continue
            try:
                drawn += os.read(terminal, 65536)
            except OSError:
                break
            if b"LUFS" in drawn and not quit_sent:
                os.write(terminal, b"q")
                quit_sent = True
        os.close(terminal)
        _, status = os.waitpid(pid, 0)
        assert os.waitstatus_to_exitcode(status) == 0, drawn[-500:]
        return drawn.decode(errors="replace")


def test_the_diagram_is_current_and_in_the_order_of_the_engine(request):
    path = DOCS / "plots" / "signal-chain.svg"
    if request.config.getoption("--write-docs"):
        path.write_text(chain_svg())
    assert path.read_text() == chain_svg(), "docs/plots/signal-chain.svg is not current: run `make docs` and commit it"
    described = (ROOT / "dsp_ext" / "engine.pyx").read_text()
    chain = re.search(r"^ +(input trim -> .*)$", described, re.M)[1].split(" -> ")
    assert [name for name, _ in STAGES] == chain[: len(STAGES)]
    assert "bypass" in chain[-2] and "mute" in chain[-1]


@pytest.fixture(scope="module")
def made():
    """The metadata of docs/demo.png, which describe the run in the picture."""
    return json.loads(Image.open(DOCS / "demo.png").info["burnish"])


class TestPicture:
    """docs/demo.png is the picture that `make picture` draws today. The test compares no pixels, but the metadata, which
    describes the run."""

    def test_the_picture_shows_the_actions_of_the_demo(self, made):
        assert made["scene"] == [[at_s, words] for at_s, words, _ in demo.SCENE]

    def test_a_repetition_of_the_run_gives_the_same_figures(self, made):
        """The settings of the pictured run, with each change at its frame, through the engine of today."""
        mix = synthesise(RATE_HZ).T[: made["frames"]]
        words = audiofile.round_to_bits(audiofile.words_from_float(mix), 24)
        before = (words.T / demo.FULL_SCALE).astype(np.float32)
        after = np.concatenate(list(engine.Renderer(RATE_HZ).render([before], made["start"], made["events"])), axis=1)
        for name, samples in (("before", before.T), ("after", after.T)):
            found = report.loudness_lufs(samples, RATE_HZ)
            assert found == pytest.approx(made[f"lufs_{name}"], abs=0.05), "make picture"
            found = report.true_peak_dbtp(samples, RATE_HZ)
            assert found == pytest.approx(made[f"dbtp_{name}"], abs=0.05), "make picture"

    def test_the_picture_has_the_plots_of_the_report(self, made, tmp_path, rng):
        columns = ["in_short_lufs", "out_momentary_lufs", "out_short_lufs", "gr_limiter_db"]
        columns += [f"gr_b{band}_db" for band in range(1, 6)]
        history = {"t_s": [0.0, 1.0], "frame": [0, RATE_HZ]} | {name: [-20.0, -20.0] for name in columns}
        noise = 0.1 * rng.standard_normal((RATE_HZ, 2))
        figures = dict.fromkeys(("lufs_before", "lufs_after", "dbtp_before", "dbtp_after", "worst_load_percent"), -1.0)
        summary = {"source": "noise", "xruns": 0, "ceiling_dbtp": -1.0, "events": [(0.5, "bypass on")], **figures}
        report.draw(tmp_path / "report.png", noise, noise, RATE_HZ, history, summary)
        assert Image.open(tmp_path / "report.png").info["Title"] == made["plots"], "make picture"
