"""Six push encoders of the front panel, each phase with pull-up and low-pass."""

from .model import Circuit

ENCODERS = range(1, 7)


def circuit() -> Circuit:
    """The sheet. 10 kΩ and 10 nF: 0.1 ms, takes the worst of the bounce; quadrature decoding forgives the rest."""
    c = Circuit("knobs", "Front panel: encoders", paper="A3")
    for number in ENCODERS:
        _encoder(c, number, 12 + 52 * ((number - 1) % 3), 22 + 44 * ((number - 1) // 3))
    c.share(*(f"ENC{n}_{phase}" for n in ENCODERS for phase in "AB"), *(f"PUSH{n}" for n in ENCODERS))
    return c


def _encoder(c: Circuit, number: int, x: float, y: float) -> None:
    base, ref = 500 + 10 * number, f"ENC{number}"
    c.add(ref, "encoder", (x, y + 1))
    for phase, dy, n in (("A", -4, 1), ("B", 6, 3)):
        pull, series, cap = f"R{base + n}", f"R{base + n + 1}", f"C{base + n}"
        c.add(pull, "10k", (x + 12, y + dy - 3.5))
        c.add(series, "10k", (x + 18, y + dy, 90))
        c.add(cap, "10n", (x + 24, y + dy + 3.5))
        c.net("+3V3", f"{pull}.1")
        c.net(f"RAW{number}_{phase}", f"{ref}.{phase}", f"{pull}.2", f"{series}.1")
        c.net(f"ENC{number}_{phase}", f"{series}.2", f"{cap}.1")
        c.net("GND", f"{cap}.2")
        corner = x + (7 if phase == "A" else 10)
        c.wire(f"{ref}.{phase}", (corner, y + (-1.5 if phase == "A" else 0.5)), (corner, y + dy), f"{series}.1")
        c.wire(f"{pull}.2", (x + 12, y + dy))
        c.wire(f"{series}.2", (x + 24, y + dy), (x + 29, y + dy))
        c.wire(f"{cap}.1", (x + 24, y + dy))
    c.net("GND", f"{ref}.C", f"{ref}.S2")
    c.net(f"PUSH{number}", f"{ref}.S1")
