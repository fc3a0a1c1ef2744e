"""Presets on the laptop: files, differences, history, and a cache of names for completion."""

from firmware.contract import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "Settings": "chosen",
        "read": "library",
        "remarks": "audibility",
        "settings_of": "chosen",
        "shown": "library",
    },
)

__all__ = [
    "Settings",
    "history",
    "library",
    "name_cache",
    "read",
    "remarks",
    "settings_of",
    "shown",
]
