"""Partitioned convolution and the FFT under it, for the linear-phase EQ and the linear-phase crossover."""

from . import convolver

__all__ = [
    "convolver",
]
