"""Writes a board as .kicad_pcb (KiCad 9), with KiCad's footprints, tracks, vias, and areas that are not filled yet."""

import json
import uuid

from .board import Board
from .footprint import find, tree, write
from .router import CLEARANCE_MM, EDGE_MM, TRACK_MM, VIA_DRILL_MM, VIA_MM

_SPACE = uuid.UUID("b0b00000-0000-4000-8000-000000000001")
#: Number, name and kind of the layers, as KiCad 9 counts them.
_LAYERS = [(0, "F.Cu", "signal"), (2, "B.Cu", "signal"), *((n, name, "user") for n, name in (
    (9, "F.Adhes"), (11, "B.Adhes"), (13, "F.Paste"), (15, "B.Paste"), (5, "F.SilkS"), (7, "B.SilkS"), (1, "F.Mask"), (3, "B.Mask"),
    (17, "Dwgs.User"), (19, "Cmts.User"), (25, "Edge.Cuts"), (27, "Margin"), (31, "F.CrtYd"), (29, "B.CrtYd"), (35, "F.Fab"), (33, "B.Fab")))]  # fmt: skip
_SIDES = ("F.Cu", "B.Cu")
_INNER = [(4, "In1.Cu", "signal"), (6, "In2.Cu", "signal")]
#: Distance of the board from the corner of the page, in mm.
ORIGIN_MM = 40.0


def _id(*names) -> str:
    return str(uuid.uuid5(_SPACE, "/".join(map(str, names))))


def _n(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".") if abs(value) > 1e-5 else "0"


def _xy(x: float, y: float) -> str:
    return f"{_n(x + ORIGIN_MM)} {_n(y + ORIGIN_MM)}"


def pcb(board: Board) -> str:
    """The text of the file. Raises FileNotFoundError where KiCad's footprints are not installed."""
    numbers = {net: n for n, net in enumerate(sorted(board.nets), 1)}
    out = [
        '(kicad_pcb (version 20241229) (generator "burnish") (generator_version "9.0")',
        "(general (thickness 1.6))",
        '(paper "A3")',
        "(layers",
    ]
    inner = _INNER if board.inner_ground else []
    out += [f'({number} "{name}" {kind})' for number, name, kind in [_LAYERS[0], *inner, *_LAYERS[1:]]]
    out += [
        ")",
        "(setup (pad_to_mask_clearance 0))",
        '(net 0 "")',
        *(f'(net {n} "{net}")' for net, n in numbers.items()),
    ]
    out += [_footprint(board, ref, numbers) for ref in sorted(board.place)]
    out += [_hole(board, n, x, y) for n, (x, y) in enumerate(board.holes)]
    out.append(f'(gr_rect (start {_xy(0, 0)}) (end {_xy(board.width, board.height)}) (stroke (width 0.1) (type default)) (fill no)'
               f' (layer "Edge.Cuts") (uuid "{_id(board.name, "edge")}"))')  # fmt: skip
    out.append(f'(gr_text "Burnish {board.name} B" (at {_xy(0.35 * board.width, board.height - 1.3)}) (layer "F.SilkS") (uuid "{_id(board.name, "name")}")'
               " (effects (font (size 1.2 1.2) (thickness 0.15))))")  # fmt: skip
    for count, (net, layer, width, points) in enumerate(board.tracks):
        for n, (a, b) in enumerate(zip(points, points[1:], strict=False)):
            out.append(f'(segment (start {_xy(*a)}) (end {_xy(*b)}) (width {_n(width)}) (layer "{_SIDES[layer]}") (net {numbers[net]})'
                       f' (uuid "{_id(board.name, "track", count, n)}"))')  # fmt: skip
    for count, (net, x, y) in enumerate(board.vias):
        out.append(f'(via (at {_xy(x, y)}) (size {VIA_MM}) (drill {VIA_DRILL_MM}) (layers "F.Cu" "B.Cu") (net {numbers[net]})'
                   f' (uuid "{_id(board.name, "via", count)}"))')  # fmt: skip
    e = EDGE_MM
    whole = [(e, e), (board.width - e, e), (board.width - e, board.height - e), (e, board.height - e)]
    sides = " ".join(f'"{name}"' for _, name, _ in [_LAYERS[0], *inner, _LAYERS[1]])
    out.append(_zone(board, board.ground, numbers, sides, whole, 0))
    for n, area in enumerate(board.areas, 1):
        out.append(_zone(board, area["net"], numbers, '"F.Cu"', area["corners_mm"], n))
    return "\n".join([*out, ")", ""])


def _zone(board: Board, net: str, numbers, layers: str, corners, priority: int) -> str:
    points = " ".join(f"(xy {_xy(x, y)})" for x, y in corners)
    return (
        f'(zone (net {numbers[net]}) (net_name "{net}") (layers {layers}) (uuid "{_id(board.name, "zone", priority)}") (hatch edge 0.5)'
        f" (priority {priority}) (connect_pads (clearance 0.25)) (min_thickness 0.25)"
        f" (fill yes (thermal_gap 0.3) (thermal_bridge_width 0.4)) (polygon (pts {points})))"
    )


def _hole(board: Board, number: int, x: float, y: float) -> str:
    return (
        f'(footprint "burnish:hole" (layer "F.Cu") (uuid "{_id(board.name, "hole", number)}") (at {_xy(x, y)})'
        f' (attr exclude_from_pos_files exclude_from_bom) (pad "" np_thru_hole circle (at 0 0) (size {board.hole} {board.hole}) (drill {board.hole})'
        f' (layers "*.Cu" "*.Mask") (uuid "{_id(board.name, "holepad", number)}")))'
    )


def _footprint(board: Board, ref: str, numbers) -> str:
    part, (x, y, rotation), back = board.parts[ref], board.place[ref], ref in board.back
    nets = {
        pin.split(".", 1)[1]: net for net, pins in board.nets.items() for pin in pins if pin.split(".", 1)[0] == ref
    }
    nodes = [
        _turned(node, rotation, back)
        for node in tree(part.item.footprint)[2:]
        if isinstance(node, list) and node[0] not in _DROPPED
    ]
    count = 0
    for node in nodes:
        if node[0] == "property" and node[1] == '"Reference"':
            node[2] = f'"{ref}"'
        elif node[0] == "property" and node[1] == '"Value"':
            node[2] = f'"{part.item.value}"'
        elif node[0] == "pad":
            count += 1
            node.append(["uuid", f'"{_id(board.name, ref, "pad", count)}"'])
            net = nets.get(node[1].strip('"'))
            if net:
                node.append(["net", str(numbers[net]), f'"{net}"'])
    side = "B.Cu" if back else "F.Cu"
    head = f'(footprint "{part.item.footprint}" (layer "{side}") (uuid "{_id(board.name, ref)}") (at {_xy(x, y)} {_n(rotation)})'
    return "\n".join([head, *(write(node) for node in nodes if node[0] != "layer"), ")"])


_DROPPED = ("version", "generator", "generator_version", "model", "uuid", "tstamp", "tedit", "layer")


def _turned(node, rotation: float, back: bool):
    """A child of a footprint as it is placed on the board: with absolute angles, and for the other side mirrored and on the
    other layers."""
    if isinstance(node, str):
        return _swap(node) if back else node
    name = node[0]
    done = [
        _turned(part, rotation, back)
        for part in node
        if not (isinstance(part, list) and part and part[0] in ("uuid", "tstamp"))
    ]
    if name in ("at", "start", "end", "mid", "center", "xy", "offset") and back:
        done[2] = _n(-float(node[2]))
    if name in ("fp_text", "property", "pad"):
        at = find(done, "at")
        angle = float(at[3]) if len(at) > 3 else 0.0
        at[3:] = [_n(((-angle if back else angle) + rotation) % 360)]
    if name == "effects" and back:
        done.append(["justify", "mirror"]) if find(done, "justify") is None else find(done, "justify").append("mirror")
    return done


def _swap(word: str) -> str:
    for front, behind in (("F.", "B."), ("B.", "F.")):
        if word.strip('"').startswith(front) and word.strip('"')[2:] in (
            "Cu",
            "Paste",
            "Mask",
            "SilkS",
            "CrtYd",
            "Fab",
            "Adhes",
        ):
            return word.replace(front, behind, 1)
    return word


def project(board: Board) -> str:
    """The .kicad_pro file for it: design rules that every board manufacturer can meet, and disabled warnings with their
    reasons."""
    severities = {
        "lib_footprint_issues": "ignore",  # the check has no footprint table; every footprint comes from KiCad's library
        "lib_footprint_mismatch": "ignore",
        "silk_overlap": "ignore",  # print only: reference texts of small parts
        "silk_over_copper": "ignore",
        "silk_edge_clearance": "ignore",
        "text_height": "ignore",
        "text_thickness": "ignore",
        "track_dangling": "ignore",  # tracks may end inside a pad of another shape
        "via_dangling": "ignore",
    }
    rules = {"min_clearance": CLEARANCE_MM, "min_track_width": TRACK_MM, "min_copper_edge_clearance": 0.3, "min_via_diameter": VIA_MM,
             "min_through_hole_diameter": VIA_DRILL_MM, "min_hole_to_hole": 0.25, "min_hole_clearance": 0.2, "min_resolved_spokes": 1}  # fmt: skip
    standard = {
        "name": "Default",
        "clearance": CLEARANCE_MM,
        "track_width": TRACK_MM,
        "via_diameter": VIA_MM,
        "via_drill": VIA_DRILL_MM,
    }
    return json.dumps({"board": {"design_settings": {"rules": rules, "rule_severities": severities}}, "net_settings": {"classes": [standard]},
                       "meta": {"filename": f"{board.name}.kicad_pro", "version": 3}}, indent=2) + "\n"  # fmt: skip
