"""docs/TUTORIAL.md: all its commands are run in one shell, in order, and the statements of the text about the results are
checked."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from host_cli.render import AudioReader, analysis, audiofile
from tests.support.documents import blocks
from tests.support.paths import DOCS
from tests.support.tutorial import run_tutorial

TUTORIAL = DOCS / "TUTORIAL.md"
WIDTH, COLOURS = 800, 32


@pytest.fixture(scope="module")
def song(tmp_path_factory):
    """The folder of the song after the last command."""
    folder = tmp_path_factory.mktemp("tutorial")
    run_tutorial(TUTORIAL, folder)
    return folder / "song"


def figures(path: Path) -> dict:
    with AudioReader(path) as source:
        return analysis.analyse(source.read(), source.rate_hz)


def test_every_block_is_run():
    assert TUTORIAL.read_text().count("```") == 2 * len(blocks(TUTORIAL, "sh"))


def test_the_preset_makes_the_mix_louder_below_its_ceiling(song):
    mix, first = figures(song / "mix.wav"), figures(song / "first.wav")
    assert first["integrated_lufs"] > mix["integrated_lufs"] + 3
    assert first["max_tp_dbtp"] <= -0.98


def test_listening_to_a_part_gives_less_than_the_whole(song):
    whole = figures(song / "first.wav")["integrated_lufs"]
    for name in ("changes", "limited", "bass"):
        assert figures(song / f"{name}.wav")["integrated_lufs"] < whole, name


def test_the_shelf_brightens_the_master(song):
    (first, rate_hz), (bright, _) = (audiofile.read_words(song / f"{name}.wav") for name in ("first", "bright"))
    at_hz = np.array([1000.0, 15000.0])
    change = np.subtract(*(analysis.spectrum_db(words.T / 2.0**31, rate_hz, at_hz, 1 / 3) for words in (bright, first)))
    assert 1.0 < change[1] - change[0] < 2.5


def test_the_target_loudness_is_met(song):
    master = figures(song / "master.wav")
    assert master["integrated_lufs"] == pytest.approx(-14, abs=0.05)
    assert master["max_tp_dbtp"] <= -0.98


@pytest.mark.parametrize("name", ["mix", "first"])
def test_the_pictures_show_these_files(song, name, request):
    """The pictures on the page contain the figures of the file that they show."""
    found = figures(song / f"{name}.wav")
    found = {key: round(found[key], 1) for key in ("integrated_lufs", "max_tp_dbtp", "lra_lu")}
    path = DOCS / "plots" / f"tutorial-{name}.png"
    if request.config.getoption("--write-docs"):
        picture, metadata = Image.open(song / f"{name}.png").convert("RGB"), PngImagePlugin.PngInfo()
        metadata.add_text("burnish", json.dumps(found))
        size = (WIDTH, round(picture.height * WIDTH / picture.width))
        small = picture.resize(size, Image.Resampling.LANCZOS).quantize(COLOURS, dither=Image.Dither.NONE)
        small.save(path, optimize=True, pnginfo=metadata)
    shown = json.loads(Image.open(path).info["burnish"])
    assert shown == pytest.approx(found, abs=0.11), f"docs/plots/{path.name} is not current: run `make docs`"
