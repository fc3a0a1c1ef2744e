"""Face: the state of the panel for the display, and the texts of its cells."""

import math
from dataclasses import dataclass

from firmware.contract import BAND_TYPES, LOG, Param

#: Short words for the display, for choices whose words do not fit into a cell.
_WORDS = {
    "low_shelf": "lo shelf",
    "high_shelf": "hi shelf",
    "low_cut": "lo cut",
    "high_cut": "hi cut",
    "transparent": "transp.",
    "aggressive": "aggress.",
    "minimum": "minim.",
}
#: Settings of an EQ band, and the types of bands that do not use them.
_UNUSED = {
    "gain_db": ("low_cut", "high_cut", "notch"),
    "slope": ("bell", "notch", "tilt"),
    "q": ("tilt",),
}
#: Times for which 0 means the time of the style.
_AUTO = {"limiter.release_ms", "limiter.slow_release_ms", "limiter.lookahead_ms", "limiter.hold_ms"}


@dataclass(frozen=True)
class Cell:
    """One knob on the display: label, value and unit as texts; `position`, `default` and `zero` (where the bar starts) from 0 to 1 of the
    range; `ends` are the texts of the range. `lit` tells whether what the value belongs to is on. `note` is a second text: for a macro, the
    value of the first parameter that it moves."""

    label: str
    text: str
    unit: str = ""
    position: float | None = None
    default: float | None = None
    zero: float = 0.0
    ends: tuple[str, str] = ("", "")
    touched: bool = False
    fine: bool = False
    lit: bool = True
    note: str = ""


@dataclass(frozen=True)
class PresetFace:
    """The list of presets. `writing` is the name while it is being edited, with the place of the cursor."""

    names: tuple[str, ...]
    index: int
    notes: str = ""
    factory: bool = False
    writing: tuple[str, int] | None = None


@dataclass(frozen=True)
class Face:
    """The state of the panel. `section` and `view` name the picture; `band` is the chosen band, counted from 1.

    `listening` names what is only heard while a knob or key is held. `target_lufs`, `scale_lu` and `window_s` belong to the
    loudness picture.
    """

    section: str
    view: str
    views: tuple[int, int]
    cells: tuple[Cell | None, ...]
    band: int = 1
    shifted: bool = False
    preset: PresetFace | None = None
    message: str = ""
    listening: str = ""
    locked: bool = False
    resting: bool = False
    target_lufs: float = -14.0
    scale_lu: float = 9.0
    window_s: float = 60.0


def short(param: Param, value: float) -> tuple[str, str]:
    """A value as text of at most about seven characters, and its unit."""
    if param.kind == "switch":
        return ("on" if value else "off"), ""
    if param.choices:
        word = param.choices[int(value)]
        if param.id.endswith(".slope"):
            return word, "dB/oct"
        return _WORDS.get(word, word.replace("_", " ")), "bit" if word in ("16", "20", "24") else ""
    if param.id in _AUTO and value == 0:
        return "auto", ""
    if param.unit == "Hz":
        return (f"{value / 1000:.3g}k" if value >= 1000 else f"{value:.4g}"), "Hz"
    if param.id.endswith("ratio"):
        return (f"{value:.3g}" if value < 100 else "inf"), ":1"
    if param.unit == "ms":
        return (f"{value:.3g}" if value < 1000 else f"{value / 1000:.3g}"), "ms" if value < 1000 else "s"
    if param.unit in ("dB", "dBTP", "dB/oct"):
        signed = param.low < 0 < param.high
        return (f"{value:+.1f}" if signed and value else f"{value + 0.0:.1f}"), param.unit
    if param.unit == "%":
        return f"{value + 0.0:.0f}", "%"
    return f"{value:.2f}", param.unit


def unused_by_type(id: str, values) -> bool:
    """Whether `id` is a setting of an EQ band that the type of the band does not use, such as the slope of a bell."""
    owner, _, name = id.rpartition(".")
    if not owner.startswith("eq.b") or name not in _UNUSED:
        return False
    return BAND_TYPES[int(values[f"{owner}.type"])] in _UNUSED[name]


def position(param: Param, value: float) -> float:
    """Where `value` is in the range of `param`, from 0 to 1."""
    if param.taper == LOG:
        return math.log(value / param.low) / math.log(param.high / param.low)
    return (value - param.low) / (param.high - param.low)


def cell(label: str, param: Param, value: float, *, touched=False, fine=False, lit=True) -> Cell:
    """The cell of a parameter."""
    text, unit = short(param, value)
    if param.kind == "switch":
        return Cell(label, text, touched=touched, fine=fine, lit=lit and bool(value))
    default = position(param, param.default)
    around_zero = param.kind == "number" and param.low < 0 < param.high
    ends = tuple(short(param, end)[0] for end in (param.low, param.high))
    if param.choices:
        ends = (f"{int(value) + 1} of {len(param.choices)}", "")
    return Cell(
        label, text, unit, position(param, value), default, default if around_zero else 0.0, ends, touched, fine, lit
    )
