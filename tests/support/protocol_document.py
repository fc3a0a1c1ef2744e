"""docs/PROTOCOL.md, generated from the message types: every method with its fields and the bytes of an example."""

import inspect
import types
import typing

import msgspec

from firmware.contract import protocol
from firmware.contract.protocol import METHODS

_STATE = protocol.State("Warm acoustic", True, 118, False, False, "a")
_SAVED = protocol.Saved("Warm acoustic", "9f2c0a5e")
_SHA = "9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de"

#: An exchange for each method: a request and its result. Content ids are shortened.
EXAMPLES: dict[str, tuple[protocol.Params, msgspec.Struct]] = {
    "hello": (
        protocol.Hello([1], "burnish 0.1.0"),
        protocol.Welcome("Burnish", "0.1.0", "10000000a1b2c3d4", 1, protocol.LinkLimits("usb", 0, 65536, 16384, 4),
                         "f73967bc4df5", [], _STATE),
    ),
    "info": (protocol.Nothing(), protocol.Info({"rate_hz": 48000}, {"xruns": 0, "load_pct": 9.5}, _STATE)),
    "describe": (
        protocol.From(),
        protocol.Description("f73967bc4df5", 78, [{"id": "input.trim_db", "unit": "dB", "low": -24, "high": 24}], 1),
    ),
    "get": (protocol.Get(["eq.b2.gain_db", "eq.b2.type"]),
            protocol.Values(117, {"eq.b2.gain_db": 0.0, "eq.b2.type": "bell"}, None)),
    "set": (protocol.Set({"eq.b2.gain_db": 1.5}, 117),
            protocol.Change(118, {"eq.b2.gain_db": 0.0}, {"eq.b2.gain_db": 1.5})),
    "bypass": (protocol.Switch("toggle"), protocol.Switched(True, 119)),
    "mute": (protocol.Switch("off"), protocol.Switched(False, 119)),
    "ab.select": (protocol.Select("b"), protocol.Selected("b", 120)),
    "ab.copy": (protocol.Copy("a", "b"), protocol.Selected("b", 121)),
    "undo": (protocol.Nothing(), protocol.Undone("eq.b2.gain_db", 11, 122)),
    "redo": (protocol.Nothing(), protocol.Undone("eq.b2.gain_db", 12, 123)),
    "learn.start": (protocol.LearnFor(-14.0, 30.0),
                    protocol.Learning("listening", "listening", "", 60.0, -14.0, 0.0, 0.0, 0.0, 0.0, 0.0)),
    "learn.state": (protocol.Nothing(),
                    protocol.Learning("checking", "listening, 12 s left", "", 12.0, -14.0, 0.0, 5.2, -19.2, 0.0, 0.0)),
    "learn.stop": (protocol.Nothing(),
                   protocol.Learning("stopped", "learning was stopped", "asked", 0.0, -14.0, 0.0, 5.2, -19.2, 0.0, 0.0)),
    "preset.list": (protocol.From(),
                    protocol.PresetPage([protocol.PresetRow("Warm", True, "103f9a0f", ["tone"], "", 1)], None)),
    "preset.load": (protocol.PresetName("Warm"), protocol.Loaded("Warm", "103f9a0f", 122)),
    "preset.save": (protocol.PresetSave("Warm acoustic"), _SAVED),
    "preset.delete": (protocol.PresetName("Warm acoustic"), protocol.Done()),
    "preset.rename": (protocol.PresetRename("Warm acoustic", "Warm"), _SAVED),
    "scope": (protocol.Nothing(), protocol.Scope(0.5, "f38/Pw==", "f0A=", "AAA=")),
    "preset.copy": (protocol.PresetCopy("Warm", "Warm acoustic"), _SAVED),
    "preset.order": (protocol.PresetOrder(["Warm", "Loud"]), protocol.Done()),
    "put.begin": (protocol.PutBegin("preset", "warm.toml", 12, _SHA), protocol.Handle(1, 16384, 4)),
    "put.chunk": (protocol.PutChunk(1, 0, "Zm9ybWF0ID0gImIi"), protocol.Done()),
    "put.end": (protocol.PutEnd(1), _SAVED),
    "fetch.begin": (protocol.FetchBegin("preset", "Warm"), protocol.Fetch(2, 12, _SHA, 16384)),
    "fetch.chunk": (protocol.FetchChunk(2, 0), protocol.Chunk(0, "Zm9ybWF0ID0gImIi")),
    "sub": (
        protocol.Sub(30.0, 3.0),
        protocol.Columns(30.0, 2.0, ["seq", "out_tp_l_dbtp", "gr_limiter_db"], [1, 100, 100], ["xruns"], [1],
                         ["last", "max", "min"], ["last"]),
    ),
    "renew": (protocol.Renew(3.0), protocol.Done()),
    "unsub": (protocol.Nothing(), protocol.Done()),
    "spectrum": (protocol.SpectrumOf(True), protocol.Spectrum(20.0, 20000.0, "eHpkWg==", "ens+RQ==", "hIKAfg==")),
    "curve": (
        protocol.CurveOf("eq", 3),
        protocol.Curve([20.0, 692.48, 23976.0], [1.49, 0.02, 0.0], {},
                       [protocol.BandCurve(2, [1.49, 0.02, 0.0], "stereo")]),
    ),
    "log": (protocol.Log(41), protocol.LogPage(["2026-11-20T10:00:00Z INFO firmware.audio: started"], 42)),
}  # fmt: skip

NOTES = {
    "m": [812, -131, -240],
    "s": [0],
    "changed": {"values": {"eq.b2.gain_db": 2.0}, "rev": 119, "source": "panel", "by": ""},
}

_HEAD = """# Protocol of the serial link

This page is generated from `firmware/contract/protocol.py` and `messages.py` (`make docs`). Do not edit it.

This is version {proto} of the protocol. The serial port is in raw mode at both ends. On a UART, the line runs at 115 200 baud, 8N1;
on USB, the baud rate has no meaning. Each line has the form

    json SP "*" 8 hex digits LF

The hex digits (lower case) are the CRC-32, as computed by zlib, of the bytes of the JSON. All bytes are ASCII. A CR also ends a
line. A line has at most 65 536 bytes on USB and 4 096 bytes on a UART; the reply to `hello` states the limit as
`link.max_line`. After a damaged line, both ends are synchronised again at the next line.

- A **request** has an `id`, a `method` and optional `params`. The `id` consists of a random word of the client program and a
  counter. The box keeps its last {replay} replies. If a request arrives again, the box sends the same reply again and does not
  repeat the effect. A client may therefore repeat a request until it receives the reply.
- A **reply** has the `id` of its request and either `result` or `error`.
- A **notification** has `method` and `params` and no `id`. It is sent only while the lease of a subscription lasts.
- The box never sends anything on its own before a client subscribes, and it does not answer invalid requests. A line that starts
  with `{{` and has a wrong or missing checksum is an invalid request.
- If a client reads slowly, only the newest meter frame is kept for it. Gaps in `seq` show how many were dropped.
- A client should send an empty line first, which ends any incomplete line, and then `hello`.

## Console

A person can type commands without JSON into a terminal program: `help`, `info`, `get PATH`, `set PATH VALUE`, `*IDN?`. The
answers begin with `# `.

## Methods
"""


def _type_name(kind) -> str:
    """The name of a type for readers of JSON."""
    origin = typing.get_origin(kind)
    if origin is typing.Annotated:
        meta = kind.__metadata__[0]
        limits = [
            f"{word} {limit:g}" for word, limit in (("≥", meta.ge), (">", meta.gt), ("≤", meta.le)) if limit is not None
        ]
        return " ".join([_type_name(kind.__origin__), ", ".join(limits)]).strip()
    if origin is typing.Literal:
        return " or ".join(f'"{word}"' for word in typing.get_args(kind))
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_type_name(part) for part in typing.get_args(kind))
    if origin is list:
        return f"list of {_type_name(typing.get_args(kind)[0])}"
    if origin is dict:
        return f"object of {_type_name(typing.get_args(kind)[1])}"
    names = {
        str: "text",
        int: "integer",
        float: "number",
        bool: "true/false",
        type(None): "null",
        typing.Any: "anything",
    }
    return names.get(kind) or f"[{kind.__name__}](#{kind.__name__.lower()})"


def _fields(kind: type) -> list[str]:
    rows = []
    for field in msgspec.structs.fields(kind):
        required = field.default is msgspec.NODEFAULT and field.default_factory is msgspec.NODEFAULT
        default = "" if required else msgspec.json.encode(
            field.default if field.default is not msgspec.NODEFAULT else field.default_factory()).decode()  # fmt: skip
        rows.append(f"| `{field.name}` | {_type_name(field.type)} | {default} |")
    return ["| field | type | default |", "|---|---|---|", *rows] if rows else ["No fields."]


def _nested(kind, found: dict) -> None:
    """Collect the structs that `kind` contains, without `kind` itself."""
    for part in (kind, *typing.get_args(kind)):
        for inner in typing.get_args(part):
            _nested(inner, found)
        if isinstance(part, type) and issubclass(part, msgspec.Struct):
            for field in msgspec.structs.fields(part):
                for inner in (field.type, *typing.get_args(field.type)):
                    if isinstance(inner, type) and issubclass(inner, msgspec.Struct) and inner not in found:
                        found[inner] = None
                        _nested(inner, found)


def _text(kind: type) -> str:
    """The docstring of a message. Python 3.13 and later remove its indentation, earlier versions keep it."""
    return inspect.cleandoc(kind.__doc__)


def _line(data: bytes) -> str:
    return data.decode().rstrip("\n")


def protocol_markdown() -> str:
    """The whole document."""
    lines = [_HEAD.format(proto=protocol.PROTO, replay=protocol.REPLAY)]
    parts: dict = {protocol.Error: None}
    for number, method in enumerate(METHODS.values(), 1):
        asked, answered = EXAMPLES[method.name]
        id = f"f45c6f-{number}"
        request = protocol.encode({"id": id, "method": method.name, "params": asked})
        _nested(method.result, parts)
        lines += [
            f"### {method.name}\n\n{method.help[0].upper()}{method.help[1:]}.\n",
            f"Parameters: {_text(method.params)}\n",
            *_fields(method.params),
            f"\nResult: {_text(method.result)}\n",
            *_fields(method.result),
            f"\n```\n→ {_line(request)}\n← {_line(protocol.result(id, answered))}\n```\n",
        ]
    lines.append("## Notifications\n")
    for name, text in protocol.NOTIFICATIONS.items():
        lines.append(f"### {name}\n\n{text}\n\n```\n← {_line(protocol.notification(name, NOTES[name]))}\n```\n")
    lines += ["| source | who made the change |", "|---|---|"]
    lines += [f"| `{source}` | {text} |" for source, text in protocol.SOURCES.items()]
    lines.append("\n## Parts of messages\n")
    for kind in parts:
        lines += [f"### {kind.__name__}\n\n{_text(kind)}\n", *_fields(kind), ""]
    refused = protocol.BoxError("eq.b2.gain_db cannot be 99: allowed is -18 to 18 dB", name="range",
                                data={"path": "eq.b2.gain_db", "low": -18, "high": 18})  # fmt: skip
    lines += ["## Errors\n", "| code | name |", "|---|---|"]
    lines += [f"| {code} | {name} |" for name, code in protocol.ERRORS.items()]
    lines.append(f"\n```\n← {_line(protocol.error('f45c6f-99', refused))}\n```")
    return "\n".join(lines) + "\n"
