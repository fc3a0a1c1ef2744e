"""What follows the compressor beside the limiter: stereo width, saturator, DC filter and dither, with their designs and tables."""

from . import design_stereo
from .dither import SETTINGS as DITHER_SETTINGS
from .saturator import SETTINGS as SATURATOR_SETTINGS
from .stereo import SETTINGS as STEREO_SETTINGS

__all__ = [
    "DITHER_SETTINGS",
    "SATURATOR_SETTINGS",
    "STEREO_SETTINGS",
    "design_stereo",
]
