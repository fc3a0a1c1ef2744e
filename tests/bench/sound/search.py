"""Finds the values of a limiter style by the figures of the comparison.

    python -m tests.bench.sound.search [--style transparent] [--minutes 30] [--seed 1]

The search begins with the values of the style. Each candidate differs from the best one so far in one to three values of SPACE.
It is judged on TUNED, pieces of music at a loudness, against the best peer of each row (`make bench-sound` measures the
peers first). At the end, the best candidate and the style in use are compared on CHECKED and on the clips, which played no part
in the search. All candidates are kept in build/bench-sound/tried.json, and the plot of `make bench-sound WRITE=1` shows them.
"""

import argparse
import json
import multiprocessing
import random
import sys
import time
from pathlib import Path

import numpy as np

from dsp_ext import settings
from tests.support.paths import ROOT

TRIED = ROOT / "build/bench-sound/tried.json"
#: The values of a style in their order (`dsp_ext/settings/limiter.py`), with what is tried for each.
SPACE = {
    "lookahead_ms": (3.0, 5.0, 6.7, 8.0, 10.0),
    "hold_ms": (0.0, 0.2, 0.5),
    "release_ms": (1.0, 1.5, 2.0, 4.0),
    "slow_release_ms": (20.0, 30.0, 40.0, 60.0, 90.0),
    "lasting_ms": (80.0, 100.0, 140.0, 200.0),
    "mid_reach_db": (0.1, 0.25, 0.4, 0.55, 0.75, 1.0),
}
TUNED = (("drums", -8.0), ("kick and pad", -8.0), ("dense", -8.0), ("organ", -8.0), ("chord", -8.0))
CHECKED = (("speech like", -14.0), ("speech like", -11.0), ("sparse", -14.0), ("sparse", -11.0))


def rows_of(style: str, values: tuple, wanted) -> dict[str, dict]:
    """The figures of a style with other values. For a process of its own: the limiter reads the styles once, at its import."""
    settings.LIMITER_STYLES[style] = values
    from .figures import figures
    from .limiters import burnish
    from .music import material

    sounds = material(None)
    return {f"{name}|{target:g}": figures(name, sounds[name], burnish(style), target) for name, target in wanted}


def measured(style: str, values: tuple, wanted) -> dict[str, dict]:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(rows_of, (style, values, wanted))


def shortfalls(rows: dict[str, dict], peers: dict[str, dict]) -> list[float]:
    """How far each figure is above the best peer's: octaves of distance, steps of 3 dB of the others."""
    found = []
    for place, row in rows.items():
        target = float(place.split("|")[1])
        there = [
            peer for key, peer in peers.items() if key.startswith(f"{place}|") and abs(peer["lufs"] - target) < 0.1
        ]
        if abs(row["lufs"] - target) > 0.1:
            found.append(3.0)
        for figure in ("zim", "nmr", "chord"):
            if there and figure in row:
                best = min(peer[figure] for peer in there)
                octaves = np.log2((row[figure] + 0.1) / (best + 0.1)) if figure == "zim" else (row[figure] - best) / 3
                found.append(float(octaves))
    return found


def cost(rows: dict[str, dict], peers: dict[str, dict]) -> float:
    """A mean that the worst figure dominates; what is already far below the peers counts no further."""
    return float(np.log(np.exp(4 * np.maximum(shortfalls(rows, peers), -1.5)).mean()) / 4)


def neighbour(values: tuple, chance: random.Random) -> tuple:
    names, values = list(SPACE), list(values)
    for name in chance.sample(names, chance.choice((1, 2, 2, 3))):
        values[names.index(name)] = chance.choice(SPACE[name])
    return tuple(values)


def search(style: str, minutes: float, seed: int, peers: dict[str, dict]) -> tuple:
    """The best values found. Prints every candidate, the best so far with a star."""
    chance, until, tried = random.Random(seed), time.monotonic() + 60 * minutes, []
    best = values = settings.LIMITER_STYLES[style]
    lowest = np.inf
    while time.monotonic() < until:
        rows = measured(style, values, TUNED)
        found = cost(rows, peers)
        if found < lowest:
            best, lowest = values, found
        print("*" if values == best else " ", f"{found:6.3f}", values, flush=True)
        tried.append({"style": style, "values": values, "rows": rows})
        TRIED.write_text(json.dumps(tried, indent=0))
        values = neighbour(best, chance)
    return best


def main():
    from .__main__ import PEERS
    from .music import SHARED

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--style", default="transparent", choices=settings.LIMITER_STYLES)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    peers = json.loads(PEERS.read_text()) if PEERS.exists() else {}
    missing = [name for name, target in TUNED + CHECKED if f"{name}|{target:g}|dpl" not in peers]
    if missing:
        sys.exit(f"the peers of {', '.join(missing)} are not measured: run `make bench-sound` first")
    best = search(options.style, options.minutes, options.seed, peers)
    clips = [Path(path).stem.split("-")[0] for path in sorted(SHARED.glob("*.flac"))] if SHARED.is_dir() else []
    wanted = CHECKED + tuple((clip, -9.0) for clip in clips)
    for name, values in (("in use", settings.LIMITER_STYLES[options.style]), ("found", best)):
        rows = measured(options.style, values, wanted)
        print(f"{name}: {values}, not tuned on: cost {cost(rows, peers):.3f}")
        print(*(f"  {place}: {row}" for place, row in rows.items()), sep="\n")


if __name__ == "__main__":
    main()
