"""PRESET: the list, and the editing of a name. MASTER: the six macros."""

import textwrap

from .canvas import ACCENT, BLACK, BRIGHT, DIM, FAINT, PLAIN, Canvas
from .frame import picture_box
from .view import PanelView

_ROW = 9


def preset_detail(view: PanelView) -> str:
    """What is chosen, for the head."""
    preset = view.face.preset
    if preset.writing:
        return f"rename {preset.names[preset.index]}"
    return (
        f"{preset.index + 1} of {len(preset.names)}, {'factory' if preset.factory else 'yours'}; turn 1, push 1 loads"
    )


def draw_preset(canvas: Canvas, view: PanelView) -> None:
    """The list around the chosen preset, with its notes."""
    left, top, right, bottom = picture_box(canvas)
    preset = view.face.preset
    middle = left + (right - left) * 0.47
    rows = int((bottom - top) / _ROW)
    first = min(max(preset.index - rows // 2, 0), max(len(preset.names) - rows, 0))
    for row, name in enumerate(preset.names[first : first + rows]):
        y, chosen = top + row * _ROW, first + row == preset.index
        if chosen:
            canvas.box(left, y, middle, y + _ROW, PLAIN)
        tone = BLACK if chosen else DIM
        if name == view.preset:
            canvas.dot(left + 4, y + _ROW / 2, 1.6, tone)
        canvas.text(left + 9, y + 1.5, name, 9, tone, width=middle - left - 12)
    if preset.names and (thumb := rows / len(preset.names)) < 1:
        span = bottom - top
        canvas.box(middle + 1, top, middle + 2, bottom, FAINT)
        start = top + span * first / len(preset.names)
        canvas.box(middle + 1, start, middle + 2, start + span * thumb, BRIGHT)
    lines = textwrap.wrap(preset.notes, 37, max_lines=int((bottom - top) / 8), placeholder=" …")
    for row, line in enumerate(lines):
        canvas.text(middle + 7, top + 1 + 8 * row, line, 7, PLAIN, width=right - middle - 7)


def draw_name(canvas: Canvas, view: PanelView) -> None:
    """A name while it is being edited, with the cursor."""
    left, top, right, bottom = picture_box(canvas)
    text, at = view.face.preset.writing
    x, size = left + 3, 17
    if canvas.text_width(text, size) > right - left - 12:
        size = 12
    for place, letter in enumerate(f"{text} "):
        wide = max(canvas.text_width(letter, size), 4)
        if place == at:
            canvas.box(x - 1, top + 3, x + wide + 1, top + 6 + size, ACCENT)
        x = max(canvas.text(x, top + 6, letter, size, BLACK if place == at else BRIGHT), x + wide) + 0.5
    canvas.text(left + 3, bottom - 8, "turn 1 for the place, 2 for the letter; push 5 keeps the name", 7, PLAIN)


def master_detail(view: PanelView) -> str:
    """What is chosen, for the head."""
    return "turn: another macro on this knob" if view.face.shifted else "SHIFT and turn: another macro"


def draw_master(canvas: Canvas, view: PanelView) -> None:
    """A dial for each macro; inside it the value of the first parameter that it moves."""
    left, top, right, bottom = picture_box(canvas)
    step = (right - left) / 6
    radius = (bottom - top) / 2
    for number, cell in enumerate(view.face.cells):
        x, y = left + step * (number + 0.5), top + radius + 3
        canvas.arc(x, y, radius, 135, 405, FAINT, 3)
        if cell is None or cell.position is None:
            continue
        start, now = (135 + 270 * place for place in (cell.zero, cell.position))
        canvas.arc(
            x, y, radius, min(start, now), max(start, now, min(start, now) + 4), ACCENT if cell.touched else BRIGHT, 3
        )
        number, _, unit = cell.note.partition(" ")
        canvas.text(x, y - 6, number, 9, BRIGHT, align="middle")
        canvas.text(x, y + 4, unit, 7, DIM, align="middle")
