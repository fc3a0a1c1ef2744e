"""Cost of the multiband compressor and of its parts per stereo frame, beside scipy doing the split and numpy the curve."""

import math

import numpy as np
import pytest
from scipy.signal import oaconvolve

from dsp_ext.compressor import Compressor
from dsp_ext.design_crossover import design
from dsp_ext.multiband import DEFAULT_HZ, Multiband
from dsp_ext.stereo import Stereo
from tests.bench.timing import ns_per_frame

pytestmark = pytest.mark.bench

RATE_HZ = 48000
FRAMES = 10 * RATE_HZ
SETTINGS = {"threshold_db": -30.0, "ratio": 4.0, "knee_db": 6.0}


@pytest.fixture(scope="module")
def sound():
    return (0.2 * np.random.default_rng(1).standard_normal((2, FRAMES))).astype(np.float32)


def in_blocks(processor, sound: np.ndarray, block: int):
    """A work that processes a copy of `sound` in blocks."""
    blocks = [np.ascontiguousarray(sound[:, at : at + block]) for at in range(0, sound.shape[1], block)]
    buffer = np.empty((2, block), np.float32)

    def work():
        for part in blocks:
            out = buffer if part.shape[1] == block else np.empty_like(part)
            out[:] = part
            processor.process(out)

    return work


def by_scipy(sound: np.ndarray) -> np.ndarray:
    """The same split over the whole file at once, and the static curve on each frame's level: no detector, no state."""
    low = [oaconvolve(sound, kernel[None], axes=1) for kernel in design(DEFAULT_HZ, RATE_HZ, 4096).astype(np.float32)]
    delayed = np.pad(sound, ((0, 0), (2048, 2047)))
    out = delayed.copy()
    for upper, lower in zip([*low, delayed], [0, *low], strict=True):
        band = upper - lower
        over_db = 20 * np.log10(np.abs(band).max(axis=0) + np.float32(1e-10)) - np.float32(SETTINGS["threshold_db"])
        half = np.float32(SETTINGS["knee_db"] / 2)
        soft = np.clip(over_db + half, 0, 2 * half) ** 2 / (4 * half) + np.maximum(over_db - half, 0)
        out += (10 ** (soft * np.float32((1 / SETTINGS["ratio"] - 1) / 20)) - 1) * band
    return out


@pytest.mark.parametrize("block", [128, 256])
@pytest.mark.parametrize("split", ["linear phase", "LR4", "shelves"])
def test_four_bands(split, block, sound, record):
    multiband = Multiband(RATE_HZ, 4096)
    multiband.set("split", ("linear phase", "LR4", "shelves").index(split))
    for band in range(1, 5):
        for name, value in SETTINGS.items():
            multiband.set(f"b{band}.{name}", value)
    here, there = ns_per_frame(FRAMES, in_blocks(multiband, sound, block), lambda: by_scipy(sound))
    print(
        f"4-band compressor, {split}, block {block}: {here:.1f} ns per frame; scipy, without the detector: {there:.1f}"
    )
    record("Speed", f"4-band compressor, {split}, block {block}, against scipy on a whole file, no detector",
           here / there, digits=2, tolerance=math.inf)  # fmt: skip
    assert here > 0


def test_parts(sound):
    compressor = Compressor(RATE_HZ, 4096)
    for name, value in SETTINGS.items():
        compressor.set(name, value)
    stereo = Stereo(RATE_HZ, 4096)
    one_band, width = ns_per_frame(FRAMES, in_blocks(compressor, sound, 256), in_blocks(stereo, sound, 256))
    print(f"one band of dynamics: {one_band:.1f} ns per frame; stereo: {width:.1f} ns per frame")
    assert one_band > 0 and width > 0
