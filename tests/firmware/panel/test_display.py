"""The display: its pictures, when it sends them, and the bytes that reach the OLED."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from firmware.contract.params import find
from firmware.panel import controller
from firmware.panel.controller import REST_S, PanelController
from firmware.panel.display import Display
from firmware.panel.pages import Page
from firmware.panel.view import make_view
from firmware.presets.document import Preset
from firmware.presets.library import Entry, PresetLibrary
from firmware.presets.slots import Slots
from firmware.settings.store import Store
from firmware.sim.panel import SimPanel
from firmware.system import board
from tests.support.paths import DOCS

GOLDEN = Path(__file__).parent / "references"
PICTURE = DOCS / "plots" / "display.png"
METERS = {
    "in_peak_l_dbfs": -8.2,
    "in_peak_r_dbfs": -9.9,
    "out_peak_l_dbfs": -1.6,
    "out_peak_r_dbfs": -2.2,
    "gr_limiter_db": -3.4,
    "gr_b1_db": -4.0,
    "gr_b2_db": -1.5,
    "gr_b3_db": 0.0,
    "gr_b4_db": -2.5,
    "gr_b5_db": -0.5,
    "out_momentary_lufs": -12.1,
    "out_short_lufs": -13.0,
    "out_integrated_lufs": -14.2,
    "out_max_tp_dbtp": -1.0,
    "out_lra_lu": 5.2,
}


class Scene:
    """A display with its data sources, and a clock that the test sets."""

    def __init__(self, user_dir):
        self.now = 10.0
        self.store = Store()
        self.controller = PanelController(self.store, PresetLibrary(user_dir), clock=lambda: self.now)
        self.display = Display.virtual(board.load(), clock=lambda: self.now)

    def show(self, meters=METERS, **more) -> np.ndarray:
        """The picture as a [64, 256] array of greys."""
        self.changed = self.display.update(make_view(self.store, self.controller, meters, **more))
        return np.asarray(self.display._picture).astype(int)

    def page(self, steps):
        self.controller.press("PAGE")
        self.controller.turn(1, steps)
        self.controller.release("PAGE")


#: Pages that do not change when the parameter table grows.
FIXED = tuple(
    Page(title, tuple(find(id) for id in ids.split()))
    for title, ids in (
        (
            "MASTER",
            "input.trim_db eq.enabled multiband.enabled limiter.gain_db limiter.ceiling_dbtp limiter.release_ms",
        ),
        ("EQ 5", "eq.b5.enabled eq.b5.type eq.b5.freq_hz eq.b5.gain_db eq.b5.q"),
        ("MULTIBAND", "multiband.enabled multiband.x1_hz multiband.x2_hz multiband.x3_hz"),
    )
)


@pytest.fixture
def scene(tmp_path, monkeypatch):
    monkeypatch.setattr(controller, "PAGES", FIXED)
    return Scene(tmp_path)


def everyday(scene):
    scene.store.load_preset(Preset("Streaming -14", {"limiter.gain_db": 3.0}), "test")
    scene.controller.turn(4, 3)
    return scene.show()


def trouble(scene):
    scene.page(1)
    scene.store.load_preset(Preset("A name that is much too long", {"eq.b4.gain_db": -2.5}), "test")
    scene.store.select("b", "test")
    scene.store.load_preset(Preset("A name that is much too long", {"eq.b4.enabled": 1}), "test")
    scene.controller.press("PUSH3")
    scene.controller.turn(3, 20)
    return scene.show(load=0.91, xruns=3)


def stale(scene):
    scene.controller.press("BYPASS")
    scene.page(-1)
    return scene.show(stale=True)


class Presets:
    """A library that always has the same presets."""

    slots = Slots(Path("none"))

    def list(self):
        return [Entry(name, name.lower(), True, "", {}) for name in ("Loud", "Neutral", "Streaming", "Warm")]


def recall(scene):
    scene.controller._library = Presets()
    scene.controller.press("RECALL")
    scene.controller.turn(1, 1)
    return scene.show({})


@pytest.mark.parametrize("draw", [everyday, trouble, stale, recall], ids=lambda draw: draw.__name__)
def test_pictures_equal_the_references(scene, draw, request):
    """The references were checked by a person; --write-docs writes them again. Another FreeType may move a few edges."""
    drawn = draw(scene)
    path = GOLDEN / f"display_{draw.__name__}.png"
    if request.config.getoption("--write-docs"):
        path.parent.mkdir(exist_ok=True)
        scene.display.save(path, scale=1)
        if draw is everyday:
            PICTURE.parent.mkdir(parents=True, exist_ok=True)
            scene.display.save(PICTURE)
    golden = np.asarray(Image.open(path)).astype(int)
    assert drawn.shape == golden.shape == (64, 256)
    assert np.mean(np.abs(drawn - golden) > 64) < 0.02
    assert set(np.unique(drawn)) <= set(range(0, 256, 17)), "more grey levels than the display has"


def test_sends_only_what_changed(scene):
    scene.show()
    assert scene.changed
    scene.show()
    assert not scene.changed
    scene.show({**METERS, "out_momentary_lufs": -12.13})  # the displayed digits are unchanged
    assert not scene.changed
    scene.show({**METERS, "out_momentary_lufs": -12.2})
    assert scene.changed


def bar(picture, row) -> int:
    """The lit pixels of a bar, including the peak mark."""
    return int(np.sum(picture[row, 22:143] > 100))


def test_bars_are_two_pixels_per_decibel(scene):
    for level, lit in ((0.0, 121), (-6.0, 109), (-30.0, 61), (-59.0, 3), (-60.0, 0), (-150.0, 0), (6.0, 121)):
        fresh = Display.virtual(board.load(), clock=lambda: scene.now)
        scene.display = fresh
        picture = scene.show({**METERS, "in_peak_l_dbfs": level})
        assert abs(bar(picture, 41) - lit) <= 2, level
        assert bar(picture, 45) == pytest.approx(101, abs=2)


def test_gain_reduction_is_ten_pixels_per_decibel(scene):
    for reduction, lit in ((0.0, 0), (-3.4, 35), (-20.0, 121)):
        assert abs(bar(scene.show({**METERS, "gr_limiter_db": reduction}), 57) - lit) <= 1


def test_each_band_has_its_own_bar_of_two_pixels_per_decibel(scene):
    calm = {**METERS, **dict.fromkeys((name for name in METERS if name.startswith("gr_")), 0.0)}
    none = scene.show(calm)
    for band in range(5):
        picture = scene.show({**calm, f"gr_b{band + 1}_db": -6.0})
        lit = np.flatnonzero(np.any(picture != none, axis=0))
        assert (lit.min(), lit.max()) == (22 + 24 * band, 22 + 24 * band + 12)
        assert set(np.flatnonzero(np.any(picture != none, axis=1))) == {60, 61}


def test_dynamic_bands_of_the_eq_are_a_line_from_their_middles(scene):
    none = scene.show(METERS)
    for band, change_db, lit in ((0, -3.0, (25, 28)), (0, 3.0, (28, 31)), (7, -18.0, (127, 133)), (3, 0.4, None)):
        differs = scene.show({**METERS, f"eq_b{band + 1}_db": change_db}) != none
        columns = np.flatnonzero(np.any(differs, axis=0))
        assert (columns.min(), columns.max()) == lit if lit else not columns.size
        assert set(np.flatnonzero(np.any(differs, axis=1))) == ({63} if lit else set())


def test_peak_mark_is_held_and_then_falls(scene):
    loud, quiet = {**METERS, "in_peak_l_dbfs": -10.0}, {**METERS, "in_peak_l_dbfs": -50.0}

    def mark(meters):
        return int(np.flatnonzero(scene.show(meters)[41, 22:145] == 255).max(initial=0))

    assert mark(loud) == 101
    scene.now += 1.4
    assert mark(quiet) == 101
    scene.now += 1.1  # 1 s after the hold time it has fallen by 20 dB
    assert mark(quiet) == 61
    scene.now += 10
    assert mark(quiet) == 21


def test_stale_meters_are_grey(scene):
    live, grey = scene.show()[39:], scene.show(stale=True)[39:]
    assert live.max() == 255 and grey.max() <= 51
    assert np.array_equal(live > 0, grey > 0) or np.mean((live > 0) != (grey > 0)) < 0.05


def test_without_meters_the_display_shows_dashes(scene):
    assert scene.show({}).max() > 100
    assert np.array_equal(scene.show({}), scene.show({"out_integrated_lufs": -150.0}))


def test_every_state_changes_the_picture(scene):
    """Every state that a person must see changes the picture."""
    seen = {scene.show().tobytes()}

    def is_new(**more):
        picture = scene.show(**more).tobytes()
        assert picture not in seen
        seen.add(picture)

    scene.store.load_preset(Preset("Warm"), "test")
    is_new()
    scene.store.set_many({"input.trim_db": 1.0}, "test")  # value, bar and the star
    is_new()
    scene.store.set_many({"eq.b8.gain_db": 1.0}, "test")
    scene.store.select("b", "test")
    is_new()
    scene.store.set_many({"chain.bypass": 1}, "test")
    is_new()
    scene.store.set_many({"chain.mute": 1}, "test")
    is_new()
    is_new(xruns=1)
    is_new(relay_fault=True)
    is_new(load=0.9)
    scene.controller.press("LOCK")
    is_new()
    scene.now += 1.1
    scene.controller.tick()
    scene.now += 5
    is_new()


def test_any_name_and_any_page_can_be_drawn(scene, rng):
    names = ["", "x", "W" * 32, "温かい音", "\U0001f39a", "a b " * 8]
    for steps in range(40):
        scene.page(1)
        scene.store.load_preset(Preset(names[steps % len(names)] or "-"), "test")
        meters = {name: float(rng.choice([-np.inf, -150.0, 0.0, 12.3, np.nan, 1e9])) for name in METERS}
        scene.show(meters, xruns=int(rng.integers(0, 10**6)), load=float(rng.uniform(0, 9)))


def test_picture_file_is_replaced_atomically(scene, tmp_path):
    scene.show()
    path = tmp_path / "display.png"
    scene.display.save(path)
    scene.display.save(path, scale=2)
    assert Image.open(path).size == (512, 128)
    assert not [p for p in tmp_path.iterdir() if p.suffix == ".part"]


class Glass:
    """A simulated SSD1322 at the SPI bus of the Linux kernel, which stores the received picture with 16 grey levels.

    Commands used here: 15h column range (in units of 4 pixels, the first at 28), 75h row range, 5Ch write (datasheet of
    the SSD1322, section 9).
    """

    def __init__(self, dc):
        self._dc = dc
        self._command, self._data = 0, []
        self.memory = np.zeros((64, 256), int)
        self.contrast = None
        self.bytes = 0

    def open(self, port, device):
        assert (port, device) == (0, 0)

    def writebytes(self, data):
        self.bytes += len(data)
        if not self._dc.state:
            (self._command,) = data
            self._data = []
            return
        self._data += data
        if self._command == 0x15:
            self._columns = [4 * (value - 28) for value in self._data]
        elif self._command == 0x75:
            self._rows = list(self._data)
        elif self._command == 0xC1:
            self.contrast = self._data[-1]
        elif self._command == 0x5C:
            left, right = self._columns[0], self._columns[1] + 4
            top, bottom = self._rows
            if len(self._data) == (right - left) * (bottom - top + 1) // 2:
                packed = np.array(self._data).reshape(bottom - top + 1, -1)
                self.memory[top : bottom + 1, left:right:2] = packed >> 4
                self.memory[top : bottom + 1, left + 1 : right : 2] = packed & 15

    def close(self):
        pass


def test_the_bytes_sent_to_the_oled_are_the_picture(scene):
    row = board.load()
    sim = SimPanel(row)
    glass = Glass(sim.pin_factory.pin(row["DISPLAY_DC"].bcm))
    scene.display = Display.oled(row, brightness_pct=50, pin_factory=sim.pin_factory, spidev=glass)
    picture = scene.show()
    assert glass.contrast == 128
    assert np.array_equal(glass.memory, picture // 17)
    sent = glass.bytes
    picture = scene.show({**METERS, "gr_limiter_db": -5.0})
    assert np.array_equal(glass.memory, picture // 17)
    assert glass.bytes - sent < 3000, "only what changed is sent; the whole picture is 8192 bytes"
    scene.now += REST_S + 1
    scene.show()
    assert glass.contrast == 38, "dimmed without use, because a still picture would burn in"
    scene.controller.turn(1, 1)
    scene.show()
    assert glass.contrast == 128
    scene.display.close()
