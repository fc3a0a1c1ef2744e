"""The residue above 3 kHz of a low tone while something changes: it shows clicks."""

import numpy as np
from scipy.signal import firwin, oaconvolve


def above_3_khz(x: np.ndarray, rate_hz: int, mode: str = "valid") -> np.ndarray:
    """`x`, shape (..., frames), above 3 kHz, float64. `mode` as in `oaconvolve`."""
    taps = 1023 * max(1, rate_hz // 48000) // 2 * 2 + 1
    kernel = firwin(taps, 2700, fs=rate_hz, pass_zero=False, window=("kaiser", 14))
    return oaconvolve(x.astype(float), kernel.reshape((1,) * (x.ndim - 1) + (-1,)), mode, axes=-1)


def click_db(x: np.ndarray, rate_hz: int) -> float:
    """The highest sample above 3 kHz in any channel, in dBFS. The first and last 11 ms of `x` are ignored, so let it begin
    well before the change."""
    return 20 * np.log10(np.abs(above_3_khz(x, rate_hz)).max() + 1e-12)
