"""Symbols of the schematics as lines and pins in mm (y points upwards), with one entry for each unit of a part."""

from dataclasses import dataclass
from functools import cache

#: The length of a pin, and the distance between the pins of a box, in mm.
STEP_MM = 2.54


@dataclass(frozen=True)
class Pin:
    """`angle` is the direction from the free end of the pin into the body, in degrees; `kind` is KiCad's electrical type."""

    number: str
    name: str
    x: float
    y: float
    angle: int
    length: float = STEP_MM
    kind: str = "passive"


@dataclass(frozen=True)
class Unit:
    """One drawn piece. `shapes` are ("line", points), ("circle", x, y, r), ("rect", x1, y1, x2, y2), ("text", x, y, s)."""

    shapes: tuple
    pins: tuple[Pin, ...]
    #: Positions of reference and value in the coordinates of the symbol, and the same for a symbol that is rotated by 90 degrees.
    text: tuple = ((2.0, 1.0), (2.0, -1.4))
    text_turned: tuple = ((-3.0, 2.6), (-3.0, -3.2))
    names: bool = False


@dataclass(frozen=True)
class Symbol:
    """A part's drawing."""

    name: str
    units: tuple[Unit, ...]

    def pins(self) -> dict[str, Pin]:
        """Every pin by number."""
        return {pin.number: pin for unit in self.units for pin in unit.pins}


def _line(*points):
    return ("line", points)


def _two(shapes, first=("1", "1"), second=("2", "2"), reach=3.81, body=2.54, text=((2.4, 1.0), (2.4, -1.6))):
    """A vertical part with two pins; the first pin is at the top."""
    length = reach - body
    return (Unit(tuple(shapes), (Pin(*first, 0, reach, 270, length), Pin(*second, 0, -reach, 90, length)), text),)


def _lying(shapes, first, second, body=1.27, text=((-2.2, 2.2), (-2.2, -3.0))):
    """A horizontal part with two pins; the first pin is at the left."""
    length = 3.81 - body
    pins = (Pin(*first, -3.81, 0, 0, length), Pin(*second, 3.81, 0, 180, length))
    return (Unit(tuple(shapes), pins, text, ((2.4, 1.0), (2.4, -1.4))),)


def _plates(curved=False):
    shapes = [_line((-1.8, 0.5), (1.8, 0.5)), _line((-1.8, -0.5), (1.8, -0.5))]
    return [*shapes, ("text", -1.6, 1.2, "+")] if curved else shapes


_TRIANGLE = [_line((1.27, 1.27), (1.27, -1.27), (-1.27, 0), (1.27, 1.27)), _line((-1.27, 1.27), (-1.27, -1.27))]


def _box(left, right, width, top=(), bottom=(), names=True):
    """A box with pins: (number, name, kind) from above; None leaves a gap."""
    rows = max(len(left), len(right))
    half_h = (rows + 1) * STEP_MM / 2
    half_h = round(half_h / 1.27) * 1.27
    half_w = width * STEP_MM / 2
    pins = []
    for side, sign, angle in ((left, -1, 0), (right, 1, 180)):
        for n, entry in enumerate(side):
            if entry:
                number, name, *kind = entry
                y = half_h - STEP_MM * (n + 1)
                pins.append(Pin(number, name, sign * (half_w + STEP_MM), y, angle, STEP_MM, *kind))
    for side, sign, angle in ((top, 1, 270), (bottom, -1, 90)):
        for n, (number, name, *kind) in enumerate(side):
            x = STEP_MM * (2 * n - (len(side) - 1))
            pins.append(Pin(number, name, x, sign * (half_h + STEP_MM), angle, STEP_MM, *kind))
    rect = ("rect", -half_w, half_h, half_w, -half_h)
    return Unit((rect,), tuple(pins), ((-half_w, half_h + 2.4), (-half_w, -half_h - 1.8)), names=names)


def _connector(pins: int):
    # Pins with odd numbers are on the grid, the first one at the top.
    left = tuple((str(n + 1), str(n + 1)) for n in range(pins))
    unit = _box((), tuple(left), 1, names=False)
    texts = tuple(("text", -0.6, pin.y - 0.5, pin.number) for pin in unit.pins)
    return (Unit((*unit.shapes, *texts), unit.pins, unit.text),)


def _amplifier(out, minus, plus, size=5.08):
    shapes = (
        _line((-size, size), (-size, -size), (size, 0), (-size, size)),
        ("text", -4.4, 2.0, "+"),
        ("text", -4.2, -3.1, "−"),
    )
    pins = (Pin(plus, "+", -7.62, 2.54, 0, 2.54, "input"), Pin(minus, "-", -7.62, -2.54, 0, 2.54, "input"),
            Pin(out, "~", 7.62, 0, 180, 2.54, "output"))  # fmt: skip
    return Unit(shapes, pins, ((-4.6, 6.0), (2.2, 6.0)), ((-4.6, 6.0), (2.2, 6.0)))


def _receiver(plus, minus, common, reference, out):
    size = 7.62
    shapes = (_line((-size, 12.7), (-size, -12.7), (size, 0), (-size, 12.7)), ("text", -6.8, 9.4, "+"),
              ("text", -6.6, -10.7, "−"), ("text", -2.2, -6.0, "COM"), ("text", 2.2, -1.0, "REF"))  # fmt: skip
    pins = (Pin(plus, "IN+", -15.24, 10.16, 0, 7.62, "input"), Pin(minus, "IN-", -15.24, -10.16, 0, 7.62, "input"),
            Pin(common, "COM", 0, -12.7, 90, 5.6, "passive"), Pin(reference, "REF", 5.08, -12.7, 90, 10.9, "input"),
            Pin(out, "OUT", 15.24, 0, 180, 7.62, "output"))  # fmt: skip
    return Unit(shapes, pins, ((-7.6, 16.0), (-7.6, 13.6)), ((-7.6, 16.0), (-7.6, 13.6)))


def _pole(common, closed, opened):
    """A changeover contact without coil current: common above, normally closed below left, normally open below right."""
    shapes = (_line((0, 2.54), (-1.9, -1.9)), _line((-2.54, -2.54), (-2.54, -1.6)), _line((2.54, -2.54), (2.54, -1.6)),
              ("circle", 0, 2.54, 0.4), ("circle", -2.54, -1.6, 0.4), ("circle", 2.54, -1.6, 0.4))  # fmt: skip
    pins = (Pin(common, "C", 0, 5.08, 270), Pin(closed, "NC", -2.54, -5.08, 90), Pin(opened, "NO", 2.54, -5.08, 90))
    return Unit(shapes, pins, ((3.4, 1.4), (3.4, -0.8)))


def _supply(plus, minus, *extra):
    pins = [Pin(plus, "V+", 0, 7.62, 270, 2.54, "power_in"), Pin(minus, "V-", 0, -7.62, 90, 2.54, "power_in")]
    for n, number in enumerate(extra):
        pins.append(Pin(number, "VMID", 7.62, 1.27 - 2.54 * n, 180, 2.54, "passive"))
    return Unit((("rect", -5.08, 5.08, 5.08, -5.08),), tuple(pins), ((-13.2, 2.0), (-13.2, -0.6)))


def _header40():
    left = tuple((str(n), str(n)) for n in range(1, 41, 2))
    right = tuple((str(n), str(n)) for n in range(2, 41, 2))
    unit = _box(left, right, 3, names=False)
    texts = tuple(("text", -3.4 if int(p.number) % 2 else 1.2, p.y - 0.5, p.number) for p in unit.pins)
    return Unit((*unit.shapes, *texts), unit.pins, unit.text)


def _resistor():
    return _two([("rect", -1.016, 2.54, 1.016, -2.54)])


def _trimmer():
    shapes = (("rect", -1.016, 2.54, 1.016, -2.54), _line((3.0, 0), (1.1, 0)), _line((1.9, 0.6), (1.1, 0), (1.9, -0.6)))
    pins = (Pin("1", "1", 0, 3.81, 270, 1.27), Pin("3", "3", 0, -3.81, 90, 1.27), Pin("2", "2", 3.81, 0, 180, 0.9))
    return (Unit(shapes, pins, ((-8.0, 1.0), (-8.0, -1.4)), ((-3.0, -3.2), (-3.0, -5.6))),)


def _transistor(channel=None):
    if channel is None:
        shapes = (_line((-0.6, 2.0), (-0.6, -2.0)), _line((-0.6, 0.8), (2.54, 2.54)), _line((-0.6, -0.8), (2.54, -2.54)),
                  _line((1.1, -2.3), (2.0, -2.25), (1.5, -1.5)), ("circle", 0.6, 0, 3.2))  # fmt: skip
        pins = (Pin("1", "B", -5.08, 0, 0, 4.48), Pin("2", "E", 2.54, -5.08, 90), Pin("3", "C", 2.54, 5.08, 270))
    else:  # P-channel, source above
        shapes = (_line((-1.6, 2.0), (-1.6, -2.0)), _line((-0.6, 2.4), (-0.6, -2.4)), _line((-0.6, 1.9), (2.54, 1.9), (2.54, 2.54)),
                  _line((-0.6, -1.9), (2.54, -1.9), (2.54, -2.54)), _line((2.2, 0), (-0.6, 0)), _line((1.2, 0.6), (2.2, 0), (1.2, -0.6)),
                  _line((2.54, 1.9), (2.54, -1.9)))  # fmt: skip
        pins = (Pin("1", "G", -5.08, 0, 0, 3.48), Pin("2", "S", 2.54, 5.08, 270), Pin("3", "D", 2.54, -5.08, 90))
    return (Unit(shapes, pins, ((5.0, 1.0), (5.0, -1.4))),)


def _two_diodes():
    """A vertical BAT54S: the anode (1) at the bottom, the cathode (2) at the top, the centre tap (3) at the left."""
    shapes = []
    for y in (2.3, -2.3):
        shapes += [
            _line((-1.1, y - 0.9), (1.1, y - 0.9), (0, y + 0.9), (-1.1, y - 0.9)),
            _line((-1.1, y + 0.9), (1.1, y + 0.9)),
        ]
    shapes += [
        _line((0, 5.08), (0, 3.2)),
        _line((0, 1.4), (0, -1.4)),
        _line((0, -3.2), (0, -5.08)),
        _line((-2.54, 0), (0, 0)),
    ]
    pins = (Pin("1", "A", 0, -7.62, 90), Pin("2", "K", 0, 7.62, 270), Pin("3", "AK", -5.08, 0, 0))
    return (Unit(tuple(shapes), pins, ((2.4, 0.8), (2.4, -1.6))),)


def _network():
    unit = _box((("1", "common"), *((str(n), f"R{n - 1}") for n in range(2, 10))), (), 3, names=False)
    texts = tuple(("text", -3.2, pin.y - 0.5, pin.number) for pin in unit.pins)
    return (Unit((*unit.shapes, *texts), unit.pins, unit.text),)


def _encoder():
    left = ()
    right = (("A", "A"), ("C", "C"), ("B", "B"), None, ("S1", "S1"), ("S2", "S2"))
    return (_box(left, right, 3),)


def _register():
    left = (("10", "SER", "input"), ("11", "A", "input"), ("12", "B", "input"), ("13", "C", "input"), ("14", "D", "input"),
            ("3", "E", "input"), ("4", "F", "input"), ("5", "G", "input"), ("6", "H", "input"))  # fmt: skip
    right = (("9", "QH", "output"), ("7", "/QH", "output"), None, ("1", "SH/LD", "input"), ("2", "CLK", "input"),
             ("15", "INH", "input"), None, ("16", "VCC", "power_in"), ("8", "GND", "power_in"))  # fmt: skip
    return (_box(left, right, 7),)


def _driver():
    left = (("6", "V+", "power_in"), ("4", "IN", "input"), ("3", "GND", "passive"), ("5", "V-", "power_in"))
    right = (("7", "SNS+", "input"), ("8", "OUT+", "output"), ("1", "OUT-", "output"), ("2", "SNS-", "input"))
    return (_box(left, right, 6),)


def _converter():
    left = (("2", "+Vin", "passive"), ("3", "ON/OFF", "passive"), ("1", "-Vin", "power_in"))
    right = (("6", "+Vout", "passive"), ("7", "COM", "passive"), ("8", "-Vout", "passive"), ("5", "NC", "passive"))
    return (_box(left, right, 7),)


@cache
def symbol(name: str) -> Symbol:
    """The symbol of that name. Raises KeyError."""
    return Symbol(name, _MAKERS[name]())


_MAKERS = {
    "R": _resistor,
    "RV": _trimmer,
    "RN8": _network,
    "C": lambda: _two(_plates(), body=0.5),
    "CP": lambda: _two(_plates(True), body=0.5),
    "L": lambda: _two([("rect", -1.0, 2.54, 1.0, -2.54), _line((-1.0, -2.54), (1.0, 2.54))]),
    "F": lambda: _two([("rect", -1.016, 2.54, 1.016, -2.54), _line((0, 2.54), (0, -2.54))]),
    "D": lambda: _lying(_TRIANGLE, ("1", "K"), ("2", "A")),
    "Z": lambda: _lying([*_TRIANGLE, _line((-1.27, 1.27), (-0.7, 1.27)), _line((-1.27, -1.27), (-1.84, -1.27))],
                        ("1", "K"), ("2", "A")),
    "LED": lambda: _lying([*_TRIANGLE, _line((0.2, 1.6), (-0.8, 2.6)), _line((1.2, 1.6), (0.2, 2.6))], ("1", "K"), ("2", "A"),
                          text=((-2.2, 3.0), (-2.2, -3.0))),
    "DD": _two_diodes,
    "NPN": _transistor,
    "PMOS": lambda: _transistor("P"),
    "INA1650": lambda: (_receiver("2", "4", "3", "12", "13"), _receiver("7", "5", "6", "9", "8"), _supply("1", "14", "11", "10")),
    "OPAMP2": lambda: (_amplifier("1", "2", "3"), _amplifier("7", "6", "5"), _supply("8", "4")),
    "THAT1646": _driver,
    "74HC165": _register,
    "DCDC": _converter,
    "RELAY2": lambda: (_two([("rect", -2.54, 1.9, 2.54, -1.9), _line((-1.6, -1.9), (1.6, 1.9))], ("1", "1"), ("8", "8"), 5.08, 1.9, ((3.4, 1.0), (3.4, -1.4)))[0],
                       _pole("3", "2", "4"), _pole("6", "7", "5")),
    "ENC": _encoder,
    "KEY": lambda: _lying([_line((-2.0, 1.0), (2.0, 1.0)), _line((0, 1.0), (0, 2.2)), ("circle", -1.6, 0, 0.35), ("circle", 1.6, 0, 0.35)],
                          ("1", "1"), ("2", "2"), 2.0, ((-2.2, 3.0), (-2.2, -3.0))),
    "LINK": lambda: _two([_line((0, 1.0), (0, -1.0)), ("circle", 0, 1.4, 0.4), ("circle", 0, -1.4, 0.4)], body=1.8),
    "HEADER40": lambda: (_header40(),),
    **{f"J{n}": (lambda n=n: _connector(n)) for n in (2, 3, 4, 7)},
}  # fmt: skip
