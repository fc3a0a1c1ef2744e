"""Curves over the frequency: how two recordings differ, and bands of the EQ that follow a curve.

`levels`: the spectrum of a recording with its variation. `estimate`: the difference of two. `fitting`: bands for a curve.
"""

from firmware.contract import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "BAND_DB": "estimate",
        "CURVE_HZ": "estimate",
        "Difference": "estimate",
        "Fit": "fitting",
        "LEAST_GAIN_DB": "fitting",
        "Levels": "levels",
        "combined": "levels",
        "difference": "estimate",
        "fit": "fitting",
        "ratio": "levels",
        "response_db": "fitting",
        "total": "levels",
    },
)

__all__ = [
    "BAND_DB",
    "CURVE_HZ",
    "LEAST_GAIN_DB",
    "Difference",
    "Fit",
    "Levels",
    "combined",
    "difference",
    "fit",
    "ratio",
    "response_db",
    "total",
]
