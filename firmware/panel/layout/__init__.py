"""What the front panel is made of, as data: sections, views, rows of knobs, detents, and the keys of each panel profile."""

from .detents import detent
from .sections import BY_KEY, MASTER, PRESET, SECTIONS, Knob, Section, View

__all__ = [
    "BY_KEY",
    "MASTER",
    "PRESET",
    "SECTIONS",
    "Knob",
    "Section",
    "View",
    "detent",
]
