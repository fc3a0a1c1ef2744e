"""Generates docs/JSON.md: for each command a table of the keys that it prints with --json, and one example.

The keys and their types come from a run of the command; json_keys.toml explains them.
"""

import json
import re
import tomllib
from pathlib import Path

from firmware.contract import BY_ID

_HEAD = """# The JSON output of `burnish`

This document is generated from runs of the commands (`make docs`). Do not edit it.

With `--json` a command prints one object on one line; `meters` and `log --follow` print one object per line. The option can be given
before or after the name of the command. A command that ends with status 10, because a check failed, prints its object and then that of the
error. `schema` contains the name of the command and a version number, which increases with every
incompatible change. New keys can be added at any time, so programs should ignore keys that they do not know.

In the tables, `files[].file` is the key `file` of each object in the list `files`. Keys contain their unit: `_lufs`, `_lu`, `_dbtp`,
`_dbfs`, `_db`, `_hz`, `_ms`, `_s`, `_pct`. `null` means that the recording is too short or too quiet to measure this figure.
`parameter` stands for the id of a parameter ([PARAMETERS.md](PARAMETERS.md)) and `value` for its value: a number, true or false, or a word.
Examples show at most two items of a list and three parameters.
"""

_KEYS = tomllib.loads(Path(__file__).with_name("json_keys.toml").read_text(encoding="utf-8"))
#: What a key means, see json_keys.toml.
MEANINGS: dict[str, str] = _KEYS["meanings"]
#: The type of each key that can be null, if it is not.
NULLABLE = {name: kind for kind, names in _KEYS["nullable"].items() for name in names}
_METER = re.compile(r"(in|out)_(.+)")
_GAIN = re.compile(r"(gr|eq)_(b(\d)|limiter)_db")
_LEVEL = re.compile(r"level_b(\d)_dbfs")


def meaning(title: str, path: str) -> str:
    """What a key of the section `title` means. Raises KeyError for one that nobody has explained."""
    parts = path.split(".")
    key = parts[-1]
    for special in (f"{title.removeprefix('burnish ')}: {path}", ".".join(parts[-2:])):
        if special != key and special in MEANINGS:
            return MEANINGS[special]
    if match := _LEVEL.fullmatch(key):
        return f"level at the detector of band {match[1]} of the multiband"
    if match := _GAIN.fullmatch(key):
        part = (
            "of the limiter"
            if match[2] == "limiter"
            else f"of band {match[3]} of the {'multiband' if match[1] == 'gr' else 'EQ'}"
        )
        return f"{'gain reduction' if match[1] == 'gr' else 'dynamic gain'} {part}"
    if key not in MEANINGS and (match := _METER.fullmatch(key)):
        return f"{'input' if match[1] == 'in' else 'output'}: {MEANINGS[match[2]]}"
    return MEANINGS[key]


def kind(value, key: str) -> str:
    """The type of a value as words."""
    if key in NULLABLE and not isinstance(value, list):
        return f"{NULLABLE[key]} or null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, list):
        return f"list of {plural(kind(value[0], ''))}" if value else "list"
    return {int: "number", float: "number", str: "text", dict: "object", type(None): "null"}[type(value)]


def plural(kind: str) -> str:
    """The plural of a type."""
    return kind.replace("list", "lists", 1) if kind.startswith("list") else f"{kind}s"


def plain_paths(value, folder: str):
    """A value in which the paths of a temporary folder are those of a user."""
    return json.loads(json.dumps(value).replace(folder, "/home/me"))


def by_parameter(value) -> bool:
    """Whether the keys of an object are ids of parameters."""
    return bool(value) and all(key in BY_ID for key in value)


def rows(value: dict, path: str = "") -> list[tuple[str, str]]:
    """(path, type) of all keys of an object, in their order."""
    found = []
    for key, item in value.items():
        here = f"{path}{key}"
        if isinstance(item, dict) and by_parameter(item):
            sample = next(iter(item.values()))
            found.append(
                (here, f"object: parameter to {'list of two values' if isinstance(sample, list) else 'value'}")
            )
            continue
        found.append((here, kind(item, key)))
        if isinstance(item, dict):
            found += rows(item, f"{here}.")
        elif isinstance(item, list) and item and isinstance(item[0], dict):
            found += rows(item[0], f"{here}[].")
    return found


def shortened(value):
    """A value with at most two items of each list and three parameters of each object."""
    if isinstance(value, list):
        return [shortened(item) for item in value[:2]]
    if isinstance(value, dict):
        items = list(value.items())
        return {key: shortened(item) for key, item in (items[:3] if by_parameter(value) else items)}
    return round(value, 3) if isinstance(value, float) else value


def section(title: str, value: dict) -> str:
    """The table and the example of one object."""
    lines = [f"\n## {title}\n", "| key | type | meaning |", "|---|---|---|"]
    for path, type_ in rows(value):
        lines.append(f"| `{path}` | {type_} | {meaning(title, path)} |")
    return "\n".join([*lines, "\n```json", json.dumps(shortened(value), ensure_ascii=False), "```\n"])


def document(outputs: dict[str, dict]) -> str:
    """The whole of docs/JSON.md, from the object of each command by its name."""
    return _HEAD + "".join(section(f"burnish {name}", value) for name, value in sorted(outputs.items()))


def without_examples(text: str) -> str:
    """The document without its examples, whose values change from run to run."""
    return re.sub(r"^```json\n.*?\n```$", "", text, flags=re.M | re.S)


def tables(text: str) -> dict[str, list[tuple[str, str]]]:
    """(path, type) of the keys in each section of a document."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in text.splitlines():
        if line.startswith("## "):
            title = line[3:]
            found[title] = []
        elif match := re.match(r"\| `(.+?)` \| (.+?) \|", line):
            found[title].append((match[1], match[2]))
    return found


def examples(text: str) -> dict[str, dict]:
    """The example in each section of a document."""
    return {
        title: json.loads(line) for title, line in re.findall(r"^## (.+?)$.*?^```json\n(.*?)\n```$", text, re.M | re.S)
    }
