"""Curves in a terminal, in braille dots: two across and four down in each cell. Pure functions."""

import math

#: Bits of a braille cell, by column and row.
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))


class Canvas:
    """`width` x `height` cells; y runs from `bottom` (lowest dot) to `top` (highest)."""

    def __init__(self, width: int, height: int, bottom: float, top: float):
        self.width, self.height = max(width, 1), max(height, 1)
        self.bottom, self.top = bottom, top
        self._cells = [[0] * self.width for _ in range(self.height)]

    @property
    def columns(self) -> int:
        """Dots across."""
        return 2 * self.width

    def row_of(self, value: float) -> int:
        """The row of dots (0 at the top) for a value; beyond the ends it stays at the end."""
        part = (value - self.bottom) / (self.top - self.bottom) if math.isfinite(value) else 0.0
        return round((1 - min(max(part, 0.0), 1.0)) * (4 * self.height - 1))

    def dot(self, column: int, row: int) -> None:
        """Set a dot; outside of the canvas nothing happens."""
        if 0 <= column < self.columns and 0 <= row < 4 * self.height:
            self._cells[row // 4][column // 2] |= _DOTS[column % 2][row % 4]

    def line(self, value: float, every: int = 4) -> None:
        """A dotted line across at `value`."""
        for column in range(0, self.columns, every):
            self.dot(column, self.row_of(value))

    def curve(self, values: list[float], fill: bool = False) -> None:
        """One value for each column of dots from the left, joined up and down; `fill` down to the bottom. Values below
        the bottom are not drawn, nor joined to."""
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
            else:  # up to where the column before stopped, not beside it
                ends = (row, before - 1) if row < before else (before + 1, row)
            for between in range(ends[0], ends[1] + 1):
                self.dot(column, between)
            before = row

    def lines(self) -> list[str]:
        """The canvas as text, top first."""
        return ["".join(chr(0x2800 + cell) for cell in row) for row in self._cells]


def log_grid(count: int, low_hz: float = 20.0, high_hz: float = 20_000.0) -> list[float]:
    """`count` frequencies, evenly spaced to the ear."""
    return [low_hz * (high_hz / low_hz) ** (n / max(count - 1, 1)) for n in range(count)]


def resampled(hz: list[float], levels: list[float], wanted_hz: list[float]) -> list[float]:
    """`levels` known at rising `hz`, at `wanted_hz`, linear over the logarithm; the ends go on."""
    found, at = [], 0
    for frequency in wanted_hz:
        while at < len(hz) - 2 and hz[at + 1] < frequency:
            at += 1
        part = math.log(frequency / hz[at]) / math.log(hz[at + 1] / hz[at])
        part = min(max(part, 0.0), 1.0)
        found.append(levels[at] * (1 - part) + levels[at + 1] * part)
    return found
