"""Finds the lines of a TOML document on which its tables and keys stand, because tomllib does not tell."""

import re

_TABLE = re.compile(r"\s*\[(\[?)\s*([^\[\]]+?)\s*\]?\]\s*(#.*)?$")
_KEY = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=""")


def line_numbers(text: str) -> dict[tuple, int]:
    """{path: line}. A path contains the names of tables and keys, and the number of a table in an array of tables, from 0."""
    found: dict[tuple, int] = {}
    counts: dict[str, int] = {}
    table: tuple = ()
    fence = ""
    for number, line in enumerate(text.splitlines(), 1):
        if fence:
            fence = "" if fence in line else fence
            continue
        if match := _TABLE.match(line):
            name = match[2].strip("\"'")
            table = (name,)
            if match[1]:
                counts[name] = counts.get(name, -1) + 1
                table = (name, counts[name])
            found.setdefault(table, number)
        elif match := _KEY.match(line):
            names = tuple(re.findall(r'"[^"]*"|\'[^\']*\'|[\w-]+', match[1]))
            path = table
            for name in names:
                path = (*path, name.strip("\"'"))
                found.setdefault(path, number)
        for mark in ('"""', "'''"):
            if line.count(mark) % 2:
                fence = mark
    return found


def nearest(found: dict[tuple, int], path: tuple) -> int:
    """The line of the path, or of the table around it; 1 if there is none."""
    while path and path not in found:
        path = path[:-1]
    return found.get(path, 1)
