"""The multiband compressor: crossovers, gain curves, ballistics, and the compressors for two to five bands."""

from . import design_crossover
from .static_curve import transfer_db

__all__ = ["design_crossover", "transfer_db"]
