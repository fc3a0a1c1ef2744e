"""The circuits are complete, consistent with board.toml and the lists, and safe. Deliberate errors in the data are detected."""

import csv
import io
import re
from dataclasses import replace

import pytest

from firmware.system import board
from hardware.circuits import BOARDS, CATALOGUE, CircuitError, circuits, keys, of_board, power
from tools.hardware import kicad, lists, rules, schematic_picture
from tools.hardware.sheet import draw, netlist

NAMES = sorted(circuits())
#: Header pins with clocks of the default HAT: I2C and I2S.
HAT_CLOCKS = {header for header, bcm in board.HEADER.items() if bcm in (2, 3, 18, 19, 20, 21)}


@pytest.mark.parametrize("name", NAMES)
def test_every_pin_is_connected_or_marked_as_unused(name):
    circuit = circuits()[name]
    assert not list(rules.pins(circuit, set(draw(circuit).pins)))


@pytest.mark.parametrize("name", NAMES)
def test_the_drawing_joins_the_intended_pins(name):
    circuit = circuits()[name]
    assert netlist(draw(circuit)) == {net: sorted(pins) for net, pins in circuit.nets.items()}


@pytest.mark.parametrize("name", NAMES)
def test_no_text_of_a_sheet_overlaps_another_text_or_a_symbol(name):
    assert not schematic_picture.overlaps(draw(circuits()[name]))


@pytest.mark.parametrize("name", NAMES)
def test_diodes_and_electrolytic_capacitors_have_the_right_polarity(name):
    assert not list(rules.polarities(circuits()[name]))


def test_a_pin_that_is_forgotten_is_found():
    circuit = circuits()["relay"]
    existing = set(draw(circuit).pins)
    circuit.nets["GND"].remove("Q2.2")
    assert list(rules.pins(circuit, existing)) == ["relay: Q2.2 is on no net and not marked as unused"]
    circuit.nets["GND"] += ["Q2.2", "Q9.1"]
    circuit.unused.add("D2.2")
    assert len(list(rules.pins(circuit, existing))) == 2


@pytest.mark.parametrize("ref", ["D2", "D401", "C401", "C406", "D402"])
def test_a_reversed_part_is_found(ref):
    """The electrical rule check of KiCad does not detect these."""
    circuit = next(c for c in circuits().values() if ref in c.parts)
    swap = {f"{ref}.1": f"{ref}.2", f"{ref}.2": f"{ref}.1"}
    for net, pins in circuit.nets.items():
        circuit.nets[net] = [swap.get(pin, pin) for pin in pins]
    (fault,) = rules.polarities(circuit)
    assert ref in fault and "reversed" in fault


def test_a_wire_of_the_drawing_that_joins_two_nets_is_found():
    circuit = circuits()["relay"]
    circuit.wire("R1.2", "D2.1")
    with pytest.raises(ValueError, match="joins"):
        draw(circuit)


def test_a_pin_on_two_nets_and_a_duplicate_part_are_refused():
    circuit = circuits()["relay"]
    with pytest.raises(CircuitError, match=r"R1\.1 is on BYPASS_HB and on GND"):
        circuit.net("GND", "R1.1")
    with pytest.raises(CircuitError, match="R1 is there twice"):
        circuit.add("R1", "1k", (1, 1))


def test_references_are_unique_over_both_boards():
    refs = [ref for circuit in circuits().values() for ref in circuit.parts]
    assert len(refs) == len(set(refs))


def test_every_catalogue_row_is_complete_and_used():
    needed = lists.needed()
    assert set(needed) == set(CATALOGUE), "a row of the catalogue is not needed, or a part has no row"
    on_boards = {part.item_name for circuit in circuits().values() for part in circuit.parts.values()}
    for name, item in CATALOGUE.items():
        assert item.manufacturer and item.mpn and item.second and item.value and item.package, name
        assert item.second.startswith("none: ") is (name == "INA1650"), (
            f"{name}: a part with a single source needs a reason"
        )
        assert item.second != f"{item.manufacturer} {item.mpn}", f"{name} has itself as second source"
        assert item.price_eur > 0 and bool(item.footprint) == bool(item.symbol) == (name in on_boards), name
        if item.symbol in ("R", "C", "CP", "L", "RV", "RN8"):
            assert 0 < item.tolerance < 0.5, name


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def faults_of_bom(rows):
    """The differences between a bill of materials and the circuits with the order: missing and surplus rows."""
    listed = [ref for row in rows for ref in lists.expand(row["references"])]
    wanted = [ref for circuit in circuits().values() for ref in circuit.parts]
    yield from (f"{ref} is missing" for ref in sorted(set(wanted) - set(listed)))
    yield from (f"{ref} is not needed" for ref in sorted(set(listed) - set(wanted)))
    numbers = {(row["manufacturer"], row["number"]) for row in rows}
    yield from (f"{item.mpn} is missing" for item in CATALOGUE.values() if (item.manufacturer, item.mpn) not in numbers)
    yield from (f"{row['references']}: no number" for row in rows if not row["number"] or not row["second source"])
    yield from (f"{row['references']}: quantity" for row in rows
                if row["references"] and int(row["quantity"]) != len(lists.expand(row["references"])))  # fmt: skip


def test_bill_of_materials_agrees_with_the_circuits():
    rows = rows_of((lists.HARDWARE / "bom.csv").read_text())
    assert not list(faults_of_bom(rows))
    for number in range(len(rows)):
        assert list(faults_of_bom(rows[:number] + rows[number + 1 :])), f"row {number} can be removed without a fault"
    assert list(faults_of_bom([{**rows[0], "number": ""}, *rows[1:]]))
    for what in (
        "knob",
        "fuse,",
        "low-voltage inlet",
        "memory card",
        "front panel, milled",
        "rack",
        "standoff",
        "line receiver",
    ):
        assert any(what in row["description"] + "," or what in row["package"] for row in rows), what


def test_the_total_of_the_order_is_correct():
    rows = rows_of(lists.order())
    *parts, total = rows
    assert sum(int(row["quantity"]) * float(row["EUR each"]) for row in parts) == pytest.approx(
        float(total["EUR"]), abs=0.01
    )
    assert all(row["source"] for row in parts)


@pytest.mark.parametrize("hat", [name for name in board.load().hat])
@pytest.mark.parametrize("profile", board.PANELS)
def test_pins_of_the_circuits_conflict_with_no_hat_that_fits(hat, profile):
    """The circuits use the header pins of board.toml, and a HAT that needs one of them is refused."""
    loaded = board.load(panel=profile)
    on_header = {pin.name: pin.header for pin in loaded.pin}
    assert on_header == keys.HEADER | {"BYPASS_HB": power.HEARTBEAT_PIN}
    wanted = {board.HEADER[pin] for pin in on_header.values()}
    if wanted & set(loaded.hat[hat].reserved):
        with pytest.raises(board.BoardError, match="needs pins of the panel"):
            board.load(hat, panel=profile)
    else:
        board.load(hat, panel=profile)
    assert {pin for pins in power.SUPPLY.values() for pin in pins} == {n for n in range(1, 41) if n not in board.HEADER}


def test_the_shift_registers_read_the_switches_of_the_profiles():
    """Profile B matches the board; profile A names the same bits for the present firmware."""
    new, old = board.load(panel="b").scan, board.load(panel="a").scan
    assert new.switch == {name: bit for bit, name in enumerate(keys.BITS)} and new.bits == 24
    other = {"PAGE": "METER", "RECALL": "PRESET", "STORE": "UNDO"}
    assert {other.get(name, name): bit for name, bit in old.switch.items()} == dict(list(new.switch.items())[:14])
    made = circuits()["keys"]
    for bit, name in enumerate(keys.BITS):
        assert made.net_of(f"U{bit // 8 + 1}.{keys.INPUTS[bit % 8]}") == name
    assert set(keys.KEYS) < set(keys.BITS) and len(keys.KEYS) == 12


def test_no_pulsing_pin_is_next_to_the_heartbeat():
    pins = board.load().pin
    assert not list(rules.heartbeat_neighbours(pins, "BYPASS_HB", HAT_CLOCKS))
    assert 31 in rules.neighbours(33) and rules.neighbours(1) == {2, 3, 4} and 8 in rules.neighbours(7)
    header = {"BYPASS_HB": 7, "ENC1_B": 31}
    back = [Moved(pin, header.get(pin.name, pin.header)) for pin in pins]
    faults = list(rules.heartbeat_neighbours(back, "BYPASS_HB", HAT_CLOCKS))
    assert any("SCAN_CLOCK (header pin 8) pulses and is next to BYPASS_HB (pin 7)" in fault for fault in faults)


class Moved:
    """The pins of the board, with one of them moved to another pin of the header."""

    def __init__(self, pin, header):
        self.name, self.direction, self.header, self.bcm = pin.name, pin.direction, header, board.HEADER.get(header)


def test_the_receiver_converts_the_studio_level_to_that_of_the_hat(record):
    circuit = circuits()["receiver"]
    assert not list(rules.pad(circuit))
    record("Box", "line receiver: gain with the trimmer at its centre, computed from the resistors", rules.input_loss_db(circuit), "dB",
           target="-15.34 ± 0.2 dB")  # fmt: skip


def with_part(circuit, ref, item_name):
    """The circuit with another part at `ref`."""
    circuit.parts[ref] = replace(circuit.parts[ref], item_name=item_name)
    return circuit


def test_a_pad_of_12_db_is_found():
    circuit = with_part(circuits()["receiver"], "R216", "1k69_0.1%")
    assert rules.input_loss_db(circuit) == pytest.approx(-12, abs=0.4)
    (fault,) = rules.pad(circuit)
    assert "would be +3." in fault


def test_the_hold_time_of_the_charge_pump_is_that_of_board_toml(record):
    """This uses a simple model in Python; `make hardware-check` simulates the same with ngspice."""
    relay = board.load().relay
    shortest, longest = rules.pump_hold_ms(circuits()["relay"])
    assert relay.hold_min_ms <= shortest and longest + 2 <= relay.hold_max_ms
    record(
        "Box",
        "bypass relay, simple model: shortest hold time after the last pulse",
        shortest,
        "ms",
        target="≥ 15 ms",
        digits=1,
    )
    record(
        "Box",
        "bypass relay, simple model: longest hold time after the last pulse",
        longest,
        "ms",
        target="≤ 31 ms",
        digits=1,
    )


def test_a_wrong_value_of_r2_is_found(monkeypatch):
    monkeypatch.setitem(CATALOGUE, "27k", replace(CATALOGUE["20k"], value="27k"))
    _, longest = rules.pump_hold_ms(with_part(circuits()["relay"], "R2", "27k"))
    assert longest > board.load().relay.hold_max_ms


def test_a_dead_or_stuck_engine_is_in_bypass_within_50_ms():
    """The time is the sum of detection, one step of the heartbeat and the hold time, for periods up to a third of the detection
    time."""
    from firmware import supervisor

    relay = board.load().relay
    assert 1000 * supervisor.ALIVE_S + 500 / relay.pulse_hz + relay.hold_max_ms <= 50
    assert relay.pulse_hz * relay.hold_min_ms / 1000 >= 3, "two late pulses must not release the relay"


@pytest.mark.parametrize("name", list(BOARDS))
def test_shared_nets_of_a_board_meet_on_another_sheet(name):
    sheets = of_board(name)
    for circuit in sheets:
        for net in circuit.shared:
            where = [other.name for other in sheets if net in other.nets]
            assert len(where) > 1, f"{circuit.name} shares {net}, which no other sheet has"
            assert all(net in other.shared for other in sheets if net in other.nets), net


def test_kicad_files_name_every_part_and_are_the_same_each_time():
    for name in BOARDS:
        for circuit in of_board(name):
            text = kicad.schematic(name, circuit)
            assert text == kicad.schematic(name, next(c for c in of_board(name) if c.name == circuit.name))
            assert set(circuit.parts) == set(re.findall(r'\(reference "([A-Z]+\d+)"\)', text))
            assert text.count("(") == text.count(")")


def test_cables_join_the_same_net_at_both_ends():
    nets, used = lists.pin_nets(), set()
    for cable in lists.read_toml("harness.toml")["cable"]:
        for first, second, _ in cable["wire"]:
            used |= {first, second}
            assert second in nets, f"{cable['name']}: {second}"
            if first in nets:
                assert nets[first] == nets[second], f"{cable['name']}: {first} to {second}"
    connectors = {
        ref
        for c in circuits().values()
        for ref, part in c.parts.items()
        if part.item.symbol in ("J2", "J3", "J4", "J7")
    }
    missing = {f"{ref}.{pin}" for ref in connectors for pin in range(1, 8) if f"{ref}.{pin}" in nets} - used
    assert not missing, "pins of connectors that no cable names"
