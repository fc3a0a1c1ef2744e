"""The curves of the EQ for displays, from the designs that make the sound. For the control process; imports NumPy only."""

import numpy as np

from . import design_dynamic, design_fir, design_svf
from .bands import EqBand


def magnitudes(bands, rate_hz: float, freqs_hz: np.ndarray, *, mode: str, taps: int, mix: float = 0.0,
               auto_gain: bool = False) -> np.ndarray:  # fmt: skip
    """The magnitudes of `bands` at `freqs_hz` (shape (n,)): from left to left, right to right, mid to mid and side to side,
    shape (4, n). Dynamic bands have their static gain.

    In minimum mode they are the responses of the filters. In the other modes they are what the kernels of `taps` with the part
    `mix` of the minimum phase are designed from; `design_fir.validity_hz` tells from which frequency the kernels follow them.
    Raises ValueError for a band above 0.45 of the rate.
    """
    if mode == "minimum":
        rows, gain = design_svf.design(bands, rate_hz, auto_gain=auto_gain)
        placed = [(band.placement, own) for band, own in zip(bands, rows, strict=True)]
        matrix = gain * design_svf.matrix_response(placed, rate_hz, freqs_hz)
        return np.abs(design_fir.by_placement(*matrix.reshape(4, -1)))
    found = design_fir.magnitudes(bands, rate_hz, taps, freqs_hz, mix if mode == "mixed" else 0.0)
    return found * (design_fir.make_up(bands) if auto_gain else 1.0)


def band_magnitude(band: EqBand, rate_hz: float, freqs_hz: np.ndarray, *, mode: str, moved: bool = False) -> np.ndarray:
    """The magnitude of one band on the channels that it processes, at `freqs_hz`: shape (n,). With `moved`, a dynamic band has
    changed its gain by its whole range. Modes as in `magnitudes`."""
    if mode == "minimum":
        rows, _ = design_svf.design([band], rate_hz)
        found = np.abs(design_svf.response(rows[0], rate_hz, freqs_hz))
    else:
        found = np.abs(design_fir.analog_response([band], freqs_hz))
    if moved and band.moves:
        found = found * np.abs(design_dynamic.response(design_dynamic.table(band, rate_hz)[-1], rate_hz, freqs_hz))
    return found
