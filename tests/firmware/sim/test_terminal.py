"""The panel in a terminal: keys of the keyboard, the picture as half blocks, the picture's file."""

import os
import pty
import subprocess
import sys
import time

from PIL import Image

from firmware.sim import PictureFile
from firmware.sim.picture_file import read_picture
from firmware.sim.terminal import KEYS, Keyboard, half_blocks
from firmware.system import board


def typed(*keys):
    sent = []
    keyboard = Keyboard(lambda line: sent.append(line) or "ok", wait=lambda seconds: None)
    going = [keyboard.key(key) for key in keys]
    return sent, going


def test_keys_press_turn_push_and_hold():
    assert typed("3", "\x1b[C", "\x1b[B")[0] == ["turn 3 +1", "turn 3 -5"]
    assert typed("d", "\r")[0] == ["press DYN", "release DYN", "press 1", "release 1"]
    assert typed("2", "f", "\x1b[C", "f")[0] == ["press 2", "turn 2 +1", "release 2"]
    assert typed("x", "e")[0] == ["press SHIFT", "press EQ", "release EQ", "release SHIFT"]
    assert typed("B")[0] == ["press BYPASS", "release BYPASS"]
    assert typed("?", "q")[1] == [True, False]


def test_every_key_of_the_panel_has_a_key_of_the_keyboard():
    described = board.load()
    keys = {
        name for name in described.scan.switch if name not in board.NOT_ON_THE_FRONT and not name.startswith("PUSH")
    }
    assert set(KEYS.values()) == keys


def test_half_blocks_show_two_rows_of_pixels_each():
    text = half_blocks(4, 4, bytes([0, 255, 0, 255] * 4), 80)
    assert text.count("▀") == 8 and text.count("\r\n") == 1
    assert half_blocks(8, 8, bytes(64), 4).count("▀") == 8, "fewer columns than pixels"


def test_the_newest_picture_is_in_the_file(tmp_path):
    path = tmp_path / "display.raw"
    assert read_picture(path) is None
    with PictureFile(path) as file:
        assert read_picture(path) is None
        file.write(Image.new("L", (256, 64), 17))
        assert read_picture(path) == (1, 256, 64, bytes([17]) * 16384)
    assert not path.exists()


def test_a_person_plays_the_panel_in_a_terminal(tmp_path):
    """The whole program in a pseudo-terminal: DYN is pressed, then q ends it."""
    mine, its = pty.openpty()
    box = subprocess.Popen(
        [sys.executable, "-m", "firmware", "--sim", "--panel", "--run-dir", str(tmp_path / "run")],
        stdin=its,
        stdout=its,
        stderr=its,
    )
    os.close(its)
    os.set_blocking(mine, False)
    try:
        seen, deadline = b"", time.monotonic() + 150
        while b"\xe2\x96\x80" not in seen and time.monotonic() < deadline:
            seen += _read(mine)
        before = read_picture(tmp_path / "run" / "display.raw")
        after, asked_s = before, 0.0
        while (after == before or b"choose a knob" not in seen) and time.monotonic() < deadline:
            if time.monotonic() - asked_s > 2:  # a busy machine may not scan the switches during a tap
                os.write(mine, b"d")
                asked_s = time.monotonic()
            seen += _read(mine)
            after = read_picture(tmp_path / "run" / "display.raw") or before
        assert after != before and b"choose a knob" in seen
        os.write(mine, b"q")
        while box.poll() is None and time.monotonic() < deadline:
            _read(mine)
        assert box.poll() == 0
    finally:
        box.kill()
        os.close(mine)


def _read(descriptor: int) -> bytes:
    time.sleep(0.02)
    try:
        return os.read(descriptor, 1 << 16)
    except OSError:  # nothing yet, or the other end is closed
        return b""


def test_without_a_terminal_or_a_simulation_it_says_so():
    for arguments, words in ((["--panel"], "--sim"), (["--sim", "--panel"], "terminal")):
        done = subprocess.run(
            [sys.executable, "-m", "firmware", *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        assert done.returncode == 2 and words in done.stderr and "Traceback" not in done.stderr
