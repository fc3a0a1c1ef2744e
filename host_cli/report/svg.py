"""Draws a plot as SVG: scales, grid, lines, areas, images. The colours come from the style sheet of the page."""

import base64
import html
import math
import struct
import zlib
from collections.abc import Sequence

import numpy as np

#: Most points of a line: two for each pixel of a page.
MOST_POINTS = 1600


class Plot:
    """A plot of `width` x `height` pixels with the ranges `x` and `y` (low, high)."""

    LEFT, RIGHT, TOP, BOTTOM = 58, 14, 8, 32

    def __init__(self, width: int, height: int, x: tuple[float, float], y: tuple[float, float], *, log_x: bool = False):
        self.width, self.height, self.log_x = width, height, log_x
        self._x, self._y = (tuple(map(math.log, x)) if log_x else x), y
        self._parts: list[str] = []

    def px(self, x):
        """Pixels from the left for `x` (a number or an array)."""
        low, high = self._x
        part = ((np.log(x) if self.log_x else np.asarray(x)) - low) / (high - low)
        return self.LEFT + np.clip(part, 0, 1) * (self.width - self.LEFT - self.RIGHT)

    def py(self, y):
        """Pixels from the top for `y` (a number or an array)."""
        low, high = self._y
        part = (np.asarray(y, float) - low) / (high - low)
        return self.TOP + (1 - np.clip(part, 0, 1)) * (self.height - self.TOP - self.BOTTOM)

    def add(self, tag: str, content: str | None = None, **attributes) -> None:
        """An element; `_` in the names of attributes stands for `-`, and `cls` for class."""
        words = " ".join(
            f'{"class" if name == "cls" else name.replace("_", "-")}="{_number(value)}"'
            for name, value in attributes.items()
        )
        self._parts.append(f"<{tag} {words}/>" if content is None else f"<{tag} {words}>{html.escape(content)}</{tag}>")

    def x_ticks(self, ticks: Sequence[tuple[float, str]], unit: str = "") -> None:
        """Vertical grid lines with their labels; `unit` is written at the right end."""
        bottom = self.height - self.BOTTOM
        for value, label in ticks:
            at = self.px(value)
            self.add("line", x1=at, x2=at, y1=self.TOP, y2=bottom, cls="grid")
            # At the ends inwards: on the left, so that it does not touch the lowest label of the other axis.
            ends = {self.LEFT: "start", self.width - self.RIGHT: "end"}
            anchor = next((anchor for end, anchor in ends.items() if abs(at - end) < 1), "middle")
            self.add("text", label, x=at, y=bottom + 14, cls="tick", text_anchor=anchor)
        self.add("text", unit, x=self.width - self.RIGHT, y=self.height - 1, cls="unit", text_anchor="end")

    def y_ticks(self, ticks: Sequence[tuple[float, str]], unit: str = "") -> None:
        """Horizontal grid lines with their labels; `unit` is written next to the axis."""
        for value, label in ticks:
            at = self.py(value)
            self.add("line", x1=self.LEFT, x2=self.width - self.RIGHT, y1=at, y2=at, cls="grid")
            self.add("text", label, x=self.LEFT - 6, y=at + 4, cls="tick", text_anchor="end")
        middle = (self.TOP + self.height - self.BOTTOM) / 2
        turned = f"rotate(-90 12 {middle:.0f})"
        self.add("text", unit, x=12, y=middle, cls="unit", text_anchor="middle", transform=turned)

    def line(self, x, y, cls: str) -> None:
        """A line through the points; it is interrupted where `y` is not finite."""
        x, y = thinned(np.asarray(x), np.asarray(y, float))
        path, pen = [], "M"
        for at_x, at_y, value in zip(self.px(x), self.py(y), y, strict=True):
            if math.isfinite(value):
                path.append(f"{pen}{at_x:.1f} {at_y:.1f}")
                pen = "L"
            else:
                pen = "M"
        self.add("path", d="".join(path), cls=f"line {cls}")

    def area(self, x, low, high, cls: str) -> None:
        """The area between two lines."""
        points = [*zip(self.px(x), self.py(high), strict=True)]
        points += reversed([*zip(self.px(x), self.py(low), strict=True)])
        self.add("polygon", points=" ".join(f"{a:.1f},{b:.1f}" for a, b in points), cls=cls)

    def level(self, y: float, cls: str, label: str = "") -> None:
        """A horizontal line over the whole width, with its label above its right end."""
        at = self.py(y)
        self.add("line", x1=self.LEFT, x2=self.width - self.RIGHT, y1=at, y2=at, cls=f"line {cls}")
        if label:
            self.add("text", label, x=self.width - self.RIGHT - 4, y=at - 4, cls=f"label {cls}", text_anchor="end")

    def box(self, x: tuple[float, float], y: tuple[float, float], cls: str, least_width: float = 0.0) -> None:
        """A rectangle, at least `least_width` pixels wide."""
        left, right, top, bottom = self.px(x[0]), self.px(x[1]), self.py(y[1]), self.py(y[0])
        self.add("rect", x=left, y=top, width=max(right - left, least_width), height=bottom - top, cls=cls)

    def image(self, pixels: np.ndarray) -> None:
        """`pixels` (uint8, shape (rows, columns, 3), first row on top) over the whole plot."""
        data = base64.b64encode(png(pixels)).decode()
        self.add("image", href=f"data:image/png;base64,{data}", x=self.LEFT, y=self.TOP, preserveAspectRatio="none",
                 width=self.width - self.LEFT - self.RIGHT, height=self.height - self.TOP - self.BOTTOM)  # fmt: skip

    def legend(self, entries: Sequence[tuple[str, str]]) -> None:
        """(class, label) of each line, in a row at the top left."""
        at = self.LEFT + 8
        for cls, label in entries:
            self.add("line", x1=at, x2=at + 18, y1=self.TOP + 9, y2=self.TOP + 9, cls=f"line {cls} key")
            self.add("text", label, x=at + 23, y=self.TOP + 13, cls="label key")
            at += 40 + 6.4 * len(label)

    def svg(self, name: str, data: str = "") -> str:
        """The element. `name` is read by screen readers; `data`: further attributes."""
        return (
            f'<svg viewBox="0 0 {self.width} {self.height}" role="img" aria-label="{html.escape(name)}" {data}>'
            f"{''.join(self._parts)}</svg>"
        )


def _number(value) -> str:
    return html.escape(value) if isinstance(value, str) else f"{float(value):.1f}".removesuffix(".0")


def thinned(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """At most `MOST_POINTS` points: the lowest and the highest of each group of neighbours, in their order."""
    if len(x) <= MOST_POINTS:
        return x, y
    kept = []
    for group in np.array_split(np.arange(len(x)), MOST_POINTS // 2):
        part = np.where(np.isfinite(y[group]), y[group], -np.inf)
        kept += sorted({int(group[np.argmin(part)]), int(group[np.argmax(part)])})
    return x[kept], y[kept]


def png(pixels: np.ndarray) -> bytes:
    """`pixels` (uint8, shape (rows, columns, 3)) as a PNG file (ISO/IEC 15948)."""
    rows, columns, _ = pixels.shape

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    lines = np.concatenate([np.zeros((rows, 1), np.uint8), pixels.reshape(rows, -1)], axis=1)  # 0: no filter
    head = struct.pack(">IIBBBBB", columns, rows, 8, 2, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", head),
            chunk(b"IDAT", zlib.compress(lines.tobytes(), 9)),
            chunk(b"IEND", b""),
        ]
    )
