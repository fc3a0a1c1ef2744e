"""The multiband compressor: crossovers, gain curves, ballistics, and the compressors for two to five bands."""

from . import design_crossover

__all__ = ["design_crossover"]
