"""Simulated hardware: sound card, front panel, a socket that operates the panel, and the panel in a terminal."""

from firmware.contract import lazy_exports

from . import announcements, sound_card
from .looped_input import LoopedInput

__getattr__ = lazy_exports(
    __name__, {"PictureFile": "picture_file", "SimPanel": "panel", "SimSocket": "socket", "run_terminal": "terminal"}
)

__all__ = [
    "LoopedInput",
    "PictureFile",
    "SimPanel",
    "SimSocket",
    "announcements",
    "run_terminal",
    "sound_card",
]
