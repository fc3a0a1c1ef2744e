"""Designs the filters of `true_peak.pyx` and writes `true_peak_taps.pxd`. Run `python -m dsp_ext.meters.design_true_peak`.

The interpolator works in two steps. Together they are a 16-fold interpolator of 64 taps per phase (68 including the reach of
the second step), with a quarter of the multiplications of the direct form (multistage interpolation: Crochiere and Rabiner,
"Multirate Digital Signal Processing", 1983, ch. 5):

1. The first step computes the point in the middle between two samples from 64 samples: windowed sinc, Kaiser beta 8. Where
   peaks near half the sampling rate count, it uses 128 samples, Kaiser beta 10.
2. The second step computes seven points between each two of those points. The signal is oversampled twice at that stage, so
   10 taps suffice for an error of -72 dB.

Every phase sums to 1. Mirrored phases share their computation: with S the symmetric and A the antisymmetric part of a phase,
the phase gives S + A, its mirror S - A, and the larger magnitude of the two is |S| + |A|.
"""

from pathlib import Path

import numpy as np

from dsp_ext.core import taps_file

HALF_TAPS = 64
HALF_BETA = 8.0
LONG_TAPS = 128
LONG_BETA = 10.0
FINE_TAPS = 10
FINE_BETA = 7.0
FINE_PHASES = 8

#: The interpolator of ITU-R BS.1770-5, Annex 2: phases 0 and 1; phases 3 and 2 are their mirrors.
BS1770_TAPS = (
    (0.0017089843750, 0.0109863281250, -0.0196533203125, 0.0332031250000, -0.0594482421875, 0.1373291015625,
     0.9721679687500, -0.1022949218750, 0.0476074218750, -0.0266113281250, 0.0148925781250, -0.0083007812500),
    (-0.0291748046875, 0.0292968750000, -0.0517578125000, 0.0891113281250, -0.1665039062500, 0.4650878906250,
     0.7797851562500, -0.2003173828125, 0.1015625000000, -0.0582275390625, 0.0330810546875, -0.0189208984375),
)  # fmt: skip


def windowed_sinc(taps: int, fraction: float, beta: float) -> np.ndarray:
    """`taps` (even) coefficients for the point between the two middle samples, at `fraction` (0 to 1) of their distance."""
    reach = taps // 2
    at = np.arange(taps) - (reach - 1) - fraction
    window = np.i0(beta * np.sqrt(np.clip(1 - (at / reach) ** 2, 0, 1))) / np.i0(beta)
    phase = np.sinc(at) * window
    return phase / phase.sum()


def split(phase: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first halves of the symmetric and the antisymmetric part of a phase."""
    half = len(phase) // 2
    return (phase + phase[::-1])[:half] / 2, (phase - phase[::-1])[:half] / 2


def tables() -> dict[str, np.ndarray]:
    """All tables by their names in C, in float64."""
    fine = [split(windowed_sinc(FINE_TAPS, q / FINE_PHASES, FINE_BETA)) for q in range(1, FINE_PHASES // 2 + 1)]
    annex = [split(np.array(phase)) for phase in BS1770_TAPS]
    return {
        "HALF": windowed_sinc(HALF_TAPS, 0.5, HALF_BETA)[: HALF_TAPS // 2],
        "LONG_HALF": windowed_sinc(LONG_TAPS, 0.5, LONG_BETA)[: LONG_TAPS // 2],
        **{f"FINE_S{q + 1}": s for q, (s, _) in enumerate(fine)},
        **{f"FINE_A{q + 1}": a for q, (_, a) in enumerate(fine[:-1])},
        **{f"ANNEX_S{p}": s for p, (s, _) in enumerate(annex)},
        **{f"ANNEX_A{p}": a for p, (_, a) in enumerate(annex)},
    }


def text() -> str:
    """The complete text of `true_peak_taps.pxd`."""
    return taps_file.text("meters.design_true_peak", tables())


if __name__ == "__main__":
    (Path(__file__).parent / "true_peak_taps.pxd").write_text(text())
