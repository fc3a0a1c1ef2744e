"""Line driver: the HAT's output to the balanced output, 2.1 V RMS to +24 dBu (+15.34 dB), for both channels."""

from .model import Circuit

#: Channel, first number of its parts, pins of U301 (OUT, IN-, IN+), its driver.
CHANNELS = (("L", 310, (1, 2, 3), "U302"), ("R", 330, (7, 6, 5), "U303"))


def circuit() -> Circuit:
    """The sheet. R and RV set the gain of the first stage to 9.3 dB, the driver adds 6 dB."""
    c = Circuit("driver", "Balanced line drivers, 2.1 V RMS to +24 dBu")
    c.add("U301", "OPA2134", (36, 22), (36, 54), (92, 72))
    for row, (channel, base, amplifier, driver) in zip((20, 52), CHANNELS, strict=True):
        _gain(c, channel, base, amplifier, row)
        _drive(c, channel, base, amplifier, driver, row)
    c.add("J8", "J3", (9, 38), value="from HAT")
    c.net("DAC_L", "J8.1")
    c.net("GND", "J8.2")
    c.net("DAC_R", "J8.3")
    c.note(6, 33, "from the HAT's outputs (phono plugs)")
    c.net("+15V", "U301.8")
    c.net("-15V", "U301.4")
    rails = (("C301", "+15V", 10), ("C302", "-15V", 17), ("C303", "+15V", 30), ("C304", "-15V", 37), ("C305", "+15V", 50),
             ("C306", "-15V", 57))  # fmt: skip
    for ref, rail, x in rails:
        c.add(ref, "100n", (x, 75))
        c.net(rail, f"{ref}.1")
        c.net("GND", f"{ref}.2")
    c.share("DRV_L_P", "DRV_L_N", "DRV_R_P", "DRV_R_N")
    c.note(
        8,
        9,
        "First stage +9.3 dB, trimmed +-0.7 dB | driver +6 dB. The diodes carry off phantom power of a wrongly plugged cable.",
    )
    return c


def _gain(c: Circuit, channel: str, base: int, amplifier: tuple, row: float) -> None:
    _, inverting, direct = (f"U301.{pin}" for pin in amplifier)
    bias, series, cap, ground, fixed, trimmer = (f"{kind}{base + n}" for kind, n in
                                                 (("R", 1), ("R", 2), ("C", 1), ("R", 3), ("R", 4), ("RV", 4)))  # fmt: skip
    c.add(bias, "100k", (17, row + 5))
    c.add(series, "1k", (22, row + 1, 90))
    c.add(cap, "100p", (27, row + 5))
    c.add(ground, "1k_0.1%", (31, row + 12))
    c.add(fixed, "1k69_0.1%", (36, row + 8, 90))
    c.add(trimmer, "trimmer_500R", (43, row + 8, 90))
    c.net(f"DAC_{channel}", f"{bias}.1", f"{series}.1")
    c.net("GND", f"{bias}.2", f"{cap}.2", f"{ground}.2")
    c.net(f"FILTERED_{channel}", f"{series}.2", f"{cap}.1", direct)
    c.net(f"FB_{channel}", inverting, f"{ground}.1", f"{fixed}.1")
    c.net(f"GAIN_{channel}", f"{fixed}.2", f"{trimmer}.1")
    c.wire((13, row + 1), f"{series}.1")
    c.wire(f"{bias}.1", (17, row + 1))
    c.wire(f"{series}.2", direct)
    c.wire(f"{cap}.1", (27, row + 1))
    c.wire(inverting, (31, row + 3), f"{ground}.1")
    c.wire(f"{fixed}.1", (31, row + 8))
    c.wire(f"{ground}.1", (31, row + 8))
    c.wire(f"{fixed}.2", f"{trimmer}.1")


def _drive(c: Circuit, channel: str, base: int, amplifier: tuple, driver: str, row: float) -> None:
    out, trimmer = f"U301.{amplifier[0]}", f"RV{base + 4}"
    c.add(driver, "THAT1646", (58, row + 2))
    c.net(f"PREAMP_{channel}", out, f"{trimmer}.2", f"{trimmer}.3", f"{driver}.4")
    c.net("GND", f"{driver}.3")
    c.net("+15V", f"{driver}.6")
    c.net("-15V", f"{driver}.5")
    c.wire(out, f"{driver}.4")
    c.wire(f"{trimmer}.3", (47, row + 8), (47, row + 2))
    c.wire(f"{trimmer}.2", (43, row + 5), (47, row + 5))
    for leg, output, sense, n in (("P", 8, 7, 5), ("N", 1, 2, 8)):
        bead, up, down, cap = f"L{base + n}", f"D{base + n}", f"D{base + n + 1}", f"C{base + n}"
        far = row - 4 if leg == "P" else row + 8
        x_up, x_down = (72, 79)
        c.add(bead, "ferrite", (90, far, 90))
        c.add(up, "1N4004", (x_up, far - 3, 270))
        c.add(down, "1N4004", (x_down, far + 3, 270))
        c.add(cap, "100p", (97, far + 4))
        c.net(f"DRIVE_{channel}_{leg}", f"{driver}.{output}", f"{driver}.{sense}", f"{up}.2", f"{down}.1", f"{bead}.1")
        c.net("+15V", f"{up}.1")
        c.net("-15V", f"{down}.2")
        c.net(f"DRV_{channel}_{leg}", f"{bead}.2", f"{cap}.1")
        c.net("CHASSIS", f"{cap}.2")
        c.wire(f"{up}.2", (x_up, far))
        c.wire(f"{down}.1", (x_down, far))
        c.wire(f"{bead}.2", (97, far), (102, far))
        c.wire(f"{cap}.1", (97, far))
        c.wire((70, far), f"{bead}.1")
