"""The comparison in docs/LIMITER.md: tables and the plot of the frontier."""

from types import SimpleNamespace

import numpy as np

from dsp_ext.settings import LIMITER_STYLES
from tests.support.paths import DOCS
from tests.support.plots import write_svg

from .limiters import MOST_GAIN_DB, OTHERS, OURS

FIGURES = ("zim", "nmr", "chord")
LOUDEST_LUFS = -7.0
FRONTIER_LUFS = -8.0


def reached(row: dict, target: float) -> bool:
    return abs(row["lufs"] - target) < 0.1 and row["gain"] <= MOST_GAIN_DB


def marks(row: dict) -> str:
    return " / ".join(f"{row[f]:.1f}" for f in FIGURES if f in row)


def places(rows: dict[str, dict]) -> dict[str, tuple[str, float]]:
    """Music and loudness of each row's place, in order."""
    found = dict.fromkeys(key.rsplit("|", 1)[0] for key in rows)
    return {place: (place.split("|")[0], float(place.split("|")[1])) for place in found}


def best_peer(rows: dict[str, dict], place: str, target: float) -> dict[str, float]:
    """The best figure of any peer that arrives, each by its own best setting."""
    there = [row for tool in OTHERS if reached(row := rows[f"{place}|{tool}"], target)]
    return {f: min(row[f] for row in there) for f in FIGURES if there and f in there[0]}


def comparison(rows: dict[str, dict]) -> str:
    """Markdown: the figures of each style and of the best peer. Bold where a style is at or below the peer in all of them."""
    out = [
        f"| music, LUFS | {' | '.join(LIMITER_STYLES)} | best other limiter |",
        "|---|" + "---|" * (len(LIMITER_STYLES) + 1),
    ]
    for place, (name, target) in places(rows).items():
        best, cells = best_peer(rows, place, target), []
        for style in LIMITER_STYLES:
            row = rows[f"{place}|{style}"]
            # As printed: a difference that the table does not show is none.
            wins = best and all(round(row[f], 1) <= round(best[f], 1) for f in best)
            text = f"**{marks(row)}**" if wins else marks(row)
            cells.append(text if reached(row, target) else f"reaches {row['lufs']:.1f}")
        out.append(f"| {name}, {target:g} | {' | '.join(cells)} | {marks(best) or 'none reaches it'} |")
    return "\n".join(out) + "\n"


def loudest(rows: dict[str, dict]) -> str:
    """Markdown: what each style needs for LOUDEST_LUFS, and what is lost."""
    out = [f"| music, {LOUDEST_LUFS:g} LUFS | {' | '.join(LIMITER_STYLES)} |", "|---|" + "---|" * len(LIMITER_STYLES)]
    for place, (name, target) in places(rows).items():
        if target == LOUDEST_LUFS:
            cells = (rows[f"{place}|{style}"] for style in LIMITER_STYLES)
            out.append(f"| {name} | " + " | ".join(
                f"{row['gain']:.1f} dB: {marks(row)}" if reached(row, target) else f"reaches {row['lufs']:.1f} with 24 dB"
                for row in cells
            ) + " |")  # fmt: skip
    return "\n".join(out) + "\n"


def distance(rows: dict[str, dict], tool: str) -> float:
    """Zimtohrli distance of `tool` over the best peer's at FRONTIER_LUFS, in octaves, averaged over all music that both bring
    there."""
    ratios = []
    for place, (_, target) in places(rows).items():
        best, row = best_peer(rows, place, target), rows.get(f"{place}|{tool}")
        if row and target == FRONTIER_LUFS and "zim" in best and reached(row, target):
            ratios.append(np.log2((row["zim"] + 0.1) / (best["zim"] + 0.1)))
    return float(np.mean(ratios))


def frontier(rows: dict[str, dict], tried: list[dict]) -> None:
    """docs/plots/limiter_frontier.svg: `distance` against the chord figure at FRONTIER_LUFS, for all limiters, and for the
    candidates of `search.py`."""
    chord = f"chord|{FRONTIER_LUFS:g}"

    def draw(axes):
        for candidate in tried:
            known = rows | {f"{place}|tried": row for place, row in candidate["rows"].items()}
            axes.plot(known[f"{chord}|tried"]["chord"], distance(known, "tried"), ".", color="0.7", markersize=3)
        for tool in OURS | OTHERS:
            if reached(rows[f"{chord}|{tool}"], FRONTIER_LUFS):
                at = rows[f"{chord}|{tool}"]["chord"], distance(rows, tool)
                axes.plot(*at, "o" if tool in OURS else "x")
                axes.annotate(tool, at, xytext=(4, 3), textcoords="offset points")
        axes.set(xlabel=f"chord residue at {FRONTIER_LUFS:g} LUFS, dB", ylabel="Zimtohrli distance over the best peer's, octaves",
                 title="Lower and further left changes the music less")  # fmt: skip

    write_svg(SimpleNamespace(getoption=lambda _: True), "limiter_frontier", draw)


def write(rows: dict[str, dict], tried: list[dict]) -> None:
    """Put tables and plot into the documents."""
    document = DOCS / "LIMITER.md"
    text = document.read_text()
    for name, table in (("make bench-sound", comparison(rows)), ("make bench-sound, loudest", loudest(rows))):
        begin, end = f"<!-- table: {name} -->\n", "<!-- end of table -->"
        before, rest = text.split(begin)
        text = before + begin + table + end + rest.split(end, 1)[1]
    document.write_text(text)
    frontier(rows, tried)
