"""Everything that `make hardware` writes: the committed files as texts by their path below hardware/, and the files that are
only written to build/."""

from firmware.system import board as boards
from hardware.circuits import BOARDS, of_board

from . import case, enclosure, kicad, lists, overlay, panel, schematic_picture, wiring
from .drawing import dxf, pdf, svg
from .sheet import draw
from .simulate_decks import decks


def texts() -> dict[str, str]:
    """The generated files of hardware/."""
    profiles = {name: boards.load(panel=name) for name in boards.PANELS}
    mechanical = lists.read_toml("mechanical.toml")
    new = profiles["b"]
    files = {
        "bom.csv": lists.bom(),
        "order.csv": lists.order(),
        "harness.md": lists.harness(),
        "WIRING.md": wiring.between_markers((lists.HARDWARE / "WIRING.md").read_text(encoding="utf-8"), profiles),
        "burnish.dts": overlay.overlay(new),
        "config.txt": overlay.config_txt(new),
        "cmdline.txt": overlay.cmdline_txt(),
        "drawings/panel.svg": svg(panel.dimensioned(new, mechanical)),
        "drawings/panel.dxf": dxf(panel.plate(new, mechanical, keep=False)),
        "drawings/panel-a.svg": svg(panel.plate(profiles["a"], {**mechanical, "front_hole": []})),
        "drawings/rear.svg": svg(panel.rear(mechanical)),
        "drawings/rear.dxf": dxf(panel.rear(mechanical)),
        "drawings/case.svg": svg(case.view(mechanical)),
        "drawings/enclosure.scad": enclosure.scad(mechanical),
    }
    for name in BOARDS:
        sheets = of_board(name)
        files[f"kicad/{name}.kicad_sch"] = kicad.root(name, sheets)
        files[f"kicad/{name}.kicad_pro"] = kicad.project(name)
        files[f"kicad/{name}.net.txt"] = lists.netlist(name)
        for circuit in sheets:
            files[f"kicad/{circuit.name}.kicad_sch"] = kicad.schematic(name, circuit)
            files[f"drawings/{circuit.name}.svg"] = svg(schematic_picture.picture(draw(circuit)))
    return files | {f"spice/{name}": text for name, text in decks().items()}


def binaries() -> dict[str, bytes]:
    """Files for build/hardware: PDF of the schematics and of the drilling sheets."""
    mechanical, new = lists.read_toml("mechanical.toml"), boards.load(panel="b")
    pages = [schematic_picture.picture(draw(circuit)) for name in BOARDS for circuit in of_board(name)]
    return {"panel-a4.pdf": pdf(panel.sheets(new, mechanical)), "schematics.pdf": pdf(pages)}
