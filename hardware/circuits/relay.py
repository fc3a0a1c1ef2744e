"""Bypass: a charge pump turns the heartbeat into the current of four relays; at rest the sockets are joined."""

from .model import Circuit

#: Relay, and the output wire that it switches.
RELAYS = {"K1": "L_P", "K2": "L_N", "K3": "R_P", "K4": "R_N"}


def circuit() -> Circuit:
    """The sheet. Only edges of BYPASS_HB lift HOLD: C1 passes no steady level, R6 empties it behind the last edge."""
    c = Circuit("relay", "Bypass relays and their heartbeat")
    _pump(c)
    _coils(c)
    _contacts(c)
    c.share("BYPASS_HB", "RELAY_SENSE", "LAMP", *(f"{end}_{wire}" for end in ("IN", "DRV") for wire in RELAYS.values()))
    c.note(8, 9, "Heartbeat 250 Hz: HOLD stands near 1.7 V and the relays are on. No edges for 15 to 33 ms: bypass.")
    c.note(
        8,
        34,
        "Contacts, drawn at rest = bypass: output joined to input. The second contacts in series tell the software",
    )
    c.note(8, 36, "that all four relays have moved (RELAY_SENSE low).")
    return c


def _pump(c: Circuit) -> None:
    c.add("R1", "1k", (17, 19, 90))
    c.add("C1", "1u_film", (23, 19, 90))
    c.add("R6", "10k", (28, 23))
    c.add("D1", "BAT54S", (34, 19))
    c.add("C2", "1u_film", (41, 23))
    c.add("R2", "20k", (46, 23))
    c.add("R3", "100k", (51, 16, 90))
    c.add("Q2", "BC847B", (58, 16))
    c.net("BYPASS_HB", "R1.1")
    c.net("HB_LIMITED", "R1.2", "C1.1")
    c.net("PUMP", "C1.2", "R6.1", "D1.3")
    c.net("HOLD", "D1.2", "C2.1", "R2.1", "R3.1")
    c.net("BASE", "R3.2", "Q2.1")
    c.net("GND", "R6.2", "D1.1", "C2.2", "R2.2", "Q2.2")
    c.wire("R1.2", "C1.1")
    c.wire("C1.2", "D1.3")
    c.wire("R6.1", (28, 19))
    c.wire("D1.2", (34, 16), "R3.1")
    c.wire("C2.1", (41, 16))
    c.wire("R2.1", (46, 16))
    c.wire("R3.2", "Q2.1")


def _coils(c: Circuit) -> None:
    c.add("R5", "10k", (59, 9.5))
    c.add("Q1", "DMG2305UX", (70, 12))
    c.add("D2", "1N4148W", (71, 24, 270))
    c.add("R4", "1k", (106, 19, 90))
    for number, ref in enumerate(RELAYS):
        x, row = 78 + 7 * number, 48
        c.add(ref, "relay", (x, 24), (16 + 22 * number, row), (16 + 22 * number, row + 21))
        c.net("COIL", f"{ref}.1")
        c.net("GND", f"{ref}.8")
        c.wire(f"{ref}.1", (x, 19))
    c.net("GATE", "Q2.3", "R5.2", "Q1.1")
    c.net("+5V", "R5.1", "Q1.2")
    c.net("COIL", "Q1.3", "D2.1", "R4.1")
    c.net("GND", "D2.2")
    c.net("LAMP", "R4.2")
    c.wire("R5.2", "Q2.3")
    c.wire((59, 12), "Q1.1")
    c.wire("Q1.3", (71, 19), "R4.1")
    c.wire("D2.1", (71, 19))


def _contacts(c: Circuit) -> None:
    for number, (ref, wire) in enumerate(RELAYS.items()):
        c.net(f"OUT_{wire}", f"{ref}.3")
        c.net(f"IN_{wire}", f"{ref}.2")
        c.net(f"DRV_{wire}", f"{ref}.4")
        c.net("CHAIN_K1" if number == 0 else f"SENSE_{number}", f"{ref}.6")
        c.net("GND" if number == 3 else f"SENSE_{number + 1}", f"{ref}.5")
        c.leave(f"{ref}.7")
    c.add("R7", "1k", (21, 61, 90))
    c.net("CHAIN_K1", "R7.1")
    c.net("RELAY_SENSE", "R7.2")
    c.wire("K1.6", (16, 61), "R7.1")
    for number in range(3):
        x = 17 + 22 * number
        c.wire(f"K{number + 1}.5", (x, 75), (x + 10, 75), (x + 10, 65), f"K{number + 2}.6")
    for ref, side, x in (("J5", "L", 104), ("J6", "R", 104)):
        c.add(ref, "J3", (x - 6, 55 if side == "L" else 66, 0), value=f"XLR out {side}")
        c.net("CHASSIS", f"{ref}.1")
        c.net(f"OUT_{side}_P", f"{ref}.2")
        c.net(f"OUT_{side}_N", f"{ref}.3")
    c.note(96, 49, "XLR plugs: 1 shield,")
    c.note(96, 50, "2 hot, 3 cold")
