"""Checks of the circuits that need no other program. Each function yields one sentence for each fault."""

import math
from collections.abc import Iterator

from hardware.circuits import Circuit

from .spice import value_of

#: Volts of the nets whose level is known, in service. COIL is the switched 5 V of the relays.
LEVELS_V = {"-15V": -15.0, "RAW_N": -15.0, "GND": 0.0, "CHASSIS": 0.0, "HOLD": 1.7, "+3V3": 3.3, "+5V": 5.0, "COIL": 5.0, "CONVERTER": 5.0,
            "INLET": 5.0, "+15V": 15.0, "RAW_P": 15.0}  # fmt: skip
#: Symbols with a polarity: the pins that must not be below the other one.
_UPPER, _LOWER = {"D": "1", "Z": "1", "CP": "1", "DD": "2"}, {"D": "2", "Z": "2", "CP": "2", "DD": "1"}
#: Required loss of the line receiver: 2.1 V RMS at the HAT for +24 dBu at the socket, in dB.
LOSS_DB = 20 * math.log10(2.1 / (0.7746 * 10 ** (24 / 20)))
#: The header's grid: pins of one row of two, 20 rows.
ROWS = 20


def polarities(circuit: Circuit) -> Iterator[str]:
    """No diode may conduct between two supplies, and no electrolytic capacitor may be reversed."""
    for part in circuit.parts.values():
        kind = part.item.symbol
        if kind not in _UPPER:
            continue
        upper, lower = (circuit.net_of(f"{part.ref}.{side[kind]}") for side in (_UPPER, _LOWER))
        if upper in LEVELS_V and lower in LEVELS_V and LEVELS_V[upper] < LEVELS_V[lower]:
            what = "the plus of" if kind == "CP" else "the cathode of"
            yield f"{circuit.name}: {what} {part.ref} is on {upper}, below {lower}: it is reversed"


def input_loss_db(circuit: Circuit) -> float:
    """Loss of the line receiver in dB with the trimmer at its middle, from its resistors alone, driven and loaded ideally."""
    ohm = {ref: value_of(part) for ref, part in circuit.parts.items() if part.item.symbol in ("R", "RV")}
    shunt = 1 / (1 / ohm["R213"] + 1 / 1e6)  # the input resistance of the receiver, 500 kohm on each side
    pad = shunt / (shunt + ohm["R211"] + ohm["R212"])
    divider = ohm["R216"] / (ohm["R216"] + ohm["R215"] + ohm["RV215"] / 2)
    return 20 * math.log10(pad * divider)


def pad(circuit: Circuit) -> Iterator[str]:
    """The receiver must attenuate +24 dBu to the 2.1 V RMS of the HAT, within 0.2 dB before trimming."""
    loss = input_loss_db(circuit)
    if abs(loss - LOSS_DB) > 0.2:
        yield f"receiver: the loss is {loss:.2f} dB, wanted are {LOSS_DB:.2f} dB: +24 dBu would be {loss - LOSS_DB:+.2f} dBFS"


def neighbours(pin: int) -> set[int]:
    """The header pins next to a pin, also diagonally: those that one solder bridge can reach."""
    row, column = (pin - 1) // 2, (pin - 1) % 2
    return {2 * r + c + 1 for r in (row - 1, row, row + 1) for c in (0, 1) if 0 <= r < ROWS and (r, c) != (row, column)}


def heartbeat_neighbours(pins: list, heartbeat: str, clocks: set[int]) -> Iterator[str]:
    """No pin that pulses by itself may be next to the heartbeat: no other output, and no clock of the HAT (`clocks`, GPIO
    numbers). `pins` are those of board.toml, with header, bcm, name and direction. A solder bridge to such a pin would hold the
    relays although the engine is dead. Inputs from knobs are harmless: 10 kΩ lie in series with each.
    """
    by_header = {pin.header: pin for pin in pins}
    own = next(pin for pin in pins if pin.name == heartbeat)
    for number in sorted(neighbours(own.header)):
        pin = by_header.get(number)
        if pin and pin.direction == "out":
            yield f"{pin.name} (header pin {number}) pulses and is next to {heartbeat} (pin {own.header})"
        if number in clocks:
            yield f"a clock of the HAT (header pin {number}) is next to {heartbeat} (pin {own.header})"


def pins(circuit: Circuit, existing: set[str]) -> Iterator[str]:
    """Every pin of every part must be on one net or be marked as unused, and no other pin may be named."""
    netted = {pin for found in circuit.nets.values() for pin in found}
    yield from (
        f"{circuit.name}: {pin} is on no net and not marked as unused"
        for pin in sorted(existing - netted - circuit.unused)
    )
    yield from (f"{circuit.name}: {pin} does not exist" for pin in sorted((netted | circuit.unused) - existing))
    yield from (f"{circuit.name}: {pin} is on a net and marked as unused" for pin in sorted(netted & circuit.unused))
    for net, found in circuit.nets.items():
        if len(found) == 1 and net not in circuit.shared and net not in LEVELS_V and not net.startswith("SPARE"):
            yield f"{circuit.name}: the net {net} has only {found[0]}"


def pump_hold_ms(circuit: Circuit) -> tuple[float, float]:
    """The shortest and longest hold of the bypass's charge pump in ms, integrated in steps: a quick check of the parts.

    The corners are coarser than those of simulate_bypass, which has the models: base-emitter voltage and diodes as constants.
    """
    shortest = min(_pump(circuit, -1, 3.14, 0.25, 0.66, high) for high in (False, True))
    longest = max(_pump(circuit, 1, 3.46, 0.13, 0.47, high) for high in (False, True))
    return shortest, longest


def _pump(circuit: Circuit, sign: int, pin_v: float, diode_v: float, lets_go_v: float, end_high: bool) -> float:
    value = {
        ref: value_of(circuit.parts[ref]) * (1 + sign * circuit.parts[ref].item.tolerance)
        for ref in ("R1", "R2", "R3", "R6", "C1", "C2")
    }
    step_s, half = 2e-5, 100
    across = hold = 0.0
    released = None
    for step in range(40 * half + 4000):
        beating = step < 40 * half + (half if end_high else 0)
        level = pin_v * ((step // half) % 2) if beating else pin_v * end_high
        # C1, R1 and the bleeder R6 set the node between the diodes, which conduct through R1.
        free = (level - across) * value["R6"] / (value["R1"] + value["R6"])
        node = min(max(free, -diode_v), hold + diode_v)
        current = (level - across - node) / value["R1"]
        into_hold = max(0.0, current - node / value["R6"]) if node >= hold + diode_v else 0.0
        across += current * step_s / value["C1"]
        drained = hold / value["R2"] + max(0.0, hold - lets_go_v) / value["R3"]
        hold += (into_hold - drained) * step_s / value["C2"]
        if not beating and released is None and hold < lets_go_v:
            released = step - (40 * half + (half if end_high else 0))
    return math.inf if released is None else 1000 * released * step_s
