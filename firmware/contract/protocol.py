"""The protocol of the serial link, used by the box and by the laptop: limits, methods and notifications.

`framing.py` has the lines and envelopes, `messages.py` the parameters and results of the methods; this module exports both.
All bytes are ASCII. After a damaged line, both ends are synchronised again at the next line. Requests have `id` and `method`,
replies `id` and `result` or `error`, notifications only `method`; therefore a line that is echoed back is never mistaken for a
request. The box sends only data that was requested, and never answers a line that is not a valid request. Standard library and
msgspec only.
"""

import base64

import msgspec
from msgspec import Struct

from .errors import ERRORS, BoxError
from .framing import Error, Incoming, Lines, Request, checked, encode, error, notification, parse, result
from .messages import (
    MAX_LEASE_S,
    BandCurve,
    Change,
    Chunk,
    Columns,
    Copy,
    Curve,
    CurveOf,
    Description,
    Done,
    Fetch,
    FetchBegin,
    FetchChunk,
    From,
    Get,
    Handle,
    Hello,
    Info,
    LearnFor,
    Learning,
    LinkLimits,
    Loaded,
    Log,
    LogPage,
    Nothing,
    Params,
    PresetCopy,
    PresetName,
    PresetOrder,
    PresetPage,
    PresetRename,
    PresetRow,
    PresetSave,
    PutBegin,
    PutChunk,
    PutEnd,
    Renew,
    Saved,
    Scope,
    Select,
    Selected,
    Set,
    Spectrum,
    SpectrumOf,
    State,
    Sub,
    Switch,
    Switched,
    Undone,
    Values,
    Welcome,
)

__all__ = [
    "CHUNK",
    "CREDIT",
    "ERRORS",
    "LEARN",
    "LINK",
    "MATCH",
    "MAX_FILE",
    "MAX_LEASE_S",
    "MAX_LINE",
    "METHODS",
    "MIDI",
    "MISSED",
    "NOTIFICATIONS",
    "OVERLOAD_PCT",
    "PANEL",
    "PRODUCT",
    "PROTO",
    "REPLAY",
    "RESTORE",
    "SOURCES",
    "USB_PID",
    "USB_VID",
    "VERSION",
    "BandCurve",
    "BoxError",
    "Change",
    "Chunk",
    "Columns",
    "Copy",
    "Curve",
    "CurveOf",
    "Description",
    "Done",
    "Error",
    "Fetch",
    "FetchBegin",
    "FetchChunk",
    "From",
    "Get",
    "Handle",
    "Hello",
    "Incoming",
    "Info",
    "LearnFor",
    "Learning",
    "Lines",
    "LinkLimits",
    "Loaded",
    "Log",
    "LogPage",
    "Method",
    "Nothing",
    "Params",
    "PresetCopy",
    "PresetName",
    "PresetOrder",
    "PresetPage",
    "PresetRename",
    "PresetRow",
    "PresetSave",
    "PutBegin",
    "PutChunk",
    "PutEnd",
    "Renew",
    "Request",
    "Saved",
    "Scope",
    "Select",
    "Selected",
    "Set",
    "Spectrum",
    "SpectrumOf",
    "State",
    "Sub",
    "Switch",
    "Switched",
    "Undone",
    "Values",
    "Welcome",
    "arguments",
    "checked",
    "encode",
    "error",
    "notification",
    "pack_levels",
    "parse",
    "result",
    "source_and_client",
    "source_of_request",
    "unpack_levels",
]

#: Version of this distribution; box and laptop both report it. A test compares it with pyproject.toml.
VERSION = "0.1.0"
#: Version of the protocol. An addition gets a capability string, an incompatible change a new number.
PROTO = 1
PRODUCT = "Burnish"
#: USB identity of the box: the test PID of pid.codes, so the product string is compared too.
USB_VID, USB_PID = 0x1209, 0x0001
#: Longest line in bytes, LF included, on each kind of link.
MAX_LINE = {"usb": 65536, "pty": 65536, "socket": 65536, "uart": 4096}
#: Bytes of a file in one chunk. Base64 makes 4 bytes of 3, and the line must stay below MAX_LINE.
CHUNK = {"usb": 16384, "pty": 16384, "socket": 16384, "uart": 1024}
#: Chunks that may be sent before the first is answered.
CREDIT = 4
#: Number of replies that the box keeps, to send them again if a request is repeated.
REPLAY = 32
#: Largest file, in bytes, by kind.
MAX_FILE = {"preset": 65536}
#: Characters of a text from a request that a refusal repeats.
MAX_SHOWN = 60

#: A block that takes more than this part of its time is an overload, in per cent.
OVERLOAD_PCT = 85

PANEL, LINK, MIDI, MATCH, LEARN, RESTORE = "panel", "link", "midi", "match", "learn", "restore"
#: Where a change came from: the `source` of the notification "changed".
SOURCES = {
    PANEL: "a knob or button of the front panel",
    LINK: "a program on the serial link, or a person on its console",
    MIDI: "a MIDI message at the USB port of the box",
    MATCH: "the loudness match, which sets the levels for comparing",
    LEARN: "the box itself, which learnt the gain for a loudness",
    RESTORE: "the stored state, which is loaded when the control process starts",
}


#: The parameters of "changed" after an interruption in which changes may have been missed.
MISSED = {"values": {}, "rev": 0, "source": RESTORE, "by": ""}
#: Characters of the client's word in `by`.
MAX_CLIENT = 32


def source_of_request(id: str) -> str:
    """The source of the changes that a request makes: LINK and the word of the client, which is the part of the request's id
    before its last hyphen. Without such a word, only LINK."""
    return f"{LINK} {id.rpartition('-')[0][:MAX_CLIENT]}".rstrip()


def source_and_client(source: str) -> tuple[str, str]:
    """(one of SOURCES, the word of the client or "") from the source of a change."""
    word, _, client = source.partition(" ")
    return word, client


class Method(Struct, frozen=True):
    """One row of METHODS. `changes`: the method changes the box, so a repeated request must be answered from memory."""

    name: str
    params: type
    result: type
    changes: bool
    help: str


METHODS: dict[str, Method] = {
    row.name: row
    for row in (
        Method("hello", Hello, Welcome, True, "begin a session: versions, limits of the link, state"),
        Method("info", Nothing, Info, False, "rate, latency, counters, state"),
        Method("describe", From, Description, False, "the parameter table"),
        Method("get", Get, Values, False, "values of parameters"),
        Method("set", Set, Change, True, "set parameters, all or none"),
        Method(
            "bypass", Switch, Switched, True, "switch bypass: the unprocessed input, delayed like the processed sound"
        ),
        Method("mute", Switch, Switched, True, "switch mute: silence at the output"),
        Method("ab.select", Select, Selected, True, "switch between the edit buffers A and B"),
        Method("ab.copy", Copy, Selected, True, "copy one edit buffer over the other"),
        Method("undo", Nothing, Undone, True, "take back the last change of the current edit buffer, whoever made it"),
        Method("redo", Nothing, Undone, True, "make the change again that was undone last"),
        Method("learn.start", LearnFor, Learning, True, "listen, and set the limiter's gain for a loudness target"),
        Method("learn.state", Nothing, Learning, False, "how far the box has learnt"),
        Method("learn.stop", Nothing, Learning, True, "stop listening; what has been set stays"),
        Method(
            "preset.list", From, PresetPage, False, "list factory and user presets, in the order of the front panel"
        ),
        Method("preset.load", PresetName, Loaded, True, "load a preset into the selected edit buffer"),
        Method("preset.save", PresetSave, Saved, True, "save the current sound as a user preset"),
        Method("preset.delete", PresetName, Done, True, "delete a user preset"),
        Method("preset.rename", PresetRename, Saved, True, "rename a user preset"),
        Method("preset.copy", PresetCopy, Saved, True, "copy a factory or user preset to a user preset"),
        Method("preset.order", PresetOrder, Done, True, "set the order in which the front panel offers presets"),
        Method("put.begin", PutBegin, Handle, True, "announce a file for the box"),
        Method("put.chunk", PutChunk, Done, True, "send a part of the file to the box"),
        Method("put.end", PutEnd, Saved, True, "check and store the file"),
        Method("fetch.begin", FetchBegin, Fetch, True, "ask for a file from the box"),
        Method("fetch.chunk", FetchChunk, Chunk, False, "fetch a part of the file from the box"),
        Method("sub", Sub, Columns, True, "subscribe to meters and changes"),
        Method("renew", Renew, Done, True, "extend the lease of the subscription"),
        Method("unsub", Nothing, Done, True, "end the subscription"),
        Method(
            "spectrum",
            SpectrumOf,
            Spectrum,
            False,
            "spectra of input and output: the newest one (updated every 40 ms), or an average",
        ),
        Method(
            "curve", CurveOf, Curve, False, "curves of a section: magnitude over frequency, output over input level"
        ),
        Method("scope", Nothing, Scope, False, "samples of the output for a vectorscope, and correlation by frequency"),
        Method("log", Log, LogPage, False, "lines of the log of the box"),
    )
}
#: The notifications: what `params` contains, by name.
NOTIFICATIONS = {
    "m": "Fast meters: integers in the order of `fast`.",
    "s": "Slow meters: integers in the order of `slow`.",
    "changed": "Parameters have changed: `values` after the change, `rev`, and `source`, one of the words below. If a request "
    "made the change, `by` is the part of its `id` before the last hyphen. A client knows its own changes by this word, and should "
    "ignore them: their values may be older than those that it has sent since. "
    "One notification may contain several changes from the same source and client. The box sends at most 20 notifications per "
    "second and client. `values` is empty if only names changed, for example because a preset was saved. A client should then "
    "read the names, and the values as well: a program between box and client sends such a notification after an "
    "interruption in which it may have missed changes.",
}


def pack_levels(levels_db) -> str:
    """Levels in dB as the text of a Spectrum."""
    return base64.b64encode(bytes(min(255, max(0, round(2 * (level + 120)))) for level in levels_db)).decode()


def pack_changes(changes_db) -> str:
    """Level changes in dB as the text `change` of a Spectrum."""
    return base64.b64encode(bytes(min(255, max(0, round(4 * change + 128))) for change in changes_db)).decode()


def pack_signed(parts) -> str:
    """Numbers from -1 to 1 as the text of a Scope."""
    return base64.b64encode(bytes(min(127, max(-127, round(127 * part))) & 255 for part in parts)).decode()


def unpack_changes(packed: str) -> list[float]:
    """Level changes in dB from the text `change` of a Spectrum."""
    return [(byte - 128) / 4 for byte in base64.b64decode(packed)]


def unpack_levels(packed: str) -> list[float]:
    """Levels in dB from the text of a Spectrum."""
    return [byte / 2 - 120 for byte in base64.b64decode(packed)]


def arguments(request: Request) -> Params:
    """The parameters of a request, checked. Raises BoxError for an unknown method and for wrong parameters."""
    method = METHODS.get(request.method)
    if method is None:
        shown = request.method[:MAX_SHOWN]  # the text may be as long as a line
        raise BoxError(f"no method {shown!r}", name="unknown_method", data={"method": shown})
    try:
        return msgspec.json.decode(request.params, type=method.params)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as why:
        raise BoxError(f"{request.method}: {why}", name="bad_params", data={"method": request.method}) from None
