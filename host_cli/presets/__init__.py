"""Presets on the laptop: files, differences, history, and a cache of names for completion."""

from firmware.contract import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "read": "library",
        "remarks": "audibility",
        "shown": "library",
    },
)

__all__ = [
    "history",
    "library",
    "name_cache",
    "read",
    "remarks",
    "shown",
]
