"""Designs the minimum-phase sections of the EQ: digital filters of second order from bands. Control process; NumPy only.

Poles and zeros of the analog prototype go to exp(s T) ("matched z"), which is exact at low frequencies and off by a smooth
factor near half the rate; those above half the rate, which would come down as aliases, go to half the rate instead, with as
much more damping as they were above. The factor is known, and one more section per band (up to three equal ones for steep
cuts) takes it back: a ratio of two polynomials of second degree in x = sin²(w / 2), positive on 0..1, whose roots give a
minimum-phase filter. Cuts are the inverse of boosts.

To match magnitudes in sin²(w / 2) is Vicanek's idea, "Matched second order digital filters", 2016. The fit is linear least
squares, repeated with the last denominator as weight: Sanathanan, Koerner, IEEE Trans. Automatic Control 8(1), 1963.

Each section is given as a state-variable filter with trapezoidal integrators (Simper, "Linear trapezoidal integrated SVF",
2013): its states mean the same whatever the coefficients, so a new filter can go on from the states of the old one.
"""

import itertools
from dataclasses import replace

import numpy as np

from .bands import HIGHEST, EqBand, Section, check_rate, listening_sections, sections
from .design_fir import make_up

#: Sections per band: four for 48 dB per octave, three for the fit.
PER_BAND = 7
#: Coefficients of a section, see `svf`.
COEFFICIENTS = ("a1", "a2", "a3", "m0", "m1", "m2")

_POINTS = 96  # of the fit, evenly spaced up to _FITTED_HZ
_FITTED_HZ, _EXACT_HZ, _EXACT_WEIGHT = 20000.0, 10000.0, 5.0
#: Points above these, nearly up to half the rate, which keep the curve smooth there, and their weight.
_BEYOND_POINTS, _BEYOND, _BEYOND_WEIGHT = 24, 0.99, 0.01
#: A factor this close to 1, weighted (0.0009 dB, 0.0002 dB below _EXACT_HZ), needs no section of its own.
_NEGLIGIBLE = 2e-4
#: Least coefficient, in the basis of Bernstein, of a polynomial that has to be kept positive.
_LEAST = 1e-3
#: Damping that a root above half the rate gets, as a part of what it is above.
_ABOVE = 0.5
#: Largest error of a fit in power, weighted, that needs no second section (0.004 dB below _EXACT_HZ).
_CLOSE_ENOUGH = 5e-3


def design(bands, rate_hz: float, *, solo: int = 0, auto_gain: bool = False) -> tuple[list[list], float]:
    """(sections of each band, gain of the whole) at `rate_hz`: a list of up to PER_BAND rows of COEFFICIENTS per band, none
    for a band that does not act. With `solo` (number of a band from 1) only that band has any, and there may be none where
    all is heard; see `listening_sections`. `auto_gain`: the gain keeps the K-weighted loudness of pink noise, else it is 1.

    Raises ValueError for a band above 0.45 `rate_hz`.
    """
    check_rate(bands, rate_hz)
    if not 0 <= solo <= len(bands):
        raise ValueError(f"solo cannot be {solo}: allowed is 0 to {len(bands)}")
    if solo:
        heard = [listening_sections(band) if number == solo else [] for number, band in enumerate(bands, 1)]
        return [_matched(chain, band.freq_hz, rate_hz) for chain, band in zip(heard, bands, strict=True)], 1.0
    rows = [[] if band.neutral else _band_rows(band, rate_hz) for band in bands]
    return rows, make_up(bands) if auto_gain else 1.0


def response(rows, rate_hz: float, freqs_hz) -> np.ndarray:
    """Complex response of a chain of sections (rows of COEFFICIENTS) at `freqs_hz`."""
    # The integrators' tan(w / 2) is the analog frequency of the filter that the SVF imitates.
    s = np.asarray(1j * np.tan(np.pi * np.asarray(freqs_hz, float) / rate_hz))
    out = np.ones(s.shape, complex)
    for a1, a2, a3, m0, m1, m2 in rows:
        g, gg = a2 / a1, a3 / a1
        k = (1 - a1 * (1 + gg)) / (a1 * g)
        low = gg / (s * s + k * g * s + gg)
        out *= m0 + (m1 * s / g + m2) * low
    return out


def _band_rows(band: EqBand, rate_hz: float) -> list[list]:
    """A band's sections. A cut is made from the boost, with numerators and denominators exchanged."""
    if band.gain_db >= 0 or band.type not in ("bell", "low_shelf", "high_shelf", "tilt"):
        return _matched(sections(band), band.freq_hz, rate_hz)
    return _matched(sections(replace(band, gain_db=-band.gain_db)), band.freq_hz, rate_hz, inverse=True)


def _matched(chain: list[Section], freq_hz: float, rate_hz: float, inverse: bool = False) -> list[list]:
    """The analog sections of `chain`, at `freq_hz`, as rows, and more for the difference that is left."""
    if not chain:
        return []
    w0 = 2 * np.pi * freq_hz / rate_hz
    w, weights = fit_points(rate_hz)
    filters = [(_Factor.matched(b, w0), _Factor.matched(a, w0)) for b, a in chain]
    missing = np.ones(w.size)
    for top, bottom in filters:
        missing *= top.missing(w) / bottom.missing(w)
    if np.max(np.abs(missing - 1) * weights) > _NEGLIGIBLE:
        fits = []
        for times in (1, 2, 3):
            top, bottom, error = _fitted(missing ** (1 / times), np.sin(w / 2) ** 2, weights)
            fits.append((times * error, times * [(top, bottom)]))
            if times * error < _CLOSE_ENOUGH:
                break
        filters += min(fits, key=lambda fit: fit[0])[1]
    return [svf(bottom, top) if inverse else svf(top, bottom) for top, bottom in filters]


def fit_points(rate_hz: float) -> tuple[np.ndarray, np.ndarray]:
    """The frequencies at which the curve is fitted, in radians per frame, and their weights. The last _BEYOND_POINTS only guide
    the fit."""
    top = 2 * np.pi * min(_FITTED_HZ / rate_hz, HIGHEST)
    within = np.arange(1, _POINTS + 1) * (top / _POINTS)
    beyond = np.linspace(top, _BEYOND * np.pi, _BEYOND_POINTS + 1)[1:]
    weights = np.where(within * rate_hz < 2 * np.pi * _EXACT_HZ, _EXACT_WEIGHT, 1.0)
    return np.concatenate([within, beyond]), np.concatenate([weights, np.full(_BEYOND_POINTS, _BEYOND_WEIGHT)])


def inside(analog: np.ndarray) -> np.ndarray:
    """Move roots (complex, in radians per frame) that are above half the rate down to it, with more damping."""
    above = np.maximum(np.abs(analog.imag) - np.pi, 0)
    return analog - above * (_ABOVE + 1j * np.sign(analog.imag))


class _Factor:
    """A polynomial in 1/z by its roots (at most two): `value` times the product of (1 - root/z) / (1 - root).

    A root at 1 divides by w0 instead, as s / w0 does. `analog`: the analog roots, in radians per frame; `near`: those that
    the roots are the exponentials of.
    """

    def __init__(self, value, roots, gaps, analog=(), near=()):
        self.value = value  # at 0 Hz, roots there apart
        self.roots = np.asarray(roots, complex)
        self.gaps = np.asarray(gaps, complex)  # 1 - root, exact where the root is almost 1
        self.analog = np.asarray(analog, complex)
        self.near = np.asarray(near, complex)

    @classmethod
    def matched(cls, polynomial, w0: float):
        """The polynomial (s², s, 1), s = jw / w0, with its roots at exp(s), or near half the rate if they are above it."""
        lowest = next(c for c in polynomial[::-1] if c)
        analog = np.roots(np.trim_zeros(polynomial, "f")).astype(complex) * w0
        near = inside(analog)
        gaps = np.where(analog == 0, w0, -np.expm1(near))
        return cls(lowest, np.exp(near), gaps, analog, near)

    def missing(self, w: np.ndarray) -> np.ndarray:
        """Power of the analog polynomial over that of this one, 1 at 0 Hz."""
        out = np.ones(w.size)
        for analog, near, gap in zip(self.analog, self.near, self.gaps, strict=True):
            at_dc = 1 if analog == 0 else np.abs(analog / gap) ** 2
            away = near - 1j * w
            on_it = away == 0  # there the quotient is 0 / 0, and 1 beside it
            out *= np.abs(np.where(on_it, 1, analog - 1j * w) / np.where(on_it, 1, np.expm1(away))) ** 2 / at_dc
        return out

    def ends(self) -> tuple[float, float, float]:
        """(at z = 1, at z = -1, first - last coefficient)."""
        first = (self.value / np.prod(self.gaps)).real
        last = first * np.prod(self.roots).real if self.roots.size == 2 else 0.0
        at_one = 0.0 if np.any(self.roots == 1) else self.value
        return at_one, first * np.prod(1 + self.roots).real, first - last


def svf(top: _Factor, bottom: _Factor) -> list[float]:
    """COEFFICIENTS of the section with numerator `top` and denominator `bottom`.

    v1 = a1 s1 + a2 (x - s2), v2 = s2 + a2 s1 + a3 (x - s2), y = m0 x + m1 v1 + m2 v2; then s1 = 2 v1 - s1, s2 = 2 v2 - s2.
    The numerator is put together from a low, a band and a high pass by its values at 0 Hz and half the rate and by the
    difference of its outer coefficients, which only the band pass has.
    """
    low, high, odd = top.ends()
    low_a, high_a, odd_a = bottom.ends()
    g = np.sqrt(low_a / high_a)
    k = 2 * odd_a / (g * high_a)
    low, high, band = low / low_a, high / high_a, 2 * odd / (g * high_a)
    a1 = 1 / (1 + g * (g + k))
    return [float(c) for c in (a1, g * a1, g * g * a1, high, band - k * high, low - high)]


def _fitted(power: np.ndarray, x: np.ndarray, weights: np.ndarray) -> tuple[_Factor, _Factor, float]:
    """Numerator and denominator whose power at x = sin²(w / 2) is `power`, as well as two and two roots can, and the largest
    error (of the logarithm of the power, weighted, where more than guidance is asked)."""
    best, least = None, np.inf
    denominator = np.ones(x.size)
    for _ in range(8):
        scale = weights / (power * denominator)
        table = np.stack([x, x * x, -power * x, -power * x * x], 1) * scale[:, None]
        top, bottom = np.linalg.lstsq(table, (power - 1) * scale, rcond=None)[0].reshape(2, 2)
        if not (_is_positive(*top) and _is_positive(*bottom)):
            top, bottom = _positive_fit(power, x, scale)
        numerator, denominator = (1 + x * (p + x * q) for p, q in (top, bottom))
        error = np.max((np.abs(np.log(numerator / denominator / power)) * weights)[:-_BEYOND_POINTS])
        if error < least:
            best, least = (top, bottom), error
    return _from_power(*best[0]), _from_power(*best[1]), least


def _is_positive(p: float, q: float) -> bool:
    """Whether 1 + p x + q x² is positive on 0..1, with a margin for rounding."""
    lowest = min(1.0, 1 + p + q)
    if q > 0 and 0 < -p < 2 * q:
        lowest = min(lowest, 1 - p * p / (4 * q))
    return lowest > 1e-4


def _positive_fit(power: np.ndarray, x: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """((p, q) of the numerator, (p, q) of the denominator), fitted as in `_fitted`, both positive on 0..1.

    In the basis of Bernstein, (1 - x)², 2 x (1 - x), x², coefficients above 0 suffice for that. With four of them each set
    that may stay at its limit is tried.
    """
    middle, last = 2 * x * (1 - x), x * x
    table = np.stack([middle, last, -power * middle, -power * last], 1) * scale[:, None]
    goal = (power - 1) * (1 - x) ** 2 * scale - table @ np.full(4, _LEAST)
    best, least = np.zeros(4), goal @ goal
    for free in itertools.product((False, True), repeat=4):
        above = np.zeros(4)
        above[list(free)] = np.linalg.lstsq(table[:, free], goal, rcond=None)[0] if any(free) else []
        rest = goal - table @ above
        if np.all(above >= 0) and rest @ rest < least:
            best, least = above, rest @ rest
    return np.array([(2 * b - 2, 1 - 2 * b + c) for b, c in (best + _LEAST).reshape(2, 2)])


def _from_power(p: float, q: float) -> _Factor:
    """The minimum-phase polynomial whose power is 1 + p x + q x²."""
    xs = np.roots(np.trim_zeros([q, p, 1.0], "f")).astype(complex)
    turn = 1 - 2 * xs  # z + 1 / z = 2 - 4 x
    roots = turn + np.sqrt(turn * turn - 1)
    roots = np.where(np.abs(roots) > 1, 1 / roots, roots)
    return _Factor(1.0, roots, 1 - roots)
