"""EqBand: one band of the EQ, and its analog prototype.

All modes of the EQ follow the same analog prototypes, so their curves agree. A prototype is a product of second-order
sections in s = j f / f0. Bells and shelves: Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter coefficients"; shelves of
other orders: Holters, Zölzer, "Parametric recursive high-order shelving filters", AES 120, 2006; cuts: Butterworth.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from dsp_ext import settings

_BAND = settings.EQ_BAND[0]
TYPES = _BAND["type"].choices
#: Steepness of cuts and shelves, in dB per octave. One order is 6 dB per octave.
SLOPES_DB_OCT = tuple(map(int, _BAND["slope"].choices))
LOWEST_HZ = float(_BAND["freq_hz"].low)
GAIN_DB, Q = ((float(_BAND[name].low), float(_BAND[name].high)) for name in ("gain_db", "q"))
#: The highest frequency of a band as a part of the sampling rate.
HIGHEST = settings.EQ_HIGHEST

#: The channels that a band can process.
PLACEMENTS = _BAND["placement"].choices

#: The types of bands that can be dynamic.
DYNAMIC_TYPES = ("bell", "low_shelf", "high_shelf")
#: The range of each field of Dynamics; the unit follows after a space.
DYNAMICS_RANGES = {
    name.removeprefix("dyn_"): (setting.low, setting.high, f" {setting.unit}".rstrip())
    for name, setting in _BAND.items()
    if name.startswith("dyn_")
}

#: Numerator and denominator, each (s², s, 1).
Section = tuple[tuple[float, float, float], tuple[float, float, float]]


@dataclass(frozen=True)
class Dynamics:
    """How the gain of a band changes with the level in its frequency range; see `dynamic_band.pyx`. Above `threshold_db` (in
    dBFS, for the peaks of a sine), the gain changes by 1 - 1/`ratio` of the excess, at most by `range_db`. A negative
    `range_db` lowers the gain, a positive one raises it.

    Raises ValueError that names field, value and range.
    """

    threshold_db: float = -20.0
    ratio: float = 2.0
    range_db: float = -6.0
    attack_ms: float = 10.0
    release_ms: float = 150.0

    def __post_init__(self):
        for name, (low, high, unit) in DYNAMICS_RANGES.items():
            value = getattr(self, name)
            if not low <= value <= high:  # this comparison rejects NaN as well
                raise ValueError(f"{name} cannot be {value}: allowed is {low:g} to {high:g}{unit}")

    @property
    def neutral(self) -> bool:
        """Whether the gain stays constant at every level."""
        return self.ratio == 1 or self.range_db == 0


@dataclass(frozen=True)
class EqBand:
    """One band of the EQ.

    - `freq_hz`: the centre, or the corner frequency (at half of the gain of a shelf in dB, at -3 dB of a cut with q = 0.71).
    - `gain_db`: the gain of a bell or a shelf. For a tilt, it is the gain far above `freq_hz`; far below, the gain is its
      negative.
    - `q`: for bells and notches. For shelves and cuts it scales the sharpest pair of poles; 0.71 is maximally flat.
    - `slope_db_oct`: for shelves and cuts.
    - `placement`: the channel that the band processes, one of PLACEMENTS.
    - `dynamics`: how the gain of a bell, or of a shelf of 12 dB per octave, changes in addition to `gain_db`. Minimum mode
      only.

    Raises ValueError that names field, value and range.
    """

    type: str
    freq_hz: float
    gain_db: float = 0.0
    q: float = 0.71
    enabled: bool = True
    slope_db_oct: int = 12
    placement: str = "stereo"
    dynamics: Dynamics | None = None

    def __post_init__(self):
        if self.type not in TYPES:
            raise ValueError(f"type cannot be {self.type!r}: allowed is {', '.join(TYPES)}")
        if self.placement not in PLACEMENTS:
            raise ValueError(f"placement cannot be {self.placement!r}: allowed is {', '.join(PLACEMENTS)}")
        if not LOWEST_HZ <= self.freq_hz < math.inf:  # this comparison rejects NaN as well
            raise ValueError(f"freq_hz cannot be {self.freq_hz}: allowed is {LOWEST_HZ:g} Hz to {HIGHEST} of the rate")
        for name, (low, high), unit in (("gain_db", GAIN_DB, " dB"), ("q", Q, "")):
            value = getattr(self, name)
            if not low <= value <= high:
                raise ValueError(f"{name} cannot be {value}: allowed is {low:g} to {high:g}{unit}")
        if self.slope_db_oct not in SLOPES_DB_OCT:
            allowed = ", ".join(map(str, SLOPES_DB_OCT))
            raise ValueError(f"slope_db_oct cannot be {self.slope_db_oct}: allowed is {allowed} dB per octave")
        if self.dynamics is not None and self.type not in DYNAMIC_TYPES:
            raise ValueError(f"type of a dynamic band cannot be {self.type!r}: allowed is {', '.join(DYNAMIC_TYPES)}")
        if self.dynamics is not None and self.type != "bell" and self.slope_db_oct != 12:
            raise ValueError(f"slope_db_oct of a dynamic shelf cannot be {self.slope_db_oct}: allowed is 12")

    @property
    def neutral(self) -> bool:
        """Whether the static part of the band changes nothing. The dynamics are not considered."""
        return not self.enabled or (self.gain_db == 0 and self.type in ("bell", "low_shelf", "high_shelf", "tilt"))

    @property
    def moves(self) -> bool:
        """Whether the gain of the band follows a level."""
        return self.enabled and self.dynamics is not None and not self.dynamics.neutral


def check_rate(bands, rate_hz: float):
    """Raise ValueError for an active band above 0.45 of the rate. The message names band, value and range."""
    for number, band in enumerate(bands, 1):
        if (band.moves or not band.neutral) and band.freq_hz > HIGHEST * rate_hz:
            raise ValueError(
                f"freq_hz of band {number} cannot be {band.freq_hz:g}: allowed is {LOWEST_HZ:g} to "
                f"{HIGHEST * rate_hz:g} Hz at {rate_hz:g} Hz"
            )


def sections(band: EqBand) -> list[Section]:
    """The analog prototype of the band. The product of the sections at s = j f / freq_hz is its response."""
    gain, q = 10 ** (band.gain_db / 20), band.q
    if band.type == "bell":
        return [((1, math.sqrt(gain) / q, 1), (1, 1 / (math.sqrt(gain) * q), 1))]
    if band.type == "notch":
        return [((1, 0, 1), (1, 1 / q, 1))]
    if band.type == "tilt":
        return [((0, gain, 1), (0, 1, gain))]
    order = round(band.slope_db_oct / 6)
    qs, single = _butterworth(order, q)
    if band.type in ("low_cut", "high_cut"):
        out = [((0, 0, 1), (1, 1 / pair, 1)) for pair in qs]
        out += [((0, 0, 1), (0, 1, 1))] * single
    else:
        r = gain ** (0.5 / order)  # the zeros have the radius r, the poles 1 / r
        out = [((1, r / pair, r * r), (1, 1 / (r * pair), 1 / (r * r))) for pair in qs]
        out += [((0, 1, r), (0, 1, 1 / r))] * single
    return [_mirrored(section) for section in out] if band.type in ("low_cut", "high_shelf") else out


def listening_sections(band: EqBand) -> list[Section]:
    """The filter for listening to a band in solo. It passes the frequency range that the band changes, whatever its gain. For
    bells and notches it is a band-pass. For shelves and cuts it passes the frequencies that a shelf boosts or a cut removes.
    For a tilt it passes everything.
    """
    if band.type in ("bell", "notch"):
        return [((0, 1 / band.q, 0), (1, 1 / band.q, 1))]
    if band.type == "tilt":
        return []
    kind = "high_cut" if band.type in ("low_shelf", "low_cut") else "low_cut"
    return sections(replace(band, type=kind, q=math.sqrt(0.5), dynamics=None))


def _butterworth(order: int, q: float) -> tuple[list[float], int]:
    """(Q of each pair of poles, number of single poles). `q` scales the sharpest pair; 1/sqrt(2) leaves it unchanged."""
    angles = [math.pi * (order - 1 - 2 * k) / (2 * order) for k in range(order // 2)]
    qs = [0.5 / math.cos(angle) for angle in angles]
    if qs:
        qs[0] *= q * math.sqrt(2)
    return qs, order % 2


def _mirrored(section: Section) -> Section:
    """Replace s by 1 / s, which turns low-pass into high-pass. First-order sections stay first-order."""
    b, a = section
    if a[0] == 0:
        return (0, b[2], b[1]), (0, a[2], a[1])
    return b[::-1], a[::-1]


def response_of(chain: list[Section], freqs_hz, freq_hz: float) -> np.ndarray:
    """The complex response of the product of `chain` at `freqs_hz` (any shape), with s = j f / `freq_hz`."""
    s = np.asarray(np.multiply(freqs_hz, 1j / freq_hz))
    response = np.ones(s.shape, complex)
    for b, a in chain:
        response *= ((b[0] * s + b[1]) * s + b[2]) / ((a[0] * s + a[1]) * s + a[2])
    return response


def analog_response(bands, freqs_hz) -> np.ndarray:
    """The complex response of the analog prototypes of all `bands` at `freqs_hz` (any shape), whatever their placement."""
    response = np.ones(np.shape(freqs_hz), complex)
    for band in bands:
        if not band.neutral:
            response *= response_of(sections(band), freqs_hz, band.freq_hz)
    return response
