"""Reports: one HTML page with vector plots, the same page as PDF, or a picture (PNG). `sheet` makes pages of several sections."""

from firmware.contract import lazy_exports

from .facts import facts
from .pdf import check_browser
from .rows import clock, overs, rows
from .targets import FORMS, Target, target_of
from .write import KINDS, save, write

# Drawn pages are imported when they are needed: the command line must start fast.
__getattr__ = lazy_exports(
    __name__,
    {
        "Audio": "sections",
        "Figure": "plots",
        "Plot": "svg",
        "Section": "sections",
        "sheet": "sections",
    },
)

__all__ = [
    "FORMS",
    "KINDS",
    "Audio",
    "Figure",
    "Plot",
    "Section",
    "Target",
    "check_browser",
    "clock",
    "facts",
    "overs",
    "plots",
    "rows",
    "save",
    "sheet",
    "target_of",
    "write",
]
