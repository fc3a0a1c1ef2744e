"""Oled: sends pictures to the SSD1322. luma starts the display; the pixels are packed here, because luma does that pixel by pixel
in Python, which takes longer than a picture may last on a Pi. [control]
"""

import numpy as np
from luma.oled.device import ssd1322
from PIL import Image

from .drawing import pack

#: Commands of the SSD1322 (data sheet, section 9): columns (in units of four pixels), rows, write.
_COLUMNS, _ROWS, _WRITE = 0x15, 0x75, 0x5C
#: The controller has 480 columns; the glass begins at this one.
_FIRST_COLUMN = 112


class Oled:
    """The display on `bus` (luma's SPI). Only rows that have changed are sent: at most 8192 bytes."""

    def __init__(self, bus, width: int, height: int, rotate: bool):
        self._device = ssd1322(bus, width=width, height=height)
        self._rotate = rotate
        self._sent: np.ndarray | None = None
        self.size = (width, height)

    def contrast(self, level: int) -> None:
        """The brightness, 0 to 255."""
        self._device.contrast(level)

    def display(self, picture: Image.Image) -> None:
        """Send a picture of mode "L"."""
        packed = pack(picture.transpose(Image.Transpose.ROTATE_180) if self._rotate else picture)
        changed = np.arange(len(packed)) if self._sent is None else np.flatnonzero((packed != self._sent).any(axis=1))
        self._sent = packed
        if not len(changed):
            return
        first, last = int(changed[0]), int(changed[-1])
        left = _FIRST_COLUMN // 4
        self._device.command(_COLUMNS, left, left + self.size[0] // 4 - 1)
        self._device.command(_ROWS, first, last)
        self._device.command(_WRITE)
        self._device.data(packed[first : last + 1].ravel().tolist())

    def refresh(self) -> None:
        """Set the display up again and send the next picture whole: it may have been unplugged, and cannot say so."""
        self._device._init_sequence()  # luma has no public name for it
        self._device.show()
        self._sent = None

    def cleanup(self) -> None:
        """Switch the display off and free the bus."""
        self._device.cleanup()
