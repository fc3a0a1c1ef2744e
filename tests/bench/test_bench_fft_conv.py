"""Cost of the transform, the convolver and the EQ per stereo frame, beside numpy and scipy doing the same."""

import math

import numpy as np
import pytest
import scipy.fft
from scipy.signal import oaconvolve, sosfilt

from dsp_ext.convolver import Convolver
from dsp_ext.eq import Eq
from dsp_ext.eq_bands import EqBand
from dsp_ext.fft import Fft
from tests.bench.timing import ns_per_frame

pytestmark = pytest.mark.bench

RATE_HZ = 48000
FRAMES = 4 * RATE_HZ
BANDS = [
    EqBand("low_cut", 30),
    EqBand("low_shelf", 100, 2),
    *(EqBand("bell", 150.0 * 3**n, 2, 1) for n in range(4)),
    EqBand("high_shelf", 9000, 1),
]


@pytest.fixture(scope="module")
def sound():
    return (0.2 * np.random.default_rng(1).standard_normal((2, FRAMES))).astype(np.float32)


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
    record("Speed", f"transform of {size} points there and back, against scipy.fft", here / scipys, digits=2,
           tolerance=math.inf)  # fmt: skip
    assert here > 0


@pytest.mark.parametrize("partition", [128, 256])
@pytest.mark.parametrize("taps", [4096, 8192, 16384])
def test_convolution(taps, partition, sound, record):
    convolver = Convolver(RATE_HZ, partition, taps // partition)
    kernel = np.random.default_rng(1).standard_normal(taps).astype(np.float32) / 100
    convolver.load(convolver.pack(kernel[None]), jump=True)
    here, there = ns_per_frame(
        FRAMES,
        lambda: convolver.process(sound),
        lambda: oaconvolve(sound, kernel[None], axes=1),
    )
    print(f"{taps} taps, partition {partition}: {here:.1f} ns per frame; scipy on the whole file: {there:.1f}")
    record("Speed", f"convolution, {taps} taps, partition {partition}, against scipy on a whole file", here / there, digits=2,
           tolerance=math.inf)  # fmt: skip
    assert here > 0


@pytest.mark.parametrize("mode", ["linear", "minimum"])
def test_eq(mode, sound, record):
    """Seven bands; scipy's minimum-phase filters have no matching section and no float32 output."""
    eq, buffer = Eq(RATE_HZ), np.empty((2, 128), np.float32)
    eq.load(eq.pack(BANDS, mode=mode), jump=True)
    blocks = [np.ascontiguousarray(sound[:, at : at + 128]) for at in range(0, FRAMES, 128)]
    kernel = np.random.default_rng(1).standard_normal(8192).astype(np.float32) / 100
    sections = np.tile([1.0, -1.8, 0.81, 1.0, -1.79, 0.81], (len(BANDS), 1))

    def work():
        for block in blocks:
            buffer[:] = block
            eq.process(buffer)

    def peer():
        return oaconvolve(sound, kernel[None], axes=1) if mode == "linear" else sosfilt(sections, sound, axis=1)

    here, there = ns_per_frame(FRAMES, work, peer)
    print(f"EQ, {mode}, {len(BANDS)} bands, block 128: {here:.1f} ns per frame; scipy on the whole file: {there:.1f}")
    record("Speed", f"EQ, {mode}, {len(BANDS)} bands, block 128, against scipy on a whole file", here / there, digits=2,
           tolerance=math.inf)  # fmt: skip
    assert here > 0
