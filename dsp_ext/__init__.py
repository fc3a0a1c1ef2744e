"""The signal processing of Burnish: signals and physical units only. Imports numpy and nothing else of the house."""

from .engine import Engine
from .measure import measure
from .shared import Cells, Ring, SeqLock

__all__ = ["Cells", "Engine", "Ring", "SeqLock", "measure"]
