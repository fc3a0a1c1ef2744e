"""Cost of the meters per stereo frame, compared with libebur128, or with pyloudnorm if that is not installed."""

import math

import numpy as np
import pyloudnorm
import pytest

from dsp_ext.meters.meter import Meter
from tests.dsp_ext.meters.test_meter import programme

from . import ebur128
from .timing import ns_per_frame

pytestmark = pytest.mark.bench

RATE_HZ = 48000
SECONDS = 10


@pytest.fixture(scope="module")
def sound():
    return programme(np.random.default_rng(1), SECONDS)


def ours(blocks) -> None:
    meter = Meter(RATE_HZ, 8192)
    for block in blocks:
        meter.process(block)
        meter.values()


@pytest.mark.parametrize(
    ("block", "reads", "target"), [(4800, "read every 100 ms", 0.5), (480, "read every 10 ms", 0.1)]
)
def test_all_figures_read_after_each_block(block, reads, target, sound, record):
    frames = sound.shape[1]
    blocks = [np.ascontiguousarray(sound[:, at : at + block]) for at in range(0, frames, block)]
    library = ebur128.load()
    if library is not None:
        interleaved = np.ascontiguousarray(sound.T)
        peer, name = (lambda: ebur128.meter(library, interleaved, RATE_HZ, block)), "libebur128 (histogram mode)"
    else:
        name, target = "pyloudnorm (integrated only, whole file at once)", None

        def peer():
            pyloudnorm.Meter(RATE_HZ, filter_class="DeMan").integrated_loudness(sound.T)

    here, there = ns_per_frame(frames, lambda: ours(blocks), peer)
    print(f"meters, {reads}: {here:.1f} ns per frame; {name}: {there:.1f}; ratio {here / there:.3f}")
    if target is not None:
        record("Speed", f"meters with true peak, {reads}, against {name}", here / there,
               target=f"≤ {target}", digits=2, tolerance=math.inf)  # fmt: skip


def test_both_read_the_same(sound):
    """A check that libebur128 does the same work. Its range is read only once per second."""
    library = ebur128.load()
    if library is None:
        pytest.skip("libebur128 is not installed")
    meter = Meter(RATE_HZ, 8192)
    meter.process(sound)
    mine, other = meter.values(), ebur128.meter(library, np.ascontiguousarray(sound.T), RATE_HZ, 4800)
    assert mine["integrated_lufs"] == pytest.approx(other["global"], abs=0.02)
    assert mine["short_lufs"] == pytest.approx(other["shortterm"], abs=0.02)
    assert mine["max_tp_dbtp"] == pytest.approx(20 * np.log10(max(other["true_peak_0"], other["true_peak_1"])), abs=0.2)
