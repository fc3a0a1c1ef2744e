"""The magnitude response of width and mono-maker on the side signal, for kernels without phase shift. Imports NumPy only.

The curve is that of `stereo.pyx` in the analog domain: one-pole low-passes between the width bands, and a second-order
Butterworth high-pass for the mono-maker. In a linear-phase kernel it does not shift the phase of the side against mid.
"""

import math
from collections.abc import Callable, Mapping

import numpy as np


def side_magnitude(settings: Mapping[str, float]) -> Callable[[np.ndarray], np.ndarray] | None:
    """A function from frequencies in Hz to the gain of the side, for `settings` (the settings of `stereo.SETTINGS` that
    concern the side, by name). None if the settings leave the side unchanged."""
    widths = [settings[f"width_{band}_pct"] / 100 for band in ("low", "mid", "high")]
    if not settings["enabled"] or (widths == [1, 1, 1] and not settings["mono"]):
        return None
    low_hz, high_hz = sorted((settings["split_low_hz"], settings["split_high_hz"]))

    def magnitude(freqs_hz: np.ndarray) -> np.ndarray:
        low, high = (1 / (1 + 1j * freqs_hz / split_hz) for split_hz in (low_hz, high_hz))
        response = widths[0] * low + widths[1] * (high - low) + widths[2] * (1 - high)
        if settings["mono"]:
            s = 1j * freqs_hz / settings["mono_hz"]
            response = response * s**2 / (s**2 + math.sqrt(2) * s + 1)
        return np.abs(response)

    return magnitude
