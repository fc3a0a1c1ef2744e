"""Simulated hardware: sound card, front panel, and a socket that operates the panel."""

from firmware.contract import lazy_exports

from . import sound_card

__getattr__ = lazy_exports(__name__, {"SimPanel": "panel", "SimSocket": "socket"})

__all__ = [
    "SimPanel",
    "SimSocket",
    "sound_card",
]
