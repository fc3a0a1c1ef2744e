"""Reference runs of the whole chain, whose digests are the same on every machine. Needs numpy and dsp_ext only.

A render on a laptop equals the output of a Pi only if x86-64 and aarch64 compute the same bits. The input and the FIR
kernels consist of integers, so that no other library rounds. All modules that work on samples are switched on.
`python -m tests.support.reference_run` prints the digests.
"""

import hashlib

import numpy as np

from dsp_ext import Engine
from dsp_ext.eq.bands import Dynamics, EqBand

RATES_HZ = (44100, 48000, 96000, 192000)
FRAMES = 48000

_BANDS = {
    "b1.threshold_db": -30, "b1.ratio": 3, "b3.threshold_db": -40, "b3.ratio": 4, "b3.attack_ms": 5, "b3.release_ms": 80,
}  # fmt: skip
_EVERYTHING = {
    f"b{band}.{name}": value for band in range(1, 6) for name, value in {
        "threshold_db": -20 - 3 * band, "ratio": 1.5 + band / 2, "knee_db": 9, "hold_ms": 4 * band, "adaptive": 1,
        "rms_pct": 40, "lookahead_ms": band / 2, "up_threshold_db": -45, "up_ratio": 2, "expand_threshold_db": -60,
        "expand_ratio": 2, "makeup_db": 2, "wet_pct": 90,
    }.items()
}  # fmt: skip
_AFTER = {
    "saturator.enabled": 1, "saturator.drive_db": 3, "limiter.gain_db": 6, "limiter.ceiling_dbtp": -1,
}  # fmt: skip
#: The settings that differ from the defaults: of the engine, of the multiband (without its name), and others.
RUNS = {
    "linear, 16 bits": ({}, _BANDS, {"dither.bits": 1}),
    "linear": ({}, _BANDS | {"bands": 3}, {}),
    "minimum phase, LR4, every feature": (
        {"mode": "minimum"},
        _EVERYTHING | {"split": 1, "bands": 3},
        {"saturator.curve": 1},
    ),
    "minimum phase, shelves, mid and side, every feature": (
        {"mode": "minimum"},
        _EVERYTHING | {"split": 2, "mid_side": 1, "b2.link_pct": 50},
        {"saturator.curve": 3, "limiter.style": 2},
    ),
}
#: Bells, shelves and cuts; one in mid and side, one dynamic.
EQ_BANDS = [
    EqBand("low_cut", 30),
    EqBand("low_shelf", 120, 2),
    EqBand("bell", 900, -3, 2, placement="side"),
    EqBand("bell", 2500, 1, 1, dynamics=Dynamics(threshold_db=-30, ratio=3, range_db=-9)),
    EqBand("high_shelf", 9000, 1.5),
]


def integers(count: int, seed: int) -> np.ndarray:
    """`count` integers in ±2^15, by a linear congruence in exact arithmetic (Knuth, TAOCP vol. 2, MMIX's constants)."""
    state, out = seed, np.empty(count, np.int64)
    for i in range(count):
        state = (6364136223846793005 * state + 1442695040888963407) % 2**64
        out[i] = (state >> 48) - 2**15
    return out


def kernels(count: int, taps: int) -> np.ndarray:
    """Symmetric kernels: an impulse in the middle, and small random values around it; exact in float32."""
    out = np.zeros((count, taps))
    side = integers(count * taps // 2, 77).reshape(count, -1) / 2.0**32
    out[:, 1 : taps // 2] = side[:, 1:]
    out[:, taps // 2 + 1 :] = side[:, :0:-1]
    out[:, taps // 2] = 0.5
    return out


def words() -> np.ndarray:
    """The input, shape (FRAMES, 2), int32: noise with loud stretches for compressor and limiter."""
    noise = np.tile(integers(2 * 3000, 5).reshape(-1, 2), (FRAMES // 3000, 1)) * 2**13
    noise[np.arange(FRAMES) // 2400 % 3 == 2] *= 7
    return noise.astype(np.int32)


def sound(name: str, rate_hz: int) -> np.ndarray:
    """The run `name`: shape (FRAMES, 2), int32, if it consists of words; otherwise (2, FRAMES), float32."""
    eq, multiband, after = RUNS[name]
    engine = Engine(rate_hz, 512)
    for setting, value in {"input.trim_db": 1.5, "multiband.enabled": 1, **_AFTER, **after}.items():
        engine.set(setting, value)
    for setting, value in multiband.items():
        engine.set(f"multiband.{setting}", value)
    if eq:
        engine.eq.load(engine.eq.pack(EQ_BANDS, **eq), jump=True)
    convolver = engine.multiband.convolver
    convolver.load(convolver.pack(kernels(4 if multiband.get("bands") == 3 else 3, engine.multiband.taps)), jump=True)
    if "dither.bits" in after:
        made = words()
        engine.process_words(made)
        return made
    made = np.ascontiguousarray((words() / 2.0**31).T.astype(np.float32))
    engine.process(made)
    return made


def digest(made: np.ndarray) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of a run. Negative zeros count as zeros, because they are equal."""
    return hashlib.sha256((made + made.dtype.type(0)).tobytes()).hexdigest()[:16]


def sums() -> list[str]:
    """A line for each run."""
    return [f"{digest(sound(name, rate_hz))} {name}, {rate_hz / 1000:g} kHz" for name in RUNS for rate_hz in RATES_HZ]


if __name__ == "__main__":
    print("\n".join(sums()))
