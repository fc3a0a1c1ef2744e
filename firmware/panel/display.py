"""The display: sends the pictures to the SSD1322 (256 x 64 pixels of 16 greys), to a colour screen on DSI or HDMI, or to a
picture in memory. The same drawing code fills each at its own resolution. [control]
"""

from pathlib import Path

from gpiozero import OutputDevice
from luma.core.device import dummy
from luma.core.interface.serial import spi
from PIL import Image

from firmware.system import Board

from .drawing import PanelView, draw
from .framebuffer import Framebuffer
from .oled import Oled

#: Fraction of the brightness after a long time without use, because an OLED burns in.
_REST_BRIGHTNESS = 0.3
#: The clock of the display's bus. The SSD1322 allows 10 MHz by its data sheet (cycle time 100 ns); 16 MHz works with short
#: wires and is what luma offers next.
BUS_HZ = 16_000_000


class Display:
    """Draws views on a luma device. `update` sends nothing if the picture is unchanged."""

    def __init__(self, device, brightness_pct=100, colour=False):
        self._device = device
        self._brightness_pct = brightness_pct
        self._colour = colour
        self._dimmed: bool | None = None
        self.picture = Image.new("RGB" if colour else "L", device.size)
        self._sent: bytes | None = None

    @classmethod
    def virtual(cls, board: Board, size: tuple[int, int] | None = None) -> "Display":
        """A display in memory; `save` writes its picture. With `size` it is a colour screen of that many pixels."""
        width, height = size or (board.display.width, board.display.height)
        return cls(dummy(width=width, height=height), colour=size is not None)

    @classmethod
    def oled(cls, board: Board, *, rotate=False, brightness_pct=80, pin_factory=None, spidev=None) -> "Display":
        """The OLED of the box. In tests, `spidev` replaces the SPI driver of the Linux kernel."""
        row = board.display
        bus = spi(
            spi=spidev,
            gpio=_DataCommandPin(pin_factory),
            port=row.spi_port,
            device=row.spi_device,
            bus_speed_hz=BUS_HZ,
            gpio_DC=board[row.dc].bcm,
            gpio_RST=None,  # the display module resets itself (10 kΩ, 100 nF)
        )
        return cls(Oled(bus, row.width, row.height, rotate), brightness_pct)

    @classmethod
    def framebuffer(cls, path: Path | str, *more) -> "Display":
        """A colour screen: the framebuffer `path`, such as /dev/fb0. Raises OSError and ValueError, see `Framebuffer`."""
        return cls(Framebuffer(path, *more), colour=True)

    def update(self, view: PanelView) -> bool:
        """Show `view`; returns whether a picture was sent. Call this up to 30 times a second."""
        if view.face.resting != self._dimmed:
            self._dimmed = view.face.resting
            shown_pct = self._brightness_pct * (_REST_BRIGHTNESS if self._dimmed else 1)
            if isinstance(self._device, Oled):  # a framebuffer has no brightness
                self._device.contrast(round(255 * shown_pct / 100))
        self.picture = draw(view, self._device.size, self._colour)
        data = self.picture.tobytes()
        if data == self._sent:
            return False
        self._device.display(
            self.picture if isinstance(self._device, Oled | Framebuffer) else self.picture.convert("RGB")
        )
        self._sent = data
        return True

    def refresh(self) -> None:
        """Set the display up again, and send the next picture whole: it may have been unplugged, and cannot say so."""
        self._sent = self._dimmed = None
        if isinstance(self._device, Oled):
            self._device.refresh()

    def save(self, path: Path | str, scale: int = 4) -> None:
        """Write the last picture as a PNG with `scale` pixels per pixel. The file is replaced atomically."""
        size = (self.picture.width * scale, self.picture.height * scale)
        part = Path(f"{path}.part")
        self.picture.resize(size, Image.Resampling.NEAREST).save(part, format="PNG")
        part.replace(path)

    def close(self) -> None:
        """Switch the display off and free the bus."""
        self._device.cleanup()


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
