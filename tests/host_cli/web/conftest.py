"""Fixtures for the page: a simulated box that plays a mix, `burnish web` beside it, and a browser."""

import numpy as np
import pytest
import soundfile

from demo.box import SimulatedBox
from host_cli.box import Sharing, open_box
from host_cli.web import WebServer, export_page
from tests.support import browser as support
from tests.support.serial_stand_in import SCRIPT, PortHelper


@pytest.fixture(scope="session")
def chromium():
    """Chromium; tests that need it are left out where it is missing."""
    with support.chromium() as running:
        if running is None:
            pytest.skip(support.WANTED)
        yield running


@pytest.fixture(scope="module")
def playing(tmp_path_factory):
    """`burnishd --sim`, whose input repeats a minute of pink noise with a pulse."""
    folder = tmp_path_factory.mktemp("page")
    generator = np.random.default_rng(16)
    frames = 60 * 48_000
    spectrum = np.fft.rfft(generator.standard_normal((2, frames)), axis=1)
    spectrum /= np.sqrt(np.maximum(np.arange(spectrum.shape[1]), 40.0))
    noise = np.fft.irfft(spectrum, frames, axis=1)
    noise[1] = 0.7 * noise[0] + 0.5 * noise[1]
    pulse = 0.35 + 0.65 * np.exp(-(np.arange(frames) % 24_000) / 6_000)
    mix = 0.12 * pulse * noise / np.std(noise)
    soundfile.write(folder / "mix.wav", np.clip(mix, -1, 1).T, 48_000)
    with SimulatedBox(folder / "box", folder / "mix.wav", once=False) as box:
        yield box


@pytest.fixture
def web(playing):
    """A web server for the box that plays. All parameters have their defaults at the beginning."""
    with open_box(str(playing.tty), 20.0) as client:
        client.load("Neutral")
    with Sharing(str(playing.tty), 20.0) as sharing, WebServer(sharing) as server:
        yield server


@pytest.fixture
def screen(chromium, web):
    """The page in the browser, connected through the bridge. Nothing may be reported as an error."""
    shown = support.Screen(chromium, web.url).ready()
    yield shown
    assert not shown.faults
    shown.close()


@pytest.fixture
def cable(chromium, playing, tmp_path):
    """The exported page, connected through a stand-in for Web Serial that is joined to the port of the box."""
    export_page(tmp_path / "page")
    with PortHelper(tmp_path / "page", str(playing.tty)) as helper:
        shown = support.Screen(chromium, helper.url, script=SCRIPT)
        shown.page.click("text=Connect over USB")
        yield shown.ready()
        shown.close()


@pytest.fixture(params=["bridge", "cable"])
def either(request):
    """The page through both transports."""
    return request.getfixturevalue({"bridge": "screen", "cable": "cable"}[request.param])
