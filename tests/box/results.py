"""Results of the drills: the rows that a guest prints, and the table of docs/DRILLS.md that is made of them."""

import json
import re
from collections import Counter
from dataclasses import asdict, dataclass, replace

from tests.support.paths import DOCS

PATH = DOCS / "DRILLS.md"
_MARK = "@@ row "
_LINE = re.compile(rf"^{_MARK}(.*)$\n?", re.M)
#: A temporary file has another name each time.
_TEMPORARY = re.compile(r"\.\w{8}\.tmp\b")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
#: How much a number may differ before the document counts as stale: by this part of it, or by this much if that is more. Virtual
#: time is exact, but the moments at which Linux starts a process depend on the versions of the programs.
PART, LEAST = 0.25, 3.0
_ROW = re.compile(r"^\| (.*?) \| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$", re.M)
_HEADING = "| drill | first run | sound | recovery | log |\n|---|---|---|---|---|\n"

#: The drills in the order of the document, with the result of the very first run on the drivers of a Linux kernel.
FIRST_RUN = {
    "audio process killed": "passed",
    "audio process stalls for 20 ms": "passed",
    "audio process stalls for 200 ms": "passed",
    "audio process stalls for 1000 ms": "passed",
    "audio process hangs": "the relays released only after 92 to 97 ms",
    "control process killed": "passed",
    "control process hangs": "passed",
    "supervisor hangs": "`burnish info` said for ever that the relays are held",
    "supervisor killed": "passed",
    "sound card unbound": "passed",
    "disk full": "a save that failed was forgotten, and the change was lost",
    "disk read-only": "not tried",
    "disk frozen": "systemd's watchdog was not fed for 18 s, which would have ended the audio",
    "disk frozen while a preset is saved": "not tried",
    "disk fails": "not tried",
    "state file is a pipe": "no link, and default settings sounded after 11.8 s",
    "flood of requests": "the relays released for 11 to 45 ms",
    "cable in, burnishd not running": "`burnish info` took 31 s",
    "orderly end": "nearly every end logged `the sound card fails: Interrupted system call`",
    "knobs": "1 of 682 detents lost in 120 s",
    "cable pulled during every command": "not tried",
    "10 minutes at 96 kHz, 128 frames": "not tried",
    "Debian's real-time kernel for amd64, 96 kHz, 256 frames": "not tried",
    "Debian's real-time kernel for arm64, 96 kHz, 256 frames": "not tried",
}


@dataclass(frozen=True)
class Row:
    """One drill: what the recorder got, when everything worked again, and what the box logged."""

    drill: str
    sound: str
    recovery: str
    log: str = ""


def line(row: Row) -> str:
    """The line by which a drill in a guest reports `row`."""
    return _MARK + json.dumps(asdict(row))


def split(output: str) -> tuple[list[Row], str]:
    """The rows in the output of a guest, and the output without them."""
    return [Row(**json.loads(found)) for found in _LINE.findall(output)], _LINE.sub("", output)


def read() -> dict[str, Row]:
    """The rows of the document."""
    text = PATH.read_text() if PATH.exists() else ""
    cells = [[cell.strip() for cell in match] for match in _ROW.findall(text)]
    return {drill: Row(drill, sound, recovery, log) for drill, _, sound, recovery, log in cells if drill in FIRST_RUN}


def write(rows: dict[str, Row]) -> None:
    """Write `rows` into the document. Rows of drills that did not run stay."""
    known = read() | {name: _cells(row) for name, row in rows.items()}
    ordered = [known[name] for name in FIRST_RUN if name in known]
    head = PATH.read_text().partition(_HEADING)[0]
    PATH.write_text(
        head
        + _HEADING
        + "".join(
            f"| {row.drill} | {FIRST_RUN[row.drill]} | {row.sound} | {row.recovery} | {row.log} |\n" for row in ordered
        )
    )


def stale(rows: dict[str, Row]) -> list[str]:
    """One line for each of `rows` that differs from the document."""
    known = read()
    return [
        f"{name}: the drill gave {_cells(row)}, the document says {known.get(name)}"
        for name, row in rows.items()
        if name not in known or not _alike(_cells(row), known[name])
    ]


def _cells(row: Row) -> Row:
    """`row` in the form of a table: no line breaks and no bars; a line that repeats is shown once, with how often it occurs."""
    cells = {}
    for name, text in asdict(row).items():
        counted = Counter(_TEMPORARY.sub(".….tmp", text.replace("|", "¦")).splitlines())
        cells[name] = " / ".join(line + (f" ({count} times)" if count > 1 else "") for line, count in counted.items())
    return replace(row, **{name: text or "nothing" for name, text in cells.items()})


def _alike(measured: Row, known: Row) -> bool:
    return all(_alike_text(*pair) for pair in zip(asdict(measured).values(), asdict(known).values(), strict=True))


def _alike_text(measured: str, known: str) -> bool:
    if _NUMBER.sub("0", measured) != _NUMBER.sub("0", known):
        return False
    pairs = zip(_NUMBER.findall(measured), _NUMBER.findall(known), strict=True)
    return all(abs(float(a) - float(b)) <= max(LEAST, PART * float(b)) for a, b in pairs)
