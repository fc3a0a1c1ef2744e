"""docs/ALBUM-TUTORIAL.md: all its commands are run in one shell, in order; its transcripts and what it says are checked."""

import re

import numpy as np
import pytest
import soundfile

from dsp_ext.meters import measure
from tests.support.documents import blocks
from tests.support.paths import DOCS
from tests.support.tutorial import run_tutorial

TUTORIAL = DOCS / "ALBUM-TUTORIAL.md"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """(folder of the record after the last command, everything that was printed)."""
    folder = tmp_path_factory.mktemp("album")
    return folder / "record", run_tutorial(TUTORIAL, folder)


def transcripts(printed):
    """The parts of the output that the tutorial shows, in its order."""
    show = re.search(r"^Three Parts by .*?^    0:00 .*?$", printed, re.M | re.S)[0]
    levels = re.search(r"^   LUFS before.*?(?=^album:)", printed, re.M | re.S)[0].rstrip()
    return [show, levels]


def test_the_transcripts_are_those_of_this_run(run, request):
    shown = blocks(TUTORIAL, "text")
    made = [*transcripts(run[1]), (run[0] / "cd" / "PQ.txt").read_text().split("\n\n", 1)[1].rstrip()]
    made[2] = "\n".join(line for line in made[2].splitlines() if not line.startswith("IMAGE.DAT"))
    if request.config.getoption("--write-docs"):
        text = TUTORIAL.read_text()
        for old, new in zip(shown, made, strict=True):
            text = text.replace(f"```text\n{old}```", f"```text\n{new}\n```")
        TUTORIAL.write_text(text)
        shown = blocks(TUTORIAL, "text")
    assert [text.rstrip() for text in shown] == made, "the transcripts have changed: run `make docs` and commit them"


def test_every_verification_passes(run):
    assert run[1].count("passed: 0 failed") == 3


def test_the_deliveries_are_there(run):
    folder, _ = run
    for name in ("check.html", "translation.html", "proof.html", "cd/DDP/DDPID", "cd/CUE/disc.cue", "cd/PQ.pdf", "streaming/isrc.csv",
                 "streaming/masters/02 Middle.wav", "vinyl/Side A.wav", "vinyl/vinyl.txt", "back/album.toml", "joins/02-03.wav"):  # fmt: skip
        assert (folder / name).exists(), name


def test_the_masters_keep_the_ceiling_also_in_the_crossfade(run):
    parts = [soundfile.read(path, dtype="float32")[0].T for path in sorted((run[0] / "masters").glob("*.wav"))]
    whole = np.concatenate(parts, axis=1)
    assert whole.shape[1] == round(27.5 * 48000)
    assert measure(whole, 48000)["max_tp_dbtp"] <= -0.98


def test_only_shell_and_text_blocks_are_shown():
    assert TUTORIAL.read_text().count("```") == 2 * (len(blocks(TUTORIAL, "sh")) + len(blocks(TUTORIAL, "text")))
