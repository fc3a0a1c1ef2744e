"""Fills the copper areas of a .kicad_pcb. Run by the system's python3, to which KiCad's package gives pcbnew: fill.py FILE."""

import sys

import pcbnew

board = pcbnew.LoadBoard(sys.argv[1])
pcbnew.ZONE_FILLER(board).Fill(board.Zones())
pcbnew.SaveBoard(sys.argv[1], board)
