"""Sections, their views, and what the six knobs of each view do.

A view has one or two rows of six knobs; SHIFT shows the second. In ids, `{band}` stands for the chosen band of the section. A test
checks that every parameter of the sound is on a row.
"""

from dataclasses import dataclass

from firmware.contract import EQ_BANDS, MULTIBAND_BANDS


@dataclass(frozen=True)
class Knob:
    """What one knob does in one row.

    `id` is the parameter that it turns, or in `own` the name of a value of the panel itself (`band`, `target`, ...). A short push
    toggles the switch `tap`, or carries out the action `push`. Holding the knob plays what `listen` says, a parameter of
    listening, until it is released; without it, holding sets the default. Turning sets the switches in `wakes`.
    """

    label: str
    id: str = ""
    own: str = ""
    tap: str = ""
    push: str = ""
    listen: str = ""
    wakes: tuple[str, ...] = ()


@dataclass(frozen=True)
class View:
    """One picture of a section with its knobs."""

    name: str
    rows: tuple[tuple[Knob | None, ...], ...]


@dataclass(frozen=True)
class Section:
    """A key of the panel and its views. `switch` turns the whole section on and off; `bands` is how many can be chosen."""

    key: str
    title: str
    views: tuple[View, ...]
    switch: str = ""
    bands: int = 0


_EQ_ON = ("eq.b{band}.enabled",)
_COLOUR_ON = ("saturator.enabled",)
_EQ_BAND = Knob("BAND", own="band", tap="eq.b{band}.enabled", listen="eq.solo")
_DYN_BAND = Knob("BAND", own="band", tap="multiband.b{band}.bypass", listen="multiband.b{band}.solo")


def _eq(label: str, key: str, **more) -> Knob:
    return Knob(label, f"eq.b{{band}}.{key}", **{"wakes": _EQ_ON, **more})


def _dyn(label: str, key: str, **more) -> Knob:
    return Knob(label, f"multiband.b{{band}}.{key}", **more)


def _colour(label: str, key: str) -> Knob:
    return Knob(label, f"saturator.{key}", tap="saturator.enabled", wakes=_COLOUR_ON)


def _row(*knobs: Knob | None) -> tuple[Knob | None, ...]:
    return (*knobs, *(None,) * (6 - len(knobs)))


EQ = Section(
    "EQ",
    "EQ",
    (
        View(
            "curve",
            (
                _row(
                    _EQ_BAND,
                    _eq("TYPE", "type"),
                    _eq("FREQ", "freq_hz"),
                    _eq("GAIN", "gain_db"),
                    _eq("Q", "q"),
                    _eq("SLOPE", "slope"),
                ),
                _row(
                    _eq("ON", "placement"),
                    _eq("DYN THR", "dyn_threshold_db", tap="eq.b{band}.dynamic"),
                    _eq("RATIO", "dyn_ratio", tap="eq.b{band}.dynamic"),
                    _eq("RANGE", "dyn_range_db", tap="eq.b{band}.dynamic"),
                    _eq("ATTACK", "dyn_attack_ms", tap="eq.b{band}.dynamic"),
                    _eq("RELEASE", "dyn_release_ms", tap="eq.b{band}.dynamic"),
                ),
            ),
        ),
        View(
            "setup",
            (
                _row(
                    Knob("EQ", "eq.enabled", tap="eq.enabled"),
                    Knob("PHASE", "eq.mode"),
                    Knob("MIX", "eq.mix_pct"),
                    Knob("TAPS", "eq.resolution"),
                    Knob("AUTO GN", "eq.auto_gain", tap="eq.auto_gain"),
                    Knob("DYNAMIC", "eq.b{band}.dynamic", tap="eq.b{band}.dynamic", wakes=_EQ_ON),
                ),
            ),
        ),
    ),
    "eq.enabled",
    EQ_BANDS,
)

DYN = Section(
    "DYN",
    "DYN",
    (
        View(
            "bands",
            (
                _row(
                    _DYN_BAND,
                    _dyn("THRESH", "threshold_db"),
                    _dyn("RATIO", "ratio"),
                    _dyn("ATTACK", "attack_ms"),
                    _dyn("RELEASE", "release_ms"),
                    _dyn("MAKE-UP", "makeup_db", tap="multiband.b{band}.auto_makeup"),
                ),
                _row(
                    _dyn("KNEE", "knee_db"),
                    _dyn("RANGE", "range_db"),
                    _dyn("HOLD", "hold_ms", tap="multiband.b{band}.adaptive"),
                    _dyn("LINK", "link_pct"),
                    _dyn("RMS", "rms_pct"),
                    _dyn("WET", "wet_pct"),
                ),
            ),
        ),
        View(
            "split",
            (
                _row(
                    Knob("SPLIT", "multiband.split"),
                    Knob("XOVER 1", "multiband.x1_hz"),
                    Knob("XOVER 2", "multiband.x2_hz"),
                    Knob("XOVER 3", "multiband.x3_hz"),
                    Knob("XOVER 4", "multiband.x4_hz"),
                    Knob("BANDS", "multiband.bands"),
                ),
                _row(
                    Knob("DYN", "multiband.enabled", tap="multiband.enabled"),
                    Knob("M/S", "multiband.mid_side", tap="multiband.mid_side"),
                    Knob("TILT", "multiband.tilt_db"),
                    _dyn("ADAPTIVE", "adaptive", tap="multiband.b{band}.adaptive"),
                    _dyn("AUTO M-U", "auto_makeup", tap="multiband.b{band}.auto_makeup"),
                    _dyn("BYPASS", "bypass", tap="multiband.b{band}.bypass"),
                ),
            ),
        ),
        View(
            "up",
            (
                _row(
                    _DYN_BAND,
                    _dyn("UP THR", "up_threshold_db"),
                    _dyn("UP RATIO", "up_ratio"),
                    _dyn("UP RANGE", "up_range_db"),
                    _dyn("AHEAD", "lookahead_ms"),
                    _dyn("MUTE", "mute", tap="multiband.b{band}.mute"),
                ),
                _row(
                    _DYN_BAND,
                    _dyn("EXP THR", "expand_threshold_db"),
                    _dyn("EXP RAT", "expand_ratio"),
                    _dyn("EXP RNG", "expand_range_db"),
                ),
            ),
        ),
    ),
    "multiband.enabled",
    MULTIBAND_BANDS,
)

STEREO = Section(
    "STEREO",
    "STEREO",
    (
        View(
            "width",
            (
                _row(
                    Knob("LOW", "stereo.width_low_pct"),
                    Knob("MID", "stereo.width_mid_pct"),
                    Knob("HIGH", "stereo.width_high_pct"),
                    Knob("MONO", "stereo.mono_hz", tap="stereo.mono", wakes=("stereo.mono",)),
                    Knob("BALANCE", "stereo.balance_pct"),
                    Knob("TRIM", "input.trim_db"),
                ),
                _row(
                    Knob("SPLIT 1", "stereo.split_low_hz"),
                    Knob("SPLIT 2", "stereo.split_high_hz"),
                    Knob("INVERT L", "stereo.invert_left", tap="stereo.invert_left"),
                    Knob("MONO", "stereo.mono", tap="stereo.mono"),
                    Knob("INVERT R", "stereo.invert_right", tap="stereo.invert_right"),
                    Knob("STEREO", "stereo.enabled", tap="stereo.enabled"),
                ),
            ),
        ),
    ),
    "stereo.enabled",
)

COLOUR = Section(
    "COLOUR",
    "COLOUR",
    (
        View(
            "transfer",
            (
                _row(
                    Knob("COLOUR", "saturator.enabled", tap="saturator.enabled"),
                    _colour("CURVE", "curve"),
                    _colour("DRIVE", "drive_db"),
                    _colour("MIX", "mix_pct"),
                    Knob("DC FILT", "output.dc_filter", tap="output.dc_filter"),
                    Knob("TRIM", "input.trim_db"),
                ),
            ),
        ),
    ),
    "saturator.enabled",
)

LIMIT = Section(
    "LIMIT",
    "LIMIT",
    (
        View(
            "history",
            (
                _row(
                    Knob("GAIN", "limiter.gain_db"),
                    Knob("CEILING", "limiter.ceiling_dbtp"),
                    Knob("STYLE", "limiter.style"),
                    Knob("RELEASE", "limiter.release_ms"),
                    Knob("SLOW", "limiter.slow_release_ms"),
                    Knob("DITHER", "dither.bits"),
                ),
                _row(
                    Knob("AHEAD", "limiter.lookahead_ms"),
                    Knob("HOLD", "limiter.hold_ms"),
                    Knob("LINK FST", "limiter.link_fast_pct"),
                    Knob("LINK SLW", "limiter.link_slow_pct"),
                    Knob("TRUE PK", "limiter.true_peak", tap="limiter.true_peak"),
                    Knob("SHAPE", "dither.shape"),
                ),
            ),
        ),
        View(
            "listen",
            (
                _row(
                    Knob("LIMITER", "limiter.enabled", tap="limiter.enabled"),
                    Knob("UNITY", "limiter.unity_listen", tap="limiter.unity_listen"),
                    Knob("DELTA", "limiter.delta", tap="limiter.delta"),
                    Knob("MUTE", "chain.mute", tap="chain.mute"),
                    Knob("MATCH", "chain.match", tap="chain.match"),
                    Knob("DITHER", "dither.bits"),
                ),
            ),
        ),
    ),
    "limiter.enabled",
)

_METER_ROW = _row(
    Knob("RESTART", push="restart"),
    Knob("TARGET", own="target", push="learn"),
    Knob("SCALE", own="scale"),
    Knob("WINDOW", own="window"),
    Knob("RUN", "meter.running", tap="meter.running"),
    Knob("TRIM", "input.trim_db"),
)
METER = Section(
    "METER",
    "METER",
    (
        View("loudness", (_METER_ROW,)),
        View("numbers", (_METER_ROW,)),
    ),
)

#: Six macros; SHIFT chooses which. It is shown while no key belongs to it: hold any section key.
MASTER = Section(
    "MASTER",
    "MASTER",
    (
        View(
            "macros",
            (
                tuple(Knob("", own=f"macro{n}") for n in range(1, 7)),
                tuple(Knob(f"KNOB {n}", own=f"assign{n}") for n in range(1, 7)),
            ),
        ),
    ),
)

#: The list of presets.
PRESET = Section(
    "PRESET",
    "PRESET",
    (
        View(
            "list",
            (
                _row(
                    Knob("LOAD", own="choose", push="load"),
                    Knob("MOVE", own="move"),
                    Knob("NEW", push="store_new"),
                    Knob("REPLACE", push="store_over"),
                    Knob("NAME", push="rename"),
                    Knob("DELETE", push="delete"),
                ),
            ),
        ),
        View(
            "name",
            (
                _row(
                    Knob("PLACE", own="place", push="done"),
                    Knob("LETTER", own="letter"),
                    Knob("INSERT", push="insert"),
                    Knob("ERASE", push="erase"),
                    Knob("DONE", push="done"),
                    Knob("CANCEL", push="cancel"),
                ),
            ),
        ),
    ),
)

#: In the order of the keys on the panel. The first is shown after the start.
SECTIONS: tuple[Section, ...] = (EQ, DYN, STEREO, COLOUR, LIMIT, METER)
BY_KEY: dict[str, Section] = {section.key: section for section in (*SECTIONS, MASTER, PRESET)}
