"""Compares runs of the tool with transcripts/*.txt. --write-docs writes them again; read the changes before you commit.

`$ burnish ...` is a command. It is followed by stdout, by stderr with "! " before each line, and by the exit status in
brackets if it is not 0. `$ write FILE` writes the indented lines below it to a file. Paths and times are replaced by words.
"""

import re
import shlex
from pathlib import Path

import pytest

FILES = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))


def steps(text: str):
    """The steps of a transcript: (comments above the command, command, indented lines below it)."""
    remarks, command, body, above = [], None, [], []
    for line in [*text.splitlines(), "$ end"]:
        if line.startswith("$ "):
            if command is not None:
                yield above, command, body
            above, command, body, remarks = remarks, line[2:], [], []
        elif line.startswith("    ") and command and command.startswith("write "):
            body.append(line[4:])
        elif line.startswith("# "):
            remarks.append(line)


def hidden(text: str, tty: str, folder: Path) -> str:
    """`text`, in which words replace all parts that differ between runs."""
    text = text.replace(tty, "[TTY]").replace(str(folder), "[DIR]")
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "[WHEN]", text)
    return re.sub(r"\d{8}-\d{6}", "[WHEN]", text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_transcript(path, burnish, tty, tmp_path, monkeypatch, request):
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    text, lines = path.read_text(), []
    for remarks, command, body in steps(text):
        lines += [*remarks, f"$ {command}"]
        word, *arguments = shlex.split(command.replace("[TTY]", tty))
        if word == "write":
            (work / arguments[0]).parent.mkdir(exist_ok=True)
            (work / arguments[0]).write_text("\n".join(body) + "\n")
            lines += [f"    {line}" for line in body]
            continue
        status, out, err = burnish(*arguments)
        assert "Traceback" not in err
        lines += hidden(out, tty, work).splitlines()
        lines += [f"! {line}" for line in hidden(err, tty, work).splitlines()]
        lines += [f"[{status}]"] if status else []
    got = "\n".join(lines) + "\n"
    if request.config.getoption("--write-docs"):
        path.write_text(got)
    assert got == text or request.config.getoption("--write-docs")
