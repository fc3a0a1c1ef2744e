"""Framebuffer: a colour screen on DSI or HDMI, through the kernel's framebuffer device.

Two files of the kernel are enough: no desktop, no window and no further library. luma and pygame could do it too, but luma
converts pixel by pixel in Python, which takes a second for 800 x 480, and pygame would be a new dependency. [control]
"""

import os
from pathlib import Path

import numpy as np
from PIL import Image

_SYSFS = Path("/sys/class/graphics")
#: Bits of a pixel that are supported: RGB565, and blue, green, red, unused.
DEPTHS = (16, 32)


class Framebuffer:
    """The screen behind `path`, such as /dev/fb0. `sysfs` has its description. Raises OSError and ValueError."""

    def __init__(self, path: Path | str, sysfs: Path = _SYSFS):
        folder = sysfs / Path(path).name
        width, height = map(int, (folder / "virtual_size").read_text().split(","))
        self._bits = int((folder / "bits_per_pixel").read_text())
        self._stride = int((folder / "stride").read_text())
        if self._bits not in DEPTHS:
            raise ValueError(f"{path} has {self._bits} bits a pixel: supported are {', '.join(map(str, DEPTHS))}")
        self.size = (width, height)
        self._descriptor = os.open(path, os.O_WRONLY)

    def display(self, picture: Image.Image) -> None:
        """Show a picture of mode "RGB" and of this size."""
        pixels = np.asarray(picture)
        red, green, blue = (pixels[..., channel] for channel in range(3))
        if self._bits == 16:
            words = (red.astype(np.uint16) >> 3 << 11) | (green.astype(np.uint16) >> 2 << 5) | (blue >> 3)
            rows = words.astype("<u2").view(np.uint8)
        else:
            rows = np.dstack([blue, green, red, np.full_like(red, 255)]).reshape(len(pixels), -1)
        padded = np.zeros((len(pixels), self._stride), np.uint8)
        padded[:, : rows.shape[1]] = rows
        os.pwrite(self._descriptor, padded.tobytes(), 0)

    def cleanup(self) -> None:
        """Make the screen black and close it."""
        os.pwrite(self._descriptor, bytes(self._stride * self.size[1]), 0)
        os.close(self._descriptor)
