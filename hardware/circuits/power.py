"""Power inlet, ±15 V, the ribbon cable to the Pi and the front panel, the foot switch."""

from .model import Circuit

#: Pins of the 40-pin header by what Raspberry Pi says they are.
SUPPLY = {"+3V3": (1, 17), "+5V": (2, 4), "GND": (6, 9, 14, 20, 25, 30, 34, 39)}
#: The header pin of BYPASS_HB; a test compares it with board.toml.
HEARTBEAT_PIN = 31


def circuit() -> Circuit:
    """The sheet. 5 V reach the Pi through pins 2 and 4 of the ribbon, and return through every ground pin."""
    c = Circuit("power", "Power, ribbon cable and foot switch")
    _inlet(c)
    _converter(c)
    _ribbon(c)
    _foot_switch(c)
    c.fed = ("GND", "+5V", "+3V3", "+15V", "-15V", "CHASSIS")
    c.share("BYPASS_HB", "RELAY_SENSE", "LAMP")
    return c


def _inlet(c: Circuit) -> None:
    c.add("J2", "DC_terminal", (11, 17), value="5 V in")
    c.add("F1", "fuse_holder", (21, 17, 90))
    c.add("D401", "TVS_5V", (28, 21, 270))
    c.add("C401", "470u", (34, 21))
    c.add("C402", "100n", (40, 21))
    c.net("INLET", "J2.1", "F1.1")
    c.net("GND", "J2.2", "D401.2", "C401.2", "C402.2")
    c.net("+5V", "F1.2", "D401.1", "C401.1", "C402.1")
    c.wire("J2.1", "F1.1")
    c.note(7, 11, "5 V 4 A, centre positive. Reversed: D401 conducts and F1 opens. TEST.md, steps 1 to 3.")


def _converter(c: Circuit) -> None:
    c.add("L401", "10uH", (56, 17, 90))
    c.add("C403", "22u", (62, 21))
    c.add("C404", "100n", (68, 21))
    c.add("U401", "DCDC", (80, 19))
    c.net("+5V", "L401.1")
    c.net("CONVERTER", "L401.2", "C403.1", "C404.1", "U401.2")
    c.net("GND", "C403.2", "C404.2", "U401.1", "U401.7")
    c.wire("L401.2", "U401.2")
    c.wire("C403.1", (62, 17))
    c.wire("C404.1", (68, 17))
    c.leave("U401.3", "U401.5")
    for raw, rail, pin, coil, cap, bypass, y in (("P", "+15V", 6, "L402", "C405", "C407", 17),
                                                 ("N", "-15V", 8, "L403", "C406", "C408", 30)):  # fmt: skip
        c.add(coil, "10uH", (93, y, 90))
        c.add(cap, "22u", (99, y + 4))
        c.add(bypass, "100n", (105, y + 4))
        c.net(f"RAW_{raw}", f"U401.{pin}", f"{coil}.1")
        c.net(rail, f"{coil}.2", f"{bypass}.1")
        c.net(rail if raw == "P" else "GND", f"{cap}.1")
        c.net("GND" if raw == "P" else rail, f"{cap}.2")
        c.net("GND", f"{bypass}.2")
    c.wire("U401.6", "L402.1")
    c.wire("U401.8", (87, 21), (87, 30), "L403.1")
    c.add("JP401", "link", (54, 34, 90))
    c.add("C409", "100n", (73, 34, 90))
    c.net("GND", "JP401.1", "C409.1")
    c.net("CHASSIS", "JP401.2", "C409.2")
    c.note(49, 30, "The only join of ground and chassis")


def _ribbon(c: Circuit) -> None:
    c.add("J1", "ribbon_header", (24, 54), value="ribbon")
    for net, pins in SUPPLY.items():
        c.net(net, *(f"J1.{pin}" for pin in pins))
    used = {pin for pins in SUPPLY.values() for pin in pins} | {HEARTBEAT_PIN}
    c.net("BYPASS_HB", f"J1.{HEARTBEAT_PIN}")
    c.leave(*(f"J1.{pin}" for pin in range(1, 41) if pin not in used))
    c.note(8, 40, "40-way ribbon: Pi with HAT - front panel - this board")


def _foot_switch(c: Circuit) -> None:
    c.add("J9", "J2", (52, 55), value="foot switch")
    c.add("R401", "1k", (62, 54, 90))
    c.add("R402", "10k", (69, 49))
    c.add("C410", "100n", (75, 58))
    c.add("D402", "BAT54S", (83, 54))
    c.add("J10", "J4", (104, 55, 180), value="front panel")
    c.net("FOOT_TIP", "J9.1", "R401.1")
    c.net("GND", "J9.2", "C410.2", "D402.1", "J10.1")
    c.net("+3V3", "R402.1", "D402.2")
    c.net("FOOT", "R401.2", "R402.2", "C410.1", "D402.3", "J10.4")
    c.net("RELAY_SENSE", "J10.2")
    c.net("LAMP", "J10.3")
    c.wire("J9.1", "R401.1")
    c.wire("R401.2", "D402.3")
    c.wire("R402.2", (69, 54))
    c.wire("C410.1", (75, 54))
    c.note(48, 46, "Foot switch: 1 kOhm, 100 nF and clamps")
    c.note(48, 47.5, "before the first logic input")
    c.note(96, 49, "to the front panel")
