"""Simulated hardware: sound card, front panel, and a socket that operates the panel."""

from firmware.contract import lazy_exports

from . import announcements, sound_card
from .looped_input import LoopedInput

__getattr__ = lazy_exports(__name__, {"SimPanel": "panel", "SimSocket": "socket"})

__all__ = [
    "LoopedInput",
    "SimPanel",
    "SimSocket",
    "announcements",
    "sound_card",
]
