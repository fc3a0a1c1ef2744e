"""Simulated hardware: sound card, front panel, a socket that operates the panel, and the panel in a terminal."""

from firmware.contract import lazy_exports

from . import announcements, no_alsa, sound_card
from .looped_input import LoopedInput
from .streams import Capture, FileInput, Playback, Silence

__getattr__ = lazy_exports(
    __name__, {"PictureFile": "picture_file", "SimPanel": "panel", "SimSocket": "socket", "run_terminal": "terminal"}
)

__all__ = [
    "Capture",
    "FileInput",
    "LoopedInput",
    "PictureFile",
    "Playback",
    "Silence",
    "SimPanel",
    "SimSocket",
    "announcements",
    "no_alsa",
    "run_terminal",
    "sound_card",
]
