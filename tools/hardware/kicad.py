"""Writes KiCad 9 schematics: one file for each sheet, and one for each board that contains its sheets. The same circuits always
give the same bytes."""

import json
import uuid

from hardware.circuits import GRID_MM, Circuit

from .sheet import Sheet, draw, units_of
from .symbols import Unit, symbol

_SPACE = uuid.UUID("b0b00000-0000-4000-8000-000000000000")
_FONT = "(effects (font (size {0} {0})){1})"
#: Width and height in mm: the sheet, and the title block below it.
_PAPER = {"A4": "297 247", "A3": "420 334"}
_VERSION = '(version 20250114) (generator "burnish") (generator_version "9.0")'


def _id(*names) -> str:
    return str(uuid.uuid5(_SPACE, "/".join(map(str, names))))


def _n(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".") if abs(value) > 1e-5 else "0"


def root_id(board: str) -> str:
    """The identity of a board's root sheet."""
    return _id(board, "root")


def sheet_id(board: str, circuit: str) -> str:
    """The identity of a sheet in its board's root sheet."""
    return _id(board, "sheet", circuit)


def schematic(board: str, circuit: Circuit) -> str:
    """The .kicad_sch of one circuit, as a sheet of `board`."""
    sheet = draw(circuit)
    path = f"/{root_id(board)}/{sheet_id(board, circuit.name)}"
    used = sorted({part.item.symbol for part in circuit.parts.values()})
    powers = sorted({label.net for label in sheet.labels if label.kind == "power"})
    out = [f'(kicad_sch {_VERSION} (uuid "{_id(board, circuit.name)}") (paper "User" {_PAPER[circuit.paper]})',
           f'(title_block (title "Burnish: {circuit.title}") (rev "B"))', "(lib_symbols"]  # fmt: skip
    out += [_library_symbol(name) for name in used] + [_power_symbol(net) for net in powers]
    if circuit.fed:
        out.append(_flag_symbol())
    out += [
        ")",
        *_wiring(board, sheet),
        *_parts(board, circuit, path),
        *_powers(board, sheet, path),
        *_flags(board, sheet, path),
    ]
    return "\n".join([*out, ")", ""])


def root(board: str, circuits: list[Circuit]) -> str:
    """The board's root .kicad_sch, which holds its sheets."""
    out = [
        f'(kicad_sch {_VERSION} (uuid "{root_id(board)}") (paper "A4") (title_block (title "Burnish: {board}") (rev "B"))',
        "(lib_symbols)",
    ]
    for number, circuit in enumerate(circuits):
        x, y = 30 + 65 * number, 60
        out.append(
            f'(sheet (at {x} {y}) (size 50 30) (stroke (width 0.2) (type solid)) (fill (color 0 0 0 0)) (uuid "{sheet_id(board, circuit.name)}")'
            f' (property "Sheetname" "{circuit.name}" (at {x} {y - 1} 0) {_FONT.format(1.5, " (justify left bottom)")})'
            f' (property "Sheetfile" "{circuit.name}.kicad_sch" (at {x} {y + 31} 0) {_FONT.format(1.27, " (justify left top)")})'
            f' (instances (project "{board}" (path "/{root_id(board)}" (page "{number + 2}")))))'
        )
    return "\n".join([*out, '(sheet_instances (path "/" (page "1")))', ")", ""])


def project(board: str) -> str:
    """The .kicad_pro of a board: the severities of the rule check, with a reason for each disabled rule."""
    rules = {
        "lib_symbol_issues": "ignore",  # the symbols are in the sheets, not in a library
        "footprint_link_issues": "ignore",  # needs the user's footprint table; the board check finds a missing footprint
        "lib_symbol_mismatch": "ignore",
    }
    return (
        json.dumps(
            {"erc": {"rule_severities": rules}, "meta": {"filename": f"{board}.kicad_pro", "version": 1}}, indent=2
        )
        + "\n"
    )


def _library_symbol(name: str) -> str:
    drawn = symbol(name)
    out = [f'(symbol "burnish:{name}" (pin_names (offset 0.5) (hide yes)) (exclude_from_sim no) (in_bom yes) (on_board yes)',
           *(_property(key, value, 0, 0, hide=True) for key, value in (("Reference", "U"), ("Value", name), ("Footprint", ""), ("Datasheet", ""),
                                                                      ("Description", "")))]  # fmt: skip
    for number, unit in enumerate(drawn.units, 1):
        out.append(f'(symbol "{name}_{number}_1" {" ".join(_shapes(unit))} {" ".join(_pins(unit))})')
    return "\n".join([*out, ")"])


def _shapes(unit: Unit):
    stroke = "(stroke (width 0.2) (type default)) (fill (type none))"
    for kind, *data in unit.shapes:
        if kind == "line":
            points = " ".join(f"(xy {_n(x)} {_n(y)})" for x, y in data[0])
            yield f"(polyline (pts {points}) {stroke})"
        elif kind == "rect":
            x1, y1, x2, y2 = map(_n, data)
            yield f"(rectangle (start {x1} {y1}) (end {x2} {y2}) {stroke})"
        elif kind == "circle":
            x, y, r = map(_n, data)
            yield f"(circle (center {x} {y}) (radius {r}) {stroke})"
        else:
            x, y, text = data
            yield f'(text "{text}" (at {_n(x)} {_n(y)} 0) {_FONT.format(1, " (justify left bottom)")})'
    if unit.names:
        for pin in unit.pins:
            along = {0: 1, 180: -1}.get(pin.angle, 0)
            x = pin.x + along * (pin.length + 0.6)
            side = {1: " (justify left)", -1: " (justify right)"}.get(along, "")
            yield f'(text "{pin.name}" (at {_n(x)} {_n(pin.y)} 0) {_FONT.format(1, side)})'


def _pins(unit: Unit):
    for pin in unit.pins:
        name = pin.name.replace("~", "") or "~"
        shown = "" if unit.names else " (hide yes)"
        yield (
            f"(pin {pin.kind} line (at {_n(pin.x)} {_n(pin.y)} {pin.angle}) (length {_n(pin.length)})"
            f' (name "{name}" {_FONT.format(1, "")}) (number "{pin.number}" (effects (font (size 0.9 0.9)){shown})))'
        )


def _power_symbol(net: str) -> str:
    if net in ("GND", "CHASSIS"):
        shape = "(polyline (pts (xy -1.5 0) (xy 1.5 0) (xy 0 -1.5) (xy -1.5 0)) (stroke (width 0.2) (type default)) (fill (type none)))"
    else:
        shape = "(polyline (pts (xy -1.3 0) (xy 1.3 0)) (stroke (width 0.25) (type default)) (fill (type none)))"
    return (
        f'(symbol "burnish:{net}" (power) (pin_names (offset 0) (hide yes)) (exclude_from_sim no) (in_bom yes) (on_board yes)'
        f" {_property('Reference', '#PWR', 0, 0, hide=True)} {_property('Value', net, 0, 0)} {_property('Footprint', '', 0, 0, hide=True)}"
        f' (symbol "{net}_1_1" {shape}'
        f' (pin power_in line (at 0 0 0) (length 0) (name "{net}" {_FONT.format(1, "")}) (number "1" (effects (font (size 1 1)) (hide yes))))))'
    )


def _flag_symbol() -> str:
    return (
        f'(symbol "burnish:PWR_FLAG" (power) (pin_names (offset 0) (hide yes)) (exclude_from_sim no) (in_bom yes) (on_board yes)'
        f" {_property('Reference', '#FLG', 0, 0, hide=True)} {_property('Value', 'PWR_FLAG', 0, 0, hide=True)}"
        f' (symbol "PWR_FLAG_1_1" (polyline (pts (xy 0 0) (xy 0 1)) (stroke (width 0.1) (type default)) (fill (type none)))'
        f' (pin power_out line (at 0 0 90) (length 0) (name "pwr" {_FONT.format(1, "")}) (number "1" (effects (font (size 1 1)) (hide yes))))))'
    )


def _property(key: str, value: str, x: float, y: float, *, hide=False, rotation=0) -> str:
    hidden = " (hide yes)" if hide else ""
    # KiCad rotates a text and its anchor together with the symbol, and keeps the text readable.
    corner = "right top" if rotation in (90, 180) else "left bottom"
    return f'(property "{key}" "{value}" (at {_n(x)} {_n(y)} {90 if rotation in (90, 270) else 0}){hidden} {_FONT.format(1.27, f" (justify {corner})")})'


def _wiring(board: str, sheet: Sheet):
    name = sheet.circuit.name
    for number, ((x1, y1), (x2, y2)) in enumerate(sheet.segments):
        yield f'(wire (pts (xy {_n(x1)} {_n(y1)}) (xy {_n(x2)} {_n(y2)})) (stroke (width 0) (type default)) (uuid "{_id(board, name, "wire", number)}"))'
    for number, (x, y) in enumerate(sheet.junctions):
        yield f'(junction (at {_n(x)} {_n(y)}) (diameter 0) (color 0 0 0 0) (uuid "{_id(board, name, "junction", number)}"))'
    for number, (x, y) in enumerate(sheet.crosses):
        yield f'(no_connect (at {_n(x)} {_n(y)}) (uuid "{_id(board, name, "cross", number)}"))'
    for number, label in enumerate(sheet.labels):
        if label.kind == "power":
            continue
        (x, y), right = label.at, label.angle in (180, 270)
        shape = " (shape bidirectional)" if label.kind == "global_label" else ""
        side = "right" if right else "left"
        bottom = " bottom" if label.kind == "label" else ""
        yield (f'({label.kind} "{label.net}"{shape} (at {_n(x)} {_n(y)} {label.angle}) {_FONT.format(1.27, f" (justify {side}{bottom})")}'
               f' (uuid "{_id(board, name, "label", number)}"))')  # fmt: skip
    for number, (x, y, text) in enumerate(sheet.circuit.notes):
        yield f'(text "{text}" (at {_n(x * GRID_MM)} {_n(y * GRID_MM)} 0) {_FONT.format(1.5, " (justify left bottom)")} (uuid "{_id(board, name, "note", number)}"))'


def _instance(board: str, path: str, ref: str, unit: int) -> str:
    return f'(instances (project "{board}" (path "{path}" (reference "{ref}") (unit {unit}))))'


def _parts(board: str, circuit: Circuit, path: str):
    for part, number, place, unit in units_of(circuit):
        x, y = place.x * GRID_MM, place.y * GRID_MM
        item = part.item
        upright = place.rotation in (0, 180)
        (rx, ry), (vx, vy) = unit.text if upright else unit.text_turned
        fields = [
            _property("Reference", part.ref, x + rx, y - ry, rotation=place.rotation),
            _property("Value", part.value or item.value, x + vx, y - vy, rotation=place.rotation, hide=number > 1),
            _property("Footprint", item.footprint, x, y, hide=True),
            _property("Datasheet", "", x, y, hide=True),
            _property("MPN", f"{item.manufacturer} {item.mpn}", x, y, hide=True),
            _property("Second source", item.second, x, y, hide=True),
        ]
        yield (
            f'(symbol (lib_id "burnish:{item.symbol}") (at {_n(x)} {_n(y)} {place.rotation}) (unit {number}) (exclude_from_sim no)'
            f' (in_bom yes) (on_board yes) (dnp no) (uuid "{_id(board, circuit.name, part.ref, number)}") {" ".join(fields)}'
            f" {_instance(board, path, part.ref, number)})"
        )


def _powers(board: str, sheet: Sheet, path: str):
    name = sheet.circuit.name
    for number, label in enumerate(label for label in sheet.labels if label.kind == "power"):
        x, y = label.at
        ground = label.net in ("GND", "CHASSIS")
        rotation = (label.angle + 90) % 360 if ground else (label.angle - 90) % 360
        ref = f"#PWR{name}{number}"
        yield (
            f'(symbol (lib_id "burnish:{label.net}") (at {_n(x)} {_n(y)} {rotation}) (unit 1) (exclude_from_sim no) (in_bom no) (on_board yes)'
            f' (dnp no) (uuid "{_id(board, name, "power", number)}") {_property("Reference", ref, x, y, hide=True)}'
            f" {_power_value(label, x, y, rotation)} {_instance(board, path, ref, 1)})"
        )


def _power_value(label, x: float, y: float, rotation: int) -> str:
    dx, dy, side = {0: (2.0, 0, "left"), 180: (-2.0, 0, "right"), 90: (0, -2.2, ""), 270: (0, 2.4, "")}[label.angle]
    if rotation in (90, 180):
        side = {"left": "right", "right": "left"}.get(side, "")
    justify = f" (justify {side})" if side else ""
    turned = 90 if label.angle in (0, 180) else 0
    return f'(property "Value" "{label.net}" (at {_n(x + dx)} {_n(y + dy)} {turned}) {_FONT.format(1.1, justify)})'


def _flags(board: str, sheet: Sheet, path: str):
    """Add a flag to each net that is fed through a connector, so that the rule check treats it as driven."""
    name = sheet.circuit.name
    for number, net in enumerate(sheet.circuit.fed):
        label = next((label for label in sheet.labels if label.net == net and label.kind == "power"), None)
        if label is None:
            raise ValueError(f"{name}: {net} is said to be fed here, and is not on the sheet")
        x, y = label.at
        ref = f"#FLG{name}{number}"
        yield (
            f'(symbol (lib_id "burnish:PWR_FLAG") (at {_n(x)} {_n(y)} 0) (unit 1) (exclude_from_sim no) (in_bom no) (on_board yes) (dnp no)'
            f' (uuid "{_id(board, name, "flag", number)}") {_property("Reference", ref, x, y, hide=True)}'
            f" {_property('Value', 'PWR_FLAG', x, y, hide=True)} {_instance(board, path, ref, 1)})"
        )
