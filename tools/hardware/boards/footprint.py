"""KiCad's footprints, read from its library: the pads and courtyard that routing needs, and the text for the board file."""

import math
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LIBRARY = Path("/usr/share/kicad/footprints")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[()]|[^\s()]+')


def parse(text: str) -> list:
    """An s-expression as nested lists; strings keep their quotes."""
    stack: list[list] = [[]]
    for token in _TOKEN.findall(text):
        if token == "(":
            stack.append([])
        elif token == ")":
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append(token)
    return stack[0][0]


def write(node) -> str:
    """The text of nested lists."""
    return node if isinstance(node, str) else "(" + " ".join(write(part) for part in node) + ")"


def find(node: list, name: str) -> list | None:
    """The first child list of that name."""
    return next((part for part in node if isinstance(part, list) and part and part[0] == name), None)


def turn(x: float, y: float, degrees: float) -> tuple[float, float]:
    """A point rotated anticlockwise as seen on the screen, where y points downwards."""
    a = math.radians(degrees)
    return x * math.cos(a) + y * math.sin(a), -x * math.sin(a) + y * math.cos(a)


@dataclass(frozen=True)
class Pad:
    """A pad of a footprint. `layers`: 0 for the parts' side, 1 for the other; `plated` is False for bare holes."""

    number: str
    x: float
    y: float
    width: float
    height: float
    rotation: float
    layers: tuple[int, ...]
    plated: bool


@cache
def tree(name: str) -> list:
    """The footprint "library:name". Raises FileNotFoundError where KiCad's library is not installed."""
    library, footprint = name.split(":")
    return parse((LIBRARY / f"{library}.pretty" / f"{footprint}.kicad_mod").read_text(encoding="utf-8"))


def pads(name: str) -> list[Pad]:
    """All pads and holes."""
    found = []
    for node in tree(name):
        if isinstance(node, list) and node[0] == "pad":
            x, y, *rotation = map(float, find(node, "at")[1:])
            width, height = map(float, find(node, "size")[1:3])
            drilled = node[2] in ("thru_hole", "np_thru_hole")
            on_back = any("B.Cu" in layer for layer in find(node, "layers")[1:])
            layers = (0, 1) if drilled else (1,) if on_back else (0,)
            found.append(
                Pad(
                    node[1].strip('"'),
                    x,
                    y,
                    width,
                    height,
                    rotation[0] if rotation else 0.0,
                    layers,
                    node[2] != "np_thru_hole",
                )
            )
    return found


def courtyard(name: str) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the courtyard in the coordinates of the footprint."""
    xs, ys = [], []
    for node in tree(name):
        if (
            isinstance(node, list)
            and node[0] in ("fp_line", "fp_rect", "fp_circle", "fp_poly", "fp_arc")
            and "CrtYd" in write(find(node, "layer"))
        ):
            if node[0] == "fp_circle":
                (cx, cy), (ex, ey) = (tuple(map(float, find(node, k)[1:3])) for k in ("center", "end"))
                r = math.hypot(ex - cx, ey - cy)
                xs += [cx - r, cx + r]
                ys += [cy - r, cy + r]
                continue
            points = [find(node, key) for key in ("start", "end", "mid")]
            if node[0] == "fp_poly":
                points = find(node, "pts")[1:]
            for point in points:
                if point:
                    xs.append(float(point[1]))
                    ys.append(float(point[2]))
    return min(xs), min(ys), max(xs), max(ys)
