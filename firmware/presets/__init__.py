"""Presets: the document, its risks for ears and loudspeakers, the library of files, and the order on the front panel.

Shared with the laptop. It imports the standard library, msgspec and `firmware.contract`, but neither NumPy nor compiled modules.
"""

from .document import (
    MAX_BYTES,
    MAX_NAME,
    STORED,
    Preset,
    PresetError,
    check_target,
    clean_name,
    dump,
    one_line,
    parse,
    slug,
)
from .library import PresetLibrary
from .risks import startling

__all__ = [
    "MAX_BYTES",
    "MAX_NAME",
    "STORED",
    "Preset",
    "PresetError",
    "PresetLibrary",
    "check_target",
    "clean_name",
    "dump",
    "one_line",
    "parse",
    "slug",
    "startling",
]
