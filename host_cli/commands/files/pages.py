"""Reports that commands write as a page: HTML, or PDF by a browser."""

from pathlib import Path

from host_cli.cli import Context
from host_cli.errors import USAGE, CliFail
from host_cli.folders import check_folder

_KINDS = (".html", ".htm", ".pdf")


def check_page(context: Context, path: Path, what: str) -> None:
    """Raise CliFail if the page cannot be written there; asks before overwriting. `what`: the report, for messages."""
    from host_cli import report

    if path.suffix.lower() not in _KINDS:
        raise CliFail(f"{path}: {what} can be .html or .pdf", USAGE)
    if path.suffix.lower() == ".pdf":
        report.check_browser()
    check_folder(path.parent)
    if path.exists():
        context.confirm(f"{path} exists. Overwrite it?")


def write_page(path: Path, title: str, subtitle: str, sections: list) -> None:
    """Write sections (`host_cli.report.Section`) as a page. Raises CliFail."""
    from host_cli import report

    report.save(report.sheet(title, subtitle, sections), path)
