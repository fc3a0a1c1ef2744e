"""A board: its parts with their positions, its nets, and all pads in board coordinates."""

import tomllib
from dataclasses import dataclass, field

from hardware.circuits import BOARDS, Part, of_board

from ..lists import HARDWARE
from .footprint import courtyard, pads, turn


@dataclass(frozen=True)
class PlacedPad:
    """A pad on the board. `net` is empty if the pad is not connected."""

    ref: str
    number: str
    net: str
    x: float
    y: float
    width: float
    height: float
    rotation: float
    layers: tuple[int, ...]
    plated: bool


@dataclass
class Board:
    """One printed circuit board. Coordinates are in mm from its upper left corner."""

    name: str
    width: float
    height: float
    ground: str
    holes: list
    hole: float
    parts: dict[str, Part]
    nets: dict[str, list[str]]
    place: dict[str, tuple[float, float, float]]
    #: Parts on the other side. They are mirrored about their own horizontal axis and then rotated.
    back: frozenset[str] = frozenset()
    net_width: dict[str, float] = field(default_factory=dict)
    areas: list = field(default_factory=list)
    #: Whether two inner layers are ground, because ground areas on the outer layers alone would not be connected.
    inner_ground: bool = False
    #: The routes: tracks (net, layer, width, points), and vias (net, x, y).
    tracks: list = field(default_factory=list)
    vias: list = field(default_factory=list)

    def pads(self) -> list[PlacedPad]:
        """The pads of every part."""
        net_of = {pin: net for net, pins in self.nets.items() for pin in pins}
        found = []
        for ref, (x, y, rotation) in self.place.items():
            back = ref in self.back
            for pad in pads(self.parts[ref].item.footprint):
                dx, dy = turn(pad.x, -pad.y if back else pad.y, rotation)
                layers = tuple(1 - layer for layer in pad.layers) if back else pad.layers
                found.append(PlacedPad(ref, pad.number, net_of.get(f"{ref}.{pad.number}", ""), x + dx, y + dy, pad.width, pad.height,
                                       ((-pad.rotation if back else pad.rotation) + rotation) % 360, layers, pad.plated))  # fmt: skip
        return found

    def courtyards(self) -> dict[str, tuple[float, float, float, float]]:
        """Left, top, right and bottom of the area of each part."""
        found = {}
        for ref, (x, y, rotation) in self.place.items():
            left, top, right, bottom = courtyard(self.parts[ref].item.footprint)
            if ref in self.back:
                top, bottom = -bottom, -top
            corners = [turn(cx, cy, rotation) for cx in (left, right) for cy in (top, bottom)]
            xs, ys = [x + c[0] for c in corners], [y + c[1] for c in corners]
            found[ref] = (min(xs), min(ys), max(xs), max(ys))
        return found


def boards() -> list[str]:
    """The names of the boards."""
    return list(BOARDS)


def load(name: str, text: str | None = None) -> Board:
    """The board from hardware/boards and its circuits, with its routes if there are any. Raises ValueError for a part without place."""
    table = tomllib.loads(text or (HARDWARE / "boards" / f"{name}.toml").read_text(encoding="utf-8"))
    parts, nets = {}, {}
    for circuit in of_board(name):
        parts |= circuit.parts
        for net, pins in circuit.nets.items():
            nets.setdefault(net, []).extend(pins)
    behind = table.get("place_back", {})
    place = {ref: tuple(map(float, at)) for ref, at in (table["place"] | behind).items()}
    if set(place) != set(parts):
        raise ValueError(
            f"{name}: without place {sorted(set(parts) - set(place))}, without part {sorted(set(place) - set(parts))}"
        )
    board = Board(name, table["width_mm"], table["height_mm"], table["ground"], table["holes_mm"], table["hole_mm"], parts, nets, place, frozenset(behind),
                  table.get("width_mm_of_net", {}), table.get("area", []), table.get("inner_ground", False))  # fmt: skip
    routes = HARDWARE / "boards" / f"{name}.routes.txt"
    if routes.exists():
        read_routes(board, routes.read_text(encoding="utf-8"))
    return board


def routes_text(board: Board) -> str:
    """The routed tracks and vias as lines of text."""
    lines = [
        "# Tracks: net, layer (0 is the parts' side), width, then points; vias: net and place. In mm. Made by `make hardware-boards ROUTE=1`."
    ]
    for net, layer, width, points in board.tracks:
        lines.append(f"track {net} {layer} {width:g} " + " ".join(f"{x:g},{y:g}" for x, y in points))
    lines += [f"via {net} {x:g},{y:g}" for net, x, y in board.vias]
    return "\n".join(lines) + "\n"


def read_routes(board: Board, text: str) -> None:
    """Read routes from a text and add them to the board."""
    for line in text.splitlines():
        kind, *words = line.split()
        if kind == "track":
            net, layer, width, *points = words
            board.tracks.append(
                (net, int(layer), float(width), [tuple(map(float, point.split(","))) for point in points])
            )
        elif kind == "via":
            net, at = words
            board.vias.append((net, *map(float, at.split(","))))
