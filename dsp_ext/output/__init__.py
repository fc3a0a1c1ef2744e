"""The processors after the compressor, except the limiter: stereo width, saturator, DC filter and dither, with their
designs."""

from . import design_stereo

__all__ = ["design_stereo"]
