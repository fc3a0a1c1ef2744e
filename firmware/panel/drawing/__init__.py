"""The pictures of the display: pure functions from a view model to a picture of any size, in greys or colours."""

from .canvas import HEIGHT, WIDTH
from .draw import PICTURES, draw
from .meter import ROWS_PER_S
from .packing import pack
from .stereo import correlation
from .view import PanelView

__all__ = [
    "HEIGHT",
    "PICTURES",
    "ROWS_PER_S",
    "WIDTH",
    "PanelView",
    "correlation",
    "draw",
    "pack",
]
