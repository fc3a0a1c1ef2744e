"""`make picture`: writes docs/plots/panel/front.png, the front of the box with the last picture of the demo's display.

Positions and sizes are those of hardware/panel-b.toml, so the picture is true to scale: 4 pixels to the millimetre.
"""

import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from firmware.system import Board, board

SOURCE, TARGET = Path("out") / "display.png", Path("docs/plots/panel/front.png")
PIXELS_PER_MM, FINER = 4, 2
#: The visible area of the display in mm, from its data sheet; the glass is the hole in the plate.
ACTIVE_MM = (76.78, 19.18)
PLATE, EDGE, PRINT, GLASS = (38, 40, 44), (70, 73, 78), (214, 214, 208), (6, 7, 9)
#: The display glows in a cool white.
GLOW = (214, 232, 255)


class Front:
    """Draws a panel profile. `picture` is what the display shows."""

    def __init__(self, described: Board, picture: Image.Image):
        self._board = described
        self._scale = PIXELS_PER_MM * FINER
        size = (round(described.panel.width_mm * self._scale), round(described.panel.height_mm * self._scale))
        self._image = Image.new("RGB", size, PLATE)
        self._draw = ImageDraw.Draw(self._image)
        self._font = ImageFont.load_default(round(2.6 * self._scale))
        self._picture = picture

    def render(self) -> Image.Image:
        """The whole front."""
        self._plate()
        for control in self._board.panel.control:
            x, y = control.x_mm * self._scale, control.y_mm * self._scale
            if control.name == "DISPLAY":
                self._display(x, y, control.hole_mm * self._scale, control.hole_height_mm * self._scale)
            elif control.name.startswith("ENC"):
                self._knob(x, y, int(control.name[3:]))
            elif control.name.startswith("D"):
                self._lamp(x, y, control.hole_mm * self._scale / 2) if control.name[1:].isdigit() else self._key(
                    control, x, y
                )
            else:
                self._key(control, x, y)
        width, height = self._image.size
        return self._image.resize((width // FINER, height // FINER), Image.Resampling.LANCZOS)

    def _plate(self) -> None:
        """Brushed metal: fine horizontal lines, screws, the name."""
        width, height = self._image.size
        noise = Image.effect_noise((width // 8, height), 18).resize((width, height)).filter(ImageFilter.BoxBlur(2))
        self._image.paste(
            Image.composite(
                Image.new("RGB", (width, height), EDGE), self._image, noise.point(lambda v: max(0, v - 110) * 2)
            )
        )
        self._draw = ImageDraw.Draw(self._image)
        for x, y in self._board.panel.screws_mm:
            self._disc(x * self._scale, y * self._scale, 3.4 * self._scale, (24, 25, 28))
            self._disc(x * self._scale, y * self._scale, 2.6 * self._scale, (122, 124, 128))
            self._disc(x * self._scale, y * self._scale, 1.3 * self._scale, (40, 41, 44))
        font = ImageFont.load_default(round(5 * self._scale))
        self._draw.text((20 * self._scale, 16 * self._scale), "Burnish", font=font, fill=PRINT)
        self._draw.text(
            (20 * self._scale, 23.5 * self._scale), "mastering processor", font=self._font, fill=(150, 150, 146)
        )

    def _disc(self, x: float, y: float, radius: float, colour) -> None:
        self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)

    def _label(self, x: float, y: float, words: str) -> None:
        self._draw.text((x, y), words, font=self._font, fill=PRINT, anchor="mm")

    def _display(self, x: float, y: float, width: float, height: float) -> None:
        self._draw.rounded_rectangle(
            (x - width / 2, y - height / 2, x + width / 2, y + height / 2),
            self._scale,
            fill=GLASS,
            outline=(16, 16, 18),
            width=3,
        )
        size = tuple(round(length * self._scale) for length in ACTIVE_MM)
        shown = self._picture.convert("L").resize(size, Image.Resampling.NEAREST)
        lit = Image.composite(Image.new("RGB", size, GLOW), Image.new("RGB", size, GLASS), shown)
        self._image.paste(lit, (round(x - size[0] / 2), round(y - size[1] / 2)))

    def _knob(self, x: float, y: float, number: int) -> None:
        radius = 10 * self._scale
        shadow = Image.new("L", self._image.size, 0)
        ImageDraw.Draw(shadow).ellipse((x - radius, y - radius + 8, x + radius, y + radius + 14), fill=150)
        self._image.paste((8, 8, 10), (0, 0), shadow.filter(ImageFilter.GaussianBlur(9)))
        for step in range(24):  # a turned aluminium cap, lit from above
            part = step / 23
            grey = round(60 + 90 * part)
            self._disc(x, y - 2 * part, radius * (1 - 0.16 * part), (grey, grey, grey + 3))
        self._disc(x, y - 2, radius * 0.78, (128, 129, 132))
        self._draw.line((x, y - radius * 0.95, x, y - radius * 0.55), fill=(245, 245, 240), width=self._scale // 2)
        self._label(x, y + 15.5 * self._scale, str(number))

    def _key(self, control, x: float, y: float) -> None:
        half = control.hole_mm * self._scale / 2
        self._disc(x, y + 2, half + 2, (14, 14, 16))
        self._disc(x, y, half, (84, 86, 90))
        self._disc(x, y - 1, half * 0.88, (104, 106, 110))
        font = ImageFont.load_default(round(2.0 * self._scale))
        self._draw.text((x, y + half + 1.6 * self._scale), control.label, font=font, fill=PRINT, anchor="mm")

    def _lamp(self, x: float, y: float, radius: float) -> None:
        glow = Image.new("L", self._image.size, 0)
        ImageDraw.Draw(glow).ellipse((x - 3 * radius, y - 3 * radius, x + 3 * radius, y + 3 * radius), fill=120)
        self._image.paste((80, 255, 130), (0, 0), glow.filter(ImageFilter.GaussianBlur(radius)))
        self._disc(x, y, radius, (150, 255, 180))
        self._label(x, y + 4 * self._scale, "ACTIVE")


if __name__ == "__main__":
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCE
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    Front(board.load(panel="b"), Image.open(source)).render().quantize(128).save(TARGET, optimize=True)
    print(f"{TARGET}: the front with the picture of {source}")
