"""True-peak meters for tests: float64 numpy, written independently of the product's detector."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

#: The interpolation filter of ITU-R BS.1770-5, Annex 2, as printed: rows are taps, columns are phases 0 to 3.
BS1770 = np.array([
    [+0.0017089843750, -0.0291748046875, -0.0189208984375, -0.0083007812500],
    [+0.0109863281250, +0.0292968750000, +0.0330810546875, +0.0148925781250],
    [-0.0196533203125, -0.0517578125000, -0.0582275390625, -0.0266113281250],
    [+0.0332031250000, +0.0891113281250, +0.1015625000000, +0.0476074218750],
    [-0.0594482421875, -0.1665039062500, -0.2003173828125, -0.1022949218750],
    [+0.1373291015625, +0.4650878906250, +0.7797851562500, +0.9721679687500],
    [+0.9721679687500, +0.7797851562500, +0.4650878906250, +0.1373291015625],
    [-0.1022949218750, -0.2003173828125, -0.1665039062500, -0.0594482421875],
    [+0.0476074218750, +0.1015625000000, +0.0891113281250, +0.0332031250000],
    [-0.0266113281250, -0.0582275390625, -0.0517578125000, -0.0196533203125],
    [+0.0148925781250, +0.0330810546875, +0.0292968750000, +0.0109863281250],
    [-0.0083007812500, -0.0189208984375, -0.0291748046875, +0.0017089843750],
])  # fmt: skip


def sinc_phases(points: int, taps: int, beta: float) -> np.ndarray:
    """(taps, points) matrix of a Kaiser-windowed sinc: column p interpolates p / points after the middle."""
    at = np.arange(taps)[:, None] - (taps // 2 - 1) - np.arange(points)[None, :] / points
    window = np.i0(beta * np.sqrt(np.clip(1 - (2 * at / taps) ** 2, 0, None))) / np.i0(beta)
    return np.sinc(at) * window


#: The independent meter: 32 points per sample, 128 taps each.
LONG = sinc_phases(32, 128, 10.0)


def peaks(x: np.ndarray, phases: np.ndarray) -> np.ndarray:
    """Largest magnitude of the interpolated points and of the sample, for each sample of one channel."""
    taps = len(phases)
    padded = np.concatenate([np.zeros(taps // 2 - 1), np.asarray(x, np.float64), np.zeros(taps // 2)])
    between = np.empty(len(x))
    for at in range(0, len(x), 4096):
        windows = sliding_window_view(padded[at : at + 4096 + taps - 1], taps)[:4096]
        between[at : at + 4096] = np.abs(windows @ phases).max(axis=1)[: len(x) - at]
    return np.maximum(between, np.abs(x))


def peak_db(block: np.ndarray, phases: np.ndarray) -> float:
    """The highest true peak of a (channels, frames) block, in dBTP."""
    return 20 * np.log10(max(1e-30, *(peaks(channel, phases).max() for channel in block)))
