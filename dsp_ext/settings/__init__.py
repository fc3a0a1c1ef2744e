"""The settings of each processor: name, unit, range, default and choices, each declared once.

This package imports the standard library only, so that the parameter table and shell completion can use it without NumPy or
compiled modules."""

from .engine import DESIGNED, ENGINE
from .eq import EQ, EQ_BAND, EQ_BANDS, EQ_HIGHEST, EQ_TAPS
from .limiter import LIMITER, LIMITER_DRIVEN, LIMITER_STYLES
from .multiband import BAND, LIMITING_RATIO, MULTIBAND, MULTIBAND_BANDS
from .output import DITHER, SATURATOR, STEREO
from .setting import Setting, Settings

__all__ = [
    "BAND",
    "DESIGNED",
    "DITHER",
    "ENGINE",
    "EQ",
    "EQ_BAND",
    "EQ_BANDS",
    "EQ_HIGHEST",
    "EQ_TAPS",
    "LIMITER",
    "LIMITER_DRIVEN",
    "LIMITER_STYLES",
    "LIMITING_RATIO",
    "MULTIBAND",
    "MULTIBAND_BANDS",
    "SATURATOR",
    "STEREO",
    "Setting",
    "Settings",
]
