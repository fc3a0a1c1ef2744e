"""The signal processing of Burnish: signals and physical units only. Imports numpy and nothing else of the house."""

from dsp_ext.core import Cells, Ring, SeqLock
from dsp_ext.meters import measure

from .engine import Engine

__all__ = ["Cells", "Engine", "Ring", "SeqLock", "measure"]
