"""Cost of the multiband compressor and its parts, compared with Calf's, with LSP's, and with scipy and numpy.

All four bands compress, in Burnish and in the others. "Every feature in use" adds in each band: upward compression, expander,
adaptive release, half mean square in the detector, hold and look-ahead. The others do not have all of these.
"""

import math

import numpy as np
import pytest
from scipy.signal import oaconvolve

from dsp_ext.multiband.compressors import Compressors
from dsp_ext.multiband.design_crossover import design
from dsp_ext.multiband.multiband import Multiband
from dsp_ext.output.stereo import Stereo
from dsp_ext.settings import MULTIBAND

from . import lv2
from .conftest import RATE_HZ
from .timing import beside, ns_per_frame, whole

pytestmark = pytest.mark.bench

SPLITS = ("linear phase", "LR4", "shelves")
DEFAULT_HZ = tuple(MULTIBAND[f"x{k}_hz"].default for k in range(1, 4))
SETTINGS = {"threshold_db": -30.0, "ratio": 4.0, "knee_db": 6.0}
EVERY_FEATURE = SETTINGS | {
    "up_threshold_db": -45.0,
    "up_ratio": 2.0,
    "expand_threshold_db": -60.0,
    "expand_ratio": 2.0,
    "adaptive": 1,
    "rms_pct": 50.0,
    "hold_ms": 20.0,
    "lookahead_ms": 2.0,
}
#: The first two targets are for linear phase and LR4. The shelves have no counterpart in the other programs.
PEERS = {
    "Calf": (lv2.calf_multiband, ("≤ 0.5", "≤ 0.25", "")),
    "LSP classic": (lv2.lsp_multiband, ("≤ 0.2", "≤ 0.1", "")),
}


def multiband(split: str, block: int, settings: dict[str, float]) -> Multiband:
    made = Multiband(RATE_HZ, block)
    made.set("split", SPLITS.index(split))
    for band in range(1, 5):
        for name, value in settings.items():
            made.set(f"b{band}.{name}", value)
    return made


@pytest.mark.parametrize("block", [128, 256])
@pytest.mark.parametrize("name", PEERS)
def test_speed_of_four_bands_relative_to_plugins(name, block, music, record):
    make, targets = PEERS[name]
    half = EVERY_FEATURE | {"link_pct": 50.0}  # each channel has its own detectors
    kinds = [
        ("", SETTINGS),
        (", every feature in use", EVERY_FEATURE),
        (", every feature in use and channels linked by half", half),
    ]
    rows = [(split, *kind, target) for split, target in zip(SPLITS, targets, strict=True) for kind in kinds]
    peer = make(block, SETTINGS["threshold_db"], SETTINGS["ratio"])
    there, *here = ns_per_frame(
        music.shape[1],
        beside(peer, music),
        *(whole(multiband(split, block, settings), music) for split, _, settings, _ in rows),
    )
    for (split, kind, _, target), cost in zip(rows, here, strict=True):
        print(f"4-band compressor, {split}{kind}, block {block}: {cost:.1f} ns per frame; {name}: {there:.1f}")
        record("Speed", f"4-band compressor, {split}{kind}, block {block}, against {name}", cost / there, target=target,
               digits=2, tolerance=math.inf)  # fmt: skip


def by_scipy(sound: np.ndarray) -> np.ndarray:
    """Applies the same split to the whole file at once, and the static curve to the level of each frame, without a detector."""
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


def test_speed_of_four_bands_relative_to_scipy(music, record):
    """The computation with scipy has no detector."""
    *here, there = ns_per_frame(
        music.shape[1], *(whole(multiband(split, 256, SETTINGS), music) for split in SPLITS), lambda: by_scipy(music)
    )
    for split, cost in zip(SPLITS, here, strict=True):
        print(
            f"4-band compressor, {split}, block 256: {cost:.1f} ns per frame; scipy, without the detector: {there:.1f}"
        )
        record("Speed", f"4-band compressor, {split}, block 256, against scipy on a whole file without detector", cost / there,
               digits=2, tolerance=math.inf)  # fmt: skip


def test_parts(music):
    compressor = Compressors(RATE_HZ, 256)
    for name, value in SETTINGS.items():
        compressor.set(name, value)
    one_band, width = ns_per_frame(music.shape[1], whole(compressor, music), whole(Stereo(RATE_HZ, 256), music))
    print(f"four bands of dynamics in one: {one_band:.1f} ns per frame; stereo: {width:.1f} ns per frame")
    assert one_band > 0 and width > 0
