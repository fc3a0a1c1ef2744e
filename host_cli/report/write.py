"""Writes a report in the kind that the extension of its file name selects."""

from pathlib import Path

import numpy as np

from host_cli.errors import CliFail

from .moments import rms_rows, with_moments
from .pdf import write_pdf
from .picture import picture
from .rows import rows
from .targets import Target, verdict

#: Extensions of the file name of a report.
KINDS = (".html", ".htm", ".pdf", ".png")


def write(
    path: Path, name: str, samples: np.ndarray, rate_hz: int, found: dict, target: Target, facts: dict[str, str]
) -> None:
    """Write the report of `found` (`analysis.analyse` of `samples`, shape (channels, frames), full scale ±1) to `path`.

    `facts`: the facts about the file, as text by name. Raises CliFail.
    """
    from . import plots
    from .page import page

    if path.suffix.lower() == ".png":
        save(picture(name, samples, rate_hz, found), path)
        return
    figures = plots.all_of(samples, rate_hz, found, target)
    listed = with_moments(rows(found), found) + rms_rows(samples, rate_hz)
    save(page(name, verdict(found, target), target, listed, figures, facts, found["overs"]), path)


def save(content: str | bytes, path: Path) -> None:
    """Write a page (HTML) to `path`, as PDF if its extension is .pdf, or a picture (bytes). PDF needs an installed browser. Raises
    CliFail."""
    try:
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif path.suffix.lower() == ".pdf":
            write_pdf(content, path)
        else:
            path.write_text(content, encoding="utf-8")
    except OSError as why:
        raise CliFail(f"cannot write {path}: {why.strerror}") from None
