"""The parametric equaliser: bands, their designs as FIR kernels and as state-variable filters, dynamic bands, auto gain."""

from . import curves, design_fir
from .bands import HIGHEST, Dynamics, EqBand
from .eq import RESOLUTIONS

__all__ = [
    "HIGHEST",
    "RESOLUTIONS",
    "Dynamics",
    "EqBand",
    "curves",
    "design_fir",
]
