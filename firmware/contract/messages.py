"""The messages of the serial link: the parameters and results of all methods. Standard library and msgspec only."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

#: Longest lease of a subscription, in seconds.
MAX_LEASE_S = 10.0

Value = bool | float | str
Index = Annotated[int, Meta(ge=0)]


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

    Fast frames (`m`) are sent at `hz`, slow ones (`s`) at `slow_hz`. `fast_merge` and `slow_merge` have a rule for each column,
    by which the box and every program in between make one frame of several: "last", "max", "min", or "furthest" from 0.
    Older boxes do not send the rules.
    """

    hz: float
    slow_hz: float
    fast: list[str]
    fast_per_unit: list[int]
    slow: list[str]
    slow_per_unit: list[int]
    fast_merge: list[str] = []
    slow_merge: list[str] = []


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
