"""The EQ view in Chromium, through the bridge."""

import numpy as np
import pytest

from host_cli.assistant import Reference
from host_cli.box import Sharing
from host_cli.web import WebServer
from tests.support.browser import Screen
from tests.support.patience import wait_until

pytestmark = pytest.mark.browser


def box_value(screen, id):
    return screen.of_box(id)[id]


def test_a_node_is_dragged_over_the_spectrum(screen):
    screen.view("eq")
    overlay = screen.page.locator(".nodes").bounding_box()
    screen.page.mouse.dblclick(overlay["x"] + 0.5 * overlay["width"], overlay["y"] + 0.5 * overlay["height"])
    screen.wait("burnish.store.get('eq.b1.enabled') === true")
    screen.page.keyboard.press("Escape")
    before = screen.value("eq.b1.freq_hz")
    assert 500 < before < 800  # the middle of 20 Hz to 20 kHz is 632 Hz
    screen.drag(".node[data-band='1']", 120, -60)
    wait_until(lambda: box_value(screen, "eq.b1.gain_db") > 2, "a gain of the box")
    assert box_value(screen, "eq.b1.freq_hz") > 1.3 * before
    assert box_value(screen, "eq.b1.gain_db") == pytest.approx(screen.value("eq.b1.gain_db"))
    screen.wait("burnish.spectra.count === 96")
    assert screen.run("Math.max(...burnish.spectra.output) > -60"), "the spectrum of the music is shown"


def test_a_node_has_the_keys_and_the_texts_of_a_slider(screen):
    screen.view("eq")
    screen.run("() => burnish.store.set({'eq.b2.enabled': true, 'eq.b2.freq_hz': 1000, 'eq.b2.gain_db': 0})")
    node = screen.page.locator(".node[data-band='2']")
    node.focus()
    screen.page.keyboard.press("ArrowUp")
    screen.page.keyboard.press("Shift+ArrowUp")
    screen.page.keyboard.press("ArrowRight")
    assert screen.value("eq.b2.gain_db") == pytest.approx(0.5)  # one step of 1 % of the range, and a fine one
    assert screen.value("eq.b2.freq_hz") == pytest.approx(1059.5)
    assert node.get_attribute("role") == "slider"
    assert node.get_attribute("aria-valuetext") == "1.06 kHz, +0.5 dB, Q " + f"{screen.value('eq.b2.q'):.2f}"


def test_the_curve_of_a_reference_is_drawn_behind_the_spectra(chromium, playing):
    """Its colour is on the canvas, and is not there without a reference."""
    song = Reference("Night.flac", tuple(np.geomspace(25, 16_000, 28)), (-12.0,) * 28, -11.3)
    count = """() => {
      const canvas = document.querySelector(".view.eq canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let found = 0;
      for (let i = 0; i < data.length; i += 4) found += data[i] === 0xc0 && data[i + 1] === 0x8c && data[i + 2] === 0xff;
      return found;
    }"""
    for reference in (song, None):
        with Sharing(str(playing.tty), 20.0) as sharing, WebServer(sharing, reference=reference) as server:
            shown = Screen(chromium, server.url).ready()
            shown.view("eq")
            shown.run("() => burnish.store.set({'eq.enabled': true})")
            shown.wait("burnish.spectra.count === 96")
            if reference:
                wait_until(lambda: shown.run(count) > 50, "the curve")  # noqa: B023
            else:
                assert shown.run(count) == 0
            assert not shown.faults
            shown.close()
