"""The broadcast extension chunk (bext) of WAV files: EBU Tech 3285, version 2.

Formats without such a chunk get its fields as comments, under the names that ffmpeg uses for them.
"""

import math
import struct
from collections.abc import Mapping

#: Field of Vorbis comments: (place, length) of the text in the chunk.
TEXTS = {
    "DESCRIPTION": (0, 256),
    "ORIGINATOR": (256, 32),
    "ORIGINATOR_REFERENCE": (288, 32),
    "ORIGINATION_DATE": (320, 10),
    "ORIGINATION_TIME": (330, 8),
}
TIME_REFERENCE, CODING_HISTORY = "TIME_REFERENCE", "CODING_HISTORY"
_TIME_AT, _VERSION_AT, _LOUDNESS_AT, _HISTORY_AT = 338, 346, 412, 602
#: The figures of a measurement in the order of the chunk, in hundredths.
_FIGURES = ("integrated_lufs", "lra_lu", "max_tp_dbtp", "max_momentary_lufs", "max_short_lufs")
_UNKNOWN = 0x7FFF


def to_comments(chunk: bytes) -> dict[str, str]:
    """The fields of a chunk that are not empty, by their names in Vorbis comments."""
    if len(chunk) < _HISTORY_AT:
        return {}
    found = {name: _text(chunk[at : at + length]) for name, (at, length) in TEXTS.items()}
    found[CODING_HISTORY] = _text(chunk[_HISTORY_AT:])
    if time := int.from_bytes(chunk[_TIME_AT : _TIME_AT + 8], "little"):
        found[TIME_REFERENCE] = str(time)
    return {name: text for name, text in found.items() if text}


def from_comments(comments: Mapping[str, list[str]]) -> bytes | None:
    """The chunk from which `to_comments` made these comments; None if they contain none of its fields."""
    if not any(name in comments for name in (*list(TEXTS)[1:], TIME_REFERENCE, CODING_HISTORY)):
        return None
    chunk = bytearray(_HISTORY_AT)
    for name, (at, length) in TEXTS.items():
        text = comments.get(name, [""])[0].encode()[:length]
        chunk[at : at + len(text)] = text
    time = comments.get(TIME_REFERENCE, ["0"])[0]
    if time.isdecimal() and int(time) < 1 << 64:
        struct.pack_into("<Q", chunk, _TIME_AT, int(time))
    return bytes(chunk) + comments.get(CODING_HISTORY, [""])[0].encode()


def updated(chunk: bytes, figures: Mapping, coding: str, time_reference) -> bytes:
    """The chunk of the output: version 2 with its measured loudness, and one more line of coding history.

    `figures`: the result of a measurement. `time_reference`: converts the frame of the day at which the file begins.
    """
    if len(chunk) < _HISTORY_AT:
        return chunk  # the chunk is incomplete, so it cannot be changed safely
    head = bytearray(chunk[:_HISTORY_AT])
    time = int.from_bytes(head[_TIME_AT : _TIME_AT + 8], "little")
    struct.pack_into("<QH", head, _TIME_AT, max(0, time_reference(time)), 2)
    for number, name in enumerate(_FIGURES):
        struct.pack_into("<H", head, _LOUDNESS_AT + 2 * number, _hundredths(figures[name]))
    history = chunk[_HISTORY_AT:].rstrip(b"\0")
    if history and not history.endswith(b"\r\n"):
        history += b"\r\n"
    return bytes(head) + history + coding.encode() + b"\r\n"


def _hundredths(value: float | None) -> int:
    if value is None or not math.isfinite(value) or abs(value) > 99.99:
        return _UNKNOWN
    return round(100 * value) & 0xFFFF


def _text(data: bytes) -> str:
    return data.split(b"\0")[0].decode("utf-8", "replace").strip()
