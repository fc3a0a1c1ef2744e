"""The input of a simulated box whose mix is repeated until the box is ended."""

import mmap
from pathlib import Path

_FRAME_BYTES = 8


class LoopedInput:
    """The frames of the file `path` (32-bit words, stereo), beginning with frame `start`. The last frame is followed by the first."""

    def __init__(self, path: Path, start: int = 0):
        with path.open("rb") as file:
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._at = start * _FRAME_BYTES % len(self._data)

    def read(self, frames: int) -> bytes:
        """The next `frames` frames. [audio]"""
        wanted, pieces = frames * _FRAME_BYTES, []
        while wanted:
            piece = self._data[self._at : self._at + wanted]
            pieces.append(piece)
            wanted -= len(piece)
            self._at = (self._at + len(piece)) % len(self._data)
        return b"".join(pieces)
