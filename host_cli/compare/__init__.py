"""Compares versions of the same recording: aligned, at equal loudness, with measures of their differences, and by blind listening.

`alignment` finds and removes offsets, `versions` reads files and brings them together, `differences` measures, `abx` is the blind
test and its statistics, `players` plays, `tables` prints.
"""

from firmware.contract import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "AbxTest": "abx",
        "DISTINCT": "alignment",
        "Difference": "differences",
        "Offset": "alignment",
        "Version": "versions",
        "brought_together": "versions",
        "difference": "differences",
        "difference_rows": "tables",
        "find_offset": "alignment",
        "find_player": "players",
        "needed": "abx",
        "offset_of_part": "alignment",
        "p_value": "abx",
        "shifted": "alignment",
        "version_rows": "tables",
    },
)

__all__ = [
    "DISTINCT",
    "AbxTest",
    "Difference",
    "Offset",
    "Version",
    "brought_together",
    "difference",
    "difference_rows",
    "find_offset",
    "find_player",
    "needed",
    "offset_of_part",
    "p_value",
    "shifted",
    "version_rows",
]
