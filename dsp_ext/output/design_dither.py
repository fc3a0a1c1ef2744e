"""Designs the noise shapers of `dither.pyx` and writes `dither_taps.pxd`. Run `python -m dsp_ext.output.design_dither`.

A shaper with n taps gives the error the spectrum |1 - sum c_k z^-k|². The taps with the least audible noise are those of
linear prediction, with the ear's sensitivity as the power spectrum, as in Wannamaker, "Psychoacoustically optimal noise shaping", JAES
40, 1992. The area theorem of Gerzon and Craven, AES 87, 1989, sets the price: noise that is removed at frequencies to which the
ear is sensitive is added at higher frequencies. The sensitivity is the inverse of the threshold of hearing of Terhardt,
"Calculating virtual pitch", Hearing Research 1, 1979, limited to a depth that bounds the noise in the top octave.
"""

from pathlib import Path

import numpy as np

RATES_HZ = (44100, 48000, 88200, 96000, 176400, 192000)
#: The number of taps, and the depth in dB below its maximum down to which the sensitivity is followed.
SHAPERS = {"gentle": (5, 40.0), "strong": (9, 50.0)}
MOST_TAPS = 9
_BINS = 1 << 13


def threshold_db(f_hz: np.ndarray) -> np.ndarray:
    """The threshold of hearing in quiet, in dB SPL."""
    k = np.maximum(f_hz, 20.0) / 1000
    return 3.64 * k**-0.8 - 6.5 * np.exp(-0.6 * (k - 3.3) ** 2) + 1e-3 * k**4


def taps(rate_hz: int, count: int, depth_db: float) -> np.ndarray:
    """The taps c_1 ... c_count of the shaper, rounded to six decimals so that every platform computes the same values."""
    sensitivity = -threshold_db(np.fft.rfftfreq(2 * _BINS, 1 / rate_hz))
    weight = 10 ** (np.maximum(sensitivity - sensitivity.max(), -depth_db) / 10)
    correlation = np.fft.irfft(weight)[: count + 1]
    matrix = correlation[np.abs(np.subtract.outer(np.arange(count), np.arange(count)))]
    return np.round(np.linalg.solve(matrix, correlation[1:]), 6)


def text() -> str:
    """The complete text of `dither_taps.pxd`."""
    rows = []
    for shaper, (count, depth_db) in SHAPERS.items():
        for rate in RATES_HZ:
            c = np.zeros(MOST_TAPS)
            c[:count] = taps(rate, count, depth_db)
            rows.append("        {" + ", ".join(f"{x:.6f}" for x in c) + f"}},  /* {shaper}, {rate} Hz */")
    return "\n".join([
        "# Written by `python -m dsp_ext.output.design_dither`. Do not edit.",
        "",
        "cdef extern from *:",
        '    """',
        f"    static const double DITHER_TAPS[{len(rows)}][{MOST_TAPS}] = {{",
        *rows,
        "    };",
        '    """',
        f"    const double DITHER_TAPS[{len(rows)}][{MOST_TAPS}]",
        "",
    ])  # fmt: skip


if __name__ == "__main__":
    (Path(__file__).parent / "dither_taps.pxd").write_text(text())
