"""Linear-phase kernels of the EQ: from bands to taps. Runs in the control process; imports numpy only.

The magnitude of the analog prototype is sampled on a grid eight times finer than the kernel needs (so that the kernel's
tails, folded back, are far below its own), given zero phase, transformed, and its outer quarter tapered.
"""

import numpy as np

from .eq_bands import EqBand, analog_response, check_rate

__all__ = ["EqBand", "analog_response", "design", "kernel_response"]

#: Points of the frequency grid per tap.
_FINER = 8
#: Part of the kernel that the taper takes, both ends together.
_TAPERED = 0.25


def design(bands, rate_hz: float, taps: int) -> np.ndarray | None:
    """The kernel of `bands` at `rate_hz`: shape (taps,), float32, centred on taps / 2; None where no band acts.

    Exactly symmetric: kernel[taps/2 - k] == kernel[taps/2 + k], and kernel[0], which has no partner, is 0. `taps` is even.
    Raises ValueError for a band above 0.45 `rate_hz`.
    """
    if taps < 16 or taps % 2:
        raise ValueError(f"taps must be an even number of at least 16, not {taps}")
    acting = [band for band in bands if not band.neutral]
    if not acting:
        return None
    check_rate(bands, rate_hz)
    grid = _FINER * taps
    half = taps // 2
    magnitude = np.abs(analog_response(acting, np.arange(grid // 2 + 1) * (rate_hz / grid)))
    wing = np.fft.irfft(magnitude, grid)[:half] * _wing_taper(half)
    kernel = np.zeros(taps, np.float32)
    kernel[half:] = wing
    kernel[1:half] = kernel[:half:-1]
    return kernel


def _wing_taper(half: int) -> np.ndarray:
    """Right half of a Tukey window: 1, then a raised cosine to 0 at `half`."""
    flat = round(half * (1 - _TAPERED))
    fall = np.arange(half - flat) / (half - flat)
    return np.concatenate([np.ones(flat), 0.5 + 0.5 * np.cos(np.pi * fall)])


def kernel_response(kernel: np.ndarray, rate_hz: float, freqs_hz) -> np.ndarray:
    """Complex response of `kernel` (shape (taps,)) at `freqs_hz`, whose first tap is time 0, float64."""
    freqs_hz = np.asarray(freqs_hz, float)
    flat = freqs_hz.ravel()
    out = np.empty(flat.size, complex)
    times = np.arange(kernel.size)
    taps = np.asarray(kernel, float)
    step = max(1, (1 << 21) // kernel.size)  # bounds the memory of the table of turns
    for at in range(0, flat.size, step):
        out[at : at + step] = np.exp(-2j * np.pi / rate_hz * np.outer(flat[at : at + step], times)) @ taps
    return out.reshape(freqs_hz.shape)
