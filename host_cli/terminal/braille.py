"""Draws curves with braille characters, each of which has two columns and four rows of dots. Nothing here prints."""

import math

#: Bits of the dots of a braille character, by column and row.
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))


class Canvas:
    """`width` x `height` characters. The vertical axis runs from `bottom` (lowest dot) to `top` (highest dot)."""

    def __init__(self, width: int, height: int, bottom: float, top: float):
        self.width, self.height = max(width, 1), max(height, 1)
        self.bottom, self.top = bottom, top
        self._cells = [[0] * self.width for _ in range(self.height)]

    @property
    def columns(self) -> int:
        """Number of columns of dots."""
        return 2 * self.width

    def row_of(self, value: float) -> int:
        """The row of dots (0 at the top) for a value; values outside the axis are clipped to it."""
        part = (value - self.bottom) / (self.top - self.bottom) if math.isfinite(value) else 0.0
        return round((1 - min(max(part, 0.0), 1.0)) * (4 * self.height - 1))

    def dot(self, column: int, row: int) -> None:
        """Set a dot. Outside the canvas, does nothing."""
        if 0 <= column < self.columns and 0 <= row < 4 * self.height:
            self._cells[row // 4][column // 2] |= _DOTS[column % 2][row % 4]

    def line(self, value: float, every: int = 4) -> None:
        """Draw a dotted horizontal line at `value`."""
        for column in range(0, self.columns, every):
            self.dot(column, self.row_of(value))

    def curve(self, values: list[float], fill: bool = False) -> None:
        """Draw one value per column of dots from the left, joined by vertical lines; `fill` fills the area below the curve.

        Values below the bottom are not drawn, and the curve is interrupted there."""
        before = None
        for column, value in enumerate(values[: self.columns]):
            if not value >= self.bottom:
                before = None
                continue
            row = self.row_of(value)
            if fill:
                ends = row, 4 * self.height - 1
            elif before is None or before == row:
                ends = row, row
            else:  # ends next to the dot of the previous column
                ends = (row, before - 1) if row < before else (before + 1, row)
            for between in range(ends[0], ends[1] + 1):
                self.dot(column, between)
            before = row

    def filled(self) -> list[list[int]]:
        """How many of the four rows of dots of each character have a dot in the left column, or else in the right one."""
        columns = [sum(column) for column in _DOTS]
        return [[max((cell & dots).bit_count() for dots in columns) for cell in row] for row in self._cells]

    def lines(self) -> list[str]:
        """The canvas as lines of text from top to bottom."""
        return ["".join(chr(0x2800 + cell) for cell in row) for row in self._cells]


def log_grid(count: int, low_hz: float = 20.0, high_hz: float = 20_000.0) -> list[float]:
    """`count` frequencies with logarithmic spacing."""
    return [low_hz * (high_hz / low_hz) ** (n / max(count - 1, 1)) for n in range(count)]


def resampled(hz: list[float], levels: list[float], wanted_hz: list[float]) -> list[float]:
    """Interpolate `levels` at the rising frequencies `hz` to `wanted_hz`, linearly over the logarithm of the frequency.

    Outside of `hz` the first or the last level continues."""
    found, at = [], 0
    for frequency in wanted_hz:
        while at < len(hz) - 2 and hz[at + 1] < frequency:
            at += 1
        part = math.log(frequency / hz[at]) / math.log(hz[at + 1] / hz[at])
        part = min(max(part, 0.0), 1.0)
        found.append(levels[at] * (1 - part) + levels[at + 1] * part)
    return found
