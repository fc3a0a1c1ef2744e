"""Meters: loudness (ITU-R BS.1770, EBU R 128), true peak, levels and spectrum, for live sound and complete recordings."""

from .k_weighting import coefficients
from .measure import measure
from .measurement import HIGHEST_RATE_HZ, LOWEST_RATE_HZ, Measurement
from .meter import FIELDS, FLOOR_DB
from .scope import POINTS
from .spectrum import BANDS_HZ
from .true_peak import TruePeak

__all__ = [
    "BANDS_HZ",
    "FIELDS",
    "FLOOR_DB",
    "HIGHEST_RATE_HZ",
    "LOWEST_RATE_HZ",
    "POINTS",
    "Measurement",
    "TruePeak",
    "coefficients",
    "measure",
]
