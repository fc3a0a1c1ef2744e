"""Recordings: audio files, and everything that is measured on one of them.

`recording`: the file. `spectra`: power of mid and side over time. `loudest`: the passages that count. `reference`: a recording as a
curve for pictures.
"""

from firmware.contract import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "CENTRES_HZ": "spectra",
        "Frames": "spectra",
        "HIGHEST_PART": "spectra",
        "Passages": "loudest",
        "Recording": "recording",
        "Reference": "reference",
        "decibels": "spectra",
        "frames": "spectra",
        "lufs": "loudest",
        "read": "recording",
        "read_reference": "reference",
        "reference_of": "reference",
    },
)

__all__ = [
    "CENTRES_HZ",
    "HIGHEST_PART",
    "Frames",
    "Passages",
    "Recording",
    "Reference",
    "decibels",
    "frames",
    "lufs",
    "read",
    "read_reference",
    "reference_of",
]
