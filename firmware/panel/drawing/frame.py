"""What all pictures have in common: the line of state at the top, the six cells at the bottom, the enlarged cell."""

from firmware.panel.operation import Cell

from .canvas import ACCENT, BLACK, BRIGHT, DIM, FAINT, GRID, PLAIN, Canvas
from .view import PanelView

HEAD, CELLS = 10, 18
#: The enlarged cell.
_BIG_WIDTH, _BIG_HEIGHT = 78, 31


def picture_box(canvas: Canvas) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the picture between head and cells."""
    return 0, HEAD + 1, canvas.width, canvas.height - CELLS - 1


def draw_head(canvas: Canvas, view: PanelView, detail: str) -> None:
    """The line of state: section, `detail`, preset, warnings, A and B. A message or what is listened to replaces the detail."""
    face, right = view.face, canvas.width
    for slot in ("b", "a"):
        right = canvas.badge(right, slot.upper(), on=slot == view.ab) - 1
    words = [
        ("LOCK", face.locked, False),
        ("MUTE", view.on("chain.mute"), True),
        ("BYPASS", view.on("chain.bypass"), True),
    ]
    for word, shown, on in words:
        right = canvas.badge(right - 1, word, on) - 1 if shown else right
    for warning in view.warnings:
        right = canvas.badge(right - 1, warning, True) - 1
    title = face.section + (
        f" {face.views[0]}/{face.views[1]}" if face.views[1] > 1 and face.section != "PRESET" else ""
    )
    end = canvas.text(1, 1, title, 10, BRIGHT) + 5
    if message := face.message or face.listening:
        wide = min(canvas.text_width(message, 9) + 6, right - end - 2)
        canvas.box(end - 3, 0, end - 3 + wide, HEAD - 0.5, PLAIN)
        canvas.text(end, 1.5, message, 9, BLACK, width=wide - 4)
        return
    name = (view.preset or "no preset") + (" EDITED" if view.edited else "")
    space = right - end - 6
    detail_width = min(canvas.text_width(detail, 8), space)
    if detail_width > 24 or canvas.text_width(detail, 8) <= space:
        end = canvas.text(end, 2, detail, 8, PLAIN, width=detail_width + 1)
    if view.edited and canvas.text_width(name, 8) > right - end - 12:
        name = f"{view.preset or 'no preset'} *"
    if right - end - 10 > 14:
        canvas.text(right - 4, 2, name, 8, DIM, align="right", width=right - end - 10)


def draw_cells(canvas: Canvas, view: PanelView) -> None:
    """The six cells; the knob that was turned last is enlarged."""
    step, top = canvas.width / 6, canvas.height - CELLS
    if view.face.shifted:
        canvas.box(0, top - 1, canvas.width, canvas.height, GRID)
        canvas.box(0, top - 1, canvas.width, top, PLAIN)
    for number, cell in enumerate(view.face.cells):
        if cell is not None and not cell.touched:
            _draw_cell(canvas, number * step, top, step, cell, PLAIN if view.face.shifted else DIM)
    for number, cell in enumerate(view.face.cells):
        if cell is not None and cell.touched:
            _draw_enlarged(canvas, number * step, step, cell)


def _draw_cell(canvas: Canvas, x: float, top: float, width: float, cell: Cell, label: int) -> None:
    canvas.text(x + 1, top + 0.5, cell.label, 8, label, width=width - 2)
    tone = BRIGHT if cell.lit else DIM
    size = next((size for size in (11, 10, 9) if canvas.text_width(cell.text, size) <= width - 3), 8)
    end = canvas.text(x + 1, top + 8.5, cell.text, size, tone, width=width - 2)
    unit = cell.unit.removesuffix("TP")
    if unit and end + 2 + canvas.text_width(unit, 8) <= x + width - 1:
        canvas.text(end + 2, top + 10, unit, 8, DIM)


def _draw_enlarged(canvas: Canvas, x: float, width: float, cell: Cell) -> None:
    left = min(max(x + width / 2 - _BIG_WIDTH / 2, 0), canvas.width - _BIG_WIDTH)
    top = canvas.height - _BIG_HEIGHT
    canvas.box(left, top, left + _BIG_WIDTH, canvas.height, BLACK, outline=DIM)
    end = canvas.text(left + 4, top + 3, cell.label, 8, ACCENT)
    if cell.fine:
        canvas.text(left + _BIG_WIDTH - 4, top + 3, "FINE", 8, BRIGHT, align="right")
    elif cell.ends[0] and not cell.ends[1]:
        canvas.text(
            left + _BIG_WIDTH - 4, top + 3, cell.ends[0], 8, DIM, align="right", width=left + _BIG_WIDTH - 8 - end
        )
    end = canvas.text(left + 4, top + 11, cell.text, 14, BRIGHT if cell.lit else PLAIN, width=_BIG_WIDTH - 8)
    if cell.unit:
        canvas.text(end + 3, top + 14.5, cell.unit, 9, PLAIN)
    if cell.position is None:
        return
    x0, x1, y = left + 4, left + _BIG_WIDTH - 4, top + 24
    if cell.ends[1]:
        x0 = canvas.text(x0, y, cell.ends[0], 7, DIM) + 3
        x1 = canvas.text(x1, y, cell.ends[1], 7, DIM, align="right") - 3
    span = x1 - x0
    canvas.box(x0, y + 2, x1, y + 3, FAINT)
    start, stop = sorted((cell.zero, cell.position))
    canvas.box(x0 + start * span, y + 1, max(x0 + stop * span, x0 + start * span + 1), y + 4, BRIGHT)
    if cell.default is not None:
        canvas.vertical(x0 + cell.default * span - 0.5, y - 1, y + 6, PLAIN)


def grid_lines(canvas: Canvas, box, ys) -> None:
    """Faint horizontal lines."""
    for y in ys:
        canvas.horizontal(box[0], box[2], y, GRID)
