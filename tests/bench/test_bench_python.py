"""Compares Burnish with pedalboard in the job of docs/PYTHON.md. Every figure of the table there is measured here."""

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


def texts() -> list[str]:
    """The examples of the document: that for pedalboard, that for Burnish."""
    return [text for text in blocks(DOCS / "PYTHON.md", "python") if '"multiband.b{n}' in text or "Pedalboard" in text]


@pytest.fixture(scope="module")
def example():
    """The examples of the document without reading the file: (pedalboard's Pedalboard, settings of Burnish)."""
    pytest.importorskip("pedalboard", reason="pedalboard is not installed: tools/bench_setup.sh installs it with pip")
    theirs, ours = texts()
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


def test_the_other_rows_of_the_table(example, rng, record):
    board, settings = example
    pedalboard = pytest.importorskip("pedalboard", reason="pedalboard is not installed")
    for name, text in zip(("pedalboard", "Burnish"), texts(), strict=True):
        lines = [line for line in text.splitlines() if line.strip()]
        record("Python", f"lines of the example with {name}", len(lines), digits=0, tolerance=0)
    masters = {
        "pedalboard": lambda x, board=board: board(x, RATE_HZ),
        "Burnish": lambda x: burnish.master(x, RATE_HZ, settings=settings),
    }
    impulse = np.zeros((2, RATE_HZ), np.float32)
    impulse[:, RATE_HZ // 2] = 0.05
    for name, run in masters.items():
        record("Python", f"frames by which the output of {name} lags the input", abs(int(np.abs(run(impulse)[0]).argmax()) - RATE_HZ // 2),
               target="≤ 0", digits=0, tolerance=0)  # fmt: skip
        assert int(np.abs(run(impulse)[0]).argmax()) == RATE_HZ // 2
    hot = (4 * rng.standard_normal((2, RATE_HZ))).astype(np.float64)
    neutral = {"pedalboard": pedalboard.Pedalboard([pedalboard.Gain(0)])(hot, RATE_HZ), "Burnish": burnish.master(
        hot, RATE_HZ, settings={"limiter.enabled": False})}  # fmt: skip
    for name, out in neutral.items():
        assert np.abs(out - hot).max() < 1e-5, f"{name} clips audio above full scale"
        record("Python", f"type of the output of {name} for float64", str(out.dtype))
