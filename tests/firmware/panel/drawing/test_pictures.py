"""The pictures of the display against golden images, which a person has looked at; --write-docs writes them again."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from firmware.panel.drawing import PICTURES, draw
from firmware.panel.layout import BY_KEY
from tests.support.panel_document import PLOTS, VIEWS
from tests.support.panel_scenes import METERS, SCENES, Scene, music_spectra

GOLDEN = Path(__file__).parent / "references"
#: Scenes that are also drawn for a colour display of 800 x 480 pixels.
COLOUR = ("eq_turned", "limit", "stereo")


def save(picture: Image.Image, path: Path, scale: int) -> None:
    size = (picture.width * scale, picture.height * scale)
    picture.resize(size, Image.Resampling.NEAREST).save(path, optimize=True)


def compare(drawn: Image.Image, path: Path, write: bool) -> None:
    """Another FreeType may move a few edges."""
    if write:
        path.parent.mkdir(exist_ok=True)
        drawn.save(path, optimize=True)
    golden = Image.open(path).convert(drawn.mode)
    assert drawn.size == golden.size
    assert np.mean(np.abs(np.asarray(drawn).astype(int) - np.asarray(golden)) > 64) < 0.02


@pytest.mark.parametrize("name", SCENES)
def test_pictures_equal_the_references(name, request):
    write = request.config.getoption("--write-docs")
    drawn = draw(SCENES[name]())
    compare(drawn, GOLDEN / f"{name}.png", write)
    assert set(np.unique(np.asarray(drawn))) <= set(range(0, 256, 17))  # what 16 greys can show
    if write and name in VIEWS:
        PLOTS.mkdir(parents=True, exist_ok=True)
        save(drawn, PLOTS / f"{name}.png", 3)


@pytest.mark.parametrize("name", COLOUR)
def test_pictures_in_colour_equal_the_references(name, request):
    drawn = draw(SCENES[name](), (800, 480), colour=True).quantize(48, dither=Image.Dither.NONE).convert("RGB")
    compare(drawn, GOLDEN / f"{name}_colour.png", request.config.getoption("--write-docs"))


def test_every_view_has_a_picture():
    assert set(PICTURES) == {(key, view.name) for key, section in BY_KEY.items() for view in section.views}


@pytest.mark.parametrize("size", [(256, 64), (320, 240), (480, 320), (800, 480), (1280, 400)])
def test_every_scene_can_be_drawn_at_any_size(size):
    for name in ("eq_all_on", "dyn_all_on", "stereo_all_on", "limit_all_on", "preset_name", "nothing"):
        assert draw(SCENES[name](), size, colour=True).size == size


def test_a_picture_depends_on_nothing_but_the_view():
    view = SCENES["eq_turned"]()
    assert draw(view).tobytes() == draw(view).tobytes()


def test_the_curve_is_where_the_gain_is():
    """The bell of -3 dB at 250 Hz is 3 dB below the middle of the picture, on the scale of 6 dB."""
    scene = Scene({"eq.b3.enabled": 1, "eq.b3.freq_hz": 250, "eq.b3.gain_db": -3, "eq.b3.q": 2}, "P")
    picture = np.asarray(draw(scene.view(METERS, np.full((2, 96), -200.0)))).astype(int)
    column = int(256 * np.log(250 / 20) / np.log(1000))
    middle, per_db = (11 + 45) / 2, (45 - 11) / 2 / (6 * 1.08)
    drawn = np.flatnonzero(picture[11:45, column] == 255).mean() + 11.5  # the node lies on the curve
    assert abs(drawn - (middle + 3 * per_db)) <= 1


def test_the_spectrum_is_behind_the_curve_and_fades_with_the_signal():
    scene = Scene({}, "P")
    loud, quiet = (np.asarray(draw(scene.view(METERS, music_spectra() + db))).astype(int) for db in (0, -100))
    assert (loud[11:45] > 0).sum() > (quiet[11:45] > 0).sum() + 1000


def test_gain_reduction_of_the_limiter_moves_down_from_the_ceiling():
    scene = Scene({}, "P")
    scene.tap("LIMIT")
    none, some = (
        np.asarray(draw(scene.view(METERS, limit_trace=np.array([[-db, -40.0]] * 150)))).astype(int) for db in (0, 6)
    )
    bright = [int((picture[:, 60] == 255).sum()) for picture in (none, some)]
    assert bright[1] - bright[0] == pytest.approx(6 * 34 / 14, abs=2)


@pytest.mark.parametrize("field", ["stale", "xruns", "load", "relay_fault", "tasks_failing"])
def test_every_state_of_the_box_changes_the_picture(field):
    scene = Scene()
    value = {"xruns": 1, "load": 0.9, "tasks_failing": 1}.get(field, True)
    assert draw(scene.view()).tobytes() != draw(scene.view(**{field: value})).tobytes()
