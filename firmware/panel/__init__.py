"""The front panel: controls, pages, controller, and what the display shows."""

from firmware.contract import lazy_exports

from .controller import PanelController

__getattr__ = lazy_exports(__name__, {"Display": "display", "PanelControls": "controls", "Screen": "screen"})

__all__ = [
    "Display",
    "PanelController",
    "PanelControls",
    "Screen",
]
