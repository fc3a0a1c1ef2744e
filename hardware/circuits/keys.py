"""Twelve keys on three shift registers, the display's socket, the lamp, and the front panel's connectors."""

from .model import Circuit
from .power import SUPPLY

#: What each bit of the chain reads, bit 0 first. A test compares it with the panel profiles.
BITS = ("PUSH1", "PUSH2", "PUSH3", "PUSH4", "PUSH5", "PUSH6", "BYPASS", "AB", "METER", "PRESET", "UNDO", "LOCK", "FOOT",
        "RELAY_SENSE", "SHIFT", "EQ", "DYN", "STEREO", "COLOUR", "LIMIT")  # fmt: skip
#: Keys in the order of S1, S2 and so on.
KEYS = ("EQ", "DYN", "STEREO", "COLOUR", "LIMIT", "METER", "AB", "BYPASS", "PRESET", "LOCK", "SHIFT", "UNDO")
#: Pins of a 74HC165 in the order in which their inputs arrive: H, G, F, E, D, C, B, A.
INPUTS = (6, 5, 4, 3, 14, 13, 12, 11)
#: Header pins of the front panel's signals; a test compares them with board.toml.
HEADER = {
    "ENC1_A": 29, "ENC1_B": 7, "ENC2_A": 32, "ENC2_B": 33, "ENC3_A": 36, "ENC3_B": 37, "ENC4_A": 11, "ENC4_B": 13,
    "ENC5_A": 15, "ENC5_B": 16, "ENC6_A": 18, "ENC6_B": 22, "SCAN_LOAD": 26, "SCAN_CLOCK": 8, "SCAN_DATA": 10,
    "DISPLAY_CS": 24, "DISPLAY_DC": 21, "DISPLAY_MOSI": 19, "DISPLAY_CLOCK": 23,
}  # fmt: skip


def circuit() -> Circuit:
    """The sheet."""
    c = Circuit("keys", "Front panel: keys, display, connectors", paper="A3")
    _registers(c)
    for number, name in enumerate(KEYS):
        ref = f"S{number + 1}"
        c.add(ref, "key", (70 + 22 * (number // 6), 24 + 8 * (number % 6)))
        c.net(name, f"{ref}.1")
        c.net("GND", f"{ref}.2")
    _connectors(c)
    c.share(*(name for name in HEADER if name.startswith("ENC")), *(f"PUSH{n}" for n in range(1, 7)))
    c.fed = ("GND", "+3V3", "+5V")
    return c


def _registers(c: Circuit) -> None:
    for number in range(3):
        ref, network, cap, y = f"U{number + 1}", f"RN{number + 1}", f"C60{number + 1}", 22 + 27 * number
        c.add(ref, "74HC165", (22, y))
        c.add(network, "10k_x8", (45, y))
        c.add(cap, "100n", (56, y))
        c.net("+3V3", f"{ref}.16", f"{network}.1", f"{cap}.1")
        c.net("GND", f"{ref}.8", f"{ref}.15", f"{cap}.2")
        c.net("SCAN_LOAD", f"{ref}.1")
        c.net("SCAN_CLOCK", f"{ref}.2")
        c.net("QH1" if number == 0 else f"CHAIN{number}", f"{ref}.9")
        c.net("+3V3" if number == 2 else f"CHAIN{number + 1}", f"{ref}.10")
        c.leave(f"{ref}.7")
        for place, pin in enumerate(INPUTS):
            bit = 8 * number + place
            name = BITS[bit] if bit < len(BITS) else f"SPARE{bit}"
            c.net(name, f"{ref}.{pin}", f"{network}.{place + 2}")
    c.add("R601", "1k", (38, 13, 90))
    c.net("QH1", "R601.1")
    c.net("SCAN_DATA", "R601.2")


def _connectors(c: Circuit) -> None:
    c.add("J20", "ribbon_header", (128, 36), value="ribbon")
    for net, pins in SUPPLY.items():
        c.net(net, *(f"J20.{pin}" for pin in pins))
    for name, pin in HEADER.items():
        c.net(name, f"J20.{pin}")
    used = {pin for pins in SUPPLY.values() for pin in pins} | set(HEADER.values())
    c.leave(*(f"J20.{pin}" for pin in range(1, 41) if pin not in used))
    c.add("J21", "J4", (72, 84), value="analog board")
    c.add("D3", "LED_green", (92, 82, 90))
    for pin, net in enumerate(("GND", "RELAY_SENSE", "LAMP", "FOOT"), 1):
        c.net(net, f"J21.{pin}")
    c.net("LAMP", "D3.2")
    c.net("GND", "D3.1")
    c.add("J22", "J7", (112, 84), value="display")
    c.add("R602", "10k", (136, 76))
    c.add("C604", "100n", (136, 90))
    names = ("GND", "+3V3", "DISPLAY_CLOCK", "DISPLAY_MOSI", "DISPLAY_RESET", "DISPLAY_DC", "DISPLAY_CS")
    for pin, net in enumerate(names, 1):
        c.net(net, f"J22.{pin}")
    c.net("+3V3", "R602.1")
    c.net("DISPLAY_RESET", "R602.2", "C604.1")
    c.net("GND", "C604.2")
    c.wire("R602.2", "C604.1")
    c.note(66, 77, "from the analog board")
    c.note(106, 75, "to the display (harness.md)")
