"""The front panel: controls, pages, controller, and the views on the display."""

from firmware.contract import lazy_exports

from .controller import PanelController

__getattr__ = lazy_exports(__name__, {"Display": "display", "PanelControls": "controls", "Screen": "screen"})

__all__ = [
    "Display",
    "PanelController",
    "PanelControls",
    "Screen",
]
