"""Generates docs/CLI.md, the help of every command, and docs/JSON.md, what each prints with --json, taken from a run."""

import json
import re
import shutil

import click
import numpy as np
import pytest
import soundfile
from scipy import signal

from host_cli import commands
from host_cli.box.serial_port import Port
from host_cli.cli import cli
from host_cli.errors import MEANINGS
from tests.support import json_document
from tests.support.fake_box import FACTORY
from tests.support.mixes import mix, write_mixes
from tests.support.paths import DOCS

PATH, JSON_PATH = DOCS / "CLI.md", DOCS / "JSON.md"

_HEAD = """# The tool `burnish`

This document is generated from the commands (`make docs`). Do not edit it.

- Results are printed on stdout; remarks, questions and progress on stderr. Every error is one sentence that also says what
  to do next.
- Commands use the only connected box, or the one that `--device` or `BURNISH_DEVICE` names by its USB serial number or its
  port. A port whose USB identity is not that of a box is opened only if it is named.
- Several programs can use a box at the same time. While `meters`, `monitor` or `broker` has the serial port open, your other
  commands reach the box through that program, by a socket that only you can open.
- `--json` prints one object on one line; streams print one object per line. [JSON.md](JSON.md) has a table of the keys of each
  command, and an example.
- With `--json`, an error is an object too: `{"schema": "burnish.error/1", "error": {"message", "status", "name", "data"}}`.
- `preset diff` ends with status 1 if there are differences.
- `preset load` and `preset restore` store the settings that they replace; `burnish preset history` lists them.

| exit status | meaning |
|---|---|
"""

#: One run of each command whose JSON is documented.
RUNS = (
    ["ports"], ["info"], ["doctor"], ["get", "eq.b1.gain_db"], ["set", "eq.b1.gain_db=1"], ["params", "limiter.gain_db"],
    ["bypass", "off"], ["mute", "off"], ["ab", "a"], ["undo"], ["learn", "--stop"], ["spectrum"],
    ["curve", "eq"], ["raw", "unsub"], ["meters", "--for", "1"],
    ["preset", "save", "Mine"], ["preset", "list"], ["preset", "show", "Warm"], ["preset", "load", "Warm"],
    ["preset", "diff", "Mine", "Warm"], ["preset", "copy", "Warm", "Copy"], ["preset", "rename", "Copy", "Other"],
    ["preset", "pull", "Mine"], ["preset", "edit", "Mine"], ["log"], ["preset", "validate", "mine.toml"], ["preset", "push", "mine.toml"],
    ["preset", "backup", "all.tar.gz"], ["preset", "restore", "all.tar.gz"], ["preset", "history"],
    ["preset", "delete", "Other"], ["analyze", "in.wav"], ["render", "in.wav", "-o", "out.wav"],
    ["check", "in.wav"], ["album", "new", "mixes", "-o", "album.toml"], ["album", "show", "album.toml"],
    ["album", "render", "album.toml", "-o", "masters", "--for", "spotify"], ["album", "listen", "album.toml", "-o", "joins"],
    ["deliver", "album.toml", "--for", "cd", "-o", "cd"], ["verify", "cd"], ["import", "cd", "-o", "back"],
    ["translate", "mixes/01 One.wav", "--models", "phone", "--codecs", "mp3"], ["proof", "in.wav", "-o", "proof.html"],
    ["catalogue", "plan", "mixes", "more", "-o", "cat"], ["catalogue", "run", "cat", "--jobs", "1"], ["catalogue", "status", "cat"],
    ["catalogue", "verify", "cat"], ["compare", "in.wav", "mixes/01 One.wav", "--no-align"], ["stems", "new", "stems", "-o", "stems.toml"],
    ["stems", "check", "stems.toml"], ["stems", "render", "stems.toml", "-o", "sum.wav"],
    ["match", "mixes/01 One.wav", "--reference", "mixes/02 Two.wav", "-o", "match.toml", "--render", "match.wav"],
    ["auto", "dull.wav", "-o", "auto.toml", "--render", "auto.wav"], ["web", "--export", "page"],
)  # fmt: skip
#: Commands that end with the status of a failed check or a difference in these runs.
FAIL = (["doctor"], ["preset", "diff", "Mine", "Warm"], ["check", "in.wav"], ["proof", "in.wav", "-o", "proof.html"],
        ["catalogue", "run", "cat", "--jobs", "1"], ["stems", "check", "stems.toml"])  # fmt: skip
GROUPS = ("preset", "album", "catalogue", "stems")


def walk(context: click.Context):
    """The contexts of all commands below the context of a group, in alphabetical order."""
    for name in context.command.list_commands(context):
        found = context.command.get_command(context, name)
        below = click.Context(found, info_name=name, parent=context, terminal_width=100)
        yield below
        if isinstance(found, click.Group):
            yield from walk(below)


#: Runs whose object differs from the one above, by the title of their section.
MORE_RUNS = {
    "analyze, file that is not stereo": ["analyze", "surround.wav"],
    "curve multiband": ["curve", "multiband"],
    "analyze --for": ["analyze", "in.wav", "--for", "spotify"],
    "compare --abx": ["compare", "in.wav", "mixes/01 One.wav", "--no-align", "--abx", "--seed", "1", "-o", "abx"],
    "preset history NUMBER": ["preset", "history", "1"],
    "preset restore --dry-run": ["preset", "restore", "all.tar.gz", "--dry-run"],
}


def words_of(arguments: list[str]) -> tuple[str, ...]:
    """The name of the command that `arguments` call."""
    return tuple(word for word in arguments[:2] if arguments[0] in GROUPS or word == arguments[0])


def document() -> str:
    """The whole of docs/CLI.md."""
    commands.register()
    parts = [_HEAD + "".join(f"| {status} | {meaning} |\n" for status, meaning in MEANINGS.items())]
    top = click.Context(cli, info_name="burnish", **cli.context_settings)
    documented = {words_of(arguments) for arguments in RUNS}
    for context in walk(top):
        parts.append(f"\n## {context.command_path}\n\n```\n{context.get_help()}\n```\n")
        if tuple(context.command_path.split()[1:]) in documented:
            parts.append(f"\n[Keys of its JSON object](JSON.md#{context.command_path.replace(' ', '-')})\n")
    return "".join(parts)


def write_stems(folder):
    """Two stems and a mix that they do not quite sum to."""
    first, second = write_mixes(folder, (2.0, 2.0))
    both = soundfile.read(first)[0] + 0.5 * soundfile.read(second)[0]
    soundfile.write(folder / "mix.wav", both, 44100, "PCM_24")


def without_ffmpeg(monkeypatch):
    """Lossy copies that lose nothing, so that the keys do not depend on a program that may not be installed."""
    module = "host_cli.records.translation.coding"
    monkeypatch.setattr(f"{module}.encode", lambda source, target, codec, kbps=None: shutil.copy(source, target))
    monkeypatch.setattr(
        f"{module}.decode", lambda path, rate_hz: np.ascontiguousarray(soundfile.read(path, dtype="float32")[0].T)
    )


@pytest.fixture
def outputs(burnish, fake, tmp_path, monkeypatch):
    """The JSON object of each command, and of an error."""
    monkeypatch.chdir(tmp_path)
    port = Port("/dev/ttyACM0", "BN000001", "Burnish", "1209:b0b0", True)
    monkeypatch.setattr("host_cli.box.serial_port.ports", lambda: [port])
    (tmp_path / "mine.toml").write_text(FACTORY[0].replace("Neutral", "Pushed"))
    rate_hz = 48000
    tone = 0.1 * np.sin(2 * np.pi * 200 / rate_hz * np.arange(8 * rate_hz))
    tone[rate_hz : rate_hz + 4800] *= 12  # an over
    soundfile.write(tmp_path / "in.wav", np.stack([tone, tone], 1), rate_hz, subtype="FLOAT")
    soundfile.write(tmp_path / "surround.wav", np.stack([tone] * 6, 1), rate_hz, format="WAVEX")
    write_mixes(tmp_path / "mixes", (4.5, 4.5))
    soundfile.write(
        tmp_path / "dull.wav",
        signal.sosfilt(signal.butter(1, 1500, fs=44100, output="sos"), mix(9.0), axis=0),
        44100,
        "PCM_24",
    )
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "broken.wav").write_bytes(b"RIFF")
    write_stems(tmp_path / "stems")
    without_ffmpeg(monkeypatch)
    monkeypatch.setattr("host_cli.compare.players.PROGRAMS", ())
    monkeypatch.setenv("VISUAL", "sed -i s/gain_db.=.0.0/gain_db=1.0/")
    found = {}
    for arguments in RUNS:
        status, out, err = burnish("--json", "--yes", *arguments)
        assert status == 0 or arguments in FAIL, err
        value = json.loads(out.splitlines()[0 if arguments in FAIL else -1])
        assert value["schema"].rsplit("/")[0] == "burnish." + ".".join(words_of(arguments))
        found[" ".join(words_of(arguments))] = value
    for title, arguments in MORE_RUNS.items():
        status, out, err = burnish("--json", "--yes", *arguments)
        assert status == 0, err
        found[title] = json.loads(out.splitlines()[-1])
    status, out, _ = burnish("--json", "set", "limiter.ceiling_dbtp=3")
    found["error"] = json.loads(out)
    assert found["error"]["error"]["status"] == status == 8
    return json_document.plain_paths(found, str(tmp_path))


def test_the_help_is_current(request):
    text = document()
    if request.config.getoption("--write-docs"):
        PATH.write_text(text)
    assert PATH.exists() and PATH.read_text() == text, "docs/CLI.md is out of date: run `make docs` and commit it"


def test_json_objects_have_exactly_the_documented_keys(outputs, request):
    """The values of the examples change from run to run; their keys and types do not."""
    text = json_document.document(outputs)
    current = JSON_PATH.exists() and json_document.without_examples(
        JSON_PATH.read_text()
    ) == json_document.without_examples(text)
    if request.config.getoption("--write-docs") and not current:
        JSON_PATH.write_text(text)
        current = True
    assert current, "docs/JSON.md is out of date: run `make docs` and commit it"
    written = JSON_PATH.read_text()
    for title, example in json_document.examples(written).items():
        keys = [path for path, _ in json_document.rows(example)]
        assert keys == [path for path, _ in json_document.tables(written)[title]], title


def test_no_meaning_is_left_over(outputs):
    paths = {f"{title}: {path}" for title, value in outputs.items() for path, _ in json_document.rows(value)}
    keys = {re.split(r"[. ]", path)[-1] for path in paths}
    used = (
        keys
        | paths
        | {".".join(path.split(".")[-2:]).split(": ")[-1] for path in paths}
        | {match[2] for key in keys if (match := json_document._METER.fullmatch(key))}
    )
    assert json_document.MEANINGS.keys() <= used
