"""The two printed circuit boards: KiCad's footprints at our places, routed on a grid, written as .kicad_pcb."""

from .board import Board, boards, load
from .build import export, make
from .pcb_file import pcb

__all__ = ["Board", "boards", "export", "load", "make", "pcb"]
