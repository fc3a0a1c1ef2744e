"""Cost of the EQ with seven bands: linear phase compared with LSP's EQ, minimum phase compared with scipy's filters."""

import math
import time

import numpy as np
import pytest
from scipy.signal import sosfilt

from dsp_ext.eq.eq import Eq

from . import lv2
from .conftest import BANDS, RATE_HZ
from .timing import WORST_RUNS, beside, ns_per_frame, whole, worst_block_ns

pytestmark = pytest.mark.bench

#: The only number of taps that the compared EQ offers.
TAPS = 4096


def eq(block: int, **mode) -> Eq:
    made = Eq(RATE_HZ, block)
    made.load(made.pack(BANDS, **mode), jump=True)
    return made


def test_the_compared_eq_has_the_stated_number_of_taps():
    """The impulse response of LSP's EQ fits into a window of TAPS frames around its latency, and not into half of this window."""
    peer = lv2.lsp_eq(128)
    sound = np.zeros((2, 1 << 15), np.float32)
    out = np.empty_like(sound)
    peer.process(sound, out)  # until its filters have settled
    sound[:, 0] = 1
    peer.process(sound, out)
    latency = int(peer["out_latency"])
    inside = slice(latency - TAPS // 2, latency + TAPS // 2)
    total = np.sum(out[0].astype(float) ** 2)
    assert np.sum(out[0][inside].astype(float) ** 2) >= (1 - 1e-9) * total
    assert np.abs(out[0][latency - TAPS // 2 : latency - TAPS // 4]).max() > 1e-6


@pytest.mark.parametrize("taps", [TAPS, 8192])
@pytest.mark.parametrize("block", [128, 256])
def test_speed_of_linear_phase_relative_to_lsp(block, taps, music, record):
    """The default of 8192 taps is measured as well, without a target."""
    here, there = ns_per_frame(
        music.shape[1], whole(eq(block, resolution=taps), music), beside(lv2.lsp_eq(block), music)
    )
    print(f"EQ, linear, {taps} taps, block {block}: {here:.1f} ns per frame; LSP, {TAPS} taps: {there:.1f}")
    name = "LSP Parametric EQ, linear phase"
    record("Speed", f"EQ, linear, {len(BANDS)} bands, {taps} taps, block {block}, against {name}, {TAPS} taps", here / there,
           target="≤ 1.0" if taps == TAPS else "", digits=2, tolerance=math.inf)  # fmt: skip


@pytest.mark.parametrize("block", [128, 256])
def test_most_expensive_block_relative_to_lsp(block, music, record):
    """In this test, the time of Burnish includes a call from Python for each block; that of the plugin does not."""
    ours, peer = eq(block, resolution=TAPS), lv2.lsp_eq(block)
    blocks = [np.ascontiguousarray(part) for part in np.split(music, music.shape[1] // block, axis=1)]
    buffer, out = np.empty((2, block), np.float32), np.empty_like(music)

    def by_ours():
        times = np.empty(len(blocks), np.int64)
        for i, part in enumerate(blocks):
            buffer[:] = part
            start = time.thread_time_ns()
            ours.process(buffer)
            times[i] = time.thread_time_ns() - start
        return times

    def by_peer():
        times = np.empty(len(blocks), np.int64)
        peer.process(music, out, times)
        return times

    here, there = worst_block_ns(by_ours, by_peer)
    print(f"EQ, linear, {TAPS} taps, worst block of {block}: {here / 1000:.1f} µs; LSP: {there / 1000:.1f}")
    record("Speed", f"EQ, linear, {TAPS} taps, most expensive block of {block} frames (minimum over {WORST_RUNS} runs for each block), against LSP", here / there,
           target="≤ 0.3", digits=2, tolerance=math.inf)  # fmt: skip


def test_speed_of_minimum_phase_relative_to_scipy(music, record):
    """The filters of scipy have no matching section and no float32 output."""
    sections = np.tile([1.0, -1.8, 0.81, 1.0, -1.79, 0.81], (len(BANDS), 1))
    here, there = ns_per_frame(
        music.shape[1], whole(eq(128, mode="minimum"), music), lambda: sosfilt(sections, music, axis=1)
    )
    print(f"EQ, minimum, block 128: {here:.1f} ns per frame; scipy on the whole file: {there:.1f}")
    record("Speed", f"EQ, minimum, {len(BANDS)} bands, block 128, against scipy on a whole file", here / there, digits=2,
           tolerance=math.inf)  # fmt: skip
