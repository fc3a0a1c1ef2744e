"""Partitioned convolution and the FFT that it uses, for the linear-phase EQ and the linear-phase crossover."""

from . import convolver

__all__ = [
    "convolver",
]
