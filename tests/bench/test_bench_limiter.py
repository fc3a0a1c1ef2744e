"""Cost of limiter, saturator and dither per stereo frame. The limiter is compared with x42 dpl and with LSP's limiter.

The other limiters get the same gain and the same ceiling. The second test shows that dpl exceeds this ceiling.
"""

import math

import numpy as np
import pytest

from dsp_ext.limiter.limiter import Limiter
from dsp_ext.output.dither import Dither
from dsp_ext.output.saturator import Saturator
from dsp_ext.settings import DITHER, LIMITER_STYLES, SATURATOR
from tests.dsp_ext.meters.test_meter import programme
from tests.support import hostile
from tests.support.true_peak_oracle import BS1770, peak_db

from . import lv2
from .conftest import RATE_HZ
from .timing import beside, ns_per_frame, whole

pytestmark = pytest.mark.bench

SECONDS = 10
GAIN_DB = 6.0
CEILING_DB = -1.0


@pytest.fixture(scope="module")
def sound():
    loud = programme(np.random.default_rng(1), SECONDS)
    return (loud * (10 ** (3 / 20) / np.abs(loud).max())).astype(np.float32)


def limiter(block=8192, style="transparent"):
    made = Limiter(RATE_HZ, block)
    made.set(gain_db=GAIN_DB, ceiling_dbtp=CEILING_DB, style=style, settle=True)
    return made


PEERS = {
    "x42 dpl in true-peak mode": (lv2.dpl, "≤ 0.8", [64, 128, 256, 1024]),
    "LSP limiter, full 4x": (lv2.lsp_limiter, "≤ 0.6", [64, 128, 256]),
}


@pytest.mark.parametrize(("name", "block"), [(name, block) for name, (*_, blocks) in PEERS.items() for block in blocks])
def test_speed_relative_to_other_limiters(name, block, sound, record):
    make, target, _ = PEERS[name]
    sound = np.ascontiguousarray(sound[:, : sound.shape[1] // block * block])
    peer = make(block, GAIN_DB, CEILING_DB)
    here, there = ns_per_frame(sound.shape[1], whole(limiter(block), sound), beside(peer, sound))
    print(f"limiter, block {block}: {here:.1f} ns per frame; {name}: {there:.1f}")
    record("Speed", f"true-peak limiter, block {block}, against {name}", here / there, target=target, digits=2,
           tolerance=math.inf)  # fmt: skip


def test_dpl_exceeds_the_ceiling_and_the_limiter_does_not(record):
    """Both limiters process a hundred segments of the hostile corpus. The test compares how well they keep the ceiling."""
    block, worst = 256, {"dpl": -np.inf, "Burnish": -np.inf}
    for number in range(100):
        segment = hostile.segment(number)[1]
        x = np.pad(segment, ((0, 0), (0, 1024 + -segment.shape[1] % block))).astype(np.float32)
        y = np.empty_like(x)
        lv2.dpl(block, GAIN_DB, CEILING_DB).process(x, y)
        worst["dpl"] = max(worst["dpl"], peak_db(y, BS1770) - CEILING_DB)
        limiter().process(x)
        worst["Burnish"] = max(worst["Burnish"], peak_db(x, BS1770) - CEILING_DB)
    record("Speed", "a hundred hostile segments, Burnish / x42 dpl: excess over the ceiling, BS.1770-5 meter",
           f"{worst['Burnish']:+.2f} / {worst['dpl']:+.2f} dB")  # fmt: skip
    assert worst["Burnish"] <= 0 < worst["dpl"]


def test_styles_cost_the_same(sound):
    quiet = np.zeros_like(sound)
    works = [whole(limiter(256, style), sound) for style in LIMITER_STYLES] + [whole(limiter(256), quiet)]
    *costs, silence = ns_per_frame(sound.shape[1], *works)
    print("limiter, block 256:", ", ".join(f"{s} {c:.1f}" for s, c in zip(LIMITER_STYLES, costs, strict=True)), f"silence {silence:.1f} ns per frame")  # fmt: skip
    assert max(costs) > 0


def test_saturator_and_dither(sound):
    names, works = [], []
    for curve in SATURATOR["curve"].choices:
        saturator = Saturator(RATE_HZ, 256)
        saturator.set(enabled=1, drive_db=6.0, curve=curve, settle=True)
        names.append(curve)
        works.append(whole(saturator, sound))
    names.append("saturator off")
    works.append(whole(Saturator(RATE_HZ, 256), sound))
    for shape in DITHER["shape"].choices:
        dither = Dither(RATE_HZ, 256)
        dither.set(bits=16, shape=shape)
        names.append(f"dither {shape}")
        works.append(whole(dither, sound))
    for name, cost in zip(names, ns_per_frame(sound.shape[1], *works), strict=True):
        print(f"{name}: {cost:.1f} ns per frame")
        assert cost > 0
