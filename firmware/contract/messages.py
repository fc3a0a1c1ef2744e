"""The messages of the serial link: the parameters and results of all methods. Standard library and msgspec only."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

#: Longest lease of a subscription, in seconds.
MAX_LEASE_S = 10.0

Value = bool | float | str
Index = Annotated[int, Meta(ge=0)]


class Params(Struct, forbid_unknown_fields=True):
    """Base of the parameters of all methods. Unknown keys are refused."""


class Nothing(Params):
    """No parameters."""


class Hello(Params):
    """`proto`: protocol versions that the laptop supports. Begins a session. Ends the
    subscriptions and transfers of the previous session."""

    proto: list[int]
    client: str = ""


class LinkLimits(Struct):
    """The limits of the link. `bytes_per_s` is 0 for a link without a relevant limit. `max_line` and `chunk` are in bytes;
    `credit` is the number of chunks that may be sent before the first is answered."""

    kind: str
    bytes_per_s: int
    max_line: int
    chunk: int
    credit: int


class State(Struct):
    """The state of the box. `rev` increases with every change of a parameter from any source. `preset` is null before the
    first preset is loaded; `edited` is true if values differ from it. `ab` is the selected buffer."""

    preset: str | None
    edited: bool
    rev: int
    bypass: bool
    mute: bool
    ab: str


class Welcome(Struct):
    """`params` is the digest of the parameter table; `caps` lists additions to the protocol; `fw` is the firmware version."""

    product: str
    fw: str
    serial: str
    proto: int
    link: LinkLimits
    params: str
    caps: list[str]
    state: State


class Info(Struct):
    """`info` has facts such as rate and latency; `counters` has xruns, load, damaged lines and similar counts."""

    info: dict[str, Any]
    counters: dict[str, Any]
    state: State


class From(Params):
    """`first` is the index of the first requested row: 0, or `next` of the previous page."""

    first: Index = 0


class Description(Struct):
    """One page of the parameter table. `next` is null on the last page."""

    digest: str
    total: int
    params: list[dict[str, Any]]
    next: int | None


class Get(Params):
    """`paths` lists the requested parameters; an empty list means all, in pages."""

    paths: list[str] = []
    first: Index = 0


class Values(Struct):
    """Numbers are in the unit at the end of the parameter's name; switches are true or false; choices are words."""

    rev: int
    values: dict[str, Value]
    next: int | None


class Set(Params):
    """Sets all of `values` or none, with one crossfade. With `if_rev`, the request is
    refused if anything has changed since that revision."""

    values: dict[str, Value]
    if_rev: int | None = None


class Change(Struct):
    """The values of the requested parameters before and after the change."""

    rev: int
    old: dict[str, Value]
    new: dict[str, Value]


class Switch(Params):
    """The requested position of the switch."""

    to: Literal["on", "off", "toggle"] = "toggle"


class Switched(Struct):
    """The position of the switch after the request."""

    on: bool
    rev: int


class Select(Params):
    """The edit buffer to switch to."""

    to: Literal["a", "b", "toggle"] = "toggle"


class Copy(Params):
    """Copies the edit buffer `source` over `target`."""

    source: Literal["a", "b"]
    target: Literal["a", "b"]


class Selected(Struct):
    """The selected buffer."""

    ab: str
    rev: int


class Undone(Struct):
    """What was undone or redone: the parameter, the preset or the number of settings; empty if there was nothing. `left` is how
    many changes can still be undone."""

    change: str
    left: int
    rev: int


class LearnFor(Params):
    """The loudness to reach (by default that of the preset, or -14), and how long the box listens before the gain is set, and again after it."""

    target_lufs: Annotated[float, Meta(ge=-36, le=-6)] | None = None
    seconds: Annotated[float, Meta(ge=10, le=300)] = 30.0


class Learning(Struct):
    """`phase` is idle, listening, checking, done or stopped; `text` is a sentence for people, and `reason` is why it stopped: silence,
    too far, disturbed or asked. `before_db` and `gain_db` are the gain
    into the limiter before and now; `heard_lufs` is the loudness of the first listening. At the end, `expected_lufs` is the
    loudness with the new gain, and `within_lu` how far the rest of the song is likely to be from it."""

    phase: str
    text: str
    reason: str
    left_s: float
    target_lufs: float
    before_db: float
    gain_db: float
    heard_lufs: float
    expected_lufs: float
    within_lu: float


class PresetRow(Struct):
    """`id` is the content id: presets with equal ids sound equal. If a file cannot be loaded, `error` is the reason and `id` is
    empty. `slot` is the place in the order of the front panel, from 1; 0 if the preset has none, because it cannot be loaded."""

    name: str
    factory: bool
    id: str
    tags: list[str]
    error: str
    slot: int = 0


class PresetPage(Struct):
    """One page of the library. `next` is null on the last page."""

    presets: list[PresetRow]
    next: int | None


class PresetName(Params):
    """A preset by its name."""

    name: str


class PresetSave(Params):
    """Saves the current sound as the user preset `name`. With `overwrite`, an existing one is replaced and keeps its notes."""

    name: str
    overwrite: bool = False


class PresetRename(Params):
    """Renames the user preset `name` to `to`."""

    name: str
    to: str


class PresetCopy(Params):
    """Makes a user preset `to` with the content of `name`."""

    name: str
    to: str
    overwrite: bool = False


class PresetOrder(Params):
    """The names of presets in the order in which the front panel and program changes offer them. Presets that are not named
    follow in their present order."""

    names: list[str]


class Saved(Struct):
    """The preset as it has been stored."""

    name: str
    id: str


class Loaded(Struct):
    """The preset that has been loaded."""

    name: str
    id: str
    rev: int


class Done(Struct):
    """The request has been carried out."""


class PutBegin(Params):
    """Announces a file of `size` bytes. Nothing is stored before `put.end`."""

    kind: Literal["preset"]
    name: str
    size: Index
    sha256: str


class Handle(Struct):
    """A transfer. `h` is its handle; `chunk` and `credit` are its limits as in `hello`."""

    h: int
    chunk: int
    credit: int


class PutChunk(Params):
    """Bytes of the file from offset `off`, in base64. Chunks may be repeated, and sent in any order."""

    h: int
    off: Index
    b64: str


class PutEnd(Params):
    """Checks the hash and the content, and stores the file atomically."""

    h: int
    overwrite: bool = False


class FetchBegin(Params):
    """Asks for a file. The names `@current`, `@a` and `@b` stand for the contents of the edit buffers."""

    kind: Literal["preset"]
    name: str


class Fetch(Struct):
    """A file of `size` bytes, to be fetched in chunks of `chunk` bytes under the handle `h`."""

    h: int
    size: int
    sha256: str
    chunk: int


class FetchChunk(Params):
    """Asks for the bytes of the file from offset `off`."""

    h: int
    off: Index


class Chunk(Struct):
    """Bytes of the file from offset `off`, in base64."""

    off: int
    b64: str


class Sub(Params):
    """Starts meter frames at `hz` (0: none) and, with `changes`, notifications of parameter changes. Both end when the lease of
    `ttl_s` seconds expires."""

    hz: Annotated[float, Meta(ge=0, le=60)] = 30.0
    ttl_s: Annotated[float, Meta(gt=0, le=MAX_LEASE_S)] = 3.0
    changes: bool = False


class Columns(Struct):
    """The columns of the frames: value = integer / `per_unit`. `hz` may be lower than requested, if the link is slow.

    Fast frames (`m`) are sent at `hz`, slow ones (`s`) at `slow_hz`. The box, and every program between box and client, may merge
    several frames into one. `fast_merge` and `slow_merge` state how each column is merged: "last", "max", "min", or "furthest"
    from 0. Older boxes do not send these two lists.
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
    """Extends the lease; the frames continue unchanged. Refused with `no_lease` if it has expired."""

    ttl_s: Annotated[float, Meta(gt=0, le=MAX_LEASE_S)] = 3.0


class SpectrumOf(Params):
    """Asks for spectra: the newest, or with `average` the average of the last 2.5 s."""

    average: bool = False


class Spectrum(Struct):
    """The power of input and output in bands of 1/6 octave. Their centres are evenly spaced in octaves from `low_hz` to `high_hz`.

    Base64 of one byte per band: byte b means b / 2 - 120 dB; 0 means -120 dB or less. A full-scale sine in both channels
    has 0 dB. The input is delayed by the latency of the chain. For an average, `change` is
    the output minus the input: byte b means (b - 128) / 4 dB, limited to the range of a byte. Otherwise `change` is empty.
    """

    low_hz: float
    high_hz: float
    input: str
    output: str
    change: str = ""


class Scope(Struct):
    """Samples of the output of the last 100 ms for a vectorscope, and how left and right relate in the bands of `spectrum`.

    `points`: base64 of pairs of signed bytes, left and right, the newest last; byte b means b / 127 of `peak`, which is the largest
    magnitude (full scale is 1). `cross` and `lean`: base64 of one signed byte per band; byte b means b / 127. `cross` is twice the
    cross power by the sum of the powers of left and right, `lean` the difference of the powers by their sum.
    """

    peak: float
    points: str
    cross: str
    lean: str


class CurveOf(Params):
    """Asks for the curves of a section at the current settings, with `points` points. The box gives fewer points if the answer
    would not fit into a line of the link."""

    section: Literal["eq", "multiband", "limiter", "saturator"]
    points: Annotated[int, Meta(ge=2, le=1000)] = 200


class BandCurve(Struct):
    """The curves of one band, from 1. `db`: its magnitude at the frequencies `hz`. `placement`: the channels that a band of the EQ
    processes. `moved_db`: the magnitude of a dynamic band after its gain has changed by its whole range; empty for static
    bands. `out_db`: the static transfer curve of a band of the multiband compressor, at the levels `in_db`."""

    index: int
    db: list[float]
    placement: str = ""
    moved_db: list[float] = []
    out_db: list[float] = []


class Curve(Struct):
    """Curves of a section as if it were on, without solo and mute, from the code that makes the sound. Lists are empty where a
    section has no such curve.

    EQ and multiband: magnitude `db` at the frequencies `hz`, which are evenly spaced in octaves from 20 Hz to half the rate.
    Dynamic bands of the EQ have their static gain, and the compressor's bands do not compress. If bands of the EQ process different
    channels, `placements` has the magnitudes from left to left, right to right, mid to mid and side to side, and `db` is that of
    mid. `bands`: all bands of the EQ that are on, or all bands of the compressor that are in use. In linear and mixed mode the
    kernels of the EQ follow the curve from `eq_valid_from_hz` (see `info`) within 0.05 dB.

    Limiter, saturator and each band of the compressor: level of the output `out_db` of a steady sound at `in_db`. If a saturation curve
    treats negative values differently, `out_negative_db` is for these.
    """

    hz: list[float] = []
    db: list[float] = []
    placements: dict[str, list[float]] = {}
    bands: list[BandCurve] = []
    in_db: list[float] = []
    out_db: list[float] = []
    out_negative_db: list[float] = []


class Log(Params):
    """Asks for the lines of the log of the box, beginning with number `first`."""

    first: Index = 0


class LogPage(Struct):
    """`next` is the `first` of the next request; `lines` is empty if there is nothing new."""

    lines: list[str]
    next: int
