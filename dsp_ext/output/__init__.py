"""The processors after the compressor, except the limiter: stereo width, saturator, DC filter and dither, with their
designs."""

from . import design_stereo
from .saturator import Saturator

__all__ = ["Saturator", "design_stereo"]
