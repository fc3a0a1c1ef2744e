"""How the front panel is operated: keys, knobs and gestures become changes of the store, and a face for the display."""

from .controller import CHOICE_S, DOUBLE_S, HOLD_S, LOCK_S, MESSAGE_S, REST_S, TOUCH_S, PanelController
from .face import Cell, Face, PresetFace, cell, short
from .listening import AFTER_S
from .options import PanelOptions

__all__ = [
    "AFTER_S",
    "CHOICE_S",
    "DOUBLE_S",
    "HOLD_S",
    "LOCK_S",
    "MESSAGE_S",
    "REST_S",
    "TOUCH_S",
    "Cell",
    "Face",
    "PanelController",
    "PanelOptions",
    "PresetFace",
    "cell",
    "short",
]
