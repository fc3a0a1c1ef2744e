"""The circuits as data: parts with manufacturer numbers, pins, nets by name, and places on a drawing. No generator here."""

from . import driver, keys, knobs, power, receiver, relay
from .catalogue import CATALOGUE, Item
from .model import GRID_MM, POWER, Circuit, CircuitError, Part, Place

__all__ = [
    "BOARDS",
    "CATALOGUE",
    "GRID_MM",
    "POWER",
    "Circuit",
    "CircuitError",
    "Item",
    "Part",
    "Place",
    "circuits",
    "of_board",
]

#: Which circuits each printed circuit board carries, in the order of its sheets.
BOARDS = {"analog-io": (power, receiver, driver, relay), "front-panel": (knobs, keys)}


def circuits() -> dict[str, Circuit]:
    """Every circuit by name, made anew: a test may change what it gets."""
    return {made.name: made for modules in BOARDS.values() for made in (module.circuit() for module in modules)}


def of_board(board: str) -> list[Circuit]:
    """The circuits of one board, made anew. Raises KeyError for a board that does not exist."""
    return [module.circuit() for module in BOARDS[board]]
