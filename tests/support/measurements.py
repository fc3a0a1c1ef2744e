"""Figures that tests measure, kept in docs/MEASUREMENTS.md.

A test calls `record(...)` for each figure. With --write-docs, the rows are written into the document. Rows of tests that did
not run stay, so delete the row of a figure that you rename or remove. Without --write-docs, each row is compared with the
committed one, and a row that differs by more than its tolerance fails the run. The document therefore always shows what this
code measures.

`python -m tests.support.measurements` renews the summary at the top from the rows, for example after a merge.
"""

import math
import re
from pathlib import Path

from tests.support.paths import DOCS
from tests.support.summary import HEADING, Row, summary

PATH = DOCS / "MEASUREMENTS.md"

_HEAD = """# Measurements

The tests write this document (`make docs`), and every `make test` compares its figures with what it measures. Do not edit it.

These terms occur in many rows:

- *Target*: what the test asserts. Rows without a target are for information.
- *Residue above 3 kHz*: what a change of a setting adds to a 200 Hz tone, as the level of everything above 3 kHz. A residue of
  -100 dBFS or less is far below what can be heard at normal listening levels.
- *Residue above 8 kHz*: the same for tones of 997 Hz, of 60 Hz with 5 kHz, and of 200 Hz, with every module in use. The level
  that constant settings cause above 8 kHz is not counted.
- *Segment*: a short test signal of the limiter. Its class says how it is made; `sinc_worst` and `full_scale_runs` are the most
  hostile ones.
- *f0/Q*: the frequency of an EQ band divided by its Q, which is its bandwidth in Hz.
- *Against X*: the ratio of the time that Burnish takes to the time that X takes. Less than 1 means that Burnish is faster. In the
  sections EQ, Multiband and Stereo, it is the largest difference from X.
"""
_TABLE = "| figure | target | measured |\n|---|---|---|\n"
_ROW = re.compile(r"^\| (?P<figure>.*?) \| (?P<target>.*?) \| (?P<measured>.*?) \|$")


class Record:
    """Collects figures when it is called; `finish` writes or compares them."""

    def __init__(self, write: bool, path: Path = PATH):
        self._write = write
        self._path = path
        #: (section, figure) to (target, text, tolerance).
        self.rows: dict[tuple[str, str], tuple[str, str, float]] = {}

    def __call__(self, section: str, figure: str, value, unit: str = "", *, target: str = "", digits: int = 2,
                 tolerance: float | None = None):  # fmt: skip
        """Record `value` (a number in `unit`, or a sentence).

        `tolerance` is how much the value may differ between machines before the document counts as stale. The default is
        two units of the last printed digit or 2 %, whichever is more. With an infinite tolerance, as for speed, the row is
        never stale and is written each time.
        """
        if isinstance(value, str):
            text, tolerance = value, 0.0
        else:
            value = float(value)
            text = f"{value + 0.0:.{digits}f} {unit}".rstrip()
            tolerance = max(2 * 10.0**-digits, abs(value) * 0.02) if tolerance is None else tolerance
        self.rows[section, figure] = (target, text, float(tolerance))

    def add(self, rows: dict[tuple[str, str], tuple[str, str, float]]) -> None:
        """Add the rows of a record that was kept in another process."""
        self.rows |= rows

    def finish(self) -> list[str]:
        """Write the rows; or, when comparing, return one line for each figure that differs from the document."""
        if not self.rows:
            return []
        known = read(self._path)
        if not self._write:
            return [line for key in self.rows if (line := self._stale(key, known.get(key)))]
        for key, (target, text, tolerance) in self.rows.items():
            if key not in known or math.isinf(tolerance) or self._stale(key, known[key]):
                known[key] = (target, text)
        self._path.write_text(render(known))
        return []

    def _stale(self, key, known) -> str | None:
        target, text, tolerance = self.rows[key]
        if known is None:
            return f"{key[0]}: {key[1]}: measured {text}, not in the document"
        same = known == (target, text)
        if not same and tolerance and known[0] == target:
            a, b = _number(known[1]), _number(text)
            same = a is not None and b is not None and abs(a - b) <= tolerance
        return None if same else f"{key[0]}: {key[1]}: measured {text} (target {target}), the document says {known}"


def read(path: Path = PATH) -> dict[tuple[str, str], tuple[str, str]]:
    """The rows of the document: (section, figure) to (target, measured). The summary is left out."""
    rows, section = {}, ""
    for line in path.read_text().splitlines() if path.exists() else ():
        if line.startswith("## "):
            section = line[3:]
        elif section != HEADING and (match := _ROW.match(line)) and match["figure"] not in ("figure", "---"):
            rows[section, match["figure"]] = (match["target"], match["measured"])
    return rows


def render(rows: dict[tuple[str, str], tuple[str, str]]) -> str:
    """The whole document: the summary, then a table for each section."""
    parts = [_HEAD, summary([Row(*key, *value) for key, value in sorted(rows.items())])]
    for section in sorted({section for section, _ in rows}):
        parts.append(f"\n## {section}\n\n{_TABLE}")
        for (where, figure), (target, text) in sorted(rows.items()):
            if where == section:
                parts.append(f"| {figure} | {target} | {text} |\n")
    return "".join(parts)


def _number(text: str) -> float | None:
    match = re.match(r"[-+]?\d+(\.\d+)?", text)
    return float(match[0]) if match else None


if __name__ == "__main__":
    PATH.write_text(render(read()))
