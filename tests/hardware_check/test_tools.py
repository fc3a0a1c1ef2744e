"""`make hardware-check`: checks that need KiCad, ngspice, OpenSCAD or dtc. If a tool is missing, its tests fail and are not
skipped."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from hardware.circuits import BOARDS, circuits, of_board
from tools.hardware import kicad, lists

pytestmark = pytest.mark.hardware
FIXTURE = Path(__file__).parents[1] / "hardware" / "fixtures" / "raspberry-pi-4b.dts"


def command(*words, check=True):
    """Run a tool; returns its output. Fails the test if the tool is not installed."""
    if not shutil.which(words[0]):
        pytest.fail(f"{words[0]} is not installed: run `make hardware-check`, which installs it")
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, timeout=300)
    if check:
        assert done.returncode == 0, f"{words[0]}: {done.stdout[-1500:]}{done.stderr[-1500:]}"
    return done


def violations(schematic, folder):
    """The violations that the electrical rule check finds in a schematic."""
    command("kicad-cli", "sch", "erc", "--format", "json", "-o", folder / "erc.json", schematic)
    read = json.loads((folder / "erc.json").read_text())
    return [(found["type"], found["description"]) for sheet in read["sheets"] for found in sheet["violations"]]


def nets_of(schematic, folder):
    """KiCad's netlist of a schematic: net name without sheet to sorted pins."""
    command("kicad-cli", "sch", "export", "netlist", "-o", folder / "read.net", schematic)
    found = {}
    for block in re.split(r"\(net\s+\(code", (folder / "read.net").read_text())[1:]:
        name = re.search(r'\(name "([^"]*)"', block)[1].split("/")[-1]
        if not name.startswith("unconnected"):
            nodes = re.findall(r'\(node\s+\(ref "([^"]+)"\)\s+\(pin "([^"]+)"', block)
            found[name] = sorted(f"{ref}.{pin}" for ref, pin in nodes)
    return found


def meant(board):
    nets = {}
    for circuit in of_board(board):
        for name, pins in circuit.nets.items():
            nets.setdefault(name, []).extend(pins)
    return {name: sorted(pins) for name, pins in nets.items()}


@pytest.mark.parametrize("board", list(BOARDS))
def test_electrical_rules(board, tmp_path):
    assert violations(lists.HARDWARE / "kicad" / f"{board}.kicad_sch", tmp_path) == []


@pytest.mark.parametrize("board", list(BOARDS))
def test_kicad_reads_the_intended_nets(board, tmp_path):
    assert nets_of(lists.HARDWARE / "kicad" / f"{board}.kicad_sch", tmp_path) == meant(board)


def test_a_reversed_diode_passes_the_electrical_rules_and_not_the_netlist(tmp_path):
    """This is the reason why netlists are read back from KiCad."""
    board = "analog-io"
    for path in (lists.HARDWARE / "kicad").glob("*.kicad_*"):
        shutil.copy(path, tmp_path)
    relay = circuits()["relay"]
    for net, pins in relay.nets.items():
        relay.nets[net] = [{"D2.1": "D2.2", "D2.2": "D2.1"}.get(pin, pin) for pin in pins]
    relay.wires = [tuple("D2.2" if p == "D2.1" else p for p in chain) for chain in relay.wires if "D2.1" not in chain]
    (tmp_path / "relay.kicad_sch").write_text(kicad.schematic(board, relay))
    assert violations(tmp_path / f"{board}.kicad_sch", tmp_path) == []
    assert nets_of(tmp_path / f"{board}.kicad_sch", tmp_path) != meant(board)


@pytest.mark.parametrize("board", list(BOARDS))
def test_kicad_draws_every_sheet(board, tmp_path):
    command(
        "kicad-cli",
        "sch",
        "export",
        "pdf",
        "-o",
        tmp_path / "sheets.pdf",
        lists.HARDWARE / "kicad" / f"{board}.kicad_sch",
    )
    command("kicad-cli", "sch", "export", "svg", "-o", tmp_path, lists.HARDWARE / "kicad" / f"{board}.kicad_sch")
    assert len(list(tmp_path.glob("*.svg"))) == 1 + len(of_board(board))


def test_footprints_exist_and_have_the_pins_of_the_symbols():
    """Every pin of a part has a pad of that number in KiCad's library, and every pad with a number is known."""
    root = Path("/usr/share/kicad/footprints")
    assert root.is_dir(), "kicad-footprints is not installed: run `make hardware-check`, which installs it"
    from tools.hardware.symbols import symbol

    for circuit in circuits().values():
        for part in circuit.parts.values():
            library, name = part.item.footprint.split(":")
            path = root / f"{library}.pretty" / f"{name}.kicad_mod"
            assert path.exists(), f"{part.ref}: there is no footprint {part.item.footprint}"
            pads = set(re.findall(r'\(pad "([^"]+)"', path.read_text())) - {"MP", "SH"}
            assert pads == set(symbol(part.item.symbol).pins()), f"{part.ref}: {part.item.footprint}"


def test_overlay_compiles_and_applies_to_the_labels_of_a_pi(tmp_path):
    """dtc alone accepts an overlay with a label that does not exist; only fdtoverlay detects it."""
    broken = tmp_path / "broken.dts"
    broken.write_text((lists.HARDWARE / "burnish.dts").read_text().replace("&spidev1", "&spidev7"))
    for name, source in (("base", FIXTURE), ("burnish", lists.HARDWARE / "burnish.dts"), ("broken", broken)):
        command("dtc", "-q", "-@", "-I", "dts", "-O", "dtb", "-o", tmp_path / f"{name}.dtb", source)
    merged = tmp_path / "merged.dtb"
    command("fdtoverlay", "-i", tmp_path / "base.dtb", "-o", merged, tmp_path / "burnish.dtb")
    text = command("dtc", "-q", "-I", "dtb", "-O", "dts", merged).stdout
    assert "brcm,pins = <0x0a 0x0b>" in text
    names = re.search(r"gpio-line-names = ([^;]*);", text)[1]
    names = names.strip('"').split("\\0")
    assert len(names) == 58 and "BYPASS_HB" in names and "RGMII_TXD3" in names
    assert re.search(r"spidev@1 {[^}]*disabled", text) and re.search(r"serial@7e215040 {[^}]*disabled", text)
    assert re.search(r"spi@7e204000 {[^}]*okay", text)
    done = command("fdtoverlay", "-i", tmp_path / "base.dtb", "-o", merged, tmp_path / "broken.dtb", check=False)
    assert done.returncode != 0


@pytest.mark.parametrize("part", ["tray", "lid", "bar"])
def test_enclosure_is_a_closed_solid(part, tmp_path):
    done = command(
        "openscad", "-D", f'part="{part}"', "-o", tmp_path / "part.stl", lists.HARDWARE / "drawings" / "enclosure.scad"
    )
    assert (tmp_path / "part.stl").stat().st_size > 1000
    assert "Simple:        yes" in done.stderr, done.stderr[-800:]
