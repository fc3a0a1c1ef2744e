"""Generates docs/CLI.md: the help of every command, and the shape of the object that it prints with --json, taken from a run."""

import json

import click
import numpy as np
import pytest
import soundfile

from host_cli import commands
from host_cli.cli import cli
from host_cli.errors import MEANINGS
from tests.support.fake_box import FACTORY
from tests.support.paths import DOCS

PATH = DOCS / "CLI.md"

_HEAD = """# The tool `burnish`

This document is generated from the commands (`make docs`). Do not edit it.

- Results are printed on stdout; remarks, questions and progress on stderr. Every error is one sentence that also says what
  to do next.
- Commands use the only connected box, or the one that `--device` or `BURNISH_DEVICE` names by its USB serial number or its
  port. A port whose USB identity is not that of a box is opened only if it is named.
- Several programs can use a box at the same time. While `meters`, `monitor` or `broker` has the serial port open, your other
  commands reach the box through that program, by a socket that only you can open.
- `--json` prints one object on one line; streams print one object per line. The key `schema` contains the name of the command
  and a version number, which increases with every incompatible change. New keys can be added at any time.
- `preset diff` ends with status 1 if there are differences.
- `preset load` and `preset restore` store the settings that they replace; `burnish preset history` lists them.

| exit status | meaning |
|---|---|
"""

#: One run of each command whose JSON is documented.
RUNS = (
    ["ports"], ["info"], ["doctor"], ["get", "eq.b1.gain_db"], ["set", "eq.b1.gain_db=1"], ["params", "limiter.gain_db"],
    ["bypass", "off"], ["mute", "off"], ["ab", "a"], ["spectrum"], ["raw", "unsub"], ["meters", "--for", "1"],
    ["preset", "save", "Mine"], ["preset", "list"], ["preset", "show", "Warm"], ["preset", "load", "Warm"],
    ["preset", "diff", "Mine", "Warm"], ["preset", "copy", "Warm", "Copy"], ["preset", "rename", "Copy", "Other"],
    ["preset", "pull", "Mine"], ["preset", "validate", "mine.toml"], ["preset", "push", "mine.toml"],
    ["preset", "backup", "all.tar.gz"], ["preset", "restore", "all.tar.gz"], ["preset", "history"],
    ["preset", "delete", "Other"], ["analyze", "in.wav"], ["render", "in.wav", "-o", "out.wav"],
)  # fmt: skip


def shape(value) -> str:
    """The types in a plain value: `{name: text, values: {id: number}}`."""
    if isinstance(value, bool):
        return "true/false"
    if isinstance(value, dict):
        ids = [key for key in value if "." in key]
        if ids and len(ids) == len(value):
            item = value[ids[0]]
            return f"{{parameter: {'[value, value]' if isinstance(item, list) else 'value'}}}"
        return "{" + ", ".join(f"{key}: {shape(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return f"[{shape(value[0]) if value else ''}]"
    return {int: "number", float: "number", str: "text", type(None): "null"}[type(value)]


def walk(context: click.Context):
    """The contexts of all commands below the context of a group, in alphabetical order."""
    for name in context.command.list_commands(context):
        found = context.command.get_command(context, name)
        below = click.Context(found, info_name=name, parent=context, terminal_width=100)
        yield below
        if isinstance(found, click.Group):
            yield from walk(below)


def document(shapes: dict[tuple[str, ...], str]) -> str:
    """The whole of docs/CLI.md."""
    commands.register()
    parts = [_HEAD + "".join(f"| {status} | {meaning} |\n" for status, meaning in MEANINGS.items())]
    top = click.Context(cli, info_name="burnish", **cli.context_settings)
    for context in walk(top):
        parts.append(f"\n## {context.command_path}\n\n```\n{context.get_help()}\n```\n")
        words = tuple(context.command_path.split()[1:])
        if words in shapes:
            parts.append(f"\nJSON: `{shapes[words]}`\n")
    return "".join(parts)


@pytest.fixture
def shapes(burnish, fake, tmp_path, monkeypatch):
    """The shape of the JSON object of each command."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("host_cli.box.serial_port.ports", lambda: [])
    (tmp_path / "mine.toml").write_text(FACTORY[0].replace("Neutral", "Pushed"))
    soundfile.write(tmp_path / "in.wav", 0.1 * np.sin(np.arange(8 * 48000).reshape(-1, 2) / 10), 48000)
    found = {}
    for arguments in RUNS:
        status, out, err = burnish("--json", "--yes", *arguments)
        assert status == 0 or arguments in (["doctor"], ["preset", "diff", "Mine", "Warm"]), err
        words = tuple(word for word in arguments[:2] if arguments[0] == "preset" or word == arguments[0])
        value = json.loads(out.splitlines()[-1])
        assert value["schema"].rsplit("/")[0] == "burnish." + ".".join(words)
        value["schema"] = "text"
        found[words] = shape(value)
    return found


def test_document_is_current(shapes, request):
    text = document(shapes)
    if request.config.getoption("--write-docs"):
        PATH.write_text(text)
    assert PATH.exists() and PATH.read_text() == text, "docs/CLI.md is out of date: run `make docs` and commit it"
