"""The table of services, read from targets.toml."""

import datetime
import difflib
import functools
import tomllib
from dataclasses import dataclass, fields
from importlib import resources

from host_cli.errors import USAGE, CliFail

GRADES = ("primary", "second-hand", "recalled")
LOUDER, QUIETER = ("down", "none"), ("none", "to-peak", "limit")


@dataclass(frozen=True)
class Service:
    """A row of targets.toml, whose head describes the keys."""

    id: str
    name: str
    louder: str
    quieter: str
    true_peak_dbtp: float
    album: bool
    checked: datetime.date
    source: str
    grade: str
    lufs: float | None = None
    peak_dbtp: float | None = None
    tolerance_lu: float | None = None
    max_short_lufs: float | None = None
    note: str = ""


def parsed(text: str) -> dict[str, Service]:
    """The rows of a table by id. Raises ValueError for a row that contradicts itself."""
    found = {}
    known = {field.name for field in fields(Service)}
    for row in tomllib.loads(text)["service"]:
        if extra := set(row) - known:
            raise ValueError(f"service {row.get('id')}: there is no key {', '.join(sorted(extra))}")
        service = Service(**row)
        wrong = (
            service.id in found or service.grade not in GRADES or service.louder not in LOUDER or service.quieter not in QUIETER
            or (service.lufs is None and (service.louder != "none" or service.quieter != "none"))
            or (service.quieter != "none" and service.peak_dbtp is None) or not isinstance(service.checked, datetime.date)
        )  # fmt: skip
        if wrong:
            raise ValueError(f"service {service.id} contradicts itself")
        found[service.id] = service
    return found


@functools.cache
def services() -> dict[str, Service]:
    """All services by id, in the order of the table."""
    return parsed((resources.files(__package__) / "targets.toml").read_text(encoding="utf-8"))


def chosen(names: str) -> list[Service]:
    """The services that a person named: ids with commas between them, or "all". Raises CliFail."""
    table = services()
    wanted = (
        list(table) if names.strip() == "all" else [name.strip().lower() for name in names.split(",") if name.strip()]
    )
    for name in wanted:
        if name not in table:
            close = difflib.get_close_matches(name, table, 1)
            hint = f"did you mean {close[0]}?" if close else f"allowed are {', '.join(table)}, or all"
            raise CliFail(f"there is no service {name!r}: {hint}", USAGE)
    if not wanted:
        raise CliFail(f"--for names no service: allowed are {', '.join(table)}, or all", USAGE)
    return [table[name] for name in wanted]
