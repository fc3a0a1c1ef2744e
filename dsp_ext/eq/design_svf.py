"""Designs the minimum-phase sections of the EQ: second-order digital filters, from bands. For the control process; NumPy
only.

Poles and zeros of the analog prototype are mapped to exp(s T) ("matched z"). This is exact at low frequencies and differs by
a smooth factor near half the rate. Roots above half the rate would alias, so they are moved to half the rate, with more
damping in proportion to their distance. The factor is known, and one more section per band (up to three equal ones for steep
cuts) compensates for it: a ratio of two second-degree polynomials in x = sin²(w / 2), positive on 0..1, whose roots give a
minimum-phase filter. Cuts are the inverse of boosts.

Matching the magnitude in sin²(w / 2) follows Vicanek, "Matched second order digital filters", 2016. The fit is linear least
squares, repeated with the previous denominator as weight: Sanathanan, Koerner, IEEE Trans. Automatic Control 8(1), 1963.

Each section is a state-variable filter with trapezoidal integrators (Simper, "Linear trapezoidal integrated SVF", 2013). The
meaning of its states does not depend on the coefficients, so a new filter can continue from the states of the old one.
"""

import itertools
from dataclasses import replace

import numpy as np

from .bands import HIGHEST, EqBand, Section, check_rate, listening_sections, sections
from .design_fir import make_up, placed

#: The largest number of sections per band: four for 48 dB per octave, three for the fit.
PER_BAND = 7
#: Coefficients of a section, see `svf`.
COEFFICIENTS = ("a1", "a2", "a3", "m0", "m1", "m2")

_POINTS = 96  # points of the fit, evenly spaced up to _FITTED_HZ
_FITTED_HZ, _EXACT_HZ, _EXACT_WEIGHT = 20000.0, 10000.0, 5.0
#: The points above these, nearly up to half the rate, which keep the curve smooth there; and their weight.
_BEYOND_POINTS, _BEYOND, _BEYOND_WEIGHT = 24, 0.99, 0.01
#: A factor this close to 1, weighted (0.0009 dB, 0.0002 dB below _EXACT_HZ), needs no separate section.
_NEGLIGIBLE = 2e-4
#: The smallest Bernstein coefficient of a polynomial that must be kept positive.
_LEAST = 1e-3
#: The damping of a root that was above half the rate, as a part of its distance from half the rate.
_ABOVE = 0.5
#: The largest weighted error of a fit, in power, that needs no second section (0.004 dB below _EXACT_HZ).
_CLOSE_ENOUGH = 5e-3


def design(bands, rate_hz: float, *, solo: int = 0, auto_gain: bool = False) -> tuple[list[list], float]:
    """(sections of each band, gain of the complete filter) at `rate_hz`. The sections are a list of up to PER_BAND rows of
    COEFFICIENTS per band; a band that has no effect has none. With `solo` (the number of a band, from 1), only that band has
    sections: the filter of `listening_sections`, which has no sections for a tilt. With `auto_gain`, the gain keeps the
    K-weighted loudness of pink noise; otherwise it is 1.

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
    """The complex response of a chain of sections (rows of COEFFICIENTS) at `freqs_hz`."""
    # With trapezoidal integrators, tan(w / 2) is the frequency of the analog filter that the SVF imitates.
    s = np.asarray(1j * np.tan(np.pi * np.asarray(freqs_hz, float) / rate_hz))
    out = np.ones(s.shape, complex)
    for a1, a2, a3, m0, m1, m2 in rows:
        g, gg = a2 / a1, a3 / a1
        k = (1 - a1 * (1 + gg)) / (a1 * g)
        low = gg / (s * s + k * g * s + gg)
        out *= m0 + (m1 * s / g + m2) * low
    return out


def matrix_response(bands, rate_hz: float, freqs_hz, solo: int = 0) -> np.ndarray:
    """The complex responses from left and right to left and right, ((a, b), (c, d)), of `bands`: (placement, sections) of each
    one, in their order. With `solo`, channels that a band does not process are silent. Shape (2, 2) and that of `freqs_hz`."""
    matrix = np.zeros((2, 2, *np.shape(freqs_hz)), complex)
    matrix[0, 0] = matrix[1, 1] = 1
    for placement, rows in bands:
        own = placed(placement, response(rows, rate_hz, freqs_hz), 0 if solo else 1)
        matrix = np.einsum("ij...,jk...->ik...", own, matrix)
    return matrix


def _band_rows(band: EqBand, rate_hz: float) -> list[list]:
    """The sections of a band. A cut is made from the boost: numerators and denominators are swapped."""
    if band.gain_db >= 0 or band.type not in ("bell", "low_shelf", "high_shelf", "tilt"):
        return _matched(sections(band), band.freq_hz, rate_hz)
    return _matched(sections(replace(band, gain_db=-band.gain_db)), band.freq_hz, rate_hz, inverse=True)


def _matched(chain: list[Section], freq_hz: float, rate_hz: float, inverse: bool = False) -> list[list]:
    """The sections of `chain`, at `freq_hz`, as digital rows, and further rows for the remaining difference."""
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
    """The frequencies at which the curve is fitted, in radians per frame, and their weights. The last _BEYOND_POINTS only
    guide the fit."""
    top = 2 * np.pi * min(_FITTED_HZ / rate_hz, HIGHEST)
    within = np.arange(1, _POINTS + 1) * (top / _POINTS)
    beyond = np.linspace(top, _BEYOND * np.pi, _BEYOND_POINTS + 1)[1:]
    weights = np.where(within * rate_hz < 2 * np.pi * _EXACT_HZ, _EXACT_WEIGHT, 1.0)
    return np.concatenate([within, beyond]), np.concatenate([weights, np.full(_BEYOND_POINTS, _BEYOND_WEIGHT)])


def inside(analog: np.ndarray) -> np.ndarray:
    """Move roots (complex, in radians per frame) from above half the rate down to it, with more damping."""
    above = np.maximum(np.abs(analog.imag) - np.pi, 0)
    return analog - above * (_ABOVE + 1j * np.sign(analog.imag))


class _Factor:
    """A polynomial in 1/z, given by its roots (at most two): `value` times the product of (1 - root/z) / (1 - root).

    For a root at 1, the divisor is w0 instead, as in s / w0. `analog`: the analog roots, in radians per frame; `near`: the
    roots after `inside`, whose exponentials are the roots of this polynomial.
    """

    def __init__(self, value, roots, gaps, analog=(), near=()):
        self.value = value  # the value at 0 Hz, without roots at 0 Hz
        self.roots = np.asarray(roots, complex)
        self.gaps = np.asarray(gaps, complex)  # 1 - root, also exact if the root is almost 1
        self.analog = np.asarray(analog, complex)
        self.near = np.asarray(near, complex)

    @classmethod
    def matched(cls, polynomial, w0: float):
        """The polynomial (s², s, 1), s = jw / w0, with its roots mapped to exp(root); roots above half the rate are moved
        first."""
        lowest = next(c for c in polynomial[::-1] if c)
        analog = np.roots(np.trim_zeros(polynomial, "f")).astype(complex) * w0
        near = inside(analog)
        gaps = np.where(analog == 0, w0, -np.expm1(near))
        return cls(lowest, np.exp(near), gaps, analog, near)

    def missing(self, w: np.ndarray) -> np.ndarray:
        """The power of the analog polynomial divided by the power of this one. It is 1 at 0 Hz."""
        out = np.ones(w.size)
        for analog, near, gap in zip(self.analog, self.near, self.gaps, strict=True):
            at_dc = 1 if analog == 0 else np.abs(analog / gap) ** 2
            away = near - 1j * w
            on_it = away == 0  # the quotient is 0 / 0 there, and its limit is 1
            out *= np.abs(np.where(on_it, 1, analog - 1j * w) / np.where(on_it, 1, np.expm1(away))) ** 2 / at_dc
        return out

    def ends(self) -> tuple[float, float, float]:
        """(value at z = 1, value at z = -1, first minus last coefficient)."""
        first = (self.value / np.prod(self.gaps)).real
        last = first * np.prod(self.roots).real if self.roots.size == 2 else 0.0
        at_one = 0.0 if np.any(self.roots == 1) else self.value
        return at_one, first * np.prod(1 + self.roots).real, first - last


def svf(top: _Factor, bottom: _Factor) -> list[float]:
    """The COEFFICIENTS of the section with numerator `top` and denominator `bottom`.

    v1 = a1 s1 + a2 (x - s2), v2 = s2 + a2 s1 + a3 (x - s2), y = m0 x + m1 v1 + m2 v2; then s1 = 2 v1 - s1, s2 = 2 v2 - s2.
    The numerator is a sum of a low-pass, a band-pass and a high-pass. Its values at 0 Hz and at half the rate give the
    low-pass and the high-pass; the difference of its outer coefficients, to which only the band-pass contributes, gives the
    band-pass.
    """
    low, high, odd = top.ends()
    low_a, high_a, odd_a = bottom.ends()
    g = np.sqrt(low_a / high_a)
    k = 2 * odd_a / (g * high_a)
    low, high, band = low / low_a, high / high_a, 2 * odd / (g * high_a)
    a1 = 1 / (1 + g * (g + k))
    return [float(c) for c in (a1, g * a1, g * g * a1, high, band - k * high, low - high)]


def _fitted(power: np.ndarray, x: np.ndarray, weights: np.ndarray) -> tuple[_Factor, _Factor, float]:
    """The numerator and the denominator, with two roots each, whose power at x = sin²(w / 2) fits `power` best; and the
    largest error (of the logarithm of the power, weighted, without the points that only guide the fit)."""
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

    A polynomial is positive on 0..1 if its coefficients in the Bernstein basis (1 - x)², 2 x (1 - x), x² are positive. Four
    coefficients are fitted. Any of them may be fixed at its lower limit, so the fit is computed for each combination of
    fixed ones, and the best result is used.
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
