"""The limiter on the hostile corpus. `python -m tests.support.limiter_corpus [--quick]` prints the worst case of each class.

Every segment has its own gain, ceiling, style, release, links and block size, derived from its number. For a quarter of the
segments, the ceiling also moves in the middle.
"""

import argparse
from multiprocessing import Pool

import numpy as np

from dsp_ext.limiter.limiter import Limiter
from dsp_ext.settings import LIMITER_STYLES

from . import hostile
from .true_peak_oracle import BS1770, LONG, peak_db

QUICK, FULL = 300, 10000
#: Duration of a change of the ceiling.
RAMP_MS = 20
_BLOCKS = (1, 16, 64, 100, 256, 1024, 4096)


def over_db(number: int, rate_hz: int = 48000) -> tuple[str, float, float, float, int]:
    """The class of the segment; the excess over the ceiling in dB by sample peak, BS.1770 meter and long meter; and the number
    of clamped samples."""
    name, x = hostile.segment(number, rate_hz)
    rng = np.random.default_rng([hostile.SEED, 1, number])
    ceiling, moved = rng.uniform(-12, 0, 2)
    moves = rng.random() < 0.25
    limiter = Limiter(rate_hz)
    limiter.set(
        gain_db=rng.uniform(0, 14),
        ceiling_dbtp=ceiling,
        style=rng.choice(list(LIMITER_STYLES)),
        release_ms=rng.choice([0, rng.uniform(1, 500)]),
        link_fast_pct=rng.choice([100, rng.uniform(0, 100)]),
        settle=True,
    )
    y = np.concatenate([x, np.zeros((2, limiter.latency + 64), np.float32)], axis=1)
    step = int(rng.choice(_BLOCKS))
    half = -(-y.shape[1] // 2 // step) * step if moves else y.shape[1]
    parts = []
    for at in range(0, y.shape[1], step):
        if at == half:
            limiter.set(ceiling_dbtp=moved)
        parts.append(np.ascontiguousarray(y[:, at : at + step]))
        limiter.process(parts[-1])
    y = np.concatenate(parts, axis=1)
    # The new ceiling is delayed like the sound and takes effect over 20 ms.
    begin = min(half + limiter.latency, y.shape[1])
    end = min(begin + RAMP_MS * rate_hz // 1000 + 1, y.shape[1])
    found = [_over(y[:, :begin], ceiling)]
    if begin < y.shape[1]:
        found.append(_over(y[:, begin:], max(ceiling, moved)))
    if end + 256 < y.shape[1]:
        found.append(_over(y[:, end:], moved))
    return name, *np.max(found, axis=0), limiter.clamps


def _over(y, ceiling):
    fade = np.ones(y.shape[1])
    ramp = 0.5 - 0.5 * np.cos(np.pi * (np.arange(64) + 0.5) / 64)
    fade[:64], fade[-64:] = ramp, ramp[::-1]
    sample = 20 * np.log10(np.abs(y).max() + 1e-30)
    return np.array([sample, peak_db(y * fade, BS1770), peak_db(y * fade, LONG)]) - ceiling


def run(numbers, processes: int = 1) -> tuple[dict[str, np.ndarray], int]:
    """The worst excess over the ceiling in each class: [sample peak, BS.1770, long meter] in dB; and the number of all clamped
    samples."""
    if processes == 1:
        results = map(over_db, numbers)
    else:
        with Pool(processes) as pool:
            results = pool.map(over_db, numbers, chunksize=50)
    worst, clamps = {}, 0
    for name, sample, bs1770, long, clamped in results:
        worst[name] = np.maximum(worst.get(name, -np.inf), [sample, bs1770, long])
        clamps += clamped
    return worst, clamps


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} segments instead of {FULL}")
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    worst, clamps = run(range(QUICK if options.quick else FULL), options.processes)
    print(f"{'class':16} {'sample':>8} {'BS.1770':>8} {'32x128':>8}   dB over the ceiling")
    for name, values in sorted(worst.items()):
        print(f"{name:16} " + " ".join(f"{value:+8.3f}" for value in values))
    print(f"samples clamped: {clamps}")


if __name__ == "__main__":
    main()
