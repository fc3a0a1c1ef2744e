"""The multiband compressor: crossovers, gain curves, ballistics, and the compressors of two to five bands."""

from . import design_crossover
from .multiband import SETTINGS as MULTIBAND_SETTINGS
from .settings import LIMITING_RATIO
from .settings import SETTINGS as BAND_SETTINGS

__all__ = [
    "BAND_SETTINGS",
    "LIMITING_RATIO",
    "MULTIBAND_SETTINGS",
    "design_crossover",
]
