"""`python -m tools.count [PATTERN ...]`: aarch64 instructions per stereo frame of the cases whose names match."""

import argparse
import sys
from pathlib import Path

from tools.count import functions, machine
from tools.count.sysroot import CannotCount


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("patterns", nargs="*", metavar="PATTERN", help="regular expression; all cases if there is none")
    parser.add_argument("--tree", type=Path, default=machine.ROOT, help="sources to compile, if not those around the tool")
    parser.add_argument("--functions", type=float, metavar="N", help="also functions of at least N instructions per frame")
    options = parser.parse_args()
    try:
        counts, modules = machine.count(options.patterns, options.tree)
    except CannotCount as error:
        sys.exit(str(error))
    print(f"{'':44} {'per frame':>9} {'worst/mean':>10}")
    for count in counts:
        print(f"{count.name + ', ' + count.sound:44} {count.per_frame:9.1f} {count.worst_over_mean:10.3f}")
        if options.functions is not None:
            for name, share in functions.per_frame(count, modules).most_common():
                if share >= options.functions:
                    print(f"    {share:10.1f}  {name}")


main()
