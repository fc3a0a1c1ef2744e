"""Measures clicks of the whole chain: settings change while tones play, and the level above 8 kHz shows the clicks.

The tones themselves contain nothing above 8 kHz. Constant settings may add something there (harmonics of the limiter or of the
saturator). The residue of a change is therefore its highest level above 8 kHz, minus the part that the settings before, between
and after the change cause without a change.
"""

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import resources
from itertools import pairwise

import numpy as np
from scipy.signal import firwin, oaconvolve

from dsp_ext import Engine
from firmware.contract import params
from firmware.engine import designer
from firmware.presets.document import parse

#: Frequencies in Hz and their amplitudes; the peaks add up to 0.5.
TONES = {
    "997 Hz": ((997, 0.5),),
    "60 Hz + 5 kHz": ((60, 0.25), (5000, 0.25)),
    "200 Hz": ((200, 0.5),),
}
#: The other channel is quieter and later by this much, so that width and links have an effect.
RIGHT, RIGHT_PHASE = 0.6, 1.0
BLOCK = 256
SETTLE_S, AFTER_S, RETURN_S = 0.5, 0.22, 0.007

#: Parameters that change no sound, or that the control process applies through others.
SILENT = ("meter.running", "meter.epoch", "chain.match")

#: Every module at work.
WORKING = params.DEFAULTS | {
    "limiter.gain_db": 9.0, "limiter.style": 0.0, "eq.mix_pct": 50.0,
    "stereo.width_low_pct": 80.0, "stereo.width_mid_pct": 120.0, "stereo.width_high_pct": 130.0, "stereo.mono": 1.0,
} | {f"eq.b{n}.enabled": 1.0 for n in (2, 5, 8)} | {f"eq.b{n}.gain_db": 3.0 * (-1) ** n for n in range(1, params.EQ_BANDS + 1)} | {
    f"multiband.b{n}.{name}": value for n in range(1, params.MULTIBAND_BANDS + 1) for name, value in
    {"threshold_db": -30.0, "ratio": 2.0, "makeup_db": 1.0 * n}.items()
}  # fmt: skip
#: Settings that select how the chain computes.
CONTEXTS = (
    {"eq.mode": 0.0, "multiband.split": 0.0},
    {"eq.mode": 1.0, "multiband.split": 1.0, "multiband.bands": 3.0},
    {"eq.mode": 2.0, "multiband.split": 2.0, "multiband.mid_side": 1.0},
    {"eq.mode": 1.0, "multiband.split": 2.0, "limiter.enabled": 0.0},
)
#: Other settings that a parameter needs to have an effect, by the end of its id.
NEEDS = {
    "dyn_": {"eq.mode": 1.0, "dynamic": 1.0, "enabled": 1.0},
    ".dynamic": {"eq.mode": 1.0},
    "up_": {"up_ratio": 3.0},
    "expand_": {"expand_ratio": 3.0, "expand_threshold_db": -10.0},
    # The limiter is off, because its gain would raise and lower harmonics that exist without a change.
    "saturator.": {"saturator.enabled": 1.0, "saturator.drive_db": 3.0, "limiter.enabled": 0.0},
    "limiter.": {"limiter.enabled": 1.0},
}


#: Parameters that are moved over a smaller range, because the whole range would cause distortion that is not a click.
SPANS = {"input.trim_db": (-12.0, 12.0), "limiter.gain_db": (-12.0, 12.0), "saturator.drive_db": (-24.0, 6.0)} | {
    f"multiband.b{n}.up_range_db": (0.0, 24.0) for n in range(1, params.MULTIBAND_BANDS + 1)
}
#: A crossover moves sound from one compressor to another, which each kind of split does differently. These parameters are moved
#: in every context.
CROSSOVERS = ("multiband.bands", *(f"multiband.x{n}_hz" for n in range(1, params.MULTIBAND_BANDS)))
#: Known limits: a pattern for the case, the residue that it may leave in dBFS, and why.
KNOWN = {
    r"eq\.(solo|b\d+\.(gain_db|type))": (
        -90.0,
        "a tone becomes up to 36 dB louder within 20 ms, while compressors and limiter reduce it",
    ),
}


@dataclass(frozen=True)
class Case:
    """A tone through the chain at `before` while settings change: `steps` are (seconds to the next step, changed values)."""

    name: str
    module: str
    before: dict[str, float]
    steps: tuple[tuple[float, dict[str, float]], ...]


def presets() -> dict[str, dict[str, float]]:
    """The values of all factory presets by their names."""
    files = resources.files("firmware.data") / "presets"
    found = (parse(file.read_text()) for file in files.iterdir() if file.name.endswith(".toml"))
    return {preset.name: params.DEFAULTS | dict(preset.values) for preset in found}


def preset_cases() -> list[Case]:
    """Every factory preset to every other one."""
    values = presets()
    return [
        Case(f"{a} to {b}", "presets", values[a], ((AFTER_S, values[b]),))
        for a in sorted(values) for b in sorted(values) if a != b
    ]  # fmt: skip


def parameter_cases(context: int) -> Iterator[Case]:
    """Cases for each parameter that changes the sound: moved over its whole range, by one detent, in both directions, and back
    during the ramp."""
    for param in params.TABLE:
        if param.id in SILENT or param.id.startswith(
            "dither."
        ):  # dither is noise: a change of its level is not a click
            continue
        before = WORKING | CONTEXTS[context % len(CONTEXTS)] | _needs(param.id)
        yield Case(param.id, param.id.split(".")[0], before, _steps(param, before[param.id]))


def _needs(id: str) -> dict[str, float]:
    own = id.rsplit(".", 1)[0]
    needed = {}
    for part, values in NEEDS.items():
        if part in id:
            needed |= {name if "." in name else f"{own}.{name}": value for name, value in values.items()}
    if id.startswith("eq.b"):
        needed[f"{own}.enabled"] = 1.0
    return needed


def _steps(param: params.Param, value: float) -> tuple[tuple[float, dict[str, float]], ...]:
    if param.kind == "number":
        low, high = SPANS.get(param.id, (param.low, param.high))
        detent = param.nudge(value, 1) if value < param.high else param.nudge(value, -1)
        ways = ((AFTER_S, high), (AFTER_S, low), (RETURN_S, high), (AFTER_S, low), (AFTER_S, value), (RETURN_S, detent),
                (AFTER_S, value), (AFTER_S, detent))  # fmt: skip
    else:
        others = [float(word) for word in range(int(param.low), int(param.high) + 1)]
        ways = [(AFTER_S, word) for word in (*others, value)]
        ways += [(RETURN_S, next(word for word in others if word != value)), (AFTER_S, value)]
    return tuple((after_s, {param.id: way}) for after_s, way in ways)


def tone(name: str, rate_hz: int, frames: int) -> np.ndarray:
    """A tone of TONES, float32, shape (2, frames)."""
    at = 2 * np.pi * np.arange(frames) / rate_hz
    left = sum(level * np.sin(hz * at) for hz, level in TONES[name])
    right = sum(level * np.sin(hz * at + RIGHT_PHASE) for hz, level in TONES[name])
    return np.stack([left, RIGHT * right]).astype(np.float32)


def above_8_khz(x: np.ndarray, rate_hz: int) -> np.ndarray:
    """`x`, shape (channels, frames), above 8 kHz, float64."""
    return oaconvolve(x.astype(float), _high_pass(rate_hz)[None], "same", axes=-1)


@functools.cache
def _high_pass(rate_hz: int) -> np.ndarray:
    return firwin(rate_hz // 48 * 2 + 1, 7300, fs=rate_hz, pass_zero=False, window=("kaiser", 16))


def residue_db(case: Case, tone_name: str, rate_hz: int) -> float:
    """The residue of `case` above 8 kHz at its loudest moment, in dBFS; if the tone exceeds full scale, in dB relative to the
    tone. The lowest value is -160."""
    engine = Engine(rate_hz, BLOCK)
    designer.begin(engine, case.before)
    seconds = 2 * SETTLE_S + sum(after_s for after_s, _ in case.steps)
    x, values, at = tone(tone_name, rate_hz, round(seconds * rate_hz)), dict(case.before), round(SETTLE_S * rate_hz)
    engine.process(y := np.ascontiguousarray(x[:, :at]))
    parts, edges = [y], [at]
    for after_s, changed in case.steps:
        values |= changed
        parts += _apply(engine, changed, values, x, at)
        end = min(x.shape[1], edges[-1] + round(after_s * rate_hz))
        at = sum(part.shape[1] for part in parts)
        edges[-1] = max(edges[-1], at)
        end = max(end, at)
        engine.process(y := np.ascontiguousarray(x[:, at:end]))
        parts.append(y)
        at = end
        edges.append(at)
    engine.process(y := np.ascontiguousarray(x[:, at:]))
    return _worst_db(np.concatenate([*parts, y], axis=1), edges, rate_hz)


def _apply(engine: Engine, changed: dict, values: dict, x: np.ndarray, at: int) -> list[np.ndarray]:
    """Apply the changed values like the box does: a new kernel waits until the previous one is in use. Returns the sound that
    is processed in the meantime."""
    waited = []
    for kind, ids in designer.IDS.items():
        if changed.keys().isdisjoint(ids):
            continue
        while kind != "settings" and (engine.eq_busy if kind == designer.EQ else engine.multiband.convolver.fading):
            engine.process(y := np.ascontiguousarray(x[:, at : at + BLOCK]))
            waited.append(y)
            at += BLOCK
        designer.apply(engine, kind, changed if kind == "settings" else values)
    return waited


def _worst_db(y: np.ndarray, edges: list[int], rate_hz: int) -> float:
    """The residue of all changes at `edges`. The level without a change is measured in the last 60 ms before each change, if
    the sound has settled by then. The loudest of these counts, because a change that reverses passes through the other
    settings."""
    high = np.abs(above_8_khz(y, rate_hz)).max(axis=0)
    margin, rest = rate_hz // 25, rate_hz * 6 // 100
    ends = [edges[0], *(end for start, end in pairwise([*edges, y.shape[1]]) if end - start > rate_hz // 10)]
    calm = max(high[end - margin - rest : end - margin].max() for end in ends)
    moment = high[edges[0] - margin : -margin].max()
    loud = max(1.0, np.abs(y).max())
    return 20 * np.log10(max((moment - calm) / loud, 1e-8))


def limit_db(case: Case, limit_db: float) -> float:
    """The allowed residue of `case`: that of KNOWN, otherwise `limit_db`."""
    known = [limit for pattern, (limit, _) in KNOWN.items() if re.fullmatch(pattern, case.name)]
    return known[0] if known else limit_db


def worst(cases: Iterable[tuple[Case, str, int]]) -> dict[str, tuple[float, str]]:
    """The largest residue in dBFS and its case, for each module and for each pattern of KNOWN."""
    found: dict[str, tuple[float, str]] = {}
    for case, tone_name, rate_hz in cases:
        value = residue_db(case, tone_name, rate_hz)
        group = next((why for pattern, (_, why) in KNOWN.items() if re.fullmatch(pattern, case.name)), case.module)
        if value > found.get(group, (-np.inf, ""))[0]:
            found[group] = value, f"{case.name}, {tone_name}, {rate_hz / 1000:g} kHz"
    return found
