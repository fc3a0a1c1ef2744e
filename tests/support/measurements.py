"""Figures that tests measure, kept in docs/MEASUREMENTS.md.

A test calls `record(...)` for each figure. With --write-docs the rows are put into the document (rows of tests that did not
run stay, so delete the row of a figure that you rename or remove); without, each row is compared with the committed one, and one that moved by more than its tolerance fails the
run: so the document is always what this code measures.
"""

import math
import re
from pathlib import Path

from tests.support.paths import DOCS

PATH = DOCS / "MEASUREMENTS.md"

_HEAD = """# Measurements

Written by the tests (`make docs`), compared by every `make test`. Do not edit.
"""
_TABLE = "| figure | target | measured |\n|---|---|---|\n"
_ROW = re.compile(r"^\| (?P<figure>.*?) \| (?P<target>.*?) \| (?P<measured>.*?) \|$")


class Record:
    """Callable that takes figures; `finish` writes or compares them."""

    def __init__(self, write: bool, path: Path = PATH):
        self._write = write
        self._path = path
        self._rows: dict[tuple[str, str], tuple[str, str, float]] = {}

    def __call__(self, section: str, figure: str, value, unit: str = "", *, target: str = "", digits: int = 2,
                 tolerance: float | None = None):  # fmt: skip
        """Note `value` (a number in `unit`, or a sentence). `tolerance`: how far it may move between machines without the
        document being called stale; by default two units of the last digit printed or 2 %, whichever is more. Infinite, as
        for speed: never stale, and written each time."""
        if isinstance(value, str):
            text, tolerance = value, 0.0
        else:
            value = float(value)
            text = f"{value + 0.0:.{digits}f} {unit}".rstrip()
            tolerance = max(2 * 10.0**-digits, abs(value) * 0.02) if tolerance is None else tolerance
        self._rows[section, figure] = (target, text, tolerance)

    def finish(self) -> list[str]:
        """Write, or return one line for each figure that the document has otherwise."""
        if not self._rows:
            return []
        known = self._read()
        if not self._write:
            return [line for key in self._rows if (line := self._stale(key, known.get(key)))]
        for key, (target, text, tolerance) in self._rows.items():
            if key not in known or math.isinf(tolerance) or self._stale(key, known[key]):
                known[key] = (target, text)
        self._path.write_text(self._render(known))
        return []

    def _stale(self, key, known) -> str | None:
        target, text, tolerance = self._rows[key]
        if known is None:
            return f"{key[0]}: {key[1]}: measured {text}, not in the document"
        same = known == (target, text)
        if not same and tolerance and known[0] == target:
            a, b = _number(known[1]), _number(text)
            same = a is not None and b is not None and abs(a - b) <= tolerance
        return None if same else f"{key[0]}: {key[1]}: measured {text} (target {target}), the document says {known}"

    def _read(self) -> dict[tuple[str, str], tuple[str, str]]:
        rows, section = {}, ""
        for line in self._path.read_text().splitlines() if self._path.exists() else ():
            if line.startswith("## "):
                section = line[3:]
            elif (match := _ROW.match(line)) and match["figure"] not in ("figure", "---"):
                rows[section, match["figure"]] = (match["target"], match["measured"])
        return rows

    def _render(self, rows) -> str:
        parts = [_HEAD]
        for section in sorted({section for section, _ in rows}):
            parts.append(f"\n## {section}\n\n{_TABLE}")
            for (where, figure), (target, text) in sorted(rows.items()):
                if where == section:
                    parts.append(f"| {figure} | {target} | {text} |\n")
        return "".join(parts)


def _number(text: str) -> float | None:
    match = re.match(r"[-+]?\d+(\.\d+)?", text)
    return float(match[0]) if match else None
