"""The multiband compressor: crossovers, gain curves, ballistics, and the compressors for two to five bands."""

from . import band_responses, design_crossover
from .static_curve import resting_gain, transfer_db

__all__ = ["band_responses", "design_crossover", "resting_gain", "transfer_db"]
