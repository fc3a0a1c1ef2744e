"""Makes SPICE decks from the circuits, in which each value can have a tolerance, and runs ngspice on them."""

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from hardware.circuits import Circuit, Part

#: Models that were made from the figures of the data sheets. They are valid for levels, noise and hold times, but not for
#: distortion. `Deck.model` replaces each {name}.
MODELS = """
.model BAT54S D(IS=2.1e-7 N=1.02 RS=1.5 CJO=12p BV=30 EG=0.69 XTI=2)
.model D1N4148W D(IS=2.5e-9 N=1.75 RS=0.6 CJO=4p BV=100)
.model D1N4004 D(IS=1.4e-8 N=1.9 RS=0.04 CJO=30p BV=400)
.model SMBJ5 D(IS=1e-9 N=1.2 RS=0.1 BV=6.8 CJO=2n)
.model BC847B NPN(IS=1.8e-14 BF={bf} NF=1 VAF=70 IKF=0.1 BR=4 RB=10 RC=1 CJE=12p CJC=4p)
.model DMG2305UX PMOS(LEVEL=1 VTO={vth} KP=6 LAMBDA=0.01)
* Line receiver: inputs 500 kohm each to COM, output noise 31 nV/rtHz, one pole, guaranteed rejection as an error of its gain
.subckt INA1650 inp inm com ref out
Rp inp com 500k noisy=0
Rm inm com 500k noisy=0
Rn 0 nn 57.9k
E1 x 0 POLY(4) inp inm inp 0 inm 0 nn 0 0 {ina_gain} {ina_cm} {ina_cm} 1
Rb x y 1k noisy=0
Cb y 0 58.9p
E2 out ref y 0 1
.ends
* Operational amplifier: 8 nV/rtHz, 8 MHz
.subckt OPA inp inm out
Rn inp np 3.86k
G1 0 g np inm 1
Rg g 0 1meg noisy=0
Cg g 0 19.9n
E1 out 0 g 0 1
.ends
* Line driver: gain 2, 25 ohm each leg, output noise -101 dBu in 20 kHz, one pole
.subckt THAT1646 in outp outm
Ri in 0 5k noisy=0
Rn 0 nn 36k
E1 x 0 POLY(2) in 0 nn 0 0 {driver_gain} {driver_gain}
Rb x y 1k noisy=0
Cb y 0 15.9p
E2 p 0 y 0 1
E3 m 0 y 0 -1
Rp p outp 25
Rm m outm 25
.ends
"""


class SpiceError(RuntimeError):
    """ngspice is missing or could not run a deck. The message contains the last lines of its output."""


@dataclass
class Deck:
    """The differences of a deck's parts from their nominal values. `scale` multiplies the value of a part; `trim` is the
    position of the trimmers (0 to 1)."""

    scale: dict[str, float] = field(default_factory=dict)
    trim: dict[str, float] = field(default_factory=dict)
    model: dict[str, float] = field(default_factory=dict)
    temperature_c: float = 25.0
    #: Whether the relays connect the processor.
    engaged: bool = True
    coil_ohm: float = 237.0
    coil_henry: float = 0.08


NOMINAL_MODEL = {"bf": 300.0, "vth": -0.7, "ina_gain": 1.0, "ina_cm": 0.0, "driver_gain": 1.0}
_UNIT = {"p": 1e-12, "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "": 1.0}


def value_of(part: Part) -> float:
    """The nominal value of a resistor, capacitor or inductor, in ohm, farad or henry. Raises ValueError for other parts."""
    found = re.fullmatch(r"([\d.]+)([pnumkM]?)", part.item.value)
    if not found:
        raise ValueError(f"{part.ref} has the value {part.item.value!r}, which is not a number")
    return float(found[1]) * _UNIT[found[2]]


def node(net: str) -> str:
    """A net's name as ngspice takes it."""
    return "0" if net == "GND" else re.sub(r"\W", "_", net.replace("+", "p").replace("-", "m")).lower()


def elements(circuit: Circuit, deck: Deck) -> list[str]:
    """The element lines of a circuit's parts. Connectors have none; each pin without a net gets its own node."""
    lines = []
    for part in circuit.parts.values():

        def at(pin, ref=part.ref):
            net = circuit.net_of(f"{ref}.{pin}")
            return node(net) if net else f"open_{ref}_{pin}".lower()

        maker = _ELEMENTS.get(part.item.symbol)
        if maker:
            lines += maker(part, at, deck)
    return lines


def _passive(letter):
    def lines(part, at, deck):
        if part.item_name == "ferrite":
            return [f"R{part.ref} {at(1)} {at(2)} 0.05"]
        return [f"{letter}{part.ref} {at(1)} {at(2)} {value_of(part) * deck.scale.get(part.ref, 1.0):.9g}"]

    return lines


def _trimmer(part, at, deck):
    ohm = max(1.0, value_of(part) * deck.scale.get(part.ref, 1.0) * deck.trim.get(part.ref, 0.5))
    return [f"R{part.ref} {at(1)} {at(2)} {ohm:.9g}"]


def _relay(part, at, deck):
    scale = deck.scale.get(part.ref, 1.0)
    inside = f"{part.ref}_coil".lower()
    feed = f"{part.ref}_feed".lower()
    lines = [
        f"V{part.ref} {at(1)} {feed} 0",
        f"L{part.ref} {feed} {inside} {deck.coil_henry:g}",
        f"R{part.ref} {inside} {at(8)} {deck.coil_ohm * scale:.9g}",
    ]
    for common, closed, opened in ((3, 2, 4), (6, 7, 5)):
        joined, apart = (opened, closed) if deck.engaged else (closed, opened)
        lines += [
            f"R{part.ref}_{common} {at(common)} {at(joined)} 0.05",
            f"R{part.ref}_{common}x {at(common)} {at(apart)} 1e12 noisy=0",
        ]
    return lines


_ELEMENTS = {
    "R": _passive("R"),
    "C": _passive("C"),
    "CP": _passive("C"),
    "L": _passive("L"),
    "RV": _trimmer,
    "F": lambda part, at, deck: [f"R{part.ref} {at(1)} {at(2)} 0.02"],
    "LINK": lambda part, at, deck: [f"R{part.ref} {at(1)} {at(2)} 0.01"],
    "D": lambda part, at, deck: [f"D{part.ref} {at(2)} {at(1)} D{part.item.value}"],
    "Z": lambda part, at, deck: [f"D{part.ref} {at(2)} {at(1)} SMBJ5"],
    "DD": lambda part, at, deck: [f"D{part.ref}a {at(1)} {at(3)} BAT54S", f"D{part.ref}b {at(3)} {at(2)} BAT54S"],
    "NPN": lambda part, at, deck: [f"Q{part.ref} {at(3)} {at(1)} {at(2)} BC847B"],
    "PMOS": lambda part, at, deck: [f"M{part.ref} {at(3)} {at(1)} {at(2)} {at(2)} DMG2305UX"],
    "RELAY2": _relay,
    "INA1650": lambda part, at, deck: [
        f"X{part.ref}{unit} {' '.join(at(pin) for pin in pins)} INA1650"
        for unit, pins in (("A", (2, 4, 3, 12, 13)), ("B", (7, 5, 6, 9, 8)))
    ],
    "OPAMP2": lambda part, at, deck: [
        f"X{part.ref}{unit} {' '.join(at(pin) for pin in pins)} OPA"
        for unit, pins in (("A", (3, 2, 1)), ("B", (5, 6, 7)))
    ],
    "THAT1646": lambda part, at, deck: [f"X{part.ref} {at(4)} {at(8)} {at(1)} THAT1646"],
}


def text(circuits: list[Circuit], deck: Deck, sources: list[str], commands: list[str] = ()) -> str:
    """A whole deck: title, parts, models, sources, and commands for the batch mode."""
    title = f"* {' + '.join(circuit.name for circuit in circuits)}: made by `make hardware` from hardware/circuits"
    lines = [title, *(line for circuit in circuits for line in elements(circuit, deck)), *sources]
    lines += MODELS.strip().format(**(NOMINAL_MODEL | deck.model)).splitlines()
    lines += [f".temp {deck.temperature_c:g}", ".control", "set noaskquit", "set wr_vecnames", "set wr_singlescale",
              *commands, "quit", ".endc", ".end"]  # fmt: skip
    return "\n".join(lines) + "\n"


def run(deck_text: str, columns: int) -> np.ndarray:
    """Run a deck whose commands write out.txt; returns its numbers, `columns` of them a row. Raises SpiceError."""
    if not shutil.which("ngspice"):
        raise SpiceError("ngspice is not installed: run `make hardware-check`, which installs it")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        (path / "deck.cir").write_text(deck_text)
        done = subprocess.run(["ngspice", "-b", "deck.cir"], cwd=path, capture_output=True, text=True, timeout=120)
        out = path / "out.txt"
        if not out.exists():
            raise SpiceError("ngspice wrote nothing: " + "\n".join((done.stdout + done.stderr).splitlines()[-12:]))
        return np.loadtxt(out, skiprows=1).reshape(-1, columns)
