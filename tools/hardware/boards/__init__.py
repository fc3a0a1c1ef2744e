"""The two printed circuit boards: places KiCad's footprints, routes on a grid, and writes .kicad_pcb files."""

from .board import Board, boards, load
from .build import export, make
from .pcb_file import pcb

__all__ = ["Board", "boards", "export", "load", "make", "pcb"]
