"""Macros: one knob that moves several parameters along declared curves. Data, and the arithmetic that applies them.

The position of a macro is not stored: it is read from its first parameter, by the inverse of that parameter's curve. The other
parameters move by the difference of their curves between the old and the new position, so a value that was set by hand stays
an offset and nothing jumps. Undo, A/B and presets therefore need to know parameters only. Which six macros are on the MASTER
page is stored in the preset, in its table `x_macros`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from firmware.contract import BY_ID, LOG

#: The table of a preset that contains the macros of the MASTER page, and its key.
TABLE, KEY = "x_macros", "knobs"


@dataclass(frozen=True)
class Move:
    """A parameter and its values at `positions` of the macro, in the unit of the parameter; straight lines between them."""

    id: str
    positions: tuple[float, ...]
    values: tuple[float, ...]

    def at(self, position: float) -> float:
        """The value at `position`."""
        return float(np.interp(position, self.positions, self.values))

    def position(self, value: float) -> float:
        """The position at which the curve has `value`; the nearest end outside it."""
        rising = self.values[-1] > self.values[0]
        values = self.values if rising else self.values[::-1]
        return float(np.interp(value, values, self.positions if rising else self.positions[::-1]))


@dataclass(frozen=True)
class Macro:
    """`low` to `high` is the range of the position in per cent. `moves[0]` is the parameter from which the position is read, so its
    curve must rise or fall everywhere. `on` are switches that are set when the macro is turned. `help` is for the documents."""

    name: str
    label: str
    help: str
    low: float
    high: float
    moves: tuple[Move, ...]
    on: tuple[str, ...] = ()

    def position(self, values: Mapping[str, float]) -> float:
        """The present position in per cent."""
        return self.moves[0].position(values[self.moves[0].id])

    def moved(self, values: Mapping[str, float], position: float) -> dict[str, float]:
        """The changes of `values` (floats by id) that bring the macro to `position`, limited to the ranges."""
        old, new = self.position(values), min(max(position, self.low), self.high)
        changed = {id: 1.0 for id in self.on if not values[id]}
        for number, move in enumerate(self.moves):
            param = BY_ID[move.id]
            if number == 0:
                value = move.at(new)
            elif param.taper == LOG:
                value = values[move.id] * move.at(new) / move.at(old)
            else:
                value = values[move.id] + move.at(new) - move.at(old)
            value = round(round(value / param.step) * param.step, param.decimals)
            changed[move.id] = min(max(value, param.low), param.high)
        return changed


def _straight(id: str, low: float, high: float, *, both: bool = False) -> Move:
    """From `low` at 0 to `high` at 100; with `both`, from `low` at -100 through the middle at 0."""
    return Move(id, (-100.0, 100.0) if both else (0.0, 100.0), (low, high))


_BANDS = range(1, 6)
_EQ_ENDS = ("eq.enabled", "eq.b1.enabled", "eq.b8.enabled")

#: All macros by name. The first six are on the MASTER page unless the preset says otherwise.
MACROS: dict[str, Macro] = {
    macro.name: macro
    for macro in (
        Macro("trim", "TRIM", "input gain, -12 to +12 dB", -100, 100, (_straight("input.trim_db", -12, 12, both=True),)),
        Macro(
            "tilt", "TILT", "brighter or darker: opposite gains of EQ bands 8 and 1, up to 4 dB", -100, 100,
            (_straight("eq.b8.gain_db", -4, 4, both=True), _straight("eq.b1.gain_db", 4, -4, both=True)), _EQ_ENDS,
        ),
        Macro(
            "glue", "GLUE", "compression of all bands: thresholds down to -24 dB, ratios up to 2", 0, 100,
            (
                *(_straight(f"multiband.b{n}.threshold_db", 0, -24) for n in _BANDS),
                *(Move(f"multiband.b{n}.ratio", (0.0, 25.0, 100.0), (1.0, 1.4, 2.0)) for n in _BANDS),
            ),
            ("multiband.enabled",),
        ),
        Macro(
            "width", "WIDTH", "width of the middle and high bands, 50 to 150 % and 40 to 160 %", -100, 100,
            (_straight("stereo.width_mid_pct", 50, 150, both=True), _straight("stereo.width_high_pct", 40, 160, both=True)),
            ("stereo.enabled",),
        ),
        Macro(
            "drive", "DRIVE", "saturation: drive up to 12 dB", 0, 100,
            (_straight("saturator.drive_db", 0, 12),), ("saturator.enabled",),
        ),
        Macro(
            "loudness", "LOUD", "gain into the limiter, up to 12 dB, with 3 dB more compression of every band", 0, 100,
            (_straight("limiter.gain_db", 0, 12), *(_straight(f"multiband.b{n}.threshold_db", 0, -3) for n in _BANDS)),
            ("limiter.enabled",),
        ),
        Macro(
            "air", "AIR", "high shelf of EQ band 8, up to 6 dB", 0, 100,
            (_straight("eq.b8.gain_db", 0, 6),), ("eq.enabled", "eq.b8.enabled"),
        ),
        Macro(
            "warmth", "WARMTH", "more at 200 Hz (EQ band 3), less at 6 kHz (band 7), up to 3 dB", 0, 100,
            (_straight("eq.b3.gain_db", 0, 3), _straight("eq.b7.gain_db", 0, -3)),
            ("eq.enabled", "eq.b3.enabled", "eq.b7.enabled"),
        ),
        Macro(
            "presence", "PRESENCE", "2.5 kHz (EQ band 6), -4 to +4 dB", -100, 100,
            (_straight("eq.b6.gain_db", -4, 4, both=True),), ("eq.enabled", "eq.b6.enabled"),
        ),
        Macro(
            "punch", "PUNCH", "slower attacks and faster releases of bands 1 to 3", 0, 100,
            (
                *(Move(f"multiband.b{n}.attack_ms", (0.0, 100.0), (10.0, 60.0)) for n in (1, 2, 3)),
                *(Move(f"multiband.b{n}.release_ms", (0.0, 100.0), (150.0, 60.0)) for n in (1, 2, 3)),
            ),
            ("multiband.enabled",),
        ),
        Macro(
            "bass", "BASS", "low shelf of EQ band 1, -6 to +6 dB", -100, 100,
            (_straight("eq.b1.gain_db", -6, 6, both=True),), ("eq.enabled", "eq.b1.enabled"),
        ),
    )
}  # fmt: skip

#: The macros of the MASTER page of a preset that does not name any.
DEFAULT_MACROS: tuple[str, ...] = tuple(MACROS)[:6]


def known_macros(names) -> tuple[str, ...]:
    """`names` if they are six names of macros, otherwise the default: a preset of another version may name others."""
    fits = isinstance(names, (list, tuple)) and len(names) == len(DEFAULT_MACROS)
    return tuple(names) if fits and all(isinstance(n, str) and n in MACROS for n in names) else DEFAULT_MACROS


def macros_of(preset) -> tuple[str, ...]:
    """The macros that a preset puts on the MASTER page."""
    table = getattr(preset, "extra", {}).get(TABLE, {})
    return known_macros(table.get(KEY) if isinstance(table, Mapping) else None)


def macros_table(names: tuple[str, ...]) -> dict:
    """What a preset contains about its macros: nothing for the default."""
    return {} if names == DEFAULT_MACROS else {TABLE: {KEY: list(names)}}
