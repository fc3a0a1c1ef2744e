"""Cost of limiter, saturator and dither per stereo frame, the limiter beside x42 dpl in true-peak mode."""

import math

import numpy as np
import pytest

from dsp_ext.dither import SHAPES, Dither
from dsp_ext.limiter import STYLES, Limiter
from dsp_ext.saturator import CURVES, Saturator
from tests.bench import dpl
from tests.bench.timing import ns_per_frame
from tests.dsp import hostile
from tests.dsp.oracle import BS1770, peak_db
from tests.dsp.test_meter import programme

pytestmark = pytest.mark.bench

RATE_HZ = 48000
SECONDS = 10
CEILING_DB = -1.0


@pytest.fixture(scope="module")
def sound():
    loud = programme(np.random.default_rng(1), SECONDS)
    return (loud * (10 ** (3 / 20) / np.abs(loud).max())).astype(np.float32)


def in_blocks(processor, sound, block):
    """A work that processes a copy of `sound` in blocks."""
    blocks = [np.ascontiguousarray(sound[:, at : at + block]) for at in range(0, sound.shape[1] - block + 1, block)]
    buffer = np.empty((2, block), np.float32)

    def work():
        for part in blocks:
            buffer[:] = part
            processor.process(buffer)

    return work


def limiter(style="transparent"):
    made = Limiter(RATE_HZ, 8192)
    made.set(gain_db=6.0, ceiling_dbtp=CEILING_DB, style=style, settle=True)
    return made


@pytest.mark.parametrize("block", [64, 128, 256, 1024])
def test_limiter_beside_dpl(block, sound, record):
    frames = sound.shape[1] // block * block
    descriptor = dpl.load()
    works = [in_blocks(limiter(), sound, block)]
    if descriptor is not None:
        works.append(in_blocks(dpl.Dpl(descriptor, RATE_HZ, 6.0, CEILING_DB), sound, block))
    here, *there = ns_per_frame(frames, *works)
    print(f"limiter, block {block}: {here:.1f} ns per frame; x42 dpl: {there}")
    if there:
        record("Speed", f"true-peak limiter, block {block}, against x42 dpl in true-peak mode", here / there[0],
               target="≤ 1.0", digits=2, tolerance=math.inf)  # fmt: skip


def test_dpl_goes_over_where_the_limiter_does_not(record):
    """Both on a hundred segments of the hostile corpus: the same work, but for the ceiling."""
    descriptor = dpl.load()
    if descriptor is None:
        pytest.skip("x42-plugins is not installed")
    worst = {"dpl": -np.inf, "Burnish": -np.inf}
    for number in range(100):
        x = np.concatenate([hostile.segment(number)[1], np.zeros((2, 1024), np.float32)], axis=1)
        for name, processor in (("dpl", dpl.Dpl(descriptor, RATE_HZ, 6.0, CEILING_DB)), ("Burnish", limiter())):
            y = x.copy()
            processor.process(y)
            worst[name] = max(worst[name], peak_db(y, BS1770) - CEILING_DB)
    record("Speed", "a hundred hostile segments, over the ceiling, BS.1770-5 meter: Burnish / x42 dpl",
           f"{worst['Burnish']:+.2f} / {worst['dpl']:+.2f} dB")  # fmt: skip
    assert worst["Burnish"] <= 0 < worst["dpl"]


def test_styles_cost_the_same(sound):
    frames = sound.shape[1] // 256 * 256
    quiet = np.zeros_like(sound)
    works = [in_blocks(limiter(style), sound, 256) for style in STYLES] + [in_blocks(limiter(), quiet, 256)]
    *costs, silence = ns_per_frame(frames, *works)
    print("limiter, block 256:", ", ".join(f"{s} {c:.1f}" for s, c in zip(STYLES, costs, strict=True)), f"silence {silence:.1f} ns per frame")  # fmt: skip
    assert max(costs) > 0


def test_saturator_and_dither(sound):
    frames = sound.shape[1] // 256 * 256
    names, works = [], []
    for curve in CURVES:
        saturator = Saturator(RATE_HZ, 8192)
        saturator.set(enabled=1, drive_db=6.0, curve=curve, settle=True)
        names.append(curve)
        works.append(in_blocks(saturator, sound, 256))
    names.append("saturator off")
    works.append(in_blocks(Saturator(RATE_HZ, 8192), sound, 256))
    for shape in SHAPES:
        dither = Dither(RATE_HZ, 8192)
        dither.set(bits=16, shape=shape)
        names.append(f"dither {shape}")
        works.append(in_blocks(dither, sound, 256))
    for name, cost in zip(names, ns_per_frame(frames, *works), strict=True):
        print(f"{name}: {cost:.1f} ns per frame")
        assert cost > 0
