"""Chunks of WAV files (RIFF, and RF64 or BW64 above 4 GB: EBU Tech 3306): reads them, and appends new ones."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

#: Longer chunks are not read. The largest chunks that are expected contain artwork.
MAX_BYTES = 64 << 20
_SIZE_IS_IN_DS64 = 0xFFFFFFFF


def is_wav(path: Path) -> bool:
    """Whether the file begins like a WAV file of any size."""
    with path.open("rb") as file:
        head = file.read(12)
    return head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:] == b"WAVE"


def walk(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """(name, size) of each chunk of an open WAV file; the file then stands at the content of the chunk, which may be read or not.

    `ds64` is used for the size of the samples. A damaged end of the file is ignored."""
    file.seek(12)
    data_bytes = 0
    while len(head := file.read(8)) == 8:
        name, size = head[:4], int.from_bytes(head[4:], "little")
        if name == b"data" and size == _SIZE_IS_IN_DS64:
            size = data_bytes
        start = file.tell()
        if name == b"ds64":
            data_bytes = int.from_bytes(file.read(16)[8:], "little")
            file.seek(start)
        yield name, size
        file.seek(start + size + size % 2)


def read(path: Path, wanted: frozenset[bytes]) -> list[tuple[bytes, bytes]]:
    """(name, content) of all `wanted` chunks of a WAV file, in their order, except those that are longer than `MAX_BYTES`."""
    found = []
    with path.open("rb") as file:
        for name, size in walk(file):
            if name in wanted and size <= MAX_BYTES:
                content = file.read(size)
                if len(content) == size:
                    found.append((name, content))
    return found


def packed(name: bytes, content: bytes) -> bytes:
    """A chunk with its header, padded to an even length."""
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def append(path: Path, chunks: list[tuple[bytes, bytes]]) -> None:
    """Append chunks to a complete WAV file, and correct the size in its header. Raises OSError."""
    with path.open("r+b") as file:
        file.seek(0, 2)
        if file.tell() % 2:
            file.write(b"\0")
        for name, content in chunks:
            file.write(packed(name, content))
        _set_size(file, file.tell() - 8)


def forget_time(path: Path) -> None:
    """Set the time in the PEAK chunk that libsndfile writes into float files to 0, so that equal sound gives equal files. Raises OSError."""
    with path.open("r+b") as file:
        for name, size in walk(file):
            if name == b"PEAK" and size >= 8:
                file.seek(4, 1)
                file.write(bytes(4))
                return


def _set_size(file: BinaryIO, size: int) -> None:
    file.seek(0)
    if file.read(4) == b"RIFF":
        file.seek(4)
        file.write(struct.pack("<I", min(size, _SIZE_IS_IN_DS64)))
        return
    file.seek(12)
    if file.read(4) == b"ds64":
        file.seek(20)
        file.write(struct.pack("<Q", size))
