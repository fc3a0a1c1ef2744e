"""The header of a WAV file: everything before its samples. Files beyond 4 GB are RF64 (EBU Tech 3306)."""

import struct

from host_cli.tags import chunks

_FLOAT, _PCM = 3, 1
#: Sizes above this need RF64.
MOST_BYTES = 0xFFFF_0000


def fmt(rate_hz: int, bits: str, channels: int = 2) -> bytes:
    """The body of the fmt chunk; `bits`: "16", "24", "32" or "float"."""
    size = 4 if bits == "float" else int(bits) // 8
    kind = _FLOAT if bits == "float" else _PCM
    return struct.pack("<HHIIHH", kind, channels, rate_hz, rate_hz * channels * size, channels * size, 8 * size)


def header(
    before: list[tuple[bytes, bytes]], rate_hz: int, bits: str, frames: int, after_bytes: int = 0, force: bool = False
) -> bytes:
    """Everything of a file before its samples. `before`: chunks in front of the samples, `after_bytes`: bytes behind them.

    Sizes that 32 bits cannot hold (or `force`) make it an RF64 file; a WAV file has a JUNK chunk of the same size in that place.
    """
    data_bytes = frames * 2 * (4 if bits == "float" else int(bits) // 8)
    middle = chunks.packed(b"fmt ", fmt(rate_hz, bits)) + b"".join(chunks.packed(name, body) for name, body in before)
    total = 4 + 36 + len(middle) + 8 + data_bytes + data_bytes % 2 + after_bytes
    if total > MOST_BYTES or force:
        sizes = chunks.packed(b"ds64", struct.pack("<QQQI", total, data_bytes, frames, 0))
        return b"RF64\xff\xff\xff\xffWAVE" + sizes + middle + b"data\xff\xff\xff\xff"
    return (
        b"RIFF"
        + struct.pack("<I", total)
        + b"WAVE"
        + chunks.packed(b"JUNK", bytes(28))
        + middle
        + b"data"
        + struct.pack("<I", data_bytes)
    )
