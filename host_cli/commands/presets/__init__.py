"""Commands for parameters and presets, on the box and on the laptop."""

from .parameters import complete_assignment
from .preset_files import push

__all__ = ["complete_assignment", "push"]
