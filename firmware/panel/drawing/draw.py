"""The picture of a view: one table of drawing functions."""

from collections.abc import Callable

from PIL import Image

from . import colour, dyn, eq, limit, lists, meter, stereo
from .canvas import HEIGHT, WIDTH, Canvas
from .frame import draw_cells, draw_head
from .view import PanelView

#: Section and view: the function for the picture, and the one for the detail in the head.
PICTURES: dict[tuple[str, str], tuple[Callable, Callable]] = {
    ("EQ", "curve"): (eq.draw, eq.detail),
    ("EQ", "setup"): (eq.draw, eq.detail),
    ("DYN", "bands"): (dyn.draw, dyn.detail),
    ("DYN", "split"): (dyn.draw, dyn.detail),
    ("DYN", "up"): (dyn.draw, dyn.detail),
    ("STEREO", "width"): (stereo.draw, stereo.detail),
    ("COLOUR", "transfer"): (colour.draw, colour.detail),
    ("LIMIT", "history"): (limit.draw, limit.detail),
    ("LIMIT", "listen"): (limit.draw, limit.detail),
    ("METER", "loudness"): (meter.draw, meter.detail),
    ("METER", "numbers"): (meter.draw_numbers, meter.detail),
    ("MASTER", "macros"): (lists.draw_master, lists.master_detail),
    ("PRESET", "list"): (lists.draw_preset, lists.preset_detail),
    ("PRESET", "name"): (lists.draw_name, lists.preset_detail),
}


def draw(view: PanelView, size: tuple[int, int] = (WIDTH, HEIGHT), colour: bool = False) -> Image.Image:
    """The picture of `view` with `size` pixels: mode "L" with 16 greys, or "RGB" for a colour display."""
    canvas = Canvas(size, colour)
    picture, detail = PICTURES[view.face.section, view.face.view]
    picture(canvas, view)
    draw_head(canvas, view, detail(view))
    draw_cells(canvas, view)
    # The OLED has 16 greys, so the picture of the simulator has 16 too.
    return canvas.picture if colour else canvas.picture.point([grey // 16 * 17 for grey in range(256)])
