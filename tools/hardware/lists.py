"""Lists from the circuits: bill of materials, order, netlists, cables."""

import csv
import io
import re
import tomllib
from pathlib import Path

from hardware.circuits import BOARDS, CATALOGUE, circuits, of_board

HARDWARE = Path(__file__).parents[2] / "hardware"


def read_toml(name: str) -> dict:
    """A TOML file of hardware/."""
    return tomllib.loads((HARDWARE / name).read_text(encoding="utf-8"))


def _natural(ref: str) -> tuple[str, int]:
    letters = re.match(r"[A-Z]+", ref)[0]
    return letters, int(ref[len(letters) :])


def ranges(refs: list[str]) -> str:
    """References in order, neighbours as a range: "R1, R3-R5"."""
    groups: list[list[str]] = []
    for ref in sorted(refs, key=_natural):
        letters, number = _natural(ref)
        if groups and _natural(groups[-1][-1]) == (letters, number - 1):
            groups[-1].append(ref)
        else:
            groups.append([ref])
    return ", ".join(group[0] if len(group) == 1 else f"{group[0]}-{group[-1]}" for group in groups)


def expand(text: str) -> list[str]:
    """The references of a text that `ranges` wrote."""
    found = []
    for word in filter(None, text.split(", ")):
        first, _, last = word.partition("-")
        letters, low = _natural(first)
        found += [f"{letters}{number}" for number in range(low, _natural(last or first)[1] + 1)]
    return found


def needed() -> dict[str, tuple[list[str], int]]:
    """The parts of one box: catalogue name to (references on the boards, quantity)."""
    refs: dict[str, list[str]] = {}
    for circuit in circuits().values():
        for part in circuit.parts.values():
            refs.setdefault(part.item_name, []).append(part.ref)
    rows = {name: (found, len(found)) for name, found in refs.items()}
    for name, quantity in read_toml("order.toml")["assembly"].items():
        if name not in CATALOGUE:
            raise KeyError(f"order.toml: [assembly] has {name!r}, which the catalogue does not have")
        rows[name] = (rows.get(name, ([], 0))[0], rows.get(name, ([], 0))[1] + quantity)
    return {name: rows[name] for name in CATALOGUE if name in rows}


def _csv(rows: list[list]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def bom() -> str:
    """bom.csv: one row for each kind of part."""
    rows = [
        [
            "quantity",
            "references",
            "description",
            "value",
            "tolerance",
            "package",
            "manufacturer",
            "number",
            "second source",
        ]
    ]
    for name, (refs, quantity) in needed().items():
        item = CATALOGUE[name]
        tolerance = f"{100 * item.tolerance:g} %" if item.tolerance else ""
        rows.append(
            [
                quantity,
                ranges(refs),
                item.description,
                item.value,
                tolerance,
                item.package,
                item.manufacturer,
                item.mpn,
                item.second,
            ]
        )
    return _csv(rows)


def order() -> str:
    """order.csv: the cost of one box, with sources and total."""
    head = read_toml("order.toml")
    rows = [
        [
            "quantity",
            "manufacturer",
            "number",
            "source",
            f"{head['currency']} each",
            head["currency"],
            f"as of {head['date']}",
        ]
    ]
    total = 0.0
    for name, (_, quantity) in needed().items():
        item = CATALOGUE[name]
        source = head["source"].get(item.manufacturer, head["source"]["default"])
        total += quantity * item.price_eur
        rows.append(
            [
                quantity,
                item.manufacturer,
                item.mpn,
                source,
                f"{item.price_eur:.2f}",
                f"{quantity * item.price_eur:.2f}",
                item.description,
            ]
        )
    rows.append(["", "", "", "", "total", f"{total:.2f}", "estimate, without tax and shipping"])
    return _csv(rows)


def netlist(board: str) -> str:
    """The netlist of a board as text: one line per net with its pins in order."""
    nets: dict[str, list[str]] = {}
    for circuit in of_board(board):
        for net, pins in circuit.nets.items():
            nets.setdefault(net, []).extend(pins)

    def key(pin):
        ref, number = pin.split(".")
        return *_natural(ref), number.rjust(3)

    return "".join(f"{net}: {' '.join(sorted(pins, key=key))}\n" for net, pins in sorted(nets.items()))


def pin_nets() -> dict[str, str]:
    """The net of every connected pin of both boards."""
    return {pin: net for board in BOARDS for c in of_board(board) for net, pins in c.nets.items() for pin in pins}


def harness() -> str:
    """harness.md: every cable, wire by wire, with the net that each carries."""
    nets = pin_nets()
    out = ["# Cables", "", "`make hardware` generates this page from [harness.toml](harness.toml). Do not edit it.", ""]
    for cable in read_toml("harness.toml")["cable"]:
        out += [f"## {cable['name']}, {cable['length_mm']} mm", "", cable["note"], ""]
        if cable["wire"]:
            out += ["| from | to | wire | net |", "|---|---|---|---|"]
            out += [f"| {a} | {b} | {colour} | {nets[b]} |" for a, b, colour in cable["wire"]] + [""]
    return "\n".join(out).rstrip() + "\n"
