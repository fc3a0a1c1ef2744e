"""Finds files that are shorter than their header states, because a copy or a recording was interrupted."""

import os
from pathlib import Path
from typing import BinaryIO

#: Values of a size that mean that the length is unknown, as in a stream.
_UNKNOWN = (0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF)
_WAV = (b"RIFF", b"RF64", b"BW64")


def is_cut_off(path: Path) -> bool:
    """Whether a WAV, RF64, AIFF, CAF, W64 or AU file is shorter than its header states. In other formats, this is detected while the file is read."""
    with path.open("rb") as file:
        length = os.fstat(file.fileno()).st_size
        end = _stated_end(file)
    return end > length + 1  # 1: a missing pad byte


def _stated_end(file: BinaryIO) -> int:
    """The length of the file according to its header, or 0 if the header does not state it."""
    head = file.read(24)
    kind = head[:4]
    if kind in _WAV:
        whole = _end(8, _number(head[4:8])) if kind == b"RIFF" else 0
        return max(whole, _end_of_data(file))
    if kind == b"FORM":
        return _end(8, int.from_bytes(head[4:8], "big"))
    if kind == b"riff":  # W64: a GUID, then the size of the whole file
        return _end(0, _number(head[16:24]))
    if kind == b".snd":
        return _end(int.from_bytes(head[4:8], "big"), int.from_bytes(head[8:12], "big"))
    if kind == b"caff":
        return _end_of_caf_data(file)
    return 0


def _end_of_data(file: BinaryIO) -> int:
    """The end of the data chunk of a WAV file. That of an RF64 file has its size in the chunk ds64."""
    file.seek(12)
    long_bytes = 0
    while len(head := file.read(8)) == 8:
        size = _number(head[4:])
        if head[:4] == b"data":
            return _end(file.tell(), long_bytes if size == 0xFFFFFFFF else size)
        if head[:4] == b"ds64":
            content = file.read(size)
            long_bytes = _number(content[8:16])
        else:
            file.seek(size + size % 2, 1)
    return 0


def _end_of_caf_data(file: BinaryIO) -> int:
    file.seek(8)
    while len(head := file.read(12)) == 12:
        size = int.from_bytes(head[4:], "big")
        if head[:4] == b"data":
            return _end(file.tell(), size)
        file.seek(size, 1)
    return 0


def _end(start: int, size: int) -> int:
    return 0 if size in _UNKNOWN else start + size


def _number(data: bytes) -> int:
    return int.from_bytes(data, "little")
