"""PictureFile: the newest picture of the simulated display in a file, for programs that show it 30 times a second."""

import os
import struct
from pathlib import Path

_HEAD = struct.Struct("<IHH")  # serial number of the picture, width, height; a byte of grey for each pixel follows


class PictureFile:
    """Writes pictures to `path`. A reader may see a picture half old and half new for a moment. A context manager."""

    def __init__(self, path: Path):
        self._path = path
        self._serial = 0
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)

    def write(self, picture) -> None:
        """Write a picture of mode "L"."""
        self._serial += 1
        os.pwrite(self._descriptor, _HEAD.pack(self._serial, *picture.size) + picture.tobytes(), 0)

    def close(self) -> None:
        """Remove the file."""
        os.close(self._descriptor)
        self._path.unlink(missing_ok=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def read_picture(path: Path) -> tuple[int, int, int, bytes] | None:
    """(serial number, width, height, greys) of the newest picture; None before the first."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    if len(data) < _HEAD.size:
        return None
    serial, width, height = _HEAD.unpack_from(data)
    greys = data[_HEAD.size :]
    return (serial, width, height, greys) if len(greys) == width * height else None
