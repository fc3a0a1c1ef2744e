"""The parameter table: every parameter of the box. Ranges and defaults of the sound come from `dsp_ext.settings`.

Engine settings, encoder steps, presets, the protocol, CLI help and completion, and docs/PARAMETERS.md are derived from it.
The answer to `hello` contains its digest, so that a difference between box and laptop is noticed.
"""

import dataclasses
import functools
import hashlib
import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from dsp_ext import settings

from .errors import BurnishError
from .suggestions import question, suggestions

#: Who applies a change: the engine, the designer, both, or the control process of the box.
ENGINE, DESIGN, BOTH, BOX = "engine", "design", "both", "box"

LINEAR, LOG = "linear", "log"

#: Each setting that `dsp_ext.settings` declares, by its id.
_DECLARED = {**settings.ENGINE, **settings.DESIGNED}

BAND_TYPES = settings.EQ_BAND[0]["type"].choices
BAND_SLOPES = settings.EQ_BAND[0]["slope"].choices
BAND_PLACEMENTS = settings.EQ_BAND[0]["placement"].choices
EQ_BANDS = settings.EQ_BANDS
EQ_MODES = settings.EQ["mode"].choices
MULTIBAND_BANDS = settings.MULTIBAND_BANDS
BAND_COUNTS = settings.MULTIBAND["bands"].choices


class ParamError(BurnishError, ValueError):
    """A parameter does not exist or a value is not allowed. The message is one sentence with the allowed range."""

    def __init__(self, message: str, *, name: str, data: dict):
        super().__init__(message)
        self.name = name  # "unknown_path" or "range", see ERRORS in errors.py
        self.data = data


@dataclass(frozen=True)
class Param:
    """One parameter. Values are floats in `unit`; a switch is 0 or 1; a choice is the index of its word.

    `low`, `high`, `default` and `step` are in `unit`. `taper` is the relation between knob and value, LINEAR or LOG. `label`
    is the text on the display, at most 12 characters. `target` is who applies a change. `stored`: presets contain it.
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
        """Number of decimal places of `step`."""
        return max(0, -math.floor(math.log10(self.step) + 1e-9)) if self.kind == "number" else 0

    @property
    def allowed(self) -> str:
        """The allowed values as text for messages and help, for example "-12 to 0 dBTP"."""
        if self.choices:
            return ", ".join(self.choices)
        if self.kind == "switch":
            return "on or off"
        return f"{self.low:g} to {self.high:g} {self.unit}".rstrip()

    def check(self, value) -> float:
        """`value` (a number, a bool, or a word for switches and choices) as a float. Raises ParamError if it is not allowed."""
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
        """The value of a text that a person typed, for example "-1 dB", "on", "bell", "1.2k". Raises ParamError."""
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
        """The value as presets and protocol messages contain it: a bool, a word, or a number that is rounded to the decimals of
        the step."""
        if self.choices:
            return self.choices[int(value)]
        if self.kind == "switch":
            return bool(value)
        return round(value, self.decimals) + 0.0  # + 0.0 turns -0.0 into 0.0

    def format(self, value: float) -> str:
        """The value as text for people, for example "-1.0 dBTP", "bell", "on"."""
        plain = self.to_plain(value)
        if self.kind == "choice":
            return plain
        if self.kind == "switch":
            return "on" if plain else "off"
        return f"{plain:.{self.decimals}f} {self.unit}".rstrip()

    def nudge(self, value: float, detents: int, fine: bool = False) -> float:
        """`value` after `detents` clicks of an encoder, limited to the range. With `fine` a click changes a fifth as much."""
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
        """Change per click for linear parameters: at least one step, and about 100 clicks for the whole range."""
        steps = max(1, round((self.high - self.low) / self.step / 100))
        nice = next((n for n in (1, 2, 5, 10, 20, 50, 100) if n >= steps), 1000)
        return nice * self.step


def _param(id, step, label, help, **more):
    """The parameter of a setting that `dsp_ext.settings` declares, with the additional facts for the panel and the help."""
    setting = _DECLARED[id]
    return Param(
        id, setting.unit, setting.low, setting.high, setting.default, step, label, help, choices=setting.choices, **more
    )


def _eq_band(n: int) -> list[Param]:
    p = f"eq.b{n}"
    more = {"target": DESIGN}
    return [
        _param(f"{p}.enabled", 1, f"EQ{n}", f"switches EQ band {n} on or off", **more),
        _param(f"{p}.type", 1, f"EQ{n} TYPE", f"shape of EQ band {n}", **more),
        _param(f"{p}.freq_hz", 0.1, f"EQ{n} FREQ",
              f"centre or corner frequency of EQ band {n}; up to 0.45 of the rate", taper=LOG, **more),
        _param(f"{p}.gain_db", 0.1, f"EQ{n} GAIN", f"gain of EQ band {n}", **more),
        _param(f"{p}.q", 0.01, f"EQ{n} Q", f"quality factor of EQ band {n}", taper=LOG, **more),
        _param(f"{p}.slope", 1, f"EQ{n} SLOPE", f"slope of EQ band {n} in dB per octave, for cuts and shelves", **more),
        _param(f"{p}.placement", 1, f"EQ{n} ON", f"channels that EQ band {n} processes", **more),
        _param(f"{p}.dynamic", 1, f"EQ{n} DYN",
                f"the gain of EQ band {n} follows the level in its frequency range; for bells and 12 dB/octave shelves in minimum mode", **more),
        _param(f"{p}.dyn_threshold_db", 0.1, f"EQ{n} THRESH",
              f"level in the frequency range of EQ band {n} above which its gain changes", **more),
        _param(f"{p}.dyn_ratio", 0.05, f"EQ{n} RATIO",
              f"ratio of EQ band {n}: 2 changes the gain by half of the level above the threshold, 100 by nearly all of it", taper=LOG, **more),
        _param(f"{p}.dyn_range_db", 0.1, f"EQ{n} RANGE",
              f"largest gain change of EQ band {n}; negative lowers the gain, positive raises it", **more),
        _param(f"{p}.dyn_attack_ms", 0.1, f"EQ{n} ATTACK", f"attack time constant of EQ band {n}",
              taper=LOG, **more),
        _param(f"{p}.dyn_release_ms", 1, f"EQ{n} REL", f"release time constant of EQ band {n}",
              taper=LOG, **more),
    ]  # fmt: skip


def _band(n: int) -> list[Param]:
    p = f"multiband.b{n}"
    return [
        _param(f"{p}.threshold_db", 0.1, f"MB{n} THRESH", f"level above which band {n} is compressed"),
        _param(f"{p}.ratio", 0.05, f"MB{n} RATIO",
              f"compression ratio of band {n}; 1 is no compression, 100 is infinite", taper=LOG),
        _param(f"{p}.knee_db", 0.5, f"MB{n} KNEE", f"width of the soft knees of band {n}"),
        _param(f"{p}.range_db", 0.5, f"MB{n} RANGE", f"largest gain reduction of band {n} by compression"),
        _param(f"{p}.attack_ms", 0.1, f"MB{n} ATTACK", f"attack time constant of band {n}", taper=LOG),
        _param(f"{p}.hold_ms", 1, f"MB{n} HOLD", f"time before the release of band {n} begins"),
        _param(f"{p}.release_ms", 1, f"MB{n} REL", f"release time constant of band {n}", taper=LOG),
        _param(f"{p}.adaptive", 1, f"MB{n} ADAPT",
                f"shortens the release of band {n} up to five times after transients (by crest factor)"),
        _param(f"{p}.rms_pct", 1, f"MB{n} RMS", f"detector of band {n}: 0 is peak, 100 is RMS over 10 ms"),
        _param(f"{p}.lookahead_ms", 0.1, f"MB{n} AHEAD", f"look-ahead of band {n}; adds no latency; not available with shelves"),
        _param(f"{p}.up_threshold_db", 0.1, f"MB{n} UP THR", f"level below which band {n} is raised"),
        _param(f"{p}.up_ratio", 0.05, f"MB{n} UP RATIO", f"upward compression ratio of band {n}; 1 is no compression",
              taper=LOG),
        _param(f"{p}.up_range_db", 0.5, f"MB{n} UP RNG", f"largest gain of band {n} by upward compression"),
        _param(f"{p}.expand_threshold_db", 0.1, f"MB{n} EXP THR",
              f"level below which band {n} is expanded downwards"),
        _param(f"{p}.expand_ratio", 0.05, f"MB{n} EXP RAT", f"expansion ratio of band {n}; 1 is no expansion",
              taper=LOG),
        _param(f"{p}.expand_range_db", 0.5, f"MB{n} EXP RNG", f"largest gain reduction of band {n} by expansion"),
        _param(f"{p}.link_pct", 1, f"MB{n} LINK",
              f"stereo link of band {n}: at 100 both channels follow the louder one, at 0 each follows its own level"),
        _param(f"{p}.makeup_db", 0.1, f"MB{n} MAKEUP", f"gain of band {n} after compression"),
        _param(f"{p}.auto_makeup", 1, f"MB{n} AUTO", f"adds half of the gain reduction that band {n} has at full scale"),
        _param(f"{p}.wet_pct", 1, f"MB{n} WET", f"share of the compressed signal in band {n}; the rest is uncompressed"),
        _param(f"{p}.bypass", 1, f"MB{n} BYPASS", f"bypasses band {n}"),
        _param(f"{p}.solo", 1, f"MB{n} SOLO", f"plays only band {n} and other bands in solo", stored=False),
        _param(f"{p}.mute", 1, f"MB{n} MUTE", f"mutes band {n}", stored=False),
    ]  # fmt: skip


TABLE: tuple[Param, ...] = (
    _param("input.trim_db", 0.1, "TRIM", "gain at the input of the chain"),
    _param("eq.enabled", 1, "EQ", "switches the whole EQ on or off", target=DESIGN),
    _param("eq.mode", 1, "EQ MODE", "phase of the EQ; minimum adds no latency", target=DESIGN),
    _param("eq.mix_pct", 5, "EQ MIX", "share of minimum phase in mixed mode", target=DESIGN),
    _param("eq.resolution", 1, "EQ RES", "number of taps of the linear EQ; with more taps, it is accurate at lower frequencies, "
            "notches are deeper, and the latency is longer; a bell at 40 Hz with Q 2 has an error of up to 0.1 dB with 8k and almost none with 16k",
            target=DESIGN),
    _param("eq.auto_gain", 1, "EQ AUTOGAIN", "keeps the loudness of pink noise constant through the EQ", target=DESIGN),
    _param("eq.solo", 1, "EQ SOLO", "plays only the frequency range that one EQ band affects",
            target=DESIGN, stored=False),
    *(param for n in range(1, EQ_BANDS + 1) for param in _eq_band(n)),
    _param("multiband.enabled", 1, "MULTI", "switches the whole multiband compressor on or off"),
    _param("multiband.mid_side", 1, "MB M/S", "processes mid and side instead of left and right"),
    _param("multiband.bands", 1, "MB BANDS", "number of bands; the bands and crossovers above this number are unused",
            target=BOTH),
    _param("multiband.split", 1, "MB SPLIT",
            "linear: no phase shift, 53 ms latency at 48 kHz; lr4: no pre-ringing, phase shift at the crossovers, 5 ms; "
            "shelves: band gains applied as shelves, phase shift only while gains differ, no latency"),
    _param("multiband.x1_hz", 1, "XOVER 1", "first crossover frequency", taper=LOG, target=BOTH),
    _param("multiband.x2_hz", 1, "XOVER 2", "second crossover frequency", taper=LOG, target=BOTH),
    _param("multiband.x3_hz", 1, "XOVER 3", "third crossover frequency", taper=LOG, target=BOTH),
    _param("multiband.x4_hz", 1, "XOVER 4", "fourth crossover frequency", taper=LOG, target=BOTH),
    _param("multiband.tilt_db", 0.1, "MB TILT",
          "tilt of the detected level around 1 kHz, in dB per octave, for the middle of each band; 3 reduces the effect of bass"),
    *(param for n in range(1, MULTIBAND_BANDS + 1) for param in _band(n)),
    _param("stereo.enabled", 1, "STEREO", "switches width, mono-maker, balance and polarity on or off", target=BOTH),
    _param("stereo.width_low_pct", 1, "WIDTH LOW", "width of the low band: 0 is mono, 100 is unchanged", target=BOTH),
    _param("stereo.width_mid_pct", 1, "WIDTH MID", "width of the middle band", target=BOTH),
    _param("stereo.width_high_pct", 1, "WIDTH HIGH", "width of the high band", target=BOTH),
    _param("stereo.split_low_hz", 1, "WIDTH XO 1", "frequency between the low and middle width bands", taper=LOG, target=BOTH),
    _param("stereo.split_high_hz", 1, "WIDTH XO 2", "frequency between the middle and high width bands",
          taper=LOG, target=BOTH),
    _param("stereo.mono", 1, "MONO MAKER", "makes bass mono", target=BOTH),
    _param("stereo.mono_hz", 1, "MONO BELOW", "frequency below which the mono-maker removes the side signal",
          taper=LOG, target=BOTH),
    _param("stereo.balance_pct", 1, "BALANCE", "balance; positive lowers the left channel, negative the right one"),
    _param("stereo.invert_left", 1, "INVERT L", "inverts the polarity of the left channel"),
    _param("stereo.invert_right", 1, "INVERT R", "inverts the polarity of the right channel"),
    _param("saturator.enabled", 1, "SATURATOR", "switches the saturation before the limiter on or off"),
    _param("saturator.drive_db", 0.1, "SAT DRIVE", "drive into the saturation curve; quiet signals keep their level"),
    _param("saturator.curve", 1, "SAT CURVE", "shape of the saturation"),
    _param("saturator.mix_pct", 1, "SAT MIX", "share of the saturated signal"),
    _param("output.dc_filter", 1, "DC FILTER", "removes DC with a 3 Hz high-pass before the limiter"),
    _param("limiter.enabled", 1, "LIMITER", "switches the limiter on or off; without it there is no ceiling"),
    _param("limiter.gain_db", 0.1, "LIM GAIN", "gain into the limiter"),
    _param("limiter.ceiling_dbtp", 0.1, "CEILING", "true peak that the output never exceeds"),
    _param("limiter.style", 1, "LIM STYLE", "transparent: least change of the music; punchy: attacks; aggressive: highest loudness"),
    _param("limiter.release_ms", 1, "LIM REL", "release time constant of the limiter's short dips; 0 uses the value of the style"),
    _param("limiter.slow_release_ms", 10, "LIM SLOW",
          "release time constant of reductions that last; 0 uses the value of the style"),
    _param("limiter.lookahead_ms", 0.1, "LOOKAHEAD", "look-ahead of the limiter, which scales the length of its dips; 0 uses the value of the style"),
    _param("limiter.hold_ms", 0.5, "LIM HOLD", "hold of the dips before their release; 0 uses the value of the style"),
    _param("limiter.link_fast_pct", 1, "LINK FAST", "stereo link of the limiter for short dips"),
    _param("limiter.link_slow_pct", 1, "LINK SLOW", "stereo link of the limiter for reductions that last"),
    _param("limiter.true_peak", 1, "TRUE PEAK", "limits true peaks, including those between samples; off limits sample peaks only"),
    _param("limiter.unity_listen", 1, "UNITY", "compensates the limiter's gain at its output, to compare at equal loudness",
            stored=False),
    _param("limiter.delta", 1, "DELTA", "plays only the signal that the limiter removes", stored=False),
    _param("dither.bits", 1, "DITHER", "word length of the output, with dither"),
    _param("dither.shape", 1, "DITHER SHAPE", "spectrum of the dither noise: flat, or shaped towards frequencies where hearing is less sensitive"),
    _param("chain.bypass", 1, "BYPASS", "plays the unprocessed input, sample-aligned", stored=False),
    Param("chain.match", "switch", 0, 1, 0.0, 1, "MATCH", "compares bypass, A and B at equal loudness, by lowering the louder ones", target=BOX,
            stored=False),
    _param("chain.match_wet_db", 0.01, "MATCH WET", "level of the chain while comparing; set by chain.match",
          stored=False),
    _param("chain.match_dry_db", 0.01, "MATCH DRY", "level of the bypass while comparing; set by chain.match",
          stored=False),
    _param("chain.mute", 1, "MUTE", "mutes the output", stored=False),
    _param("meter.running", 1, "METER RUN", "measurement of integrated loudness and range runs; off pauses it", stored=False),
    _param("meter.epoch", 1, "METER RESET", "each new value restarts integrated loudness, range and maxima",
          stored=False),
)  # fmt: skip

BY_ID: dict[str, Param] = {param.id: param for param in TABLE}

#: Ids of earlier versions, with their present ids. They are still accepted in presets, state files, `set` and `get`.
RENAMED: dict[str, str] = {"eq.mix_percent": "eq.mix_pct"}

DEFAULTS: dict[str, float] = {param.id: param.default for param in TABLE}


def find(id: str) -> Param:
    """The parameter with this id, which may be one of RENAMED. Raises ParamError that suggests the nearest ids."""
    param = BY_ID.get(RENAMED.get(id, id))
    if param is None:
        near, hint = near_ids(id, BY_ID)
        raise ParamError(f"no parameter {id!r}; {hint}", name="unknown_path", data={"path": id, "near": near})
    return param


def near_ids(id: str, known: Iterable[str]) -> tuple[list[str], str]:
    """(the ids that `id` probably stands for, advice for the user)."""
    near = suggestions(id, known)
    if near:
        return near, question(near, "")
    name = id.rpartition(".")[2]
    if band := re.fullmatch(r"(eq|multiband)\.b\d+(\..+|)", id):
        section, rest = band.groups()
        last = EQ_BANDS if section == "eq" else MULTIBAND_BANDS
        if not rest or f"{section}.b1{rest}" in BY_ID:
            return [], f"did you mean {section}.b1{rest} to {section}.b{last}{rest}?"
    words = {word for param in TABLE for word in re.split(r"[._]", param.id)}
    for word in (name.lower(), *suggestions(name, words, 1)):
        if len(word) >= 3 and any(word in search_text(param) for param in TABLE):
            return [], f"`burnish params {word}` lists what contains this word"
    return [], "`burnish params` lists them all"


def search_text(param: Param) -> str:
    """What a search looks into: id, label and help, in lower case."""
    return f"{param.id} {param.label} {param.help}".lower()


def describe() -> list[dict]:
    """The table as plain data, for the protocol and for shell completion."""
    return [
        {k: list(v) if isinstance(v, tuple) else v for k, v in dataclasses.asdict(param).items()} for param in TABLE
    ]


@functools.cache
def digest() -> str:
    """Twelve hexadecimal digits that differ after any change of the table."""
    return hashlib.sha256(json.dumps(describe(), sort_keys=True).encode()).hexdigest()[:12]
