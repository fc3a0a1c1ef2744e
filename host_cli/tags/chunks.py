"""Chunks of WAV files (RIFF, and RF64 or BW64 above 4 GB: EBU Tech 3306): reads them, and appends new ones."""

import struct
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


def read(path: Path, wanted: frozenset[bytes]) -> list[tuple[bytes, bytes]]:
    """(name, content) of all `wanted` chunks of a WAV file, in their order. A damaged end of the file is ignored."""
    found = []
    with path.open("rb") as file:
        file.seek(12)
        data_bytes = 0
        while len(head := file.read(8)) == 8:
            name, size = head[:4], int.from_bytes(head[4:], "little")
            if name == b"ds64":
                content = file.read(size)
                data_bytes = int.from_bytes(content[8:16], "little")
                continue
            if name == b"data" and size == _SIZE_IS_IN_DS64:
                size = data_bytes
            if name in wanted and size <= MAX_BYTES:
                content = file.read(size)
                if len(content) == size:
                    found.append((name, content))
                file.seek(size % 2, 1)
            else:
                file.seek(size + size % 2, 1)
    return found


def append(path: Path, chunks: list[tuple[bytes, bytes]]) -> None:
    """Append chunks to a complete WAV file, and correct the size in its header. Raises OSError."""
    with path.open("r+b") as file:
        file.seek(0, 2)
        if file.tell() % 2:
            file.write(b"\0")
        for name, content in chunks:
            file.write(name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2))
        _set_size(file, file.tell() - 8)


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
