"""Stems as rows of text."""

from collections.abc import Sequence

from .chain import Chain
from .checking import Report


def chain_rows(found: Sequence[Chain]) -> list[tuple[str, ...]]:
    """Name, length, place, gain and preset of each stem, below a row of headings."""
    rows = [("stem", "length", "later", "gain", "preset", "file")]
    for chain in found:
        stem = chain.stem
        name = "not processed" if chain.settings is None else stem.preset or "own settings"
        rows.append((stem.name, f"{chain.frames / chain.rate_hz:.3f} s", f"{stem.later} frames" if stem.later else "",
                     f"{stem.gain_db:+.1f} dB" if stem.gain_db else "", name, stem.path.name))  # fmt: skip
    return rows


def report_rows(report: Report) -> list[tuple[str, ...]]:
    """What was found about each stem, below a row of headings."""
    rows = [("stem", "in the mix", "must begin later by", "more gain in the mix", "polarity")]
    for part in report.parts:
        if not part.present:
            rows.append((part.name, "no", "", "", ""))
            continue
        rows.append((part.name, "yes", f"{part.offset} frames" if part.offset else "–", f"{part.gain_db:+.2f} dB",
                     "inverted" if part.inverted else ""))  # fmt: skip
    return rows
