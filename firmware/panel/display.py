"""The 256 x 64 greyscale display, through luma: the real SSD1322, or luma's dummy for the simulator and the tests.

    preset name *        page 2/15   A B        warnings, BYPASS and messages replace the page
    LABEL   LABEL  ...                          six knobs: label, value, position
    12.5 dB 3.0 dB ...
    IN  ======|=====        M -14.1 S -14.3 I -14.2
    OUT ========|===        TP -1.0 GR -3.2 LRA 5.1
    GR  ===  (limiter; below it the bands; at the bottom the dynamic EQ bands, boosts to the right of their middle)

Rendered text is cached, and the picture is sent only if it has changed. [control]
"""

import functools
import time
from pathlib import Path

from gpiozero import OutputDevice
from luma.core.device import dummy
from luma.core.interface.serial import spi
from luma.oled.device import ssd1322
from PIL import Image, ImageDraw, ImageFont

from firmware.contract import EQ_BANDS, MULTIBAND_BANDS
from firmware.system import Board

from .controller import Cell, Face
from .view import View

#: Grey levels, of 16 steps of 17.
BRIGHT, PLAIN, DIM, FAINT = 255, 187, 119, 51
#: Bars: 2 pixels per decibel from -60 dBFS, gain reduction 10 pixels per decibel.
_BAR_X, _BAR_WIDTH, _BAR_FLOOR_DB = 22, 120, -60.0
_GR_PIXELS_PER_DB = 10
_BAND_WIDTH, _BAND_PIXELS_PER_DB = 21, 2
#: Dynamic EQ bands: pixels from one to the next, most pixels to each side, and pixels per decibel.
_EQ_STEP, _EQ_REACH, _EQ_PIXELS_PER_DB = 15, 6, 1
#: Fraction of the brightness after a long time without use, because an OLED burns in.
_REST_BRIGHTNESS = 0.3
#: Hold time and fall rate of the peak mark.
_HOLD_S, _FALL_DB_PER_S = 1.5, 20.0
_CELL_WIDTH = 42
_CELLS_TOP, _METERS_TOP = 14, 40
#: Pixels that are reserved for the name of the preset.
_NAME_WIDTH = 108


class Display:
    """Draws views on a luma device. `update` sends nothing if the picture is unchanged."""

    def __init__(self, device, clock=time.monotonic, brightness_pct=100):
        self._device = device
        self._brightness_pct = brightness_pct
        self._dimmed: bool | None = None
        self._clock = clock
        self._picture = Image.new("L", device.size)
        self._sent: bytes | None = None
        self._held: dict[str, tuple[float, float]] = {}

    @classmethod
    def virtual(cls, board: Board, clock=time.monotonic) -> "Display":
        """A display in memory; `save` writes its picture."""
        return cls(dummy(width=board.display.width, height=board.display.height), clock)

    @classmethod
    def oled(cls, board: Board, *, rotate=False, brightness_pct=80, pin_factory=None, spidev=None) -> "Display":
        """The OLED of the box. In tests, `spidev` replaces the SPI driver of the Linux kernel."""
        row = board.display
        bus = spi(
            spi=spidev,
            gpio=_DataCommandPin(pin_factory),
            port=row.spi_port,
            device=row.spi_device,
            gpio_DC=board[row.dc].bcm,
            gpio_RST=None,  # the display module resets itself (10 kΩ, 100 nF)
        )
        device = ssd1322(bus, width=row.width, height=row.height, rotate=2 if rotate else 0)
        return cls(device, brightness_pct=brightness_pct)

    def update(self, view: View) -> bool:
        """Show `view`; returns whether a picture was sent. Call this 10 to 20 times a second."""
        if view.face.resting != self._dimmed:
            self._dimmed = view.face.resting
            shown_pct = self._brightness_pct * (_REST_BRIGHTNESS if self._dimmed else 1)
            self._device.contrast(round(255 * shown_pct / 100))
        self._picture = self._draw(view)
        data = self._picture.tobytes()
        if data == self._sent:
            return False
        self._device.display(self._picture.convert("RGB"))
        self._sent = data
        return True

    def save(self, path: Path | str, scale: int = 4) -> None:
        """Write the last picture as a PNG with `scale` pixels per pixel. The file is replaced atomically."""
        size = (self._picture.width * scale, self._picture.height * scale)
        part = Path(f"{path}.part")
        self._picture.resize(size, Image.Resampling.NEAREST).save(part, format="PNG")
        part.replace(path)

    def close(self) -> None:
        """Switch the display off and free the bus."""
        self._device.cleanup()

    # -- drawing ---------------------------------------------------------------------------------------------------

    def _draw(self, view: View) -> Image.Image:
        picture = Image.new("L", self._device.size)
        canvas = _Canvas(picture)
        self._draw_head(canvas, view)
        if view.face.choice:
            _draw_choice(canvas, view.face)
        else:
            for knob, cell in enumerate(view.face.cells):
                if cell:
                    _draw_cell(canvas, 2 + knob * _CELL_WIDTH, cell, dimmed=view.bypass)
        canvas.box(0, _METERS_TOP - 2, 255, _METERS_TOP - 2, FAINT)
        self._draw_bars(canvas, view)
        _draw_numbers(canvas, view)
        # The OLED has 16 grey levels, so the picture of the simulator has 16 too.
        return picture.point(lambda grey: grey // 16 * 17)

    def _draw_head(self, canvas: "_Canvas", view: View) -> None:
        right = 255
        for slot in ("b", "a"):
            right = canvas.badge(right, slot.upper(), on=slot == view.ab) - 1
        if view.face.locked:
            right = canvas.badge(right - 3, "LOCK", on=False)
        for word, on in (("MUTE", view.mute), ("BYPASS", view.bypass)):
            if on:
                right = canvas.badge(right - 3, word, on=True)
        for warning in view.warnings:
            right = canvas.badge(right - 3, warning, on=True)
        face, room = view.face, right - 5 - _NAME_WIDTH
        wanted = [face.message] if face.message else [f"{face.title}  {face.page}/{face.pages}", face.title]
        title = next((text for text in wanted if _font(9).getlength(text) <= room), wanted[-1])
        if room > 24:
            grey = BRIGHT if face.message else DIM
            right = canvas.text(right - 5, 2, title, 9, grey, align="right", width=room)
        name = view.preset or "no preset"
        star = " *" if view.edited else ""
        canvas.text(2, 0, name + star, 12, BRIGHT if view.preset else DIM, width=right - 8, keep=star)

    def _draw_bars(self, canvas: "_Canvas", view: View) -> None:
        on = FAINT if view.stale else PLAIN
        for row, (side, label) in enumerate((("in", "IN"), ("out", "OUT"))):
            top = _METERS_TOP + 8 * row
            canvas.text(2, top - 1, label, 8, FAINT if view.stale else DIM)
            for channel, offset in (("l", 0), ("r", 4)):
                name = f"{side}_peak_{channel}_dbfs"
                level = view.meters.get(name, -200.0)
                canvas.box(_BAR_X, top + offset, _BAR_X + _BAR_WIDTH, top + offset + 2, FAINT // 2)
                if (end := _bar_x(level)) > _BAR_X:
                    canvas.box(_BAR_X, top + offset, end, top + offset + 2, on)
                if not view.stale and (mark := _bar_x(self._hold(name, level))) > _BAR_X:
                    canvas.box(mark, top + offset, mark + 1, top + offset + 2, BRIGHT)
        for db in (-48, -36, -24, -12, -6):
            canvas.box(_bar_x(db), _METERS_TOP + 7, _bar_x(db), _METERS_TOP + 7, FAINT if view.stale else DIM)
        _draw_reduction(canvas, view)

    def _hold(self, name: str, level_db: float) -> float:
        """The level of the peak mark: the highest level, held and then falling."""
        now = self._clock()
        held, since = self._held.get(name, (-200.0, now))
        shown = held - _FALL_DB_PER_S * max(0.0, now - since - _HOLD_S)
        if level_db >= shown:
            self._held[name] = (level_db, now)
            return level_db
        return shown


class _Canvas:
    """Draws text and boxes on a picture. Rendered text is cached, since most of it does not change between pictures."""

    def __init__(self, picture: Image.Image):
        self._picture = picture
        self._draw = ImageDraw.Draw(picture)

    def box(self, left: float, top: float, right: float, bottom: float, grey: int) -> None:
        self._draw.rectangle((left, top, right, bottom), fill=grey)

    def text(self, x: int, y: int, text: str, size: int, grey: int, *, align="left", width=256, keep="") -> int:
        """Draw `text`, cut to `width` pixels (but not the part `keep` at its end). Returns the x of its other end."""
        text = _cut(text, size, width, keep)
        mask = _rendered(text, size)
        left = x - mask.width if align == "right" else x
        self._picture.paste(grey, (left, y), mask)
        return left if align == "right" else left + mask.width

    def badge(self, right: int, text: str, on: bool) -> int:
        """A word in a box, dark on light when `on`. Returns the x of its left side."""
        mask = _rendered(text, 8)
        left = right - mask.width - 5
        self._draw.rounded_rectangle((left, 1, right, 11), 2, fill=PLAIN if on else 0, outline=PLAIN if on else FAINT)
        self._picture.paste(0 if on else DIM, (left + 3, 2), mask)
        return left - 1


@functools.lru_cache(32)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)


@functools.lru_cache(1024)
def _rendered(text: str, size: int) -> Image.Image:
    """`text` as a mask, one line high."""
    font = _font(size)
    mask = Image.new("L", (max(1, round(font.getlength(text))), size + 3))
    ImageDraw.Draw(mask).text((0, 0), text, fill=255, font=font)
    return mask


@functools.lru_cache(256)
def _cut(text: str, size: int, width: int, keep: str) -> str:
    length = _font(size).getlength
    if length(text) <= width:
        return text
    body = text.removesuffix(keep)
    while body and length(f"{body}…{keep}") > width:
        body = body[:-1].rstrip()
    return f"{body}…{keep}"


def _draw_cell(canvas: _Canvas, x: int, cell: Cell, dimmed: bool) -> None:
    y, width = _CELLS_TOP, _CELL_WIDTH - 5
    size = 8 if _font(8).getlength(cell.label) <= width + 1 else 7
    if cell.fine:
        canvas.box(x - 1, y, x + width, y + 8, PLAIN)
    canvas.text(
        x, y + (8 - size), cell.label, size, 0 if cell.fine else BRIGHT if cell.touched else DIM, width=width + 5
    )
    number, unit = _split(cell.text)
    grey = DIM if dimmed else BRIGHT if cell.touched else PLAIN
    size = next((size for size in (12, 11, 10, 9) if _font(size).getlength(number) <= width), 8)
    end = canvas.text(x, y + 8 + (12 - size), number, size, grey, width=width + 3)
    if unit and end + 2 + _font(8).getlength(unit) <= x + width + 3:
        canvas.text(end + 2, y + 11, unit, 8, DIM)
    top = y + 22
    canvas.box(x, top, x + width, top, FAINT)
    ends = sorted((x + round(cell.zero * width), x + round(cell.position * width)))
    canvas.box(ends[0], top, ends[1], top + cell.touched, grey)


def _split(text: str) -> tuple[str, str]:
    """Number and unit of a text such as "-1.0 dBTP", or the words of a choice and no unit."""
    if not text.lstrip("-")[:1].isdigit():
        return text.replace("_", " "), ""
    number, _, unit = text.partition(" ")
    if unit == "Hz" and float(number) >= 1000:
        return f"{float(number) / 1000:.2f}k", "Hz"
    return number, unit.removesuffix("TP")


def _draw_choice(canvas: _Canvas, face: Face) -> None:
    title, names, index = face.choice
    canvas.text(2, _CELLS_TOP, title, 8, BRIGHT)
    canvas.text(2, _CELLS_TOP + 10, f"{index + 1} of {len(names)}", 8, DIM)
    first = min(max(index - 1, 0), max(len(names) - 3, 0))
    top = _CELLS_TOP - 1 + 8 * (index - first)
    canvas.box(58, top, 253, top + 8, PLAIN)
    for row, name in enumerate(names[first : first + 3]):
        canvas.text(62, _CELLS_TOP - 2 + 8 * row, name, 9, 0 if first + row == index else DIM, width=180)


def _draw_reduction(canvas: _Canvas, view: View) -> None:
    """The bar of the limiter, below it one for each band of the compressor, and a line for the active dynamic EQ bands."""
    lit, top = FAINT if view.stale else PLAIN, _METERS_TOP + 17
    canvas.text(2, top - 2, "GR", 8, FAINT if view.stale else DIM)
    bars = [("gr_limiter_db", _BAR_X, top, _BAR_WIDTH, _GR_PIXELS_PER_DB)]
    for band in range(MULTIBAND_BANDS):
        bars.append(
            (f"gr_b{band + 1}_db", _BAR_X + band * (_BAND_WIDTH + 3), top + 3, _BAND_WIDTH, _BAND_PIXELS_PER_DB)
        )
    for name, left, y, width, pixels_per_db in bars:
        canvas.box(left, y, left + width, y + 1, FAINT // 2)
        if (reduced := min(round(-view.meters.get(name, 0.0) * pixels_per_db), width)) > 0:
            canvas.box(left, y, left + reduced, y + 1, lit)
    for band in range(EQ_BANDS):
        moved = round(view.meters.get(f"eq_b{band + 1}_db", 0.0) * _EQ_PIXELS_PER_DB)
        if moved:
            middle, moved = _BAR_X + _EQ_REACH + band * _EQ_STEP, min(max(moved, -_EQ_REACH), _EQ_REACH)
            canvas.box(min(middle, middle + moved), top + 6, max(middle, middle + moved), top + 6, lit)


def _draw_numbers(canvas: _Canvas, view: View) -> None:
    meters = view.meters
    rows = (
        (("M", meters.get("out_momentary_lufs")), ("S", meters.get("out_short_lufs")),
         ("I", meters.get("out_integrated_lufs"))),
        (("TP", meters.get("out_max_tp_dbtp")), ("GR", meters.get("gr_limiter_db", 0.0)), ("LR", meters.get("out_lra_lu"))),
    )  # fmt: skip
    for row, numbers in enumerate(rows):
        for column, (label, value) in enumerate(numbers):
            x, y = 149 + 37 * column, _METERS_TOP + 12 * row
            over = label == "TP" and value is not None and value > 0
            canvas.text(x, y + 2, label, 8, FAINT if view.stale else DIM)
            text = "--" if value is None or value < -99 else f"{value + 0.0:.1f}"
            grey = FAINT if view.stale else BRIGHT if over or label in "MSI" else PLAIN
            canvas.text(x + 33, y, text, 10, grey, align="right")


def _bar_x(level_db: float) -> int:
    span = min(max(level_db, _BAR_FLOOR_DB), 0.0) - _BAR_FLOOR_DB
    return _BAR_X + round(span / -_BAR_FLOOR_DB * _BAR_WIDTH)


class _DataCommandPin:
    """The GPIO interface of luma's `spi`, based on gpiozero, because luma's own needs RPi.GPIO, which a Pi 5 does not support."""

    OUT, LOW, HIGH = "out", 0, 1

    def __init__(self, pin_factory=None):
        self._pin_factory = pin_factory
        self._devices: dict[int, OutputDevice] = {}

    def setup(self, pin: int, direction: str) -> None:
        self._devices[pin] = OutputDevice(pin, pin_factory=self._pin_factory)

    def output(self, pin: int, level: int) -> None:
        self._devices[pin].pin.state = level
