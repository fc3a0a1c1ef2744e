"""Compares Burnish with pedalboard in the job of docs/PYTHON.md: CPU time on one core, and the true peak of both results."""

import math
import re

import numpy as np
import pytest

import burnish
from demo.report import true_peak_dbtp
from tests.support.documents import blocks
from tests.support.paths import DOCS

from .conftest import RATE_HZ
from .timing import ns_per_frame

pytestmark = pytest.mark.bench

CEILING_DBTP = -1.0
#: Settings that take less time.
LIGHT = {"eq.mode": "minimum", "multiband.split": "lr4"}


@pytest.fixture(scope="module")
def example():
    """The examples of the document without reading the file: (pedalboard's Pedalboard, settings of Burnish)."""
    pytest.importorskip("pedalboard", reason="pedalboard is not installed: tools/bench_setup.sh installs it with pip")
    theirs, ours = [
        text for text in blocks(DOCS / "PYTHON.md", "python") if '"multiband.b{n}' in text or "Pedalboard" in text
    ]
    names = {}
    exec(re.sub(r"with AudioFile.*\n.*\n|^loud = .*$", "", theirs, flags=re.M), names)
    settings = ours[ours.index("settings={") + len("settings=") : ours.rindex("})") + 1]
    return names["board"], eval(settings)


def test_speed_of_the_example_relative_to_pedalboard(example, music, record):
    board, settings = example
    mix = np.ascontiguousarray(4 * np.tile(music, 4))  # loud, so that the limiters have work to do
    results = {}
    chains = {"linear phase": settings, "minimum phase, lr4": {**settings, **LIGHT}}

    def theirs():
        results["pedalboard"] = board(mix, RATE_HZ)

    def ours(name):
        return lambda: results.update({name: burnish.master(mix, RATE_HZ, settings=chains[name])})

    there, *here = ns_per_frame(mix.shape[1], theirs, *map(ours, chains))
    for name, cost in zip(chains, here, strict=True):
        print(f"burnish.master, {name}: {cost:.0f} ns per frame; pedalboard: {there:.0f}")
        record("Speed", f"Python, {name}, against pedalboard (one-band compressor, no true-peak limiter)", cost / there,
               digits=1, tolerance=math.inf)  # fmt: skip
    for name, found in results.items():
        above = true_peak_dbtp(found.T.astype(float), RATE_HZ) - CEILING_DBTP
        record("Python", f"true peak above the ceiling of -1 dB, {name}", above, "dB",
               target="" if name == "pedalboard" else "≤ 0", tolerance=0.1)  # fmt: skip
        assert name == "pedalboard" or above <= 0
