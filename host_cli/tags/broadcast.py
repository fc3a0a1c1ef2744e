"""The broadcast extension chunk (bext) of WAV files: EBU Tech 3285, version 2.

Formats without such a chunk get its fields as comments, under the names that ffmpeg uses for them.
"""

import math
import struct
from collections.abc import Iterable, Mapping

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
_LOUDNESS = struct.Struct("<5h")
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
    texts = {name: comments[name][0].encode() for name in TEXTS if name in comments}
    time = comments.get(TIME_REFERENCE, ["0"])[0]
    head = _head(texts, int(time) if time.isdecimal() and int(time) < 1 << 64 else 0)
    return bytes(head) + comments.get(CODING_HISTORY, [""])[0].encode()


def built(texts: Mapping[str, str], frame: int, figures: Mapping, history: Iterable[str]) -> bytes:
    """A new chunk of version 2. `texts`: by the names of `TEXTS`, in which characters that are not ASCII become '?'. `frame`: the frame
    of the day, or of a programme, at which the file begins. `figures`: the result of a measurement, or a part of it."""
    head = _head({name: text.encode("ascii", "replace") for name, text in texts.items()}, frame)
    _measure(head, figures)
    return bytes(head) + "".join(f"{line}\r\n" for line in history).encode("ascii", "replace")


def loudness(chunk: bytes) -> dict[str, float | None]:
    """The figures of a chunk, which are None where it does not state them. Raises ValueError for a chunk that is too short."""
    if len(chunk) < _HISTORY_AT:
        raise ValueError(f"the bext chunk has {len(chunk)} bytes, but at least {_HISTORY_AT} are needed")
    version = int.from_bytes(chunk[_VERSION_AT : _VERSION_AT + 2], "little")
    words = _LOUDNESS.unpack_from(chunk, _LOUDNESS_AT) if version >= 2 else [_UNKNOWN] * len(_FIGURES)
    return {name: None if word == _UNKNOWN else word / 100 for name, word in zip(_FIGURES, words, strict=True)}


def updated(chunk: bytes, figures: Mapping, coding: str, time_reference) -> bytes:
    """The chunk of the output: version 2 with its measured loudness, and one more line of coding history.

    `figures`: the result of a measurement. `time_reference`: converts the frame of the day at which the file begins.
    """
    if len(chunk) < _HISTORY_AT:
        return chunk  # the chunk is incomplete, so it cannot be changed safely
    head = bytearray(chunk[:_HISTORY_AT])
    time = int.from_bytes(head[_TIME_AT : _TIME_AT + 8], "little")
    struct.pack_into("<Q", head, _TIME_AT, max(0, time_reference(time)))
    _measure(head, figures)
    history = chunk[_HISTORY_AT:].rstrip(b"\0")
    if history and not history.endswith(b"\r\n"):
        history += b"\r\n"
    return bytes(head) + history + coding.encode() + b"\r\n"


def _head(texts: Mapping[str, bytes], frame: int) -> bytearray:
    """Everything before the coding history, of version 0."""
    head = bytearray(_HISTORY_AT)
    for name, text in texts.items():
        at, length = TEXTS[name]
        head[at : at + min(len(text), length)] = text[:length]
    struct.pack_into("<Q", head, _TIME_AT, frame)
    return head


def _measure(head: bytearray, figures: Mapping) -> None:
    """Write the loudness, and the version that has it."""
    struct.pack_into("<H", head, _VERSION_AT, 2)
    _LOUDNESS.pack_into(head, _LOUDNESS_AT, *(_hundredths(figures.get(name)) for name in _FIGURES))


def _hundredths(value: float | None) -> int:
    return _UNKNOWN if value is None or not math.isfinite(value) or abs(value) > 99.99 else round(100 * value)


def _text(data: bytes) -> str:
    return data.split(b"\0")[0].decode("utf-8", "replace").strip()
