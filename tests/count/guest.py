"""Runs on the emulated machine: runs the cases block by block through `regions`, and prints a list of them as JSON.

Its Python is that of the sysroot. It finds dsp_ext, numpy, and the files that `build.py` adds to them.
"""

import gc
import json
import re
import sys

import numpy as np
import regions
from cases import CASES, QUIET, SOUNDS, music


def run(case, sound):
    work, region = case.make(), getattr(regions, case.region)
    region(work, music(case.block * case.before, case.rate_hz), case.block, False)
    blocks = case.blocks if sound == "music" else min(case.blocks, QUIET)
    x = SOUNDS[sound](case.block * blocks, case.rate_hz)
    if case.each is None:
        region(work, x, case.block, True)
    else:
        for number in range(blocks):
            part = np.ascontiguousarray(x[:, case.block * number : case.block * (number + 1)])
            case.each(work, number)
            region(work, part, case.block, True)
    regions.end_case()
    return {"name": case.name, "sound": sound, "block": case.block, "blocks": blocks}


def mapped():
    """The addresses of code files in memory: (first address, file)."""
    found = {}
    with open("/proc/self/maps") as lines:
        for line in lines:
            address, *_, file = line.split()
            if file.startswith("/"):
                found.setdefault(file, int(address.split("-")[0], 16))
    return [(address, file) for file, address in found.items()]


def main(part, parts, patterns):
    """Run every `parts`-th job, starting with job number `part`."""
    gc.disable()
    regions.nothing()
    regions.end_case()
    chosen = [case for case in CASES if not patterns or any(re.search(p, case.name, re.IGNORECASE) for p in patterns)]
    jobs = [(case, sound) for case in chosen for sound in case.sounds]
    done = [run(*job) for job in jobs[part::parts]]
    json.dump({"cases": done, "modules": mapped()}, sys.stdout)


main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
