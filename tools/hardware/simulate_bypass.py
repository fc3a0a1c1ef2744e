"""Simulates the bypass with extreme values of all parts: the hold time of the relays, their pull-in time, and the effect of a
constant level. Times are in ms."""

import itertools
from dataclasses import dataclass

from hardware.circuits import Circuit, circuits

from .spice import Deck, run, text

PULSE_HZ = 250.0
#: A relay certainly holds above the first fraction of its rated coil current, and has certainly released below the second one
#: (Omron G6K: 80 % and 10 %).
HOLDS, RELEASED = 0.8, 0.1
#: The longest time from the end of the coil current until the contacts are at rest, in ms (data sheets of G6K and IM).
MECHANICAL_MS = 3.0


@dataclass(frozen=True)
class Corner:
    """One combination of extreme values. `parts` is +1 for values that hold long, -1 for values that hold short; pin and supply
    are in volts, the coil in ohm."""

    parts: int
    temperature_c: float
    pin_v: float
    supply_v: float
    coil_ohm: float

    def deck(self, circuit: Circuit) -> Deck:
        """The tolerances of the deck: those of each part, and 1 % more for film capacitors because of temperature. R3, which
        discharges, gets the opposite sign."""
        sign = self.parts
        scale = {}
        for ref, part in circuit.parts.items():
            extra = 0.01 if part.item_name.endswith("_film") else 0.0
            scale[ref] = 1 + sign * (part.item.tolerance + extra) * (-1 if ref in ("R3", "R5") else 1)
        model = {"bf": 450.0 if sign > 0 else 200.0, "vth": -0.5 if sign > 0 else -0.9}
        return Deck(scale, model=model, temperature_c=self.temperature_c, coil_ohm=self.coil_ohm)


#: Extreme values of supply and coil (lowest of the IM03, highest of the G6K): low with low, and high with high.
_LOADS = ((4.5, 160.0), (5.25, 261.0))
LONG = [Corner(1, t, 3.46, *load) for t, load in itertools.product((0.0, 60.0), _LOADS)]
SHORT = [Corner(-1, t, 3.14, *load) for t, load in itertools.product((0.0, 60.0), _LOADS)]
NOMINAL = Corner(0, 25.0, 3.3, 5.0, 237.0)


def pulses(count: int, high_v: float, *, end_high: bool) -> tuple[str, float]:
    """A source of `count` pulses that then stops low or high, and the time of its last edge in seconds."""
    half, points, level, at = 0.5 / PULSE_HZ, ["0 0"], 0.0, 0.002
    for _ in range(2 * count - int(end_high)):
        following = high_v if level == 0 else 0.0
        points += [f"{at:.6f} {level}", f"{at + 1e-6:.6f} {following}"]
        level, at = following, at + half
    return f"Vhb bypass_hb 0 PWL({' '.join(points)})", at - half


def hold_ms(corner: Corner, *, end_high: bool, circuit: Circuit | None = None) -> tuple[float, float]:
    """The times from the last edge until a relay may have released, and until all have certainly released, without the relay's
    own delay."""
    circuit = circuit or circuits()["relay"]
    source, stop_s = pulses(30, corner.pin_v, end_high=end_high)
    deck = text([circuit], corner.deck(circuit), [source, f"Vcc p5v 0 {corner.supply_v}"],
                [f"tran 0.1m {stop_s + 0.09:.4f} {stop_s - 0.01:.4f} 0.1m", "wrdata out.txt i(vk1)"])  # fmt: skip
    time_s, current = run(deck, 2).T
    rated = 5.0 / corner.coil_ohm
    after = time_s - stop_s
    held = current[after < 0].min() > HOLDS * min(1.0, corner.supply_v / 5) * rated * 0.95
    may = after[current >= HOLDS * min(1.0, corner.supply_v / 5) * rated * 0.95]
    certain = after[current > RELEASED * rated]
    return (1000 * may.max() if held else 0.0), 1000 * certain.max()


def window_ms(circuit: Circuit | None = None) -> tuple[float, float]:
    """The shortest and the longest hold time over all combinations of extreme values, for both levels at which the line may
    stop. Includes the time of the contacts."""
    shortest = min(hold_ms(c, end_high=high, circuit=circuit)[0] for c in SHORT for high in (False, True))
    longest = max(hold_ms(c, end_high=high, circuit=circuit)[1] for c in LONG for high in (False, True))
    return shortest, longest + MECHANICAL_MS


def engaged_after_pulses(count: int) -> float:
    """The smallest fraction of the rated current at the end of `count` pulses, over the combinations that hold short."""
    least = 9.0
    for corner in SHORT:
        circuit = circuits()["relay"]
        source, stop_s = pulses(count, corner.pin_v, end_high=False)
        deck = text([circuit], corner.deck(circuit), [source, f"Vcc p5v 0 {corner.supply_v}"],
                    [f"tran 0.1m {stop_s + 0.02:.4f} 0 0.1m", "wrdata out.txt i(vk1)"])  # fmt: skip
        least = min(
            least,
            run(deck, 2)[:, 1].max() * corner.coil_ohm * (1 + circuit.parts["K1"].item.tolerance) / corner.supply_v,
        )
    return least


def steady_closed_ms(source_ohm: float) -> float:
    """The time for which the relays close if the pin goes high once, through `source_ohm`, and stays high, as at a boot or a
    restart."""
    circuit = circuits()["relay"]
    corner = LONG[-1]
    sources = [
        f"Vhb step 0 PWL(0 0 5m 0 5.001m {corner.pin_v})",
        f"Rhb step bypass_hb {source_ohm}",
        f"Vcc p5v 0 {corner.supply_v}",
    ]
    deck = text([circuit], corner.deck(circuit), sources, ["tran 0.1m 0.15 0 0.1m", "wrdata out.txt i(vk1)"])
    time_s, current = run(deck, 2).T
    closed = time_s[current > RELEASED * 5.0 / corner.coil_ohm]
    return 1000 * (closed.max() - closed.min()) if len(closed) else 0.0
