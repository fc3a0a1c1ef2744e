"""Designs the filters of the EQ's dynamic bands: one digital section for each gain. For the control process; imports NumPy
only.

A second-order bell or shelf at one gain is a ratio of two polynomials (s² + k g s + g²), s = j tan(w / 2), one for the zeros
and one for the poles, times a factor that sets the gain at 0 Hz. The four numbers of the polynomials start at the "matched z" of the
analog roots, as in `design_svf.py`. Damped least squares (Levenberg, Quarterly of Applied Mathematics 2, 1944; Marquardt, J.
SIAM 11, 1963) then fits the logarithm of the power to that of the analog curve. The fit changes the logarithms of the four
numbers, so they stay positive and the section stays stable.

One section is not as accurate as the two or more sections of a static band: the error is some tenths of a decibel near 20
kHz at 44.1 kHz, and more for shelves of high q whose resonance lies above half the rate. But one section can be read from a
table while the gain changes. Cuts are the inverse of boosts.
"""

from dataclasses import replace

import numpy as np

from .bands import EqBand, sections
from .design_svf import fit_points, inside

#: The number of steps of the table, from no change to the full gain range. A step is 0.6 dB at most.
STEPS = 32
#: The columns of the table: g and k of the poles, g of the zeros divided by g of the poles, k of the zeros, and the gain at
#: 0 Hz. They change smoothly enough from row to row for linear interpolation. In a row with `ratio` and `gain` equal to 1
#: and `k_zeros` equal to `k`, the filter adds nothing.
COLUMNS = ("g", "k", "ratio", "k_zeros", "gain")

#: The points around the band (in octaves), which have the weight 1; the weight at the band's frequency; the largest weight
#: elsewhere.
_AROUND, _CENTRE_WEIGHT, _MOST_WEIGHT = np.linspace(-2, 2, 33), 10.0, 2.5
_ROUNDS, _DAMPING, _LONGEST_STEP = 8, 1e-3, 0.5


def table(band: EqBand, rate_hz: float) -> np.ndarray:
    """COLUMNS for gains from 0 to `range_db` of the band's dynamics, in STEPS equal steps: shape (STEPS + 1, 5), float64.
    The first row adds nothing. The band must be dynamic and lie below half the rate."""
    range_db = band.dynamics.range_db
    boosts = [
        sections(replace(band, gain_db=abs(range_db) * step / STEPS, slope_db_oct=12, dynamics=None))[0]
        for step in range(STEPS + 1)
    ]
    zeros, poles = (
        np.array(part, float).T for part in zip(*boosts, strict=True)
    )  # (s², s, 1) for each gain, shape (3, gains)
    w0 = 2 * np.pi * band.freq_hz / rate_hz
    w, weights = _points(w0, rate_hz)
    power = np.log(_power(zeros, w / w0) / _power(poles, w / w0))
    at_dc = 2 * np.log(zeros[2] / poles[2])
    numbers = np.log([*_matched(zeros, w0), *_matched(poles, w0)])
    squares = np.tan(w / 2) ** 2
    for _ in range(_ROUNDS):
        zeros_power, zeros_slopes = _side(*numbers[:2], squares)
        poles_power, poles_slopes = _side(*numbers[2:], squares)
        error = (power - at_dc[:, None] - zeros_power + poles_power) * weights
        slopes = np.concatenate([zeros_slopes, -poles_slopes], 1) * weights  # (gains, numbers, points)
        normal = slopes @ np.swapaxes(slopes, 1, 2)
        normal += _DAMPING / 4 * np.trace(normal, axis1=1, axis2=2)[:, None, None] * np.eye(4)
        step = np.linalg.solve(normal, (slopes @ error[..., None]))[..., 0]
        numbers += np.clip(step, -_LONGEST_STEP, _LONGEST_STEP).T
    gz, kz, gp, kp = np.exp(numbers)
    gain = np.exp(at_dc / 2)
    if range_db < 0:
        gz, kz, gp, kp, gain = gp, kp, gz, kz, 1 / gain
    rows = np.stack([gp, kp, gz / gp, kz, gain], 1)
    rows[0, 2:] = 1, rows[0, 1], 1
    return rows


def response(row: np.ndarray, rate_hz: float, freqs_hz) -> np.ndarray:
    """The complex response of a band at `freqs_hz`, for a `row` of its table or for values between two rows."""
    g, k, ratio, k_zeros, gain = row
    s = 1j * np.tan(np.pi * np.asarray(freqs_hz, float) / rate_hz) / g
    return gain / ratio**2 * (s * s + k_zeros * ratio * s + ratio**2) / (s * s + k * s + 1)


def _points(w0: float, rate_hz: float) -> tuple[np.ndarray, np.ndarray]:
    """The frequencies at which the curve is fitted, in radians per frame, and their weights."""
    w, weights = fit_points(rate_hz)
    around = w0 * 2**_AROUND
    own_weights = np.where(_AROUND == 0, _CENTRE_WEIGHT, 1.0)
    heard = around < np.max(w[weights >= 1])
    weights = np.minimum(weights, _MOST_WEIGHT)
    return np.concatenate([w, around[heard]]), np.concatenate([weights, own_weights[heard]])


def _power(polynomials: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The power of polynomials (s², s, 1), shape (3, n), at s = j x: shape (n, points)."""
    first, second, third = polynomials[:, :, None]
    return (third - first * x * x) ** 2 + (second * x) ** 2


def _matched(polynomials: np.ndarray, w0: float) -> tuple[np.ndarray, np.ndarray]:
    """g and k of polynomials (s², s, 1), s = jw / w0, whose roots are mapped to exp(root): shape (n,) each."""
    first, second, third = polynomials.astype(complex)
    spread = np.sqrt(second * second - 4 * first * third)
    one, two = (inside((-second + sign * spread) / (2 * first) * w0) for sign in (1, -1))
    low = (np.expm1(one) * np.expm1(two)).real
    high = ((1 + np.exp(one)) * (1 + np.exp(two))).real
    odd = -np.expm1(one + two).real
    g = np.sqrt(low / high)
    return g, 2 * odd / (g * high)


def _side(log_g: np.ndarray, log_k: np.ndarray, squares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The logarithm of the power of (s² + k g s + g²) / g² at s² = -`squares`, shape (n, points), and its derivatives with
    respect to log g and log k, shape (n, 2, points)."""
    gg, kk = np.exp(2 * log_g)[:, None], np.exp(2 * log_k)[:, None]
    middle = kk * gg * squares
    power = (gg - squares) ** 2 + middle
    by_g = (4 * gg * (gg - squares) + 2 * middle) / power - 4
    return np.log(power / gg**2), np.stack([by_g, 2 * middle / power], 1)
