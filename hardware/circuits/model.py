"""What a circuit is made of: parts from the catalogue, nets by name, and where each symbol stands on the sheet."""

from dataclasses import dataclass, field

from .catalogue import CATALOGUE, Item

#: One step of the drawing grid, in mm.
GRID_MM = 2.54

#: Nets that every board has: a net of this name is drawn with a power symbol, on every sheet the same net.
POWER = ("GND", "CHASSIS", "+5V", "+3V3", "+15V", "-15V")


class CircuitError(ValueError):
    """A circuit that contradicts itself; the message names circuit, part and pin."""


@dataclass(frozen=True)
class Place:
    """Where one unit of a part stands on the sheet: grid steps from the upper left corner, rotation in degrees."""

    x: float
    y: float
    rotation: int = 0


@dataclass
class Part:
    """One component. `places` has one entry for each drawn unit of its symbol."""

    ref: str
    item_name: str
    places: dict[int, Place]
    #: What the sheet says instead of the catalogue's value: where a connector leads.
    value: str = ""

    @property
    def item(self) -> Item:
        """What to buy for it."""
        return CATALOGUE[self.item_name]


@dataclass
class Circuit:
    """One sheet. `nets` is the intended netlist: net name to pins such as "R1.2"; `unused` are pins left open on purpose."""

    name: str
    title: str
    paper: str = "A4"
    parts: dict[str, Part] = field(default_factory=dict)
    nets: dict[str, list[str]] = field(default_factory=dict)
    unused: set[str] = field(default_factory=set)
    wires: list[tuple] = field(default_factory=list)
    #: Nets that leave the sheet, each drawn as a global label.
    shared: set[str] = field(default_factory=set)
    notes: list[tuple[float, float, str]] = field(default_factory=list)
    #: Power nets that come in through a connector on this sheet, which the rule check cannot see by itself.
    fed: tuple[str, ...] = ()

    def add(self, ref: str, item_name: str, *places: tuple, value: str = "") -> None:
        """Add a part; `places` are (x, y[, rotation]) of its units, in order; `value` replaces the catalogue's on the sheet."""
        if ref in self.parts:
            raise CircuitError(f"{self.name}: part {ref} is there twice")
        if item_name not in CATALOGUE:
            raise CircuitError(f"{self.name}: {ref} is {item_name!r}, which the catalogue does not have")
        self.parts[ref] = Part(ref, item_name, {n: Place(*place) for n, place in enumerate(places, 1)}, value)

    def net(self, name: str, *pins: str) -> None:
        """Connect pins to a net, which may exist already."""
        owner = {pin: net for net, all_pins in self.nets.items() for pin in all_pins}
        for pin in pins:
            if pin in owner:
                raise CircuitError(f"{self.name}: {pin} is on {owner[pin]} and on {name}")
        self.nets.setdefault(name, []).extend(pins)

    def leave(self, *pins: str) -> None:
        """Mark pins as unused on purpose."""
        self.unused.update(pins)

    def wire(self, *points) -> None:
        """Draw a wire through pins ("R1.2") and corners ((x, y) in grid steps), horizontal before vertical."""
        self.wires.append(points)

    def share(self, *nets: str) -> None:
        """Nets of these names are the same on all sheets of the board."""
        self.shared.update(nets)

    def note(self, x: float, y: float, text: str) -> None:
        """A line of text on the sheet."""
        self.notes.append((x, y, text))

    def net_of(self, pin: str) -> str | None:
        """The net that a pin is on, or None."""
        return next((name for name, pins in self.nets.items() if pin in pins), None)
