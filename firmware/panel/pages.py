"""The pages of the panel: the parameters of the six knobs on each page."""

import re
from dataclasses import dataclass

from firmware.contract import BY_ID, TABLE, Param

KNOBS = 6

#: The first page, for everyday work. All other pages are made from the parameter table.
_MAIN = (
    "input.trim_db",
    "eq.enabled",
    "multiband.enabled",
    "limiter.gain_db",
    "limiter.ceiling_dbtp",
    "limiter.release_ms",
)
_TITLES = {"input": "INPUT", "eq": "EQ", "multiband": "MULTIBAND", "limiter": "LIMITER", "stereo": "STEREO"}


@dataclass(frozen=True)
class Page:
    """Knob k + 1 changes `params[k]`. A page may use fewer than six knobs."""

    title: str
    params: tuple[Param, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels for the display, without the number of the band if the title contains it."""
        one_band = len({param.id.rpartition(".")[0] for param in self.params}) == 1
        return tuple(re.sub(r"^(EQ|MB)\d ", "", p.label) if one_band else p.label for p in self.params)


#: The parameters on the first page of a band of the compressor; the others follow on later pages.
_FIRST = ("threshold_db", "ratio", "attack_ms", "release_ms", "makeup_db", "knee_db")


def _title(section: str) -> str:
    top, _, band = section.partition(".b")
    title = _TITLES.get(top, top.upper())
    return f"{title} {band}" if band else title


def _rank(param: Param) -> int:
    key = param.id.rpartition(".")[2]
    return _FIRST.index(key) if param.id.startswith("multiband.b") and key in _FIRST else len(_FIRST)


def _split(title: str, params: list[Param]) -> list[Page]:
    parts = [tuple(params[at : at + KNOBS]) for at in range(0, len(params), KNOBS)]
    return [Page(f"{title} {n}" if len(parts) > 1 else title, part) for n, part in enumerate(parts, 1)]


def _all() -> tuple[Page, ...]:
    sections: dict[str, list[Param]] = {}
    for param in TABLE:
        if param.stored:
            sections.setdefault(param.id.rpartition(".")[0], []).append(param)
    first, later = [], []
    leftover: dict[str, list[Param]] = {}  # sections with one or two parameters left share pages
    for section, params in sections.items():
        if all(param.id in _MAIN for param in params):
            continue
        params = sorted(params, key=_rank)
        first.append(Page(_title(section), tuple(params[:KNOBS])))
        rest = params[KNOBS:]
        if len(rest) <= 2:
            leftover.setdefault(section.partition(".")[0], []).extend(rest)
        else:
            later += _split(f"{_title(section)} MORE", rest)
    for top, params in leftover.items():
        later += _split(f"{_title(top)} MORE", params)
    # The order of the pages: first the first page of every section, last the rarely used parameters.
    return (Page("MASTER", tuple(BY_ID[id] for id in _MAIN)), *first, *later)


PAGES: tuple[Page, ...] = _all()
