"""THE parameter table: each parameter of the box, declared once.

Engine settings, panel detents, presets, protocol, CLI help and completion, and docs/PARAMETERS.md come from it. Its digest
is in the protocol's hello, so a box and a laptop that disagree say so. Standard library only.
"""

import dataclasses
import difflib
import functools
import hashlib
import json
import math
from dataclasses import dataclass

from .errors import BurnishError

#: Whether a change goes straight to the engine, has to go through the designer, or both.
ENGINE, DESIGN, BOTH, BOX = "engine", "design", "both", "box"

LINEAR, LOG = "linear", "log"

BAND_TYPES = ("bell", "low_shelf", "high_shelf", "low_cut", "high_cut", "notch", "tilt")
BAND_SLOPES = ("6", "12", "18", "24", "30", "36", "42", "48")
BAND_PLACEMENTS = ("stereo", "left", "right", "mid", "side")
SATURATOR_CURVES = ("cubic", "tanh", "hard", "tube")
DITHER_BITS = ("off", "16", "20", "24")
DITHER_SHAPES = ("flat", "gentle", "strong")
LIMITER_STYLES = ("transparent", "punchy", "aggressive")
EQ_BANDS = 8
EQ_MODES = ("linear", "minimum", "mixed")
EQ_RESOLUTIONS = ("4k", "8k", "16k", "32k")
MULTIBAND_BANDS = 5
BAND_COUNTS = ("2", "3", "4", "5")


class ParamError(BurnishError, ValueError):
    """A parameter or value that does not exist or is not allowed; the message is one sentence with the allowed range."""

    def __init__(self, message: str, *, name: str, data: dict):
        super().__init__(message)
        self.name = name  # "unknown_path" or "range": see firmware/contract/protocol.py
        self.data = data


@dataclass(frozen=True)
class Param:
    """One parameter. Values are floats in `unit`; switches are 0 or 1; choices are the index of the word.

    `low`, `high`, `default`, `step` in `unit`; `taper` says how a knob travels the range; `label` is for the display, at
    most 12 characters; `target` is who applies it; `stored` says whether presets hold it.
    """

    id: str
    unit: str
    low: float
    high: float
    default: float
    step: float
    label: str
    help: str
    taper: str = LINEAR
    target: str = ENGINE
    choices: tuple[str, ...] = ()
    stored: bool = True

    @property
    def kind(self) -> str:
        """ "choice", "switch" or "number"."""
        return "choice" if self.choices else "switch" if self.unit == "switch" else "number"

    @property
    def decimals(self) -> int:
        """Digits after the point that `step` needs."""
        return max(0, -math.floor(math.log10(self.step) + 1e-9)) if self.kind == "number" else 0

    @property
    def allowed(self) -> str:
        """The allowed values, for messages and help: "-12 to 0 dBTP"."""
        if self.choices:
            return ", ".join(self.choices)
        if self.kind == "switch":
            return "on or off"
        return f"{self.low:g} to {self.high:g} {self.unit}".rstrip()

    def check(self, value) -> float:
        """`value` (number, bool, or a word for switches and choices) as a float in range. Raises ParamError."""
        if isinstance(value, str):
            return self.parse(value)
        if self.kind == "switch" and isinstance(value, bool):
            return float(value)
        number = float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else math.nan
        whole = self.kind == "number" or number == int(number) if math.isfinite(number) else False
        if not (whole and self.low <= number <= self.high):
            raise self._refuse(value)
        return number

    def parse(self, text: str) -> float:
        """The value that a person typed: "-1 dB", "on", "bell", "1.2k". Raises ParamError."""
        word = text.strip().lower()
        if self.choices:
            if word.replace("-", "_") in self.choices:
                return float(self.choices.index(word.replace("-", "_")))
            raise self._refuse(text)
        if self.kind == "switch":
            if word in ("on", "true", "yes", "1"):
                return 1.0
            if word in ("off", "false", "no", "0"):
                return 0.0
            raise self._refuse(text)
        unit = self.unit.lower()
        for suffix in ("k" + unit, "k", unit, "db" if unit.startswith("db") else ""):
            if suffix and word.endswith(suffix):
                word = word[: -len(suffix)].strip()
                factor = 1000.0 if suffix.startswith("k") else 1.0
                break
        else:
            factor = 1.0
        try:
            number = float(word) * factor
        except ValueError:
            raise self._refuse(text) from None
        if not self.low <= number <= self.high:  # refuses NaN as well
            raise self._refuse(text)
        return number

    def _refuse(self, value) -> ParamError:
        return ParamError(
            f"{self.id} cannot be {value!r}: allowed is {self.allowed}",
            name="range",
            data={"path": self.id, "value": str(value), "allowed": self.allowed, "low": self.low, "high": self.high},
        )

    def to_plain(self, value: float):
        """The value as presets and the wire write it: bool, word, or a number rounded to the step's digits."""
        if self.choices:
            return self.choices[int(value)]
        if self.kind == "switch":
            return bool(value)
        return round(value, self.decimals) + 0.0  # + 0.0 turns -0.0 into 0.0

    def format(self, value: float) -> str:
        """The value for people: "-1.0 dBTP", "bell", "on"."""
        plain = self.to_plain(value)
        if self.kind == "choice":
            return plain
        if self.kind == "switch":
            return "on" if plain else "off"
        return f"{plain:.{self.decimals}f} {self.unit}".rstrip()

    def nudge(self, value: float, detents: int, fine: bool = False) -> float:
        """`value` after `detents` clicks of an encoder; `fine` is a fifth of a click's travel. Stays in range."""
        if self.kind != "number":
            return float(min(max(round(value) + detents, self.low), self.high))
        if self.taper == LOG:
            per_octave = 60 if fine else 12
            moved = value * 2.0 ** (detents / per_octave)
        else:
            moved = value + detents * (self.step if fine else self.detent)
        moved = round(moved / self.step) * self.step
        if moved == value and detents:
            moved = value + math.copysign(self.step, detents)
        return min(max(round(moved, self.decimals), self.low), self.high)

    @property
    def detent(self) -> float:
        """Travel of one click for linear parameters: at least one step, and about 100 clicks for the range."""
        steps = max(1, round((self.high - self.low) / self.step / 100))
        nice = next((n for n in (1, 2, 5, 10, 20, 50, 100) if n >= steps), 1000)
        return nice * self.step


def _switch(id, default, label, help, **more):
    return Param(id, "switch", 0, 1, float(default), 1, label, help, **more)


def _choice(id, words, default, label, help, **more):
    return Param(id, "", 0, len(words) - 1, float(words.index(default)), 1, label, help, choices=tuple(words), **more)


_EQ_FREQUENCIES = (40, 90, 200, 450, 1000, 2500, 6000, 12000)
_EQ_HIGHEST_HZ = 86400  # 0.45 of the highest rate; what a lower one allows, `constraints.py` says
_EQ_TYPES = ("low_shelf", "bell", "bell", "bell", "bell", "bell", "bell", "high_shelf")


def _eq_band(n: int) -> list[Param]:
    p = f"eq.b{n}"
    more = {"target": DESIGN}
    return [
        _switch(f"{p}.enabled", False, f"EQ{n}", f"EQ band {n} in or out", **more),
        _choice(f"{p}.type", BAND_TYPES, _EQ_TYPES[n - 1], f"EQ{n} TYPE", f"shape of EQ band {n}", **more),
        Param(f"{p}.freq_hz", "Hz", 10, _EQ_HIGHEST_HZ, _EQ_FREQUENCIES[n - 1], 0.1, f"EQ{n} FREQ",
              f"centre or corner frequency of EQ band {n}; up to 0.45 of the rate", taper=LOG, **more),
        Param(f"{p}.gain_db", "dB", -18, 18, 0, 0.1, f"EQ{n} GAIN", f"gain of EQ band {n}", **more),
        Param(f"{p}.q", "", 0.1, 40, 0.71, 0.01, f"EQ{n} Q", f"quality factor of EQ band {n}", taper=LOG, **more),
        _choice(f"{p}.slope", BAND_SLOPES, "12", f"EQ{n} SLOPE", f"dB per octave of EQ band {n} if a cut or shelf", **more),
        _choice(f"{p}.placement", BAND_PLACEMENTS, "stereo", f"EQ{n} ON", f"channels EQ band {n} works on", **more),
        _switch(f"{p}.dynamic", False, f"EQ{n} DYN",
                f"gain of EQ band {n} moves with the level in its region; a bell or shelf of 12 dB per octave, minimum mode", **more),
        Param(f"{p}.dyn_threshold_db", "dB", -80, 0, -20, 0.1, f"EQ{n} THRESH",
              f"level in the region of EQ band {n} above which its gain moves", **more),
        Param(f"{p}.dyn_ratio", "", 1, 100, 2, 0.05, f"EQ{n} RATIO",
              f"how much of the excess EQ band {n} moves by: 2 half, 100 all", taper=LOG, **more),
        Param(f"{p}.dyn_range_db", "dB", -18, 18, -6, 0.1, f"EQ{n} RANGE",
              f"EQ band {n} moves no further than this: below 0 down, above up", **more),
        Param(f"{p}.dyn_attack_ms", "ms", 0.1, 200, 10, 0.1, f"EQ{n} ATTACK", f"attack time constant of EQ band {n}",
              taper=LOG, **more),
        Param(f"{p}.dyn_release_ms", "ms", 5, 3000, 150, 1, f"EQ{n} REL", f"release time constant of EQ band {n}",
              taper=LOG, **more),
    ]  # fmt: skip


def _band(n: int) -> list[Param]:
    p = f"multiband.b{n}"
    return [
        Param(f"{p}.threshold_db", "dB", -60, 0, 0, 0.1, f"MB{n} THRESH", f"level above which band {n} is compressed"),
        Param(f"{p}.ratio", "", 1, 100, 1, 0.05, f"MB{n} RATIO",
              f"compression ratio of band {n}; 1 leaves it alone, 100 is infinite", taper=LOG),
        Param(f"{p}.knee_db", "dB", 0, 24, 6, 0.5, f"MB{n} KNEE", f"width of the soft knees of band {n}"),
        Param(f"{p}.range_db", "dB", 0, 60, 60, 0.5, f"MB{n} RANGE", f"compression of band {n} goes no deeper than this"),
        Param(f"{p}.attack_ms", "ms", 0.1, 200, 10, 0.1, f"MB{n} ATTACK", f"attack time constant of band {n}", taper=LOG),
        Param(f"{p}.hold_ms", "ms", 0, 500, 0, 1, f"MB{n} HOLD", f"time before band {n} begins to release"),
        Param(f"{p}.release_ms", "ms", 5, 3000, 150, 1, f"MB{n} REL", f"release time constant of band {n}", taper=LOG),
        _switch(f"{p}.adaptive", False, f"MB{n} ADAPT",
                f"release of band {n} up to five times shorter for transients (crest factor)"),
        Param(f"{p}.rms_pct", "%", 0, 100, 0, 1, f"MB{n} RMS", f"detector of band {n}: 0 peak, 100 mean square of 10 ms"),
        Param(f"{p}.lookahead_ms", "ms", 0, 5, 0, 0.1, f"MB{n} AHEAD", f"band {n} reacts this much before; no added latency; not with shelves"),
        Param(f"{p}.up_threshold_db", "dB", -80, 0, -40, 0.1, f"MB{n} UP THR", f"level below which band {n} is lifted"),
        Param(f"{p}.up_ratio", "", 1, 20, 1, 0.05, f"MB{n} UP RATIO", f"upward compression ratio of band {n}; 1 is none",
              taper=LOG),
        Param(f"{p}.up_range_db", "dB", 0, 36, 12, 0.5, f"MB{n} UP RNG", f"band {n} is lifted by no more than this"),
        Param(f"{p}.expand_threshold_db", "dB", -80, 0, -60, 0.1, f"MB{n} EXP THR",
              f"level below which band {n} is expanded downwards"),
        Param(f"{p}.expand_ratio", "", 1, 20, 1, 0.05, f"MB{n} EXP RAT", f"expansion ratio of band {n}; 1 is none",
              taper=LOG),
        Param(f"{p}.expand_range_db", "dB", 0, 80, 24, 0.5, f"MB{n} EXP RNG", f"band {n} is expanded by no more than this"),
        Param(f"{p}.link_pct", "%", 0, 100, 100, 1, f"MB{n} LINK",
              f"stereo link of band {n}: 100 follows the louder channel, 0 each its own"),
        Param(f"{p}.makeup_db", "dB", -12, 12, 0, 0.1, f"MB{n} MAKEUP", f"gain of band {n} after compression"),
        _switch(f"{p}.auto_makeup", False, f"MB{n} AUTO", f"adds half of what band {n} takes from full scale"),
        Param(f"{p}.wet_pct", "%", 0, 100, 100, 1, f"MB{n} WET", f"compressed part of band {n}; the rest stays dry"),
        _switch(f"{p}.bypass", False, f"MB{n} BYPASS", f"band {n} out of circuit"),
        _switch(f"{p}.solo", False, f"MB{n} SOLO", f"only band {n} and others in solo are heard", stored=False),
        _switch(f"{p}.mute", False, f"MB{n} MUTE", f"band {n} is not heard", stored=False),
    ]  # fmt: skip


TABLE: tuple[Param, ...] = (
    Param("input.trim_db", "dB", -24, 24, 0, 0.1, "TRIM", "gain at the input of the chain"),
    _switch("eq.enabled", True, "EQ", "the whole EQ in or out", target=DESIGN),
    _choice("eq.mode", EQ_MODES, "linear", "EQ MODE", "phase of the EQ; minimum adds no latency", target=DESIGN),
    Param("eq.mix_pct", "%", 0, 100, 50, 5, "EQ MIX", "part of the minimum phase in mixed mode", target=DESIGN),
    _choice("eq.resolution", EQ_RESOLUTIONS, "8k", "EQ RES", "taps of the linear EQ: more reach lower, make notches deeper and add latency",
            target=DESIGN),
    _switch("eq.auto_gain", False, "EQ AUTOGAIN", "keep the loudness of pink noise through the EQ", target=DESIGN),
    _choice("eq.solo", ("off", *map(str, range(1, EQ_BANDS + 1))), "off", "EQ SOLO", "hear only what one EQ band acts on",
            target=DESIGN, stored=False),
    *(param for n in range(1, EQ_BANDS + 1) for param in _eq_band(n)),
    _switch("multiband.enabled", True, "MULTI", "the whole multiband compressor in or out"),
    _switch("multiband.mid_side", False, "MB M/S", "bands work on mid and side instead of left and right"),
    _choice("multiband.bands", BAND_COUNTS, "4", "MB BANDS", "how many bands; the upper crossovers and bands fall away",
            target=BOTH),
    _choice("multiband.split", ("linear", "lr4", "shelves"), "linear", "MB SPLIT",
            "linear: no phase shift; lr4: no pre-ringing, phase turns at the crossovers; shelves: gains of the bands as "
            "shelves, phase turns only while they work; latency at 48 kHz 53 ms, 5 ms, none"),
    Param("multiband.x1_hz", "Hz", 40, 16000, 120, 1, "XOVER 1", "first crossover frequency", taper=LOG, target=BOTH),
    Param("multiband.x2_hz", "Hz", 40, 16000, 800, 1, "XOVER 2", "second crossover frequency", taper=LOG, target=BOTH),
    Param("multiband.x3_hz", "Hz", 40, 16000, 5000, 1, "XOVER 3", "third crossover frequency", taper=LOG, target=BOTH),
    Param("multiband.x4_hz", "Hz", 40, 16000, 12000, 1, "XOVER 4", "fourth crossover frequency", taper=LOG, target=BOTH),
    Param("multiband.tilt_db", "dB/oct", -6, 6, 0, 0.1, "MB TILT",
          "tilt of what the bands detect, about 1 kHz, taken at the middle of each band; 3 keeps bass from ruling"),
    *(param for n in range(1, MULTIBAND_BANDS + 1) for param in _band(n)),
    _switch("stereo.enabled", True, "STEREO", "width, mono-maker, balance and polarity in or out", target=BOTH),
    Param("stereo.width_low_pct", "%", 0, 200, 100, 1, "WIDTH LOW", "width of the low band: 0 mono, 100 as it is", target=BOTH),
    Param("stereo.width_mid_pct", "%", 0, 200, 100, 1, "WIDTH MID", "width of the middle band", target=BOTH),
    Param("stereo.width_high_pct", "%", 0, 200, 100, 1, "WIDTH HIGH", "width of the high band", target=BOTH),
    Param("stereo.split_low_hz", "Hz", 40, 2000, 200, 1, "WIDTH XO 1", "between the low and middle width bands", taper=LOG, target=BOTH),
    Param("stereo.split_high_hz", "Hz", 500, 12000, 4000, 1, "WIDTH XO 2", "between the middle and high width bands",
          taper=LOG, target=BOTH),
    _switch("stereo.mono", False, "MONO MAKER", "bass in mono", target=BOTH),
    Param("stereo.mono_hz", "Hz", 20, 500, 120, 1, "MONO BELOW", "corner below which the mono-maker takes the side away",
          taper=LOG, target=BOTH),
    Param("stereo.balance_pct", "%", -100, 100, 0, 1, "BALANCE", "turns the other channel down; right is positive"),
    _switch("stereo.invert_left", False, "INVERT L", "polarity of the left channel"),
    _switch("stereo.invert_right", False, "INVERT R", "polarity of the right channel"),
    _switch("saturator.enabled", False, "SATURATOR", "saturation before the limiter in or out"),
    Param("saturator.drive_db", "dB", -24, 36, 0, 0.1, "SAT DRIVE", "how far into the curve; small signals keep their level"),
    _choice("saturator.curve", SATURATOR_CURVES, "cubic", "SAT CURVE", "shape of the saturation"),
    Param("saturator.mix_pct", "%", 0, 100, 100, 1, "SAT MIX", "how much of what the curve does"),
    _switch("output.dc_filter", False, "DC FILTER", "take DC away, below 3 Hz, before the limiter"),
    _switch("limiter.enabled", True, "LIMITER", "the limiter in or out; out means no ceiling"),
    Param("limiter.gain_db", "dB", -12, 24, 0, 0.1, "LIM GAIN", "gain into the limiter"),
    Param("limiter.ceiling_dbtp", "dBTP", -12, 0, -1, 0.1, "CEILING", "true peak that the output never exceeds"),
    _choice("limiter.style", LIMITER_STYLES, "transparent", "LIM STYLE", "look-ahead, hold and releases as a set"),
    Param("limiter.release_ms", "ms", 0, 1000, 0, 1, "LIM REL", "release time constant; 0: as the style has it"),
    Param("limiter.slow_release_ms", "ms", 0, 5000, 0, 10, "LIM SLOW",
          "release of what lasts; 0: as the style has it, below 400: none"),
    Param("limiter.lookahead_ms", "ms", 0, 10, 0, 0.1, "LOOKAHEAD", "look-ahead of the limiter; 0: as the style has it"),
    Param("limiter.hold_ms", "ms", 0, 50, 0, 0.5, "LIM HOLD", "hold before the release; 0: as the style has it"),
    Param("limiter.link_fast_pct", "%", 0, 100, 100, 1, "LINK FAST", "stereo link of the limiter for transients"),
    Param("limiter.link_slow_pct", "%", 0, 100, 100, 1, "LINK SLOW", "stereo link of the limiter for its slow release"),
    _switch("limiter.true_peak", True, "TRUE PEAK", "the ceiling holds between samples; off: for samples only"),
    _switch("limiter.unity_listen", False, "UNITY", "take the limiter's gain back after it, to compare at one loudness",
            stored=False),
    _switch("limiter.delta", False, "DELTA", "hear only what the limiter removes", stored=False),
    _choice("dither.bits", DITHER_BITS, "off", "DITHER", "word length of the output, with dither"),
    _choice("dither.shape", DITHER_SHAPES, "flat", "DITHER SHAPE", "spectrum of the dither noise: flat, or less where ears are keen"),
    _switch("chain.bypass", False, "BYPASS", "the input, delayed as much as the chain delays", stored=False),
    _switch("chain.match", False, "MATCH", "bypass and A/B compare at one loudness: that of the quietest", target=BOX,
            stored=False),
    Param("chain.match_wet_db", "dB", -24, 0, 0, 0.01, "MATCH WET", "level of the chain while comparing; set by chain.match",
          stored=False),
    Param("chain.match_dry_db", "dB", -24, 0, 0, 0.01, "MATCH DRY", "level of the bypass while comparing; set by chain.match",
          stored=False),
    _switch("chain.mute", False, "MUTE", "silence at the output", stored=False),
    _switch("meter.running", True, "METER RUN", "integrated loudness and range go on measuring", stored=False),
    Param("meter.epoch", "", 0, 1e9, 0, 1, "METER RESET", "each new value restarts integrated loudness, range and maxima",
          stored=False),
)  # fmt: skip

BY_ID: dict[str, Param] = {param.id: param for param in TABLE}

#: Ids of earlier versions and what they are called now. They are still accepted in presets, state files, `set` and `get`.
RENAMED: dict[str, str] = {"eq.mix_percent": "eq.mix_pct"}

DEFAULTS: dict[str, float] = {param.id: param.default for param in TABLE}


def find(id: str) -> Param:
    """The parameter of that id, which may be one of RENAMED. Raises ParamError with the nearest ids."""
    param = BY_ID.get(RENAMED.get(id, id))
    if param is None:
        near = difflib.get_close_matches(id, BY_ID, 3, 0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else "`burnish params` lists them all"
        raise ParamError(f"no parameter {id!r}; {hint}", name="unknown_path", data={"path": id, "near": near})
    return param


def describe() -> list[dict]:
    """The table as plain data, for the protocol and for completion."""
    return [
        {k: list(v) if isinstance(v, tuple) else v for k, v in dataclasses.asdict(param).items()} for param in TABLE
    ]


@functools.cache
def digest() -> str:
    """Twelve hex digits that change with any change of the table."""
    return hashlib.sha256(json.dumps(describe(), sort_keys=True).encode()).hexdigest()[:12]
