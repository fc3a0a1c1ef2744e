"""The preset document: reading and writing. `firmware/presets/library.py` stores documents in files.

A preset is TOML. Its tables follow the parameter ids (`[eq.b1]`, `freq_hz = 1000.0`), so the keys contain their units:

    format = "burnish-preset"
    schema = 1        # of the writer
    min_reader = 1    # oldest reader that loads this without changing the sound

    [meta]            # name, and anything else people note; kept unchanged
    [target]          # lufs = -14.0: integrated loudness that renders reach by their gain, and that meters show
    [limiter]         # sound sections: an unknown key is an error, a missing one gets that schema's default
    [x_...]           # data of other programs; kept unchanged

As JSON the same tree is used. Shared with the laptop: standard library and msgspec only.
"""

import datetime
import hashlib
import json
import math
import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from firmware.contract import BY_ID, RENAMED, TABLE, BurnishError, Param, params

from . import toml_limits

FORMAT = "burnish-preset"
SCHEMA = 1
MIN_READER = 1

#: Limits against malicious presets.
MAX_BYTES = 64 * 1024
MAX_DEPTH = toml_limits.MAX_DEPTH
#: Lowest and highest loudness target.
TARGET_LUFS = (-50.0, 0.0)
#: The longest name that fits on the display, in characters.
MAX_NAME = 32
#: The longest slug, which consists of a name, a digest, and the character that is added to a reserved word.
MAX_SLUG = 64 + 9 + 1
#: Only this many characters of a longer name are examined: more than MAX_NAME, because some may be invisible or combine into one.
_LONGEST_WRITTEN_NAME = 1000

STORED: tuple[Param, ...] = tuple(param for param in TABLE if param.stored)
_STORED_IDS = {param.id for param in STORED}
#: The tables in which there are parameters: "eq", "eq.b1".
_TABLES = {id.rsplit(".", n)[0] for id in _STORED_IDS for n in range(1, id.count(".") + 1)}
#: The first name of a parameter that has been renamed. Content ids are made from it, so that a new name changes no id.
_FIRST_IDS = {new: old for old, new in RENAMED.items()}

#: `{schema: function}`: converts the complete sound of a file of that schema, `{id: plain value}`, into that of the next.
#: The functions are pure and are chained. A changed default needs a new schema; a new parameter does not, and a renamed one
#: only an entry in `params.RENAMED`.
MIGRATIONS: dict[int, Callable[[dict], dict]] = {}
#: `{schema: {id: plain value}}`: the values of missing keys in files of schemas before SCHEMA.
OLD_DEFAULTS: dict[int, Mapping[str, object]] = {}


class PresetError(BurnishError, ValueError):
    """A preset is refused. The message is one sentence with file, key, value and the allowed values.

    `name` is one of: corrupt (not TOML, or not a preset), range, unknown_path, schema_too_new, not_found, exists, read_only,
    storage_full, storage. `data` has the facts of the message.
    """

    def __init__(self, message: str, name: str, data: dict | None = None):
        super().__init__(message)
        self.name = name
        self.data = data or {}


@dataclass(frozen=True)
class Preset:
    """A complete sound. `values` are floats in the units of the parameters: all stored parameters, with defaults for missing
    ones, rounded to the decimals of the step, so that equal content ids mean equal sound.

    `target_lufs` is the integrated loudness that renders reach, or None; it is not part of the sound. `meta` is [meta] without
    the name, `extra` has the x_* keys; both are kept unchanged. `schema` is that of the file. Raises PresetError.
    """

    name: str
    values: Mapping[str, float] = field(default_factory=dict)
    meta: Mapping = field(default_factory=dict)
    extra: Mapping = field(default_factory=dict)
    schema: int = SCHEMA
    target_lufs: float | None = None

    def __post_init__(self):
        check_target(self.target_lufs, self.name)
        for id in self.values:
            if id not in _STORED_IDS:
                raise _unknown(id, self.values[id], self.name)
        complete = {param.id: _checked(param, self.values, self.name) for param in STORED}
        object.__setattr__(self, "name", clean_name(self.name))
        object.__setattr__(self, "values", complete)

    @property
    def slug(self) -> str:
        """The file name without its suffix. A library treats two names with the same slug as the same preset."""
        return slug(self.name)

    @property
    def content_id(self) -> str:
        """64 hexadecimal digits that identify the sound: sha256 over the canonical JSON of the schema number and all values
        that differ from the default. A later parameter that is neutral by default therefore changes no id."""
        sound = {
            _FIRST_IDS.get(p.id, p.id): p.to_plain(self.values[p.id]) for p in STORED if self.values[p.id] != p.default
        }
        text = json.dumps({"schema": SCHEMA, "sound": sound}, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def to_tree(self) -> dict:
        """The document as nested plain data, in canonical order."""
        tree = {"format": FORMAT, "schema": SCHEMA, "min_reader": MIN_READER, "meta": {"name": self.name, **self.meta}}
        if self.target_lufs is not None:
            tree["target"] = {"lufs": self.target_lufs}
        for param in STORED:
            *sections, key = param.id.split(".")
            table = tree
            for section in sections:
                table = table.setdefault(section, {})
            table[key] = param.to_plain(self.values[param.id])
        return {**tree, **self.extra}


def parse(text: str | bytes, where: str = "preset") -> Preset:
    """The preset in the TOML text `text`; `where` names it in messages. Raises PresetError."""
    size = len(text.encode(errors="surrogatepass") if isinstance(text, str) else text)
    if size > MAX_BYTES:
        raise PresetError(f"{where} has {size} bytes: allowed are {MAX_BYTES}", "corrupt", {"file": where})
    try:
        text = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        if much := toml_limits.excess(text):
            raise PresetError(f"{where} has {much}, which no preset needs", "corrupt", {"file": where})
        tree = tomllib.loads(text)
    except RecursionError:
        raise PresetError(f"{where} is nested too deeply to be a preset", "corrupt", {"file": where}) from None
    except PresetError:
        raise
    except UnicodeDecodeError as error:
        raise PresetError(f"{where} is not UTF-8 text ({error.reason} at byte {error.start}): save it as UTF-8", "corrupt",
                          {"file": where}) from None  # fmt: skip
    except ValueError as error:  # TOMLDecodeError, and integers of thousands of digits
        raise PresetError(f"{where} is not valid TOML: {one_line(error)}", "corrupt", {"file": where}) from None
    return from_tree(tree, where)


def from_tree(tree: Mapping, where: str = "preset") -> Preset:
    """The preset in a decoded document. The version is checked first, because the meaning of all other content depends on it.

    Raises PresetError.
    """
    if not isinstance(tree, Mapping) or tree.get("format") != FORMAT:
        raise PresetError(
            f'{where} is not a preset: its first line must be format = "{FORMAT}"', "corrupt", {"file": where}
        )
    schema, min_reader = (_version(tree, key, where) for key in ("schema", "min_reader"))
    if min_reader > SCHEMA:
        raise PresetError(
            f"{where} needs a reader of schema {min_reader}, and this version reads schemas up to {SCHEMA}: update the firmware and the tool",
            "schema_too_new",
            {"file": where, "min_reader": min_reader, "schema": SCHEMA},
        )
    _check_plain(tree, where, MAX_DEPTH)
    meta = tree.get("meta", {})
    name = meta.get("name", Path(where).stem) if isinstance(meta, Mapping) else None
    if not isinstance(name, str):
        raise PresetError(
            f"{where}: [meta] must be a table whose name is text", "range", {"file": where, "path": "meta"}
        )
    head = ("format", "schema", "min_reader", "meta", "target")
    extra = {key: value for key, value in tree.items() if key.startswith("x_")}
    sound = _flatten({key: value for key, value in tree.items() if key not in head and key not in extra})
    values = {}
    for written, value in _migrated(sound, min(schema, SCHEMA), where).items():
        id = RENAMED.get(written, written)
        if id not in _STORED_IDS:
            raise _unknown(id, value, where)
        values[id] = _from_plain(BY_ID[id], value, where)
    rest = {key: value for key, value in meta.items() if key != "name"}
    return Preset(clean_name(name, where), values, rest, extra, schema, _target(tree.get("target", {}), where))


def dump(preset: Preset) -> str:
    """The canonical text: fixed order, numbers rounded to the decimals of the step. `dump(parse(dump(p))) == dump(p)`."""
    tree = preset.to_tree()
    tables = {key: value for key, value in preset.extra.items() if isinstance(value, Mapping)}
    scalars = {key: value for key, value in preset.extra.items() if key not in tables}
    head = {key: tree[key] for key in ("format", "schema", "min_reader")}
    parts = [msgspec.toml.encode({**head, **scalars, "meta": tree["meta"]}).decode()]
    if "target" in tree:
        parts.append("\n" + msgspec.toml.encode({"target": tree["target"]}).decode())
    section = None
    for param in STORED:
        table, key = param.id.rsplit(".", 1)
        if table != section:
            section = table
            parts.append(f"\n[{table}]\n")
        parts.append(f"{key} = {json.dumps(param.to_plain(preset.values[param.id]))}\n")
    if tables:
        parts.append("\n" + msgspec.toml.encode(tables).decode())
    text = "".join(parts)
    if (size := len(text.encode())) > MAX_BYTES:
        raise PresetError(f"preset {preset.name!r} would have {size} bytes: allowed are {MAX_BYTES}", "range",
                          {"bytes": size})  # fmt: skip
    return text


def clean_name(name: str, where: str = "preset") -> str:
    """`name` without control, bidirectional and other invisible characters, with single spaces. Raises PresetError if
    no characters or more than MAX_NAME are left."""
    if len(name) > _LONGEST_WRITTEN_NAME:
        name = name[:_LONGEST_WRITTEN_NAME]  # too long in any case; the time to normalise a text can be quadratic
    spaced = "".join(" " if char.isspace() else char for char in unicodedata.normalize("NFC", name))
    visible = "".join(char for char in spaced if not unicodedata.category(char).startswith("C"))
    cleaned = " ".join(visible.split())
    if not 1 <= len(cleaned) <= MAX_NAME:
        shown = cleaned if len(cleaned) <= 40 else cleaned[:40] + "…"
        raise PresetError(
            f"{where}: a preset's name cannot be {shown!r}: allowed are 1 to {MAX_NAME} visible characters",
            "range",
            {"file": where, "path": "meta.name", "value": shown, "allowed": f"1 to {MAX_NAME} visible characters"},
        )
    return cleaned


def slug(name: str) -> str:
    """`name` as a file name that is valid on every system: "Vocal – Dark, v2" becomes "vocal-dark-v2"."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.findall("[a-z0-9]+", ascii_only)
    joined = "-".join(words)[:64]
    if not joined or len(re.sub(r"\W", "", name)) > 2 * len(joined):  # written in another script
        joined = f"{joined}-{hashlib.sha256(name.encode()).hexdigest()[:8]}".lstrip("-")
    return f"{joined}-" if re.fullmatch(r"con|prn|aux|nul|com\d|lpt\d", joined) else joined


def _version(tree: Mapping, key: str, where: str) -> int:
    number = tree.get(key, 1 if key == "min_reader" else None)
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= 10_000:
        raise PresetError(f"{where}: {key} cannot be {number!r}: allowed is a whole number from 1", "range",
                          {"file": where, "path": key})  # fmt: skip
    return number


def _target(table, where: str) -> float | None:
    """The loudness in the table [target]."""
    if not isinstance(table, Mapping) or table.keys() - {"lufs"}:
        raise PresetError(f"{where}: [target] can only contain lufs, such as lufs = -14.0", "range",
                          {"file": where, "path": "target"})  # fmt: skip
    check_target(table.get("lufs"), where)
    return None if "lufs" not in table else float(table["lufs"])


def check_target(lufs, where: str = "the loudness target") -> None:
    """Check a loudness target in LUFS; None is no target. Raises PresetError."""
    low, high = TARGET_LUFS
    number = isinstance(lufs, (int, float)) and not isinstance(lufs, bool)
    if lufs is not None and not (number and low <= lufs <= high):
        raise PresetError(
            f"{where}: target.lufs cannot be {str(lufs)[:40]!r}: allowed is {low:g} to {high:g} LUFS",
            "range",
            {"file": where, "path": "target.lufs", "allowed": f"{low:g} to {high:g} LUFS", "low": low, "high": high},
        )


def _check_plain(value, where: str, depth: int) -> None:
    """Refuse values at any depth that could not be written again or sent as JSON."""
    if depth == 0:
        raise PresetError(f"{where} is nested more than {MAX_DEPTH} deep", "range", {"file": where})
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise PresetError(f"{where}: the key {key!r} is not text", "range", {"file": where})
            _check_plain(key, where, depth)
            _check_plain(item, where, depth - 1)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _check_plain(item, where, depth - 1)
    elif isinstance(value, bool):
        pass
    elif isinstance(value, int):
        if not -(2**63) <= value < 2**63:
            raise PresetError(f"{where} has a whole number of more than 64 bits", "range", {"file": where})
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise PresetError(f"{where} has the number {value}: allowed are finite numbers", "range", {"file": where})
    elif isinstance(value, str):
        if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
            raise PresetError(f"{where} has text that is not valid Unicode", "range", {"file": where})
    elif not isinstance(value, (datetime.date, datetime.time)):
        raise PresetError(f"{where} has a value of the kind {type(value).__name__}", "range", {"file": where})


def _flatten(tree: Mapping, prefix: str = "") -> dict:
    """`{id: value}` of nested tables. A quoted key that contains a point is not treated as two keys. An empty table is allowed
    only where parameters exist."""
    flat = {}
    for key, value in tree.items():
        id = f'{prefix}"{key}"' if "." in key else f"{prefix}{key}"
        if isinstance(value, Mapping) and value:
            flat |= _flatten(value, f"{id}.")
        elif not (value == {} and id in _TABLES):
            flat[id] = value
    return flat


def _migrated(sound: dict, schema: int, where: str) -> dict:
    """`sound` of `schema`, converted to SCHEMA."""
    if schema == SCHEMA:
        return sound
    sound = {**OLD_DEFAULTS[schema], **sound}
    for step in range(schema, SCHEMA):
        try:
            sound = MIGRATIONS[step](dict(sound))
        except (TypeError, ValueError, KeyError) as error:
            raise PresetError(f"{where}: its schema {step} has values that schema {step + 1} cannot take: "
                              f"{one_line(error)}", "range", {"file": where}) from None  # fmt: skip
    return sound


def _from_plain(param: Param, value, where: str) -> float:
    """The value from a file, checked strictly: numbers, true and false for switches, words for choices. ("1 dB" is refused.)"""
    fits = {
        "number": isinstance(value, (int, float)) and not isinstance(value, bool),
        "switch": isinstance(value, bool),
        "choice": isinstance(value, str) and value in param.choices,
    }[param.kind]
    if not fits:
        raise _refused(param, value, where)
    return float(param.choices.index(value)) if param.choices else _checked(param, {param.id: value}, where)


def _checked(param: Param, values: Mapping, where: str) -> float:
    """The value of `param`, checked and rounded to the decimals of the step."""
    value = values.get(param.id, param.default)
    if isinstance(value, str):
        raise _refused(param, value, where)
    try:
        checked = param.check(value)
    except (ValueError, OverflowError):
        raise _refused(param, value, where) from None
    return param.to_plain(checked) if param.kind == "number" else checked


def _refused(param: Param, value, where: str) -> PresetError:
    shown = {True: "true", False: "false"}[value] if isinstance(value, bool) else repr(value)
    shown = shown if len(shown) <= 40 else shown[:40] + "…"
    allowed = {"switch": "true or false"}.get(param.kind, param.allowed)
    return PresetError(
        f"{where}: {param.id} cannot be {shown}: allowed is {allowed}",
        "range",
        {"file": where, "path": param.id, "value": shown, "allowed": allowed, "low": param.low, "high": param.high},
    )


def _unknown(id: str, value, where: str) -> PresetError:
    shown = one_line(id)[:60]
    if id in BY_ID:
        message = f"{where}: {id} is not part of a preset; remove the line"
        return PresetError(message, "unknown_path", {"file": where, "path": id})
    near, hint = params.near_ids(id, [param.id for param in STORED])
    if len(near) == 1 and hint.endswith(f" {near[0]}?"):
        hint = f"did you mean {near[0]} ({BY_ID[near[0]].allowed})?"
    value = one_line(repr(value))[:40]
    return PresetError(f"{where}: there is no parameter {shown!r} (= {value}); {hint}", "unknown_path",
                       {"file": where, "path": shown, "value": value, "near": near})  # fmt: skip


def one_line(thing) -> str:
    """`thing` as one line of text without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(thing)).split())
