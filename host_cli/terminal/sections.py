"""The parameters of the monitor in sections: the list of sections, the line that shows a parameter, and the search."""

from collections.abc import Iterable

from firmware.contract import Param, params
from host_cli.presets import library

_TITLES = {"input": "Input", "eq": "EQ", "multiband": "Multiband", "stereo": "Stereo", "saturator": "Saturator",
           "output": "Output", "limiter": "Limiter", "dither": "Dither", "chain": "Chain", "meter": "Meters"}  # fmt: skip


def sections(ids: Iterable[str]) -> dict[str, list[str]]:
    """The ids of each section, in the order of the table."""
    found: dict[str, list[str]] = {}
    for id in ids:
        found.setdefault(id.rpartition(".")[0], []).append(id)
    return found


def title(section: str) -> str:
    """The name of a section: "EQ band 3"."""
    first, _, band = section.partition(".")
    name = _TITLES.get(first, first)
    return f"{'MB' if first == 'multiband' else name} band {band[1:]}" if band else name


def is_on(section: str, values: dict) -> bool | None:
    """Whether the section processes; None if it has no switch."""
    if f"{section}.enabled" in values:
        return bool(values[f"{section}.enabled"])
    if f"{section}.bypass" in values and section != "chain":
        return not values[f"{section}.bypass"]
    return None


def row(id: str, param: Param, value, width: int, full: bool) -> str:
    """A parameter as text of `width` characters: a mark if it differs from its default, its name (`full`: its id), its value."""
    name = id if full else _short(id, param)
    shown = library.shown(param, value).replace("-", "−")
    mark = "•" if param.check(value) != param.default else " "
    room = max(width - len(shown) - 3, 4)
    return f"{mark}{name[:room]:<{room}} {shown}"


def _short(id: str, param: Param) -> str:
    """The last part of an id without its unit, because the value is shown with the unit."""
    words = id.rpartition(".")[2].split("_")
    units = {"hz", "db", "ms", "pct", "dbtp", "lufs"}
    return " ".join(words[:-1] if len(words) > 1 and words[-1] in units else words)


def search(table: dict[str, Param], words: str) -> list[str]:
    """The ids of all parameters that have every one of the `words` in their id, label or help."""
    wanted = words.lower().split()
    return [id for id, param in table.items() if all(word in params.search_text(param) for word in wanted)]
