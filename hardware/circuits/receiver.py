"""Line receiver: balanced input to the HAT's input, +24 dBu to 2.1 V RMS (-15.34 dB), for both channels.

A floating pad (R, R and a resistor between the wires, none to ground) keeps the peaks of +24 dBu inside ±13.5 V without
spoiling the rejection of the laser-trimmed receiver; the rest of the loss follows it, where it needs no balance.
"""

from .model import Circuit

#: Channel, first number of its parts, pins of U201 (IN+, IN-, COM, REF, OUT), of U202 (OUT, IN-, IN+).
CHANNELS = (("L", 210, (2, 4, 3, 12, 13), (1, 2, 3)), ("R", 220, (7, 5, 6, 9, 8), (7, 6, 5)))


def circuit() -> Circuit:
    """The sheet."""
    c = Circuit("receiver", "Balanced line receivers, +24 dBu to 2.1 V RMS")
    c.add("U201", "INA1650", (44, 20), (44, 50), (20, 73))
    c.add("U202", "OPA2134", (86, 22), (86, 52), (44, 73))
    for row, (channel, base, receiver, buffer) in zip((20, 50), CHANNELS, strict=True):
        _input(c, channel, base, receiver, row)
        _output(c, channel, base, receiver, buffer, row)
    _supply(c)
    c.share("IN_L_P", "IN_L_N", "IN_R_P", "IN_R_N")
    c.note(
        8,
        8,
        "Pad 3.5 dB | receiver 0 dB | divider 11.8 dB, trimmed +-0.5 dB | buffer. Input impedance 12 kOhm, balanced.",
    )
    return c


def _input(c: Circuit, channel: str, base: int, receiver: tuple, row: float) -> None:
    plus, minus, common, _, _ = receiver
    socket = "J3" if channel == "L" else "J4"
    c.add(socket, "J3", (10, row), value=f"XLR in {channel}")
    c.net("CHASSIS", f"{socket}.1")
    for leg, pin, y, number in (("P", plus, row - 4, 1), ("N", minus, row + 4, 2)):
        c.net(f"IN_{channel}_{leg}", f"{socket}.{number + 1}")
        bead, cap, series = f"L{base + number}", f"C{base + number}", f"R{base + number}"
        c.add(bead, "ferrite", (20, y, 90))
        c.add(cap, "100p", (24.5, y + (3 if leg == "N" else -3)))
        c.add(series, "2k_0.1%", (29, y, 90))
        c.net(f"IN_{channel}_{leg}", f"{bead}.1")
        c.net(f"RF_{channel}_{leg}", f"{bead}.2", f"{cap}.{1 if leg == 'N' else 2}", f"{series}.1")
        c.net("CHASSIS", f"{cap}.{2 if leg == 'N' else 1}")
        c.net(f"PAD_{channel}_{leg}", f"{series}.2", f"U201.{pin}")
        c.wire(f"{socket}.{number + 1}", (17, row + number - 1), (17, y), f"{bead}.1")
        c.wire(f"{bead}.1", (17, y), (17, y + (4 if leg == "N" else -4)))
        c.wire(f"{bead}.2", f"{series}.1")
        c.wire(f"{cap}.{1 if leg == 'N' else 2}", (24.5, y))
    shunt, com = f"R{base + 3}", f"R{base + 4}"
    c.add(shunt, "8k06_0.1%", (34, row))
    c.net(f"PAD_{channel}_P", f"{shunt}.1")
    c.net(f"PAD_{channel}_N", f"{shunt}.2")
    c.wire(f"R{base + 1}.2", (38, row - 4), f"U201.{plus}")
    c.wire(f"R{base + 2}.2", (38, row + 4), f"U201.{minus}")
    c.wire(f"{shunt}.1", (34, row - 4))
    c.wire(f"{shunt}.2", (34, row + 4))
    c.add(com, "1M", (44, row + 9))
    c.net(f"COM_{channel}", f"U201.{common}", f"{com}.1")
    c.net("GND", f"{com}.2")
    c.wire(f"U201.{common}", f"{com}.1")


def _output(c: Circuit, channel: str, base: int, receiver: tuple, buffer: tuple, row: float) -> None:
    _, _, _, reference, out = receiver
    follower, inverting, direct = (f"U202.{pin}" for pin in buffer)
    fixed, trimmer, shunt, build_out = f"R{base + 5}", f"RV{base + 5}", f"R{base + 6}", f"R{base + 7}"
    c.add(fixed, "2k67_0.1%", (58, row, 90))
    c.add(trimmer, "trimmer_500R", (66, row, 90))
    c.add(shunt, "1k02_0.1%", (74, row + 4))
    c.add(build_out, "100R", (97, row + 2, 90))
    c.net("GND", f"U201.{reference}", f"{shunt}.2")
    c.net(f"RECEIVED_{channel}", f"U201.{out}", f"{fixed}.1")
    c.net(f"TRIM_{channel}", f"{fixed}.2", f"{trimmer}.1")
    c.net(f"DIVIDED_{channel}", f"{trimmer}.2", f"{trimmer}.3", f"{shunt}.1", direct)
    c.net(f"BUFFERED_{channel}", follower, inverting, f"{build_out}.1")
    c.net(f"ADC_{channel}", f"{build_out}.2")
    c.wire(f"U201.{out}", f"{fixed}.1")
    c.wire(f"{fixed}.2", f"{trimmer}.1")
    c.wire(f"{trimmer}.3", (74, row), (79, row), direct)
    c.wire(f"{trimmer}.2", (69, row - 1.5), (69, row))
    c.wire(f"{shunt}.1", (74, row))
    c.wire(follower, f"{build_out}.1")
    c.wire(inverting, (81, row + 3), (81, row + 6), (91, row + 6), (91, row + 2))


def _supply(c: Circuit) -> None:
    c.add("J7", "J3", (107, 37, 180), value="to HAT")
    c.net("ADC_L", "J7.1")
    c.net("GND", "J7.2")
    c.net("ADC_R", "J7.3")
    c.note(96, 32, "to the HAT's input (3.5 mm plug)")
    c.net("+15V", "U201.1", "U202.8")
    c.net("-15V", "U201.14", "U202.4")
    c.leave("U201.10", "U201.11")
    for ref, rail, x in (("C201", "+15V", 56), ("C202", "-15V", 64), ("C203", "+15V", 72), ("C204", "-15V", 80)):
        c.add(ref, "100n", (x, 73))
        c.net(rail, f"{ref}.1")
        c.net("GND", f"{ref}.2")
