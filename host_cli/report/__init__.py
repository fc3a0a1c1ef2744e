"""Reports of `burnish analyze --report`: one HTML page with vector plots, the same page as PDF, or a picture (PNG)."""

from .facts import facts
from .pdf import check_browser
from .rows import clock, overs, rows
from .targets import FORMS, Target, target_of
from .write import KINDS, write

__all__ = [
    "FORMS",
    "KINDS",
    "Target",
    "check_browser",
    "clock",
    "facts",
    "overs",
    "rows",
    "target_of",
    "write",
]
