"""The limiter on the hostile corpus while its settings move. `python -m tests.support.limiter_corpus [--quick]` prints the
largest excess over the ceiling for each class of signal and for each sampling rate.

Every number stands for one run: two segments of the corpus, the first one before and after the second one, at one of the four
rates. Settings at the start, block sizes, and all changes are derived from the number. Ceiling, gain, style, links, and all
times change at random frames. The ceiling in force is known for each frame: it moves over 20 ms, and is delayed like the sound.
"""

import argparse
from dataclasses import dataclass
from multiprocessing import Pool

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from dsp_ext.core import RAMP_MS, ramp_shape
from dsp_ext.core.processor import RATES_HZ
from dsp_ext.limiter.limiter import Limiter
from dsp_ext.meters.true_peak import TruePeak
from dsp_ext.settings import LIMITER_STYLES

from . import hostile
from .true_peak_oracle import BS1770, LONG, peaks

QUICK, FULL = 180, 10000
#: Delay of the product's meter in frames.
_OWN_DELAY = 66
_BLOCKS = (1, 16, 64, 100, 256, 1024)
#: Frames between two changes.
_GAP = (150, 3000)


@dataclass(frozen=True)
class Excess:
    """The excess of one run over the ceiling in force, in dB: by samples, by the meter of BS.1770, by the product's meter, and by
    one of 32 points and 128 taps."""

    name: str
    rate_hz: int
    sample: float
    bs1770: float
    own: float
    long: float
    clamps: int


def _start(rng) -> dict:
    return _times(rng) | _levels(rng) | {"style": rng.choice(list(LIMITER_STYLES)), "ceiling_dbtp": rng.uniform(-12, 0)}


def _levels(rng) -> dict:
    return {
        "gain_db": rng.uniform(0, 24) if rng.random() < 0.2 else rng.uniform(0, 14),
        "link_fast_pct": rng.choice([100, rng.uniform(0, 100)]),
        "link_slow_pct": rng.choice([100, rng.uniform(0, 100)]),
    }


def _times(rng) -> dict:
    """Times; 0 stands for the time of the style."""
    longest = {"lookahead_ms": 10, "hold_ms": 50, "release_ms": 500, "slow_release_ms": 2000}
    return {name: rng.choice([0, rng.uniform(0, most)]) for name, most in longest.items()}


def _change(rng) -> dict:
    kind = rng.integers(5)
    if kind < 2:
        return {"ceiling_dbtp": rng.uniform(-12, 0)}
    if kind == 2:
        return _levels(rng)
    return {"style": rng.choice(list(LIMITER_STYLES))} if kind == 3 else _times(rng)


def _run(number: int, rate_hz: int, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """The output, the ceiling in force for each of its frames in dB, and the number of clamped samples."""
    rng = np.random.default_rng([hostile.SEED, 1, number])
    limiter, settings, block = Limiter(rate_hz), _start(rng), int(rng.choice(_BLOCKS))
    limiter.set(**settings, settle=True)
    ramp = ramp_shape(round(RAMP_MS * 1e-3 * rate_hz))
    x = np.concatenate([x, np.zeros((2, limiter.latency + 64), np.float32)], axis=1)
    ceilings = np.full(x.shape[1] + len(ramp), settings["ceiling_dbtp"])
    parts, at, next_change, ramp_ends = [], 0, int(rng.integers(*_GAP)), 0
    while at < x.shape[1]:
        if at >= next_change:
            change = _change(rng)
            if "ceiling_dbtp" in change and at >= ramp_ends:  # a ramp in progress would delay the new ceiling
                start, goal = ceilings[at], change["ceiling_dbtp"]
                ceilings[at:] = goal
                ceilings[at : at + len(ramp)] = start + (goal - start) * ramp
                ramp_ends = at + len(ramp)
            elif "ceiling_dbtp" in change:
                change = {}
            limiter.set(**change)
            next_change = at + int(rng.integers(*_GAP))
        parts.append(np.ascontiguousarray(x[:, at : at + block]))
        limiter.process(parts[-1])
        at += block
    in_force = np.concatenate([np.full(limiter.latency, settings["ceiling_dbtp"]), ceilings])[: x.shape[1]]
    return np.concatenate(parts, axis=1), in_force, limiter.clamps


def excess(number: int) -> Excess:
    """The run with this number."""
    rate_hz = RATES_HZ[number // len(hostile.CLASSES) % len(RATES_HZ)]
    name, first = hostile.segment(number, rate_hz)
    second = hostile.segment(number + FULL, rate_hz)[1]
    y, ceiling, clamps = _run(number, rate_hz, np.concatenate([first, second, first], axis=1))
    # A peak between two frames may reach the higher one of their ceilings.
    between = np.maximum(ceiling, np.append(ceiling[1:], ceiling[-1]))
    sample = _decibels(np.abs(y)) - ceiling
    over = np.max([_over(channel, between, rate_hz) for channel in y], axis=0)
    return Excess(name, rate_hz, sample.max(), *over, clamps)


def _over(x: np.ndarray, ceiling: np.ndarray, rate_hz: int) -> list[float]:
    """By how much one channel exceeds the ceiling on the three meters. The last one measures only where the second one reads
    more than 0.5 dB below the ceiling, because its points are between the points of the second one."""
    own = _decibels(_own_peaks(x, rate_hz)) - ceiling
    long, reach = own.max(), len(LONG) // 2
    x = np.pad(x.astype(float), (reach - 1, reach))
    near = np.flatnonzero(own > -0.5)
    for part in np.array_split(near, len(near) // 4096 + 1):
        if len(part):
            read = np.abs(sliding_window_view(x, len(LONG))[part] @ LONG).max(axis=1)
            long = max(long, (_decibels(read) - ceiling[part]).max())
    bs1770 = _decibels(peaks(x[reach - 1 : -reach], BS1770)) - ceiling
    return [bs1770.max(), own.max(), long]


def _own_peaks(x: np.ndarray, rate_hz: int) -> np.ndarray:
    meter = TruePeak(rate_hz, 16, long=True)
    return meter.peaks(np.append(x, np.zeros(_OWN_DELAY, np.float32)))[_OWN_DELAY:]


def _decibels(x: np.ndarray) -> np.ndarray:
    return 20 * np.log10(x + 1e-30)


def run(numbers, processes: int = 1) -> list[Excess]:
    """The runs with these numbers."""
    if processes == 1:
        return [excess(number) for number in numbers]
    with Pool(processes) as pool:
        return pool.map(excess, numbers, chunksize=50)


def worst(found: list[Excess], by: str) -> dict:
    """The largest excess for each value of the attribute `by`: [sample, BS.1770, own, long]."""
    groups: dict = {}
    for one in found:
        figures = [one.sample, one.bs1770, one.own, one.long]
        groups[getattr(one, by)] = np.maximum(groups.get(getattr(one, by), -np.inf), figures)
    return dict(sorted(groups.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} runs instead of {FULL}")
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    found = run(range(QUICK if options.quick else FULL), options.processes)
    print(f"{'':16} {'sample':>8} {'BS.1770':>8} {'own':>8} {'32x128':>8}   dB over the ceiling in force")
    for name, values in (worst(found, "name") | worst(found, "rate_hz")).items():
        print(f"{name!s:16} " + " ".join(f"{value:+8.3f}" for value in values))
    print(f"samples clamped: {sum(one.clamps for one in found)}")


if __name__ == "__main__":
    main()
