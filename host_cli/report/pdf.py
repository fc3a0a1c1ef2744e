"""Prints a page as PDF with an installed browser, so that the PDF looks like the page. Burnish does not contain a browser."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from host_cli.errors import OTHER, CliFail

#: Programs that print without a window, in the order in which they are tried.
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
)
TIMEOUT_S = 120


def check_browser() -> str:
    """The path of a browser that can print. Raises CliFail if there is none."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    raise CliFail(
        "a PDF needs Chromium, Chrome or Edge: install one, or write .html and print it from your browser", OTHER
    )


def write_pdf(page: str, path: Path) -> None:
    """Write `page` (HTML) to `path`. Raises CliFail."""
    browser = check_browser()
    with tempfile.TemporaryDirectory(prefix="burnish-") as folder:
        source, printed = Path(folder) / "report.html", Path(folder) / "report.pdf"
        source.write_text(page, encoding="utf-8")
        # Without a sandbox, because it does not start for root and in containers; the page is our own and loads nothing.
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile",
                   "--no-pdf-header-footer", f"--print-to-pdf={printed}", source.as_uri()]  # fmt: skip
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=TIMEOUT_S)
            path.write_bytes(printed.read_bytes())
        except (subprocess.SubprocessError, FileNotFoundError):
            raise CliFail(
                f"{Path(browser).name} could not print {path}: write .html and print it from your browser", OTHER
            ) from None
