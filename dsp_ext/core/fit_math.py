"""Fits the polynomials of `math.pxd`. Run `python -m dsp_ext.core.fit_math` to print them.

log2(1 + t) = t P(t) over the range of the mantissa, and 2^f = 1 + f Q(f) for f from -1/2 to 1/2. The factors t and f make
log2(1) = 0 and 2^0 = 1 exact, so that a gain of 0 dB is a factor of exactly 1. P and Q interpolate at Chebyshev nodes. Their
error is within a small factor of the error of the best polynomial (Trefethen, "Approximation Theory and Approximation
Practice", ch. 16).
"""

import numpy as np

LOG2_DEGREE = 8
EXP2_DEGREE = 5


def _interpolate(function, low: float, high: float, degree: int) -> np.ndarray:
    """Monomial coefficients, lowest power first, of the Chebyshev interpolant of `function` on [low, high]."""
    fit = np.polynomial.Chebyshev.interpolate(function, degree, domain=[low, high])
    return fit.convert(kind=np.polynomial.Polynomial).coef


def log2_coefficients() -> np.ndarray:
    """P of log2(1 + t) = t P(t) for 1 + t in [1/sqrt 2, sqrt 2)."""
    return _interpolate(lambda t: np.log1p(t) / t / np.log(2), np.sqrt(0.5) - 1, np.sqrt(2) - 1, LOG2_DEGREE)


def exp2_coefficients() -> np.ndarray:
    """Q of 2^f = 1 + f Q(f) for f in [-1/2, 1/2]."""
    # The number of nodes is even, so that no node is at f = 0.
    return _interpolate(lambda f: np.expm1(f * np.log(2)) / f, -0.5, 0.5, EXP2_DEGREE)


if __name__ == "__main__":
    for name, coefficients in (("L", log2_coefficients()), ("E", exp2_coefficients())):
        for k, c in enumerate(coefficients):
            print(f"#define BURNISH_{name}{k} {c:.9e}f")
