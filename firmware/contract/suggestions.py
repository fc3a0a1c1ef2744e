"""Suggestions for a word that is not known: only such as the person who typed it very likely meant."""

import re
from collections.abc import Iterable, Sequence

#: A shorter word is too short to tell a typing error from another word.
SHORTEST = 3
#: (from this length on, largest number of typing errors).
_ERRORS = ((12, 3), (6, 2), (SHORTEST, 1))
#: What may follow the part of a parameter's name that people remember.
_UNITS = ("_hz", "_db", "_dbtp", "_dbfs", "_dbu", "_lufs", "_lu", "_ms", "_s", "_pct", "_oct")


def suggestions(word: str, known: Iterable[str], most: int = 3) -> list[str]:
    """The names in `known` that `word` probably stands for, at most `most` of them; empty if none is likely, or too many are.

    These are, in this order: the name in another spelling (capitals, spaces, hyphens, without its unit); the names that end or
    begin with the word; the names with the fewest typing errors (characters that are missing, wrong, too many or swapped), if these
    are few for the length of the word.
    """
    typed, names = _plain(word), {name: _plain(name) for name in known}
    if len(typed) < SHORTEST:
        return []
    for alike in (_same, _part):
        found = [name for name, plain in names.items() if alike(typed, plain)]
        if found:
            return found if len(found) <= most else []
    allowed = next(errors for length, errors in _ERRORS if len(typed) >= length)
    distances = {  # a name that has to be completed with its unit comes after one that has not
        name: min(_distance(typed, plain, allowed), 0.5 + _distance(typed, _without_unit(plain), allowed))
        for name, plain in names.items()
    }
    least = min(distances.values(), default=allowed + 1)
    found = [name for name, distance in distances.items() if distance == least]
    return found if least < allowed + 1 and len(found) <= most else []


def question(found: Sequence[str], otherwise: str) -> str:
    """ "did you mean X or Y?", or `otherwise` if nothing was found."""
    return f"did you mean {' or '.join(found)}?" if found else otherwise


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "_", name.strip().lower())


def _without_unit(name: str) -> str:
    return next(
        (name.removesuffix(unit) for unit in sorted(_UNITS, key=len, reverse=True) if name.endswith(unit)), name
    )


def _same(typed: str, name: str) -> bool:
    return typed in (name, _without_unit(name))


def _part(typed: str, name: str) -> bool:
    """Whether `typed` is the end or the beginning of `name`, in whole words."""
    return any(whole.endswith((f".{typed}", f"_{typed}")) for whole in (name, _without_unit(name))) or name.startswith(
        (f"{typed}.", f"{typed}_")
    )


def _distance(a: str, b: str, most: int) -> int:
    """The number of characters to insert, delete, replace or swap with a neighbour (optimal string alignment distance), or
    `most` + 1 if it is larger than `most`."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, y in enumerate(b, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                best = min(best, older[j - 2] + 1)
            row.append(best)
        if min(row) > most and min(before) > most:
            return most + 1
    return min(row[-1], most + 1)
