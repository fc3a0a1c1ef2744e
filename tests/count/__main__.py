"""`python -m tests.count [PATTERN ...]`: aarch64 instructions per stereo frame of the cases whose names match."""

import argparse
import sys
from pathlib import Path

from . import cycles, figures, functions, machine
from .sysroot import CannotCount


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("patterns", nargs="*", metavar="PATTERN", help="regular expression; all cases if there is none")
    parser.add_argument(
        "--tree", type=Path, default=machine.ROOT, help="sources to compile, if not those around the tool"
    )
    parser.add_argument("--cycles", action="store_true", help=f"also cycles per frame on a {cycles.CORE}, by llvm-mca")
    parser.add_argument(
        "--functions", type=float, metavar="N", help="also functions of at least N instructions per frame"
    )
    options = parser.parse_args()
    try:
        counts = machine.count(options.patterns, options.tree)
    except CannotCount as error:
        sys.exit(str(error))
    committed = figures.read()["per_frame"]
    print(f"{'':46} {'per frame':>9} {'committed':>9} {'worst/mean':>10}{'    cycles' if options.cycles else ''}")
    for count in counts:
        known = committed.get(count.name) if count.sound == "music" else None
        row = f"{count.name + ', ' + count.sound:46} {count.per_frame:9.1f} {'' if known is None else known:>9} "
        row += f"{count.worst_per_frame / count.per_frame:10.3f}"
        print(row + (f"{cycles.per_frame(count):10.1f}" if options.cycles else ""))
        if options.functions is not None:
            for name, share in functions.per_frame(count).most_common():
                if share >= options.functions:
                    print(f"    {share:10.1f}  {name}")


main()
