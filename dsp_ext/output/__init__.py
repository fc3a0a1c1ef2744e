"""The processors after the compressor, except the limiter: stereo width, saturator, DC filter and dither, with their
designs."""

from . import design_stereo
from .dither import Dither
from .saturator import Saturator, saturated

__all__ = ["Dither", "Saturator", "design_stereo", "saturated"]
