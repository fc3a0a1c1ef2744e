"""The lines of the serial link, and the envelopes of requests, replies and notifications.

    line = json SP "*" 8 hex digits LF        CRC-32 (zlib) over the bytes of the JSON; a CR also ends a line

Standard library and msgspec only.
"""

import json
import re
import zlib
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from .errors import ERRORS, BoxError


def encode(message) -> bytes:
    """`message` (a struct or plain data) as a line with its checksum. Raises ValueError for NaN and infinities."""
    plain = msgspec.to_builtins(message)
    body = json.dumps(plain, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode()
    return b"%s *%08x\n" % (body, zlib.crc32(body))


_LINE = re.compile(rb"(?s)(.+) \*([0-9a-f]{8})")


def checked(line: bytes) -> bytes | None:
    """The JSON of `line`, which has no line end; None if the checksum is missing or wrong."""
    match = _LINE.fullmatch(line)
    if match is None or zlib.crc32(match[1]) != int(match[2], 16):
        return None
    return match[1]


class Lines:
    """Splits a stream of bytes into lines. It keeps at most `max_line` bytes between two calls of `feed`."""

    def __init__(self, max_line: int):
        self.max_line = max_line
        self.overlong = 0
        self._buffer = b""
        self._skipping = False

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that are now complete, without their ends. Empty lines are left out; too long ones are dropped and counted.

        CR also ends a line, because a terminal sends it for Enter and the JSON never contains it.
        """
        *whole, rest = (self._buffer + data).replace(b"\r", b"\n").split(b"\n")
        if whole and self._skipping:
            whole, self._skipping = whole[1:], False
        kept = [line for line in whole if len(line) < self.max_line]
        self.overlong += len(whole) - len(kept)
        if self._skipping:
            rest = b""
        elif len(rest) >= self.max_line:
            self.overlong += 1
            rest, self._skipping = b"", True
        self._buffer = rest
        return [line for line in kept if line.strip()]


class Request(Struct, forbid_unknown_fields=True):
    """From the laptop to the box. `id` consists of a nonce of the session and a counter: `f45c6f-12`."""

    id: Annotated[str, Meta(pattern=r"^[0-9A-Za-z._-]{1,40}$")]
    method: str
    params: Raw = Raw(b"{}")


class Error(Struct):
    """`code` and `name` identify the error; `message` is a sentence for people; `data` has the facts for programs."""

    code: int
    name: str
    message: str
    data: dict[str, Any] = {}


class Incoming(Struct):
    """A line that the laptop receives: a reply, which has `id`, or a notification, which has `method`."""

    id: str | UnsetType = UNSET
    result: Raw | UnsetType = UNSET
    error: Error | UnsetType = UNSET
    method: str | UnsetType = UNSET
    params: Raw | UnsetType = UNSET


def parse(line: bytes, kind):
    """`line` as `kind` (Request or Incoming), or None if it is damaged or of another kind."""
    body = checked(line)
    if body is None:
        return None
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def result(id: str, value) -> bytes:
    """The line with the result of request `id`."""
    return encode({"id": id, "result": msgspec.to_builtins(value)})


def error(id: str, failure: BoxError) -> bytes:
    """The line that refuses request `id` with `failure`."""
    return encode({"id": id, "error": Error(ERRORS[failure.name], failure.name, str(failure), failure.data)})


def notification(method: str, params) -> bytes:
    """The line of a notification, for example a frame of a subscription."""
    return encode({"method": method, "params": params})
