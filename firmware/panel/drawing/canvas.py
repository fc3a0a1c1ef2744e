"""Canvas: text, curves and areas on a picture of any size, in greys or in colours.

Lengths are in units: 1 is a pixel of the 256 x 64 display, more pixels on a larger one. Tones are named; the palette says
what they look like. Curves and areas are computed column by column with coverage, so they are smooth without oversampling.
"""

import functools

import numpy as np
from PIL import Image, ImageDraw, ImageFont

#: The smallest picture, in pixels.
WIDTH, HEIGHT = 256, 64

BLACK, SHADE, GRID, FAINT, DIM, PLAIN, BRIGHT, ACCENT = range(8)
#: 16 greys in steps of 17; the OLED shows the lowest ones faintly.
GREYS = (0, 34, 51, 68, 136, 187, 255, 255)
#: For a colour display: warm white on near black; the chosen thing is amber.
COLOURS = (
    (8, 9, 12),
    (24, 34, 44),
    (38, 44, 54),
    (58, 68, 82),
    (128, 138, 150),
    (190, 196, 204),
    (246, 244, 238),
    (255, 176, 58),
)


class Canvas:
    """A picture of `size` pixels in mode "L" (greys) or "RGB" (colours)."""

    def __init__(self, size: tuple[int, int] = (WIDTH, HEIGHT), colour: bool = False):
        self.picture = Image.new("RGB" if colour else "L", size, (COLOURS if colour else GREYS)[BLACK])
        self._tones = COLOURS if colour else GREYS
        self._draw = ImageDraw.Draw(self.picture)
        self.scale = min(size[0] / WIDTH, size[1] / HEIGHT)
        #: The size in units.
        self.width, self.height = size[0] / self.scale, size[1] / self.scale

    def _px(self, *units: float) -> tuple[int, ...]:
        return tuple(round(unit * self.scale) for unit in units)

    def box(self, left: float, top: float, right: float, bottom: float, tone: int, outline: int | None = None) -> None:
        """A filled rectangle from (left, top) to just before (right, bottom)."""
        x0, y0, x1, y1 = self._px(left, top, right, bottom)
        if x1 > x0 and y1 > y0:
            border = None if outline is None else self._tones[outline]
            self._draw.rectangle((x0, y0, x1 - 1, y1 - 1), fill=self._tones[tone], outline=border)

    def vertical(self, x: float, top: float, bottom: float, tone: int) -> None:
        """A line one unit wide."""
        self.box(x, top, x + 1, bottom, tone)

    def horizontal(self, left: float, right: float, y: float, tone: int, dash: int = 0) -> None:
        """A line one unit high; dashes of `dash` units."""
        if not dash:
            return self.box(left, y, right, y + 1, tone)
        for x in np.arange(left, right, 2 * dash):
            self.box(x, y, min(x + dash, right), y + 1, tone)

    def dot(self, x: float, y: float, radius: float, tone: int, filled: bool = True) -> None:
        """A disc or a ring around (x, y)."""
        x0, y0, x1, y1 = (value * self.scale for value in (x - radius, y - radius, x + radius, y + radius))
        fill = self._tones[tone] if filled else self._tones[BLACK]
        self._draw.ellipse((x0, y0, x1, y1), fill=fill, outline=self._tones[tone], width=max(1, round(self.scale)))

    def arc(self, x: float, y: float, radius: float, start: float, end: float, tone: int, width: float = 1) -> None:
        """A part of a circle from `start` to `end` degrees, clockwise from 3 o'clock."""
        box = tuple(value * self.scale for value in (x - radius, y - radius, x + radius, y + radius))
        self._draw.arc(box, start, end, fill=self._tones[tone], width=max(1, round(width * self.scale)))

    def line(self, points, tone: int, width: float = 1) -> None:
        """Straight lines between points."""
        scaled = [(x * self.scale, y * self.scale) for x, y in points]
        self._draw.line(scaled, fill=self._tones[tone], width=max(1, round(width * self.scale)))

    # -- functions of x --------------------------------------------------------------------------------------------

    def columns(self, left: float, right: float, points: int = 1) -> np.ndarray:
        """Places in the pixel columns from `left` to `right`, from 0 to 1 of that width: their middles, shape (columns,), or
        `points` in each, shape (columns, points)."""
        x0, x1 = self._px(left, right)
        places = (np.arange((x1 - x0) * points) + 0.5) / max((x1 - x0) * points, 1)
        return places if points == 1 else places.reshape(-1, points)

    def curve(self, left: float, ys, tone: int, top: float, bottom: float, width: float = 1.3) -> None:
        """A curve through `ys` (units, shape (columns,) or (columns, n) for n points in each column from `left` on), cut at `top`
        and `bottom`."""
        y = np.asarray(ys, float).reshape(len(ys), -1) * self.scale
        between = (y[1:, 0] + y[:-1, -1]) / 2
        before, after = np.concatenate([y[:1, 0], between]), np.concatenate([between, y[-1:, -1]])
        half = width * self.scale / 2
        above = np.minimum(np.minimum(before, after), y.min(axis=1)) - half
        below = np.maximum(np.maximum(before, after), y.max(axis=1)) + half
        self._spans(left, above, below, tone, top, bottom)

    def area(self, left: float, tops, bottoms, tone: int, top: float, bottom: float) -> None:
        """The area between `tops` and `bottoms` (units, one for each column from `left` on, or a number)."""
        tops = np.asarray(tops, float) * self.scale
        bottoms = np.broadcast_to(np.asarray(bottoms, float) * self.scale, tops.shape)
        self._spans(left, tops, bottoms, tone, top, bottom)

    def _spans(self, left, tops, bottoms, tone, top, bottom) -> None:
        x0, y0, y1 = self._px(left, top, bottom)
        rows = np.arange(y0, y1)[:, np.newaxis]
        covered = np.clip(np.minimum(rows + 1, bottoms) - np.maximum(rows, tops), 0, 1)
        mask = Image.fromarray((255 * covered).astype(np.uint8))
        self.picture.paste(self._tones[tone], (x0, y0), mask)

    def dots(self, box, xs, ys, brightness) -> None:
        """A point at each (x, y) inside `box` (left, top, right, bottom), shared between the pixels that it covers; `brightness` from 0 to
        1 for each. Where many points meet, the brightness approaches 1. All arrays have the shape (n,)."""
        left, top, right, bottom = self._px(*box)
        width, height = right - left, bottom - top
        x, y = np.asarray(xs) * self.scale - 0.5 - left, np.asarray(ys) * self.scale - 0.5 - top
        x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
        light = np.zeros((height + 1) * (width + 1))
        size = max(1, round(0.8 * self.scale))  # so that a point is seen on a large screen too
        for to_right, down in np.ndindex(size + 1, size + 1):
            across = 1 - (x - x0) if to_right == 0 else x - x0 if to_right == size else 1.0
            along = 1 - (y - y0) if down == 0 else y - y0 if down == size else 1.0
            column, row = np.clip(x0 + to_right, 0, width), np.clip(y0 + down, 0, height)
            light += np.bincount(row * (width + 1) + column, across * along * brightness, len(light))
        inside = light.reshape(height + 1, width + 1)[:height, :width]
        mask = Image.fromarray((255 * (1 - np.exp(-0.55 * inside))).astype(np.uint8))
        self.picture.paste(self._tones[BRIGHT], (left, top), mask)

    # -- text ------------------------------------------------------------------------------------------------------

    def text(
        self, x: float, y: float, text: str, size: float, tone: int, *, align: str = "left", width: float = 1e9
    ) -> float:
        """`text` with its capitals' top at `y`, cut to `width`. `align` is where `x` is: left, middle or right. Returns the x of its
        right end; of its left end if it is aligned right."""
        pixels = round(size * self.scale)
        mask = _rendered(_cut(text, pixels, width * self.scale), pixels)
        left = x * self.scale - {"left": 0, "middle": mask.width / 2, "right": mask.width}[align]
        self.picture.paste(self._tones[tone], (round(left), round(y * self.scale) - 1), mask)
        return left / self.scale if align == "right" else (left + mask.width) / self.scale

    def text_width(self, text: str, size: float) -> float:
        """The width of `text` in units."""
        return _font(round(size * self.scale)).getlength(text) / self.scale

    def badge(self, right: float, text: str, on: bool) -> float:
        """A word in a box at the top, dark on light when `on`. Returns the x of its left side."""
        wide = self.text_width(text, 8) + 5
        self.box(right - wide, 0, right, 9, PLAIN if on else BLACK, outline=PLAIN if on else FAINT)
        self.text(right - wide + 3, 1.5, text, 8, BLACK if on else DIM)
        return right - wide


@functools.lru_cache(32)
def _font(pixels: int) -> ImageFont.FreeTypeFont:
    return ImageFont.load_default(pixels)


@functools.lru_cache(1024)
def _rendered(text: str, pixels: int) -> Image.Image:
    """`text` as a mask whose second row is the top of the capitals."""
    font = _font(pixels)
    top = font.getbbox("H")[1] - 1
    mask = Image.new("L", (max(1, round(font.getlength(text))), pixels + 2))
    ImageDraw.Draw(mask).text((0, -top), text, fill=255, font=font)
    return mask.point(_SHARPER)


#: Thin strokes between two pixels look grey on 16 levels: make them brighter.
_SHARPER = [min(255, round(255 * (level / 255) ** 0.9)) for level in range(256)]


@functools.lru_cache(256)
def _cut(text: str, pixels: int, width: float) -> str:
    length = _font(pixels).getlength
    if length(text) <= width:
        return text
    while text and length(f"{text}…") > width:
        text = text[:-1].rstrip()
    return f"{text}…"
