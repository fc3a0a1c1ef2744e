"""The board: the pins of hardware/board.toml and of a panel profile, checked for conflicts before any pin is used."""

import difflib
import tomllib
from importlib import resources
from typing import Literal

import msgspec

from firmware.contract import BurnishError

DEFAULT_HAT = "hifiberry_dacplusadcpro"
#: The profiles of the front panel, hardware/panel-*.toml: six keys, or twelve.
PANELS = ("a", "b")
DEFAULT_PANEL = "b"

#: GPIO number (BCM) of each pin of the 40-pin header that has one. Raspberry Pi documentation, "GPIO and the 40-pin header".
HEADER = {
    3: 2, 5: 3, 7: 4, 8: 14, 10: 15, 11: 17, 12: 18, 13: 27, 15: 22, 16: 23, 18: 24, 19: 10, 21: 9, 22: 25, 23: 11, 24: 8,
    26: 7, 27: 0, 28: 1, 29: 5, 31: 6, 32: 12, 33: 13, 35: 19, 36: 16, 37: 26, 38: 20, 40: 21,
}  # fmt: skip

#: GPIO numbers that the SPI driver of the Linux kernel uses; nothing else can use them.
SPI0 = {8, 10, 11}


#: Switches that are not on the front panel: the foot switch jack at the back, and the sense line of the relays.
NOT_ON_THE_FRONT = {"FOOT", "RELAY_SENSE"}


class BoardError(BurnishError, ValueError):
    """The description of the board has a conflict. The message names file, row and conflict in one sentence."""


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Pin(_Row, frozen=True):
    """One pin of the header. `direction` is seen from the Pi; `active` is the level that means "on"."""

    header: int
    bcm: int
    name: str
    direction: Literal["in", "out"]
    pull: Literal["up", "down", "none"]
    active: Literal["high", "low"]
    part: str
    panel: str
    function: Literal["gpio", "spi0"] = "gpio"
    note: str = ""


class Encoder(_Row, frozen=True):
    """One knob: the names of the pins of its two phases, and of its push switch."""

    number: int
    a: str
    b: str
    push: str
    detents_per_cycle: Literal[1, 2, 4] = 1


class Scan(_Row, frozen=True):
    """The chain of shift registers that reads the switches: `switch` maps names to bits."""

    load: str
    clock: str
    data: str
    bits: int
    active: Literal["high", "low"]
    switch: dict[str, int]


class RelayRow(_Row, frozen=True):
    """The heartbeat of the bypass relays."""

    pin: str
    pulse_hz: int
    hold_min_ms: float
    hold_max_ms: float
    pull_in_pulses: int


class DisplayRow(_Row, frozen=True):
    """The display and its pins."""

    driver: str
    width: int
    height: int
    spi_port: int
    spi_device: int
    clock: str
    data: str
    select: str
    dc: str


class Control(_Row, frozen=True):
    """The position of one part on the front panel. Without a height it is round."""

    name: str
    label: str
    x_mm: float
    y_mm: float
    hole_mm: float
    keep_mm: float
    hole_height_mm: float | None = None
    keep_height_mm: float | None = None

    @property
    def kept(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the area that must be kept free, in mm."""
        half_width, half_height = self.keep_mm / 2, (self.keep_height_mm or self.keep_mm) / 2
        return self.x_mm - half_width, self.y_mm - half_height, self.x_mm + half_width, self.y_mm + half_height


class PanelRow(_Row, frozen=True):
    """The front panel. Coordinates start at its upper left corner."""

    width_mm: float
    height_mm: float
    screws_mm: list[tuple[float, float]]
    control: list[Control]


class Hat(_Row, frozen=True):
    """An audio board (HAT), and the pins that it uses."""

    title: str
    overlay: str
    config: list[str]
    card: str
    pcm: str
    format: str
    rates_hz: list[int]
    reserved: list[int]
    i2c: list[int]
    full_scale_dbu: float | None = None
    output_control: str = ""
    mixer: dict[str, str] = {}

    def mixer_at(self, output_dbu: float) -> dict[str, str]:
        """The settings of the mixer for 0 dBFS at `output_dbu` (dBu), limited to the full-scale level of the HAT.

        The level is set in the converter, after the processing, so the output of the limiter stays unchanged.
        """
        if not self.output_control or self.full_scale_dbu is None:
            return dict(self.mixer)
        return self.mixer | {self.output_control: f"{min(0.0, output_dbu - self.full_scale_dbu):.1f}dB"}


class Board(_Row, frozen=True):
    """The contents of board.toml. `load` makes one."""

    name: str
    revision: str
    pin: list[Pin]
    encoder: list[Encoder]
    scan: Scan
    relay: RelayRow
    display: DisplayRow
    panel: PanelRow
    hat: dict[str, Hat]

    def __getitem__(self, name: str) -> Pin:
        """The pin with this name. Raises KeyError."""
        return next((pin for pin in self.pin if pin.name == name), None) or _no_pin(name)


def _no_pin(name: str):
    raise KeyError(name)


def read(panel: str = DEFAULT_PANEL) -> str:
    """The text of board.toml with that panel profile behind it. Raises BoardError for a profile that does not exist."""
    if panel not in PANELS:
        raise BoardError(f"there is no panel profile {panel!r}: choose one of {', '.join(PANELS)}")
    files = resources.files("hardware")
    return "\n".join((files / name).read_text(encoding="utf-8") for name in ("board.toml", f"panel-{panel}.toml"))


def load(hat: str = DEFAULT_HAT, text: str | None = None, where: str = "board.toml", *, knobs=True, display=True,
         relay=True, panel: str = DEFAULT_PANEL) -> Board:  # fmt: skip
    """The board with the audio board `hat`, from `text` or from hardware/board.toml with that `panel` profile.

    `knobs`, `display` and `relay` state which parts are in use; the HAT may use the pins of the others. Raises BoardError for
    an unknown key, a pin used twice, a GPIO number that does not belong to the header pin, or a pin that the HAT uses.
    """
    if text is None:
        text = read(panel)
    try:
        board = msgspec.convert(tomllib.loads(text), Board)
    except ValueError as error:  # msgspec.ValidationError and tomllib.TOMLDecodeError
        raise BoardError(f"{where}: {error}") from None
    faults = [*_faults_of_pins(board), *_faults_of_parts(board), *_faults_of_panel(board)]
    wanted = [row.name for row in board.pin if _is_used(board, row.name, knobs, display, relay)]
    faults += _faults_of_hat(board, hat, wanted)
    if faults:
        raise BoardError(f"{where}: {'; '.join(faults)}")
    return board


def _faults_of_pins(board: Board):
    for field in ("header", "bcm", "name"):
        seen: dict = {}
        for pin in board.pin:
            value = getattr(pin, field)
            if value in seen:
                yield f"{pin.name} has {field} {value}, which is already used by {seen[value]}"
            seen[value] = pin.name
    for pin in board.pin:
        if HEADER.get(pin.header) != pin.bcm:
            yield f"{pin.name} is at header pin {pin.header}, which is not GPIO {pin.bcm}"
        if pin.pull != "none" and pin.direction == "out":
            yield f"{pin.name} is an output and has a pull-{pin.pull}"
        if (pin.function == "spi0") != (pin.bcm in SPI0):
            yield f"{pin.name}: function {pin.function} does not fit GPIO {pin.bcm} with SPI0 enabled"


def _faults_of_parts(board: Board):
    wires = {
        **{f"encoder {e.number} {phase}": (getattr(e, phase), "in") for e in board.encoder for phase in "ab"},
        "scan.load": (board.scan.load, "out"),
        "scan.clock": (board.scan.clock, "out"),
        "scan.data": (board.scan.data, "in"),
        "relay.pin": (board.relay.pin, "out"),
        **{f"display.{key}": (getattr(board.display, key), "out") for key in ("clock", "data", "select", "dc")},
    }
    pins = {pin.name: pin for pin in board.pin}
    users: dict[str, str] = {}
    for use, (name, direction) in wires.items():
        if name not in pins:
            yield f"{use} is {name!r}, which is not a pin{_hint(name, pins)}"
        elif pins[name].direction != direction:
            yield f"{use} needs an {direction}put, but {name} is an {pins[name].direction}put"
        if name in users:
            yield f"{name} is used by {users[name]} and by {use}"
        users[name] = use
    yield from (f"{name} is not used" for name in pins if name not in users)
    bits: dict[int, str] = {}
    for name, bit in board.scan.switch.items():
        if not 0 <= bit < board.scan.bits:
            yield f"switch {name} is bit {bit} of {board.scan.bits}"
        if bit in bits:
            yield f"switches {bits[bit]} and {name} are both bit {bit}"
        bits[bit] = name
    if sorted(e.number for e in board.encoder) != list(range(1, len(board.encoder) + 1)):
        yield "encoders are not numbered 1, 2, 3 and so on"
    for encoder in board.encoder:
        if encoder.push not in board.scan.switch:
            yield f"encoder {encoder.number}: push is {encoder.push!r}, which is not a switch{_hint(encoder.push, board.scan.switch)}"


def _faults_of_panel(board: Board):
    placed = [control.name for control in board.panel.control]
    buttons = [name for name in board.scan.switch if name not in NOT_ON_THE_FRONT and not name.startswith("PUSH")]
    for name in [*(f"ENC{encoder.number}" for encoder in board.encoder), *buttons, "DISPLAY"]:
        if placed.count(name) != 1:
            yield f"{name} has {placed.count(name)} positions on the panel"
    for number, control in enumerate(board.panel.control):
        left, top, right, bottom = control.kept
        if left < 0 or top < 0 or right > board.panel.width_mm or bottom > board.panel.height_mm:
            yield f"{control.name} extends beyond the edge of the panel"
        for other in board.panel.control[:number]:
            if left < other.kept[2] and other.kept[0] < right and top < other.kept[3] and other.kept[1] < bottom:
                yield f"{control.name} and {other.name} are too close on the panel"


def _is_used(board: Board, pin: str, knobs: bool, display: bool, relay: bool) -> bool:
    if pin == board.relay.pin:
        return relay
    row = board.display
    return display if pin in (row.clock, row.data, row.select, row.dc) else knobs


def _faults_of_hat(board: Board, hat: str, wanted: list[str]):
    if hat not in board.hat:
        yield f"no HAT {hat!r}{_hint(hat, board.hat)} (known: {', '.join(board.hat)})"
        return
    taken = [f"{pin.name} (GPIO {pin.bcm})" for pin in board.pin
             if pin.name in wanted and pin.bcm in board.hat[hat].reserved]  # fmt: skip
    if taken:
        yield f"the HAT {hat} needs pins of the panel: {', '.join(taken)}"


def _hint(word: str, known) -> str:
    near = difflib.get_close_matches(word, known, 1, 0.5)
    return f", did you mean {near[0]}?" if near else ""
