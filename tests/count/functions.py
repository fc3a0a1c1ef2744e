"""The instructions of a case by function, from the symbols of the extension modules."""

import bisect
import re
import subprocess
from collections import Counter
from pathlib import Path

from .machine import Count

NM = "aarch64-linux-gnu-nm"


def placed(count: Count) -> list[tuple[str, int, int, int]]:
    """The code that ran in the case: file, address in the file, instructions, runs."""
    modules = sorted(count.modules)
    starts = [address for address, _ in modules]
    rows = []
    for address, length, runs in count.ran:
        start, file = modules[max(bisect.bisect(starts, address) - 1, 0)]
        rows.append((file, address - start, length, runs))
    return rows


def per_frame(count: Count) -> Counter[str]:
    """Instructions per frame of each function that ran in the case."""
    tables, found = {}, Counter()
    for file, address, length, runs in placed(count):
        if file not in tables:
            tables[file] = _symbols(file)
        names, at = tables[file]
        found[names[max(bisect.bisect(at, address) - 1, 0)]] += length * runs / count.frames
    return found


def _symbols(file: str) -> tuple[list[str], list[int]]:
    """The names and addresses of the functions in `file`, by address. A stripped library has one name, that of the file."""
    text = subprocess.run([NM, "-n", file], capture_output=True, text=True).stdout
    rows = [line.split() for line in text.splitlines()]
    rows = [(int(row[0], 16), row[2]) for row in rows if len(row) == 3 and row[1] in "tTwW" and row[2][0] != "$"]
    module = Path(file).name.removesuffix(".so")
    return ([f"{module}: {plain_name(name)}" for _, name in rows] or [module]), [at for at, _ in rows] or [0]


def plain_name(name: str) -> str:
    """The name in the .pyx file for Cython's name: __pyx_f_7dsp_ext_5delay_5Delay_run is Delay.run."""
    parts, rest = [], re.sub(r"^__pyx_fuse_\d+|^__pyx_(f|pw|pf)_", "", name)
    while match := re.match(r"(\d+)", rest):
        end = match.end() + int(match[1])
        parts.append(rest[match.end() : end])
        rest = rest[end:].removeprefix("_")
    return ".".join([*parts[2:], rest]) if parts else name
