"""Designs the filters of `saturator.pyx` and writes `saturator_taps.pxd`. Run `python -m dsp_ext.output.design_saturator`.

Oversampling by four takes two steps. Each step computes the point in the middle between two samples (windowed sinc, Kaiser).
The first filter is sharp: 80 taps, flat to 0.4535 of the rate and -110 dB from 0.5465 on, which is 20 kHz and its image at
44.1 kHz. The second filter has 16 taps, because its input is oversampled already. The decimator uses a filter of 32 taps at
the fourfold rate (its even length compensates for the half sample by which the antiderivative is late), and then the same
sharp filter.
"""

from pathlib import Path

import numpy as np

from dsp_ext.core import taps_file

SHARP_TAPS, SHARP_BETA = 80, 11.3
SOFT_TAPS, SOFT_BETA = 16, 12.5
DOWN_TAPS, DOWN_BETA = 32, 11.5


def half_way(taps: int, beta: float) -> np.ndarray:
    """The taps of the point half-way between the two middle samples. They sum to 1."""
    at = np.arange(taps) - (taps - 1) / 2
    phase = np.sinc(at) * np.kaiser(taps + 2, beta)[1:-1]
    return phase / phase.sum()


def down() -> np.ndarray:
    """The taps of a low-pass at a quarter of the fourfold rate, for the first half of the decimation. They sum to 1."""
    at = np.arange(DOWN_TAPS) - (DOWN_TAPS - 1) / 2
    kernel = np.sinc(at / 2) * np.kaiser(DOWN_TAPS, DOWN_BETA)
    return kernel / kernel.sum()


def tables() -> dict[str, np.ndarray]:
    """The first halves of the symmetric filters, by their names in C."""
    return {
        "SHARP": half_way(SHARP_TAPS, SHARP_BETA)[: SHARP_TAPS // 2],
        "SOFT": half_way(SOFT_TAPS, SOFT_BETA)[: SOFT_TAPS // 2],
        "DOWN": down()[: DOWN_TAPS // 2],
    }


def text() -> str:
    """The complete text of `saturator_taps.pxd`."""
    return taps_file.text("output.design_saturator", tables())


if __name__ == "__main__":
    (Path(__file__).parent / "saturator_taps.pxd").write_text(text())
