"""Fixtures of the drills: the virtual parts, the running box and the laptop's tool. Each guest runs one file of drills."""

import os

import numpy as np
import pytest

from firmware.system import board
from host_cli.box import open_box
from tests.box import results
from tests.box.parts import Burnishd, Cable, CardClock, Header, Jig, Tool, described, noise, parts, pretend_pi

# Outside a guest there is neither a header nor a loopback card. There, test_drills.py collects these files.
collect_ignore_glob = [] if "BURNISH_GUEST" in os.environ else ["test_*.py"]
#: The music of a drill with sound. It is repeated, and fills a whole number of periods at each rate.
MUSIC_SECONDS = 16


@pytest.fixture(scope="session")
def rate_hz() -> int:
    return int(os.environ.get("RATE_HZ", 48000))


@pytest.fixture(scope="session")
def period_frames() -> int:
    return int(os.environ.get("PERIOD_FRAMES", 128))


@pytest.fixture(scope="session")
def described_board():
    """The board, without a HAT."""
    return board.load("none")


@pytest.fixture(scope="session")
def header(described_board) -> Header:
    pretend_pi()
    return Header(described_board)


@pytest.fixture(scope="session")
def cable() -> Cable:
    return Cable()


@pytest.fixture(scope="session")
def card_clock(rate_hz, period_frames):
    with CardClock(rate_hz, period_frames) as clock:
        yield clock


@pytest.fixture(scope="session")
def burnishd(header, cable, card_clock, rate_hz, period_frames):
    """The box with running audio and with the cable plugged in."""
    service = Burnishd(rate_hz, period_frames)
    cable.plug()
    service.wait_for_sound(header)
    yield service
    if service.process.poll() is None:
        service.stop()


@pytest.fixture(scope="session")
def tool() -> Tool:
    """`burnish` as a command."""
    return Tool()


@pytest.fixture
def box(burnishd):
    """A session with the box, which is faster than one command per value."""
    with open_box(None) as box:
        yield box


@pytest.fixture(scope="session")
def music(rate_hz) -> np.ndarray:
    return noise(np.random.default_rng(5), rate_hz, MUSIC_SECONDS)


@pytest.fixture(scope="session")
def jig(card_clock, rate_hz, period_frames, music):
    """Plays the music into the box again and again, and records what the box plays."""
    with Jig(music, rate_hz, period_frames, path="/tmp/recorded.raw", repeat=True) as jig:
        jig.start()
        yield jig


@pytest.fixture
def sound(jig, music):
    """`sound()`: one sentence about what the box has played since the drill began."""
    began = jig.position
    return lambda: described(parts(jig.recording(began), music))


@pytest.fixture
def logged(burnishd):
    """`logged()`: what the box has logged since the drill began."""
    began = len(burnishd.log)
    return lambda: burnishd.log[began:].strip()


@pytest.fixture
def note(capsys):
    """`note("relays back", 1410, "ms")`: a figure of the drill for its output."""

    def write(name: str, value, unit: str = "") -> None:
        with capsys.disabled():
            print(f"\n  {name}: {value} {unit}".rstrip(), end="", flush=True)

    return write


@pytest.fixture
def report(capsys):
    """`report("audio process killed", sound=..., recovery=..., log=...)`: a row of docs/DRILLS.md."""

    def write(drill: str, **columns: str) -> None:
        with capsys.disabled():
            print("\n" + results.line(results.Row(drill, **columns)), flush=True)

    return write
