"""Computes the sheet of a circuit: the positions of pins, wires, stubs, labels and texts in mm. Also computes a netlist from a
sheet."""

import math
from dataclasses import dataclass, field

from hardware.circuits import GRID_MM, POWER, Circuit, Place

from .symbols import Pin, Unit, symbol

Point = tuple[float, float]
#: Height of text, and the width of one character, in mm.
TEXT_MM, CHARACTER_MM = 1.5, 1.10


@dataclass(frozen=True)
class Label:
    """The name of a net on the sheet. `kind` is "label", "global_label" or "power"; `angle` is the direction of the text."""

    kind: str
    net: str
    at: Point
    angle: int


@dataclass(frozen=True)
class Text:
    """A line of text with its lower left corner at `at`; a text that is `turned` runs upwards."""

    what: str
    at: Point
    turned: bool = False

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in mm."""
        (x, y), width = self.at, CHARACTER_MM * len(self.what)
        return (x - TEXT_MM, y - width, x, y) if self.turned else (x, y - TEXT_MM, x + width, y + 0.2)


@dataclass
class Sheet:
    """Everything drawn."""

    circuit: Circuit
    pins: dict[str, tuple[Point, int]] = field(default_factory=dict)
    segments: list[tuple[Point, Point]] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    junctions: list[Point] = field(default_factory=list)
    crosses: list[Point] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)


def _mm(value: float) -> float:
    return round(value + 0.0, 4)


def turned(place: Place, x: float, y: float) -> Point:
    """A point of a symbol (y upwards) on the sheet (y downwards)."""
    a = math.radians(place.rotation)
    cos, sin = round(math.cos(a)), round(math.sin(a))
    return _mm(place.x * GRID_MM + x * cos - y * sin), _mm(place.y * GRID_MM - (x * sin + y * cos))


def units_of(circuit: Circuit):
    """Every drawn unit: (part, number, its place, its symbol's unit)."""
    for part in circuit.parts.values():
        drawn = symbol(part.item.symbol)
        if len(part.places) != len(drawn.units):
            raise ValueError(
                f"{circuit.name}: {part.ref} has {len(part.places)} places, its symbol {len(drawn.units)} units"
            )
        for number, place in part.places.items():
            yield part, number, place, drawn.units[number - 1]


def draw(circuit: Circuit) -> Sheet:
    """The sheet of a circuit. Raises ValueError if a wire names a pin that does not exist, or joins two nets."""
    sheet = Sheet(circuit)
    for part, _, place, unit in units_of(circuit):
        for pin in unit.pins:
            sheet.pins[f"{part.ref}.{pin.number}"] = (turned(place, pin.x, pin.y), (pin.angle + place.rotation) % 360)
        sheet.texts += _texts(part, place, unit)
    sheet.texts += [Text(text, (x * GRID_MM, y * GRID_MM)) for x, y, text in circuit.notes]
    wired, ends = _wires(sheet)
    _stubs(sheet, wired)
    for net, at in ends:
        sheet.labels.append(Label(_kind(circuit, net), net, at, 0))
    sheet.segments = _split(sheet)
    sheet.junctions = _junctions(sheet)
    _name_wires(sheet)
    return sheet


def _texts(part, place: Place, unit: Unit):
    upright = place.rotation in (0, 180)
    positions = unit.text if upright else unit.text_turned
    flat = Place(place.x, place.y)
    one_unit = len(part.places) == 1
    value = (part.value or part.item.value) if one_unit or place is part.places[1] else ""
    suffix = "" if one_unit else "ABC"[[*part.places.values()].index(place)]
    for text, (x, y) in zip((part.ref + suffix, value), positions, strict=True):
        if text:
            yield Text(text, turned(flat, x, y))


def _kind(circuit: Circuit, net: str) -> str:
    return "power" if net in POWER else "global_label" if net in circuit.shared else "label"


def _wires(sheet: Sheet):
    """Add the segments of the circuit's wires; returns the pins that they join and the free ends that need a label."""
    circuit, wired, ends = sheet.circuit, set(), []
    for chain in circuit.wires:
        named = [point for point in chain if isinstance(point, str)]
        for pin in named:
            if pin not in sheet.pins:
                raise ValueError(f"{circuit.name}: a wire goes to {pin}, which does not exist")
        nets = {circuit.net_of(pin) for pin in named}
        if len(nets) != 1 or None in nets:
            raise ValueError(f"{circuit.name}: the wire {chain} joins {nets}")
        wired.update(named)
        points = [sheet.pins[p][0] if isinstance(p, str) else (_mm(p[0] * GRID_MM), _mm(p[1] * GRID_MM)) for p in chain]
        for (x1, y1), (x2, y2) in zip(points, points[1:], strict=False):
            corner = [(x1, y1), (x2, y1), (x2, y2)] if x1 != x2 and y1 != y2 else [(x1, y1), (x2, y2)]
            sheet.segments += [pair for pair in zip(corner, corner[1:], strict=False) if pair[0] != pair[1]]
        (net,) = nets
        if net in circuit.shared and not isinstance(chain[-1], str):
            ends.append((net, points[-1]))
    touched = [end for a, b in sheet.segments for end in (a, b)]
    # A free end that lies on another wire gets no label.
    ends = [(net, at) for net, at in ends if touched.count(at) == 1 and sum(_on(at, s) for s in sheet.segments) == 1]
    return wired, ends


def _stubs(sheet: Sheet, wired: set[str]) -> None:
    circuit = sheet.circuit
    for pin, (at, angle) in sheet.pins.items():
        net = circuit.net_of(pin)
        if pin in circuit.unused:
            sheet.crosses.append(at)
        if net is None or pin in wired:
            continue
        out = (angle + 180) % 360
        a = math.radians(out)
        end = (_mm(at[0] + GRID_MM * round(math.cos(a))), _mm(at[1] - GRID_MM * round(math.sin(a))))
        sheet.segments.append((at, end))
        sheet.labels.append(Label(_kind(circuit, net), net, end, out))


def _on(point: Point, segment) -> bool:
    (x1, y1), (x2, y2) = segment
    x, y = point
    return min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2) and (x1 == x2 == x or y1 == y2 == y)


def _split(sheet: Sheet):
    """The segments without duplicates, divided at the ends of other segments and at pins."""
    ends = {end for segment in sheet.segments for end in segment} | {at for at, _ in sheet.pins.values()}
    cut = []
    for a, b in sheet.segments:
        inside = sorted({p for p in ends if _on(p, (a, b))} | {a, b})
        cut += [tuple(pair) for pair in zip(inside, inside[1:], strict=False)]
    return list(dict.fromkeys(cut))


def _junctions(sheet: Sheet) -> list[Point]:
    meets: dict[Point, int] = {}
    for end in [*(end for segment in sheet.segments for end in segment), *(at for at, _ in sheet.pins.values())]:
        meets[end] = meets.get(end, 0) + 1
    return sorted(point for point, count in meets.items() if count > 2)


def islands(sheet: Sheet) -> list[set[Point]]:
    """Points that wires join, one set for each piece of wiring."""
    parent: dict[Point, Point] = {}

    def root(p):
        parent.setdefault(p, p)
        while parent[p] != p:
            parent[p] = parent[parent[p]]
            p = parent[p]
        return p

    for at, _ in sheet.pins.values():
        root(at)
    for a, b in sheet.segments:
        parent[root(a)] = root(b)
    found: dict[Point, set[Point]] = {}
    for point in list(parent):
        found.setdefault(root(point), set()).add(point)
    return list(found.values())


def _name_wires(sheet: Sheet) -> None:
    """Add a label to each piece of wiring without one, on its longest horizontal segment."""
    circuit = sheet.circuit
    labelled = {label.at for label in sheet.labels}
    where = {at: pin for pin, (at, _) in sheet.pins.items()}
    for island in islands(sheet):
        net = next((circuit.net_of(where[p]) for p in sorted(island) if p in where), None)
        if net is None or island & labelled:
            continue
        lying = [s for s in sheet.segments if s[0] in island and s[0][1] == s[1][1]]
        free = [p for p in sorted(island) if p not in where and sum(p in s for s in sheet.segments) == 1]
        if free:
            at = free[0]
        elif lying:
            (x1, y1), (x2, _) = max(lying, key=lambda s: (abs(s[1][0] - s[0][0]), -s[0][0]))
            at = (min(x1, x2), y1)
        else:
            longest = max((s for s in sheet.segments if s[0] in island), key=lambda s: abs(s[1][1] - s[0][1]))
            (x1, y1), (_, y2) = longest
            at = (x1, _mm(round((y1 + y2) / 2 / 1.27) * 1.27))
            sheet.segments.remove(longest)
            sheet.segments += [((x1, y1), at), (at, (x1, y2))]
        sheet.labels.append(Label(_kind(circuit, net), net, at, 0))


def netlist(sheet: Sheet) -> dict[str, list[str]]:
    """The nets of the drawing, from its geometry alone: net name to sorted pins. A piece without a label is named "?"."""
    named: dict[str, list[str]] = {}
    for island in islands(sheet):
        pins = sorted(pin for pin, (at, _) in sheet.pins.items() if at in island)
        names = {label.net for label in sheet.labels if label.at in island}
        if len(names) > 1:
            names = {"+".join(sorted(names))}
        if names or len(pins) > 1:
            named.setdefault(next(iter(names), "?"), []).extend(pins)
    return {net: sorted(pins) for net, pins in named.items()}


def pin_of(circuit: Circuit, name: str) -> Pin:
    """The symbol's pin of a name such as "R1.2". Raises KeyError."""
    ref, number = name.split(".", 1)
    return symbol(circuit.parts[ref].item.symbol).pins()[number]
