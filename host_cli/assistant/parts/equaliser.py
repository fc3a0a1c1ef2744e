"""Decisions about the tone: bands of the EQ for a curve."""

from collections.abc import Sequence

import numpy as np

from dsp_ext.eq import EqBand
from firmware.contract import params
from host_cli.assistant.curves import CURVE_HZ, LEAST_GAIN_DB, Fit, fit, response_db
from host_cli.assistant.decisions import Decision, apart, hertz, range_name

#: The range in which the curve is fitted.
FITTED_HZ = (25.0, 18000.0)
_KINDS = {"bell": "bell", "low_shelf": "low shelf", "high_shelf": "high shelf"}


def fitted(curve_db: np.ndarray, most_bands: int, highest_hz: float, placement: str = "stereo") -> Fit:
    """Bands for a curve at CURVE_HZ, up to `highest_hz`."""
    inside = (FITTED_HZ[0] <= CURVE_HZ) & (min(FITTED_HZ[1], highest_hz) >= CURVE_HZ)
    return fit(CURVE_HZ[inside], curve_db[inside], most_bands, placement)


def settings(number: int, band: EqBand) -> dict[str, float]:
    """The parameters of band `number` of the EQ."""
    row = {"enabled": 1.0, "type": float(params.BAND_TYPES.index(band.type)), "freq_hz": band.freq_hz, "gain_db": band.gain_db,
           "q": band.q, "placement": float(params.BAND_PLACEMENTS.index(band.placement))}  # fmt: skip
    return {f"eq.b{number}.{name}": value for name, value in row.items()}


def decisions(bands: Sequence[EqBand], curve_db: np.ndarray, what: str, amount: float = 1.0) -> list[Decision]:
    """One decision for each band. `curve_db`: the wanted change at CURVE_HZ, which is this `amount` of the difference to `what`."""
    found = []
    for number, band in enumerate(bands, 1):
        others = [other for other in bands if other is not band]
        hz, name = reach(band)
        at = float(np.mean(np.interp(np.log(hz), np.log(CURVE_HZ), curve_db)))
        overlap = float(np.mean(response_db(others, hz)))
        if at * band.gain_db > 0:
            measured = -at / amount
            finding = f"{name} {apart(measured, what)}"
        else:
            measured = overlap - at
            finding = f"{name} would be {apart(measured, what)} with the other bands"
        found.append(Decision("tone", finding, measured, LEAST_GAIN_DB, "dB", words(band), settings(number, band)))
    return found


def reach(band: EqBand) -> tuple[np.ndarray, str]:
    """The frequencies for which a band stands in sentences, and their name."""
    if band.type == "bell":
        return np.array([band.freq_hz]), range_name(band.freq_hz)
    if band.type == "low_shelf":
        return np.geomspace(FITTED_HZ[0], max(band.freq_hz, 2 * FITTED_HZ[0]), 20), f"below {hertz(band.freq_hz)}"
    return np.geomspace(min(band.freq_hz, FITTED_HZ[1] / 2), FITTED_HZ[1], 20), f"above {hertz(band.freq_hz)}"


def words(band: EqBand) -> str:
    """ "bell -1.5 dB at 280 Hz, Q 1.0"."""
    return f"{_KINDS[band.type]} {band.gain_db:+.1f} dB at {hertz(band.freq_hz)}, Q {band.q:.2g}"
