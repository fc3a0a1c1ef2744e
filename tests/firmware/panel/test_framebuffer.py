"""The colour screen: the bytes that reach the kernel's framebuffer, at 16 and 32 bits a pixel."""

import numpy as np
import pytest
from PIL import Image

from firmware.panel.display import Display
from firmware.panel.framebuffer import Framebuffer
from tests.support.panel_scenes import SCENES


def screen(tmp_path, bits, size=(800, 480), padding=0):
    """A framebuffer in files: the path of the device, and the folder of its description."""
    folder = tmp_path / "sys" / "fb0"
    folder.mkdir(parents=True)
    (folder / "virtual_size").write_text(f"{size[0]},{size[1]}\n")
    (folder / "bits_per_pixel").write_text(f"{bits}\n")
    (folder / "stride").write_text(f"{size[0] * bits // 8 + padding}\n")
    (tmp_path / "fb0").touch()
    return tmp_path / "fb0", folder.parent


@pytest.mark.parametrize(("bits", "padding"), [(32, 0), (32, 128), (16, 0)])
def test_the_colours_of_every_pixel_arrive(tmp_path, rng, bits, padding):
    path, sysfs = screen(tmp_path, bits, (320, 240), padding)
    framebuffer = Framebuffer(path, sysfs)
    sent = rng.integers(0, 256, (240, 320, 3), dtype=np.uint8)
    framebuffer.display(Image.fromarray(sent))
    rows = np.frombuffer(path.read_bytes(), np.uint8).reshape(240, -1)[:, : 320 * bits // 8]
    if bits == 32:
        assert np.array_equal(rows.reshape(240, 320, 4)[..., 2::-1], sent)
    else:
        words = rows.copy().view("<u2").astype(int)
        seen = np.dstack([words >> 11 << 3, (words >> 5 & 63) << 2, (words & 31) << 3])
        assert np.array_equal(seen, sent & np.array([0xF8, 0xFC, 0xF8], np.uint8))
    framebuffer.cleanup()
    assert not any(path.read_bytes())


def test_the_display_fills_the_screen_at_its_own_resolution(tmp_path):
    path, sysfs = screen(tmp_path, 32)
    display = Display.framebuffer(path, sysfs)
    assert display.update(SCENES["eq"]()) and not display.update(SCENES["eq"]())
    assert display.picture.size == (800, 480) and len(path.read_bytes()) == 800 * 480 * 4
    display.close()


def test_a_screen_that_cannot_be_used_is_refused(tmp_path):
    path, sysfs = screen(tmp_path, 8)
    with pytest.raises(ValueError, match="8 bits a pixel: supported are 16, 32"):
        Framebuffer(path, sysfs)
    with pytest.raises(OSError, match="fb7"):
        Framebuffer(tmp_path / "fb7", sysfs)
