"""The glass of an SSD1322: what the display shows after the bytes on its bus."""

import numpy as np


class Glass:
    """A simulated SSD1322 at the kernel's SPI, which stores the received picture with 16 grey levels.

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
