"""`python -m tests.bench.sound`: see the package's docstring."""

import argparse
import json
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.support.paths import ROOT

from . import __doc__ as summary
from . import tables
from .figures import figures
from .limiters import METER, OTHERS, ours
from .music import CHORD, material
from .search import TRIED

TARGETS_LUFS = (-14.0, -11.0, -9.0, -8.0, -7.0)
CHORD_TARGETS_LUFS = (-10.0, -8.0)
PEERS = ROOT / "build/bench-sound/peers.json"
ROWS = ROOT / "build/bench-sound/rows.json"


def compared(name: str, x, target: float, known: dict[str, dict], release_ms: float) -> dict[str, dict]:
    """Rows by "music|target|tool" of one piece of music at one loudness; none if the music is as loud as that."""
    rows = {}
    if METER.integrated_loudness(x) > target + 0.5:
        return rows
    for tool, run in (ours(release_ms) | OTHERS).items():
        key = f"{name}|{target:g}|{tool}"
        rows[key] = known.get(key) or figures(name, x, run, target)
    return rows


def measured(sounds: dict, targets, release_ms: float) -> dict[str, dict]:
    """All rows. What others do is read from PEERS where it is known."""
    PEERS.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(PEERS.read_text()) if PEERS.exists() else {}
    rows = {}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        jobs = [
            pool.submit(compared, name, x, target, known, release_ms)
            for name, x in sounds.items()
            for target in (CHORD_TARGETS_LUFS if name == CHORD else targets)
        ]
        for job in jobs:
            for key, row in job.result().items():
                rows[key] = row
                print(key, row, flush=True)
            known |= {key: row for key, row in rows.items() if key.split("|")[2] in OTHERS}
            PEERS.write_text(json.dumps(known, indent=0))
            ROWS.write_text(json.dumps(rows, indent=0))
    return rows


def main():
    parser = argparse.ArgumentParser(description=summary, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=Path, metavar="FOLDER", help="real music that joins the synthesised")
    parser.add_argument("--music", nargs="+", metavar="NAME", help="only these, for example drums, organ, chord")
    parser.add_argument("--quick", action="store_true", help="-14 and -8 LUFS only")
    parser.add_argument(
        "--release-ms", type=float, default=0.0, help="the setting of the limiter, instead of the style's release"
    )
    parser.add_argument("--write-docs", action="store_true", help="write docs/LIMITER.md and its plot")
    options = parser.parse_args()
    sounds = material(options.clips)
    sounds = {name: sounds[name] for name in options.music or sounds}
    if options.release_ms and options.write_docs:
        parser.error("the document shows the styles: use --write-docs without --release-ms")
    rows = measured(sounds, (-14.0, -8.0) if options.quick else TARGETS_LUFS, options.release_ms)
    print(tables.comparison(rows), tables.loudest(rows), sep="\n")
    if options.write_docs:
        tables.write(rows, json.loads(TRIED.read_text()) if TRIED.exists() else [])


if __name__ == "__main__":
    main()
