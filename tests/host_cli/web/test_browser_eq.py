"""The EQ view in Chromium, through the bridge."""

import pytest

from tests.support.browser import until

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
    until(lambda: box_value(screen, "eq.b1.gain_db") > 2, "a gain of the box")
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
