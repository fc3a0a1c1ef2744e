"""Graphs of braille curves with labelled axes, as coloured text. Nothing here prints."""

from collections.abc import Sequence
from itertools import groupby

from rich.text import Text

from .braille import Canvas

#: A tick: its value, and its label.
Tick = tuple[float, str]
_AXIS = "#808080"
#: The braille character without dots.
_EMPTY = "\u2800"


def graph(
    layers: Sequence[tuple[Canvas, str]],
    left: Sequence[Tick],
    bottom: Sequence[tuple[int, str]],
    right: Sequence[Tick] = (),
    right_style: str = _AXIS,
    area: tuple[Canvas, str] | None = None,
    marked: tuple[str, str] = ("", ""),
) -> Text:
    """`layers` (canvas and style, front first) of equal size with the scale of the last one on the left, that of the first one
    on the right, and labels below. `bottom`: (column of characters, label). A label that would touch another one is omitted.

    `area`: a canvas with a filled curve, and the colour in which it is drawn behind the layers. `marked`: a label of the left scale,
    and its style."""
    front, back = layers[0][0], layers[-1][0]
    left_labels, right_labels = _labels(back, left), _labels(front, right)
    behind = _Area(*area) if area else None
    wide, wide_right = _width(left), _width(right)
    text = Text(no_wrap=True)
    for row, cells in enumerate(_merged(layers)):
        cells = behind.under(row, cells) if behind else cells
        label = left_labels.get(row, "")
        text.append(label.rjust(wide) + "┤", marked[1] if label and label == marked[0] else _AXIS)
        for style, run in groupby(cells, lambda cell: cell[1]):
            text.append("".join(dots for dots, _ in run), style)
        if right:
            text.append("├" + right_labels.get(row, "").ljust(wide_right), right_style)
        text.append("\n")
    text.append(" " * (wide + 1) + _below(bottom, back.width), _AXIS)
    return text


class _Area:
    """A filled curve behind the layers: whole cells have its colour as their background, and its edge is made of block characters."""

    _BLOCKS = " ▂▄▆█"

    def __init__(self, canvas: Canvas, colour: str):
        self._rows, self._colour = canvas.filled(), colour

    def under(self, row: int, cells: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """The cells (character, style) of `row` with the area behind them."""
        found = []
        for (character, style), filled in zip(cells, self._rows[row], strict=True):
            if character != _EMPTY:
                found.append((character, f"{style} on {self._colour}" if filled == 4 else style))
            else:
                found.append((self._BLOCKS[filled], self._colour) if filled else (character, style))
        return found


def scale(ticks: Sequence[Tick], low: float, high: float, width: int) -> str:
    """A line of labels below a bar of `width` characters from `low` to `high`."""
    return _below([(round((value - low) / (high - low) * (width - 1)), label) for value, label in ticks], width)


def even_ticks(low: float, high: float, rows: int, steps: Sequence[float], form: str = "g") -> list[Tick]:
    """Ticks from `low` to `high`, at the smallest of `steps` with at least one row of characters between two labels."""
    step = next((step for step in steps if (high - low) / step <= (rows - 1) / 2), steps[-1])
    count = int((high - low) / step + 1e-9)
    values = (low + n * step for n in range(count + 1))
    return [(value, f"{value:{form}}".replace("-", "−") if value else "0") for value in values]


def margins(left: Sequence[Tick], right: Sequence[Tick] = ()) -> tuple[int, int]:
    """(columns beside the canvas, rows below it) that `graph` needs."""
    return _width(left) + 1 + (_width(right) + 1 if right else 0), 1


def _width(ticks: Sequence[Tick]) -> int:
    return max((len(label) for _, label in ticks), default=0)


def _labels(canvas: Canvas, ticks: Sequence[Tick]) -> dict[int, str]:
    """Row of characters to label. If several ticks fall on one row, the first one gets it."""
    rows: dict[int, str] = {}
    for value, label in ticks:
        rows.setdefault(canvas.row_of(value) // 4, label)
    return rows


def _below(ticks: Sequence[tuple[int, str]], width: int) -> str:
    line = [" "] * width
    for column, label in ticks:
        start = min(max(column - len(label) // 2, 0), width - len(label))
        around = line[max(start - 1, 0) : start + len(label) + 1]
        if start >= 0 and all(cell == " " for cell in around):
            line[start : start + len(label)] = label
    return "".join(line).rstrip()


def _merged(layers: Sequence[tuple[Canvas, str]]) -> list[list[tuple[str, str]]]:
    """Rows of (character, style). A cell shows the dots of the first layer that has dots there, because dots of several
    layers in one colour could not be told apart."""
    rows = []
    for lines in zip(*(canvas.lines() for canvas, _ in layers), strict=True):
        row = []
        for cells in zip(*lines, strict=True):
            drawn = ((cell, style) for cell, (_, style) in zip(cells, layers, strict=True) if cell != _EMPTY)
            row.append(next(drawn, (_EMPTY, "")))
        rows.append(row)
    return rows
