"""Cost of the FFT compared with numpy and scipy, and of the convolver compared with zita-convolver and scipy.

zita-convolver uses uniform partitions of one block here, which gives it no latency. The convolver of Burnish has the same
partition for every block size, and that partition is its latency. Left and right have the same kernel here, as in the EQ:
Burnish transforms both as one complex signal, zita-convolver transforms each one separately.
"""

import math

import numpy as np
import pytest
import scipy.fft
from scipy.signal import oaconvolve

from dsp_ext.convolution.convolver import Convolver
from dsp_ext.convolution.fft import Fft
from dsp_ext.core.processor import partition_frames

from .conftest import RATE_HZ
from .timing import beside, ns_per_frame
from .zita import Zita

pytestmark = pytest.mark.bench

PARTITION = partition_frames(RATE_HZ)


@pytest.mark.parametrize("size", [256, 512, 1024, 4096])
def test_transform(size, record):
    signal = np.random.default_rng(1).standard_normal(size).astype(np.complex64)
    fft, times = Fft(size), (1 << 21) // size
    here, numpys, scipys = ns_per_frame(
        times,
        lambda: fft.turns(signal, times),
        lambda: [np.fft.ifft(np.fft.fft(signal)) for _ in range(times)],
        lambda: [scipy.fft.ifft(scipy.fft.fft(signal)) for _ in range(times)],
    )
    print(
        f"{size} points there and back: {here:.0f} ns; numpy {numpys:.0f}, scipy {scipys:.0f} (with their call from Python)"
    )
    record("Speed", f"FFT of {size} points, forward and inverse, against scipy.fft", here / scipys, digits=2,
           tolerance=math.inf)  # fmt: skip
    assert here > 0


def kernel_of(taps: int) -> np.ndarray:
    return (np.random.default_rng(1).standard_normal(taps) / 100).astype(np.float32)


def work(taps: int, partition: int, block: int, sound: np.ndarray):
    """A function that convolves `sound` in blocks."""
    convolver = Convolver(RATE_HZ, partition, taps // partition)
    convolver.load(convolver.pack(kernel_of(taps)[None]), jump=True)
    return lambda: convolver.process(sound, block)


@pytest.mark.parametrize("block", [64, 128, 256])
@pytest.mark.parametrize("taps", [4096, 8192, 16384])
def test_speed_relative_to_zita(taps, block, music, record):
    partitions = sorted({PARTITION, block})
    there, *here = ns_per_frame(
        music.shape[1],
        beside(Zita(kernel_of(taps), block), music),
        *(work(taps, partition, block, music) for partition in partitions),
    )
    for partition, cost in zip(partitions, here, strict=True):
        how = f"partition {partition}{', as in the product' if partition == PARTITION else ''}"
        print(f"convolution, {taps} taps, block {block}, {how}: {cost:.1f} ns per frame; zita-convolver: {there:.1f}")
        record("Speed", f"convolution, {taps} taps, block {block}, {how}, against zita-convolver uniform", cost / there,
               target="≤ 0.85", digits=2, tolerance=math.inf)  # fmt: skip


@pytest.mark.parametrize("partition", sorted({PARTITION, 256}))
def test_growth_of_the_cost_with_the_number_of_taps(partition, music, record):
    few, many = ns_per_frame(music.shape[1], *(work(taps, partition, 256, music) for taps in (4096, 16384)))
    how = f"partition {partition}{', as in the product' if partition == PARTITION else ''}"
    print(f"convolution, block 256, {how}: {few:.1f} ns per frame with 4096 taps, {many:.1f} with 16384")
    record("Speed", f"convolution, block 256, {how}: cost of 16384 taps relative to 4096 taps", many / few, target="≤ 3", digits=2,
           tolerance=math.inf)  # fmt: skip


@pytest.mark.parametrize("partition", [128, 256])
@pytest.mark.parametrize("taps", [4096, 8192, 16384])
def test_speed_relative_to_scipy(taps, partition, music, record):
    here, there = ns_per_frame(
        music.shape[1],
        work(taps, partition, partition, music),
        lambda: oaconvolve(music, kernel_of(taps)[None], axes=1),
    )
    print(f"{taps} taps, partition {partition}: {here:.1f} ns per frame; scipy on the whole file: {there:.1f}")
    record("Speed", f"convolution, {taps} taps, partition {partition}, against scipy on a whole file", here / there, digits=2,
           tolerance=math.inf)  # fmt: skip
