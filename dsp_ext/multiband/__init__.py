"""The multiband compressor: crossovers, gain curves, ballistics, and the compressors of two to five bands."""

from . import design_crossover

__all__ = ["design_crossover"]
