"""The serial link: what a line looks like, which messages there are, which errors. Used by the box and by the laptop.

    line = json SP "*" 8 hex digits LF        CRC-32 (zlib) over the bytes of the JSON; CR ends a line as LF does

All bytes are ASCII. After damage both ends are in step again at the next line. Requests carry `id` and `method`, replies
`id` and `result` or `error`, notifications `method` alone: so a line that is echoed back is never taken for a request.
The box speaks only when asked, and never answers a line that is not a valid request. Standard library and msgspec only.
"""

import base64
import json
import re
import zlib
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from .errors import BurnishError

#: Version of this distribution (a test compares it with pyproject.toml), here because box and laptop both tell it.
VERSION = "0.1.0"
#: Version of the protocol. An addition gets a capability string, a break a new number.
PROTO = 1
PRODUCT = "Burnish"
#: USB identity of the box: the test PID of pid.codes, so the product string has to match as well.
USB_VID, USB_PID = 0x1209, 0x0001
#: Longest line in bytes, LF included, on each kind of link.
MAX_LINE = {"usb": 65536, "pty": 65536, "socket": 65536, "uart": 4096}
#: Bytes of a file in one chunk; base64 makes 4 of 3, and the line must stay below MAX_LINE.
CHUNK = {"usb": 16384, "pty": 16384, "socket": 16384, "uart": 1024}
#: Chunks that may be under way unanswered.
CREDIT = 4
#: Replies the box keeps, to be sent again when a request comes a second time.
REPLAY = 32
#: Longest lease of a subscription, in seconds.
MAX_LEASE_S = 10.0
#: Largest file, in bytes, by kind.
MAX_FILE = {"preset": 65536}

#: Name of an error to its number; the name is what programs should look at.
ERRORS = {
    "unknown_method": -32601,
    "bad_params": -32602,
    "internal": -32603,
    "refused": 1000,
    "range": 1001,
    "unknown_path": 1002,
    "read_only": 1003,
    "busy": 1004,
    "storage_full": 1005,
    "rev_conflict": 1006,
    "schema_too_new": 1007,
    "hash_mismatch": 1008,
    "not_allowed": 1009,
    "no_clock": 1010,
    "not_found": 1011,
    "corrupt": 1012,
    "exists": 1013,
    "storage": 1014,
    "no_lease": 1015,
    "unknown_handle": 1016,
    "proto": 1017,
}

#: A block that takes more than this part of its time is an overload, in per cent.
OVERLOAD_PCT = 85

PANEL, LINK, MATCH, RESTORE = "panel", "link", "match", "restore"
#: Where a change came from: the `source` of the notification "changed".
SOURCES = {
    PANEL: "a knob or button of the front panel",
    LINK: "a program on the serial link, or a person on its console",
    MATCH: "the loudness match, which sets the levels for comparing",
    RESTORE: "the kept state, when the control process starts",
}

Value = bool | float | str
Index = Annotated[int, Meta(ge=0)]


class BoxError(BurnishError, RuntimeError):
    """A request that the box refuses: one sentence, a name out of ERRORS, and data for programs."""

    def __init__(self, message: str, *, name: str = "refused", data: dict | None = None):
        super().__init__(message)
        self.name = name if name in ERRORS else "refused"
        self.data = data or {}


# -- lines -------------------------------------------------------------------------------------------------------


def encode(message) -> bytes:
    """A message (struct or plain data) as a line with checksum. Raises ValueError for NaN and infinities."""
    plain = msgspec.to_builtins(message)
    body = json.dumps(plain, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode()
    return b"%s *%08x\n" % (body, zlib.crc32(body))


_LINE = re.compile(rb"(?s)(.+) \*([0-9a-f]{8})")


def checked(line: bytes) -> bytes | None:
    """The JSON of a line (without its end), or None if the checksum is missing or wrong."""
    match = _LINE.fullmatch(line)
    if match is None or zlib.crc32(match[1]) != int(match[2], 16):
        return None
    return match[1]


class Lines:
    """Cuts a stream of bytes into lines. Memory stays below `max_line` plus what one `feed` brings."""

    def __init__(self, max_line: int):
        self.max_line = max_line
        self.overlong = 0
        self._buffer = b""
        self._skipping = False

    def feed(self, data: bytes) -> list[bytes]:
        """Lines that are whole now, without their ends and without empty ones. One too long is dropped and counted.

        CR ends a line too: that is what a terminal sends for Enter, and the JSON has none.
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


# -- envelopes ---------------------------------------------------------------------------------------------------


class Request(Struct, forbid_unknown_fields=True):
    """Laptop to box. `id` is a nonce of the session and a counter: `f45c6f-12`."""

    id: Annotated[str, Meta(pattern=r"^[0-9A-Za-z._-]{1,40}$")]
    method: str
    params: Raw = Raw(b"{}")


class Error(Struct):
    """`code` and `name` say the same; `message` is a sentence for people; `data` the facts for programs."""

    code: int
    name: str
    message: str
    data: dict[str, Any] = {}


class Incoming(Struct):
    """What the laptop receives: a reply (`id`) or a notification (`method`)."""

    id: str | UnsetType = UNSET
    result: Raw | UnsetType = UNSET
    error: Error | UnsetType = UNSET
    method: str | UnsetType = UNSET
    params: Raw | UnsetType = UNSET


def parse(line: bytes, kind):
    """A line as `kind` (Request or Incoming), or None if it is damaged or not of that kind."""
    body = checked(line)
    if body is None:
        return None
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def result(id: str, value) -> bytes:
    """The line that answers request `id`."""
    return encode({"id": id, "result": msgspec.to_builtins(value)})


def error(id: str, failure: BoxError) -> bytes:
    """The line that refuses request `id`."""
    return encode({"id": id, "error": Error(ERRORS[failure.name], failure.name, str(failure), failure.data)})


def notification(method: str, params) -> bytes:
    """A line that nobody asked for singly: the frame of a subscription."""
    return encode({"method": method, "params": params})


# -- messages ----------------------------------------------------------------------------------------------------


class Params(Struct, forbid_unknown_fields=True):
    """Base of all parameters of methods: unknown keys are refused."""


class Nothing(Params):
    """No parameters."""


class Hello(Params):
    """`proto`: versions the laptop speaks. Ends the subscriptions and transfers of an earlier session."""

    proto: list[int]
    client: str = ""


class LinkLimits(Struct):
    """What the line can carry. `bytes_per_s` is 0 where it does not matter; `chunk` in bytes."""

    kind: str
    bytes_per_s: int
    max_line: int
    chunk: int
    credit: int


class State(Struct):
    """Where the box stands. `rev` grows with each change of a parameter, whoever made it; `preset` may be null."""

    preset: str | None
    edited: bool
    rev: int
    bypass: bool
    mute: bool
    ab: str


class Welcome(Struct):
    """`params` is the digest of the parameter table (firmware/contract/params.py), `caps` names additions to the protocol."""

    product: str
    fw: str
    serial: str
    proto: int
    link: LinkLimits
    params: str
    caps: list[str]
    state: State


class Info(Struct):
    """`info`: rate, latency and the like; `counters`: xruns, load, damaged lines, and the like."""

    info: dict[str, Any]
    counters: dict[str, Any]
    state: State


class From(Params):
    """`first`: index to go on at, from `next` of the page before."""

    first: Index = 0


class Description(Struct):
    """One page of the parameter table. `next` is null on the last page."""

    digest: str
    total: int
    params: list[dict[str, Any]]
    next: int | None


class Get(Params):
    """`paths`: which parameters; none means all, in pages."""

    paths: list[str] = []
    first: Index = 0


class Values(Struct):
    """Numbers in the unit that the parameter's name ends in, switches as true and false, choices as words."""

    rev: int
    values: dict[str, Value]
    next: int | None


class Set(Params):
    """All or nothing, one crossfade. With `if_rev` only if nobody has changed anything since that revision."""

    values: dict[str, Value]
    if_rev: int | None = None


class Change(Struct):
    """Values of the parameters named, before and after."""

    rev: int
    old: dict[str, Value]
    new: dict[str, Value]


class Switch(Params):
    """Which way to switch."""

    to: Literal["on", "off", "toggle"] = "toggle"


class Switched(Struct):
    """How the switch stands now."""

    on: bool
    rev: int


class Select(Params):
    """Which of the two edit buffers is heard."""

    to: Literal["a", "b", "toggle"] = "toggle"


class Copy(Params):
    """Copy one edit buffer over the other."""

    source: Literal["a", "b"]
    target: Literal["a", "b"]


class Selected(Struct):
    """The buffer that is heard now."""

    ab: str
    rev: int


class PresetRow(Struct):
    """`id` is the content id: equal ids sound equal. `error` says why a file cannot be loaded (its `id` is empty)."""

    name: str
    factory: bool
    id: str
    tags: list[str]
    error: str


class PresetPage(Struct):
    """One page of the library. `next` is null on the last page."""

    presets: list[PresetRow]
    next: int | None


class PresetName(Params):
    """A preset by its name."""

    name: str


class PresetSave(Params):
    """Save what is heard under `name`."""

    name: str
    overwrite: bool = False


class PresetRename(Params):
    """A user preset gets the name `to`."""

    name: str
    to: str


class PresetCopy(Params):
    """A user preset `to` with the content of `name`."""

    name: str
    to: str
    overwrite: bool = False


class Saved(Struct):
    """The preset as it is stored now."""

    name: str
    id: str


class Loaded(Struct):
    """The preset that is heard now."""

    name: str
    id: str
    rev: int


class Done(Struct):
    """It is done."""


class PutBegin(Params):
    """Announce a file of `size` bytes. Nothing is stored before `put.end`."""

    kind: Literal["preset"]
    name: str
    size: Index
    sha256: str


class Handle(Struct):
    """A transfer under way."""

    h: int
    chunk: int
    credit: int


class PutChunk(Params):
    """Bytes of the file from `off` on, in base64. May come twice, and in any order."""

    h: int
    off: Index
    b64: str


class PutEnd(Params):
    """Check the hash, check the content, store it at once and whole."""

    h: int
    overwrite: bool = False


class FetchBegin(Params):
    """Ask for a file. The presets `@current`, `@a` and `@b` are what is in the edit buffers."""

    kind: Literal["preset"]
    name: str


class Fetch(Struct):
    """A file that can be fetched, in chunks of `chunk` bytes."""

    h: int
    size: int
    sha256: str
    chunk: int


class FetchChunk(Params):
    """Bytes of the file from `off` on."""

    h: int
    off: Index


class Chunk(Struct):
    """Bytes of the file in base64."""

    off: int
    b64: str


class Sub(Params):
    """Meters at `hz` (0: none) and, if asked, changes of parameters, until the lease of `ttl_s` seconds runs out."""

    hz: Annotated[float, Meta(ge=0, le=60)] = 30.0
    ttl_s: Annotated[float, Meta(gt=0, le=MAX_LEASE_S)] = 3.0
    changes: bool = False


class Columns(Struct):
    """What the integers of a frame mean: value = integer / `per_unit`. `hz` is what the line can carry.

    Fast frames (`m`) come at `hz`, slow ones (`s`) at `slow_hz`. Peaks and reductions are extremes since the frame before.
    """

    hz: float
    slow_hz: float
    fast: list[str]
    fast_per_unit: list[int]
    slow: list[str]
    slow_per_unit: list[int]


class Renew(Params):
    """Prolong the lease; the frames go on unchanged. Refused (`no_lease`) when it has run out."""

    ttl_s: Annotated[float, Meta(gt=0, le=MAX_LEASE_S)] = 3.0


class Spectrum(Struct):
    """Power of input and output in bands 1/6 octave wide, evenly spaced in octaves from `low_hz` to `high_hz`.

    One byte per band, in base64: byte b stands for b / 2 - 120 dB (0 for that or less). 0 dB: a full-scale sine in both
    channels.
    """

    low_hz: float
    high_hz: float
    input: str
    output: str


class Log(Params):
    """Lines of the box's log from number `first` on."""

    first: Index = 0


class LogPage(Struct):
    """`next` is the number to ask for next time; `lines` is empty when there is nothing new."""

    lines: list[str]
    next: int


class Method(Struct, frozen=True):
    """One row of METHODS. `changes`: the box is not the same afterwards, so a repeat must be answered from memory."""

    name: str
    params: type
    result: type
    changes: bool
    help: str


METHODS: dict[str, Method] = {
    row.name: row
    for row in (
        Method("hello", Hello, Welcome, True, "open a session: versions, limits of the link, state"),
        Method("info", Nothing, Info, False, "rate, latency, counters, state"),
        Method("describe", From, Description, False, "the parameter table"),
        Method("get", Get, Values, False, "values of parameters"),
        Method("set", Set, Change, True, "set parameters, all or none"),
        Method("bypass", Switch, Switched, True, "the input, delayed as much as the chain delays"),
        Method("mute", Switch, Switched, True, "silence at the output"),
        Method("ab.select", Select, Selected, True, "which edit buffer is heard"),
        Method("ab.copy", Copy, Selected, True, "copy one edit buffer over the other"),
        Method("preset.list", From, PresetPage, False, "factory and user presets"),
        Method("preset.load", PresetName, Loaded, True, "load a preset into the edit buffer that is heard"),
        Method("preset.save", PresetSave, Saved, True, "save what is heard as a user preset"),
        Method("preset.delete", PresetName, Done, True, "delete a user preset"),
        Method("preset.rename", PresetRename, Saved, True, "rename a user preset"),
        Method("preset.copy", PresetCopy, Saved, True, "copy any preset to a user preset"),
        Method("put.begin", PutBegin, Handle, True, "announce a file to the box"),
        Method("put.chunk", PutChunk, Done, True, "a part of that file"),
        Method("put.end", PutEnd, Saved, True, "check and store that file"),
        Method("fetch.begin", FetchBegin, Fetch, True, "ask for a file of the box"),
        Method("fetch.chunk", FetchChunk, Chunk, False, "a part of that file"),
        Method("sub", Sub, Columns, True, "stream meters and changes"),
        Method("renew", Renew, Done, True, "prolong the lease of the stream"),
        Method("unsub", Nothing, Done, True, "end the stream"),
        Method("spectrum", Nothing, Spectrum, False, "spectra of input and output, new every 40 ms"),
        Method("log", Log, LogPage, False, "lines of the box's log"),
    )
}
#: Notifications: name to what `params` holds.
NOTIFICATIONS = {
    "m": "fast meters: integers in the order of `fast`",
    "s": "slow meters: integers in the order of `slow`",
    "changed": "Parameters have changed: `values` after the change, `rev`, and `source`, which is one of the list below. "
    "Several changes may come as one; `source` is then that of the last. `values` is empty where only names changed, "
    "for example because a preset was saved.",
}


def pack_levels(levels_db) -> str:
    """The bytes of a Spectrum."""
    return base64.b64encode(bytes(min(255, max(0, round(2 * (level + 120)))) for level in levels_db)).decode()


def unpack_levels(packed: str) -> list[float]:
    """Levels in dB from the bytes of a Spectrum."""
    return [byte / 2 - 120 for byte in base64.b64decode(packed)]


def arguments(request: Request) -> Params:
    """The checked parameters of a request. Raises BoxError: unknown method, or what is wrong with them."""
    method = METHODS.get(request.method)
    if method is None:
        raise BoxError(f"no method {request.method!r}", name="unknown_method", data={"method": request.method})
    try:
        return msgspec.json.decode(request.params, type=method.params)
    except (msgspec.ValidationError, RecursionError) as why:
        raise BoxError(f"{request.method}: {why}", name="bad_params", data={"method": request.method}) from None
