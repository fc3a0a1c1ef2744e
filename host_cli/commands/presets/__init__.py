"""Commands for parameters and presets, on the box and on the laptop."""

from .parameters import complete_assignment

__all__ = ["complete_assignment"]
