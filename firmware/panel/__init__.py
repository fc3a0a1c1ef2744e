"""The front panel: controls, operation, and the pictures on the display."""

from firmware.contract import lazy_exports

from .operation import PanelController, PanelOptions

__getattr__ = lazy_exports(
    __name__,
    {
        "Display": "display",
        "EventControls": "event_controls",
        "PanelControls": "controls",
        "Screen": "screen",
        "input_devices": "event_controls",
    },
)

__all__ = [
    "Display",
    "EventControls",
    "PanelController",
    "PanelControls",
    "PanelOptions",
    "Screen",
    "input_devices",
]
