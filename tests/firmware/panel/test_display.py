"""The display: when it sends pictures, the bytes that reach the OLED, and what it does when it is unplugged."""

import numpy as np
import pytest

from firmware.panel.display import Display
from firmware.panel.operation import REST_S
from firmware.sim.panel import SimPanel
from firmware.system import board
from tests.support.glass import Glass
from tests.support.panel_scenes import METERS, Scene


class Shown(Scene):
    """A scene on a display."""

    def __init__(self):
        super().__init__()
        self.display = Display.virtual(board.load())

    def show(self, meters=METERS, **more) -> np.ndarray:
        """The picture as a [64, 256] array of greys."""
        self.changed = self.display.update(self.view(meters, **more))
        return np.asarray(self.display.picture).astype(int)


@pytest.fixture
def scene():
    return Shown()


def test_sends_only_what_changed(scene):
    scene.show()
    assert scene.changed
    scene.show()
    assert not scene.changed
    scene.turn(4, 1)
    scene.show()
    assert scene.changed
    scene.display.refresh()
    scene.show()
    assert scene.changed, "the display may have been unplugged"


def test_picture_file_is_replaced_atomically(scene, tmp_path):
    path = tmp_path / "display.png"
    path.write_bytes(b"old")
    scene.show()
    scene.display.save(path)
    assert path.stat().st_size > 300
    assert not [p for p in tmp_path.iterdir() if p.suffix == ".part"]


def test_a_colour_screen_gets_the_same_view_at_its_own_resolution(scene):
    scene.display = Display.virtual(board.load(), (800, 480))
    picture = scene.show()
    assert picture.shape == (480, 800, 3) and len(np.unique(picture)) > 16


def test_the_bytes_sent_to_the_oled_are_the_picture(scene):
    row = board.load()
    sim = SimPanel(row)
    glass = Glass(sim.pin_factory.pin(row["DISPLAY_DC"].bcm))
    scene.display = Display.oled(row, brightness_pct=50, pin_factory=sim.pin_factory, spidev=glass)
    picture = scene.show()
    assert glass.contrast == 128
    assert np.array_equal(glass.memory, picture // 17)
    sent = glass.bytes
    scene.tap("METER")
    scene.now_s += 2
    scene.show()
    sent = glass.bytes
    picture = scene.show({**METERS, "out_momentary_lufs": -10.0})
    assert np.array_equal(glass.memory, picture // 17)
    assert glass.bytes - sent < 3000, "only what changed is sent; the whole picture is 8192 bytes"
    scene.now_s += REST_S + 1
    scene.show()
    assert glass.contrast == 38, "nobody is there: a still picture would burn in"
    scene.panel.turn(2, 1)
    scene.show()
    assert glass.contrast == 128
    glass.memory[:] = 0  # unplugged and plugged in again: its memory is lost, and it says nothing about it
    scene.show()
    assert not glass.memory.any()
    scene.display.refresh()
    picture = scene.show()
    assert np.array_equal(glass.memory, picture // 17)
    scene.display.close()
