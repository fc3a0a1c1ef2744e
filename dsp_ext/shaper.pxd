# Saturation curves, as what they add to the sound, averaged between two values.
#
# The mean of a curve between successive samples instead of its value at each (antiderivative antialiasing of first order:
# Parker, Zavalishin and Le Bivic, DAFx-16) takes away most of what would alias. The differences of antiderivatives are
# written so that nothing cancels: for piecewise polynomials exactly, for tanh by quadrature. Branch-free; loops vectorise.

from libc.math cimport fabsf

from ._math cimport exp2_

cdef extern from *:
    """
    #define TWO_OVER_LN_2 2.885390082f
    /* Gauss and Legendre's two points on [0, 1]: 1/2 -+ sqrt(1/12), with half the weight each. */
    #define GAUSS 0.2886751346f
    """
    const float TWO_OVER_LN_2
    const float GAUSS


cdef inline float clamp(float x, float limit) noexcept nogil:
    x = x if x < limit else limit
    return x if x > -limit else -limit


cdef inline float tanh_(float x) noexcept nogil:
    """Hyperbolic tangent to 2e-7; exactly 0 at 0."""
    return <float> 1.0 - <float> 2.0 / (exp2_(clamp(x, 15.0) * TWO_OVER_LN_2) + <float> 1.0)


cdef inline float beyond(float a, float b, float limit, float top, float way) noexcept nogil:
    """Part of the mean of top - x, from a to b, that comes from x > limit."""
    cdef float out_a = a if a > limit else limit, out_b = b if b > limit else limit
    return (out_b - out_a) / way * (top - <float> 0.5 * (out_a + out_b))


cdef inline float polynomial_extra(float a, float b, float limit, float cube, float top) noexcept nogil:
    """Mean from a to b of f(x) - x, for f(x) = x + cube x^3 up to `limit` and `top` beyond it, odd.

    Exactly 0 inside the limit where cube is 0.
    """
    cdef float way = b - a, inner_a = clamp(a, limit), inner_b = clamp(b, limit), mean, middle, inner
    way = way if fabsf(way) > <float> 1e-6 else <float> 1e-6
    # Inside: the integral of cube x^3 is cube / 4 (b - a)(b + a)(a^2 + b^2).
    mean = (inner_b - inner_a) / way * (
        <float> 0.25 * cube * (inner_a + inner_b) * (inner_a * inner_a + inner_b * inner_b)
    )
    mean += beyond(a, b, limit, top, way) + beyond(-a, -b, limit, top, way)
    # So short a way that its parts are rounding: the value in the middle.
    middle = <float> 0.5 * (a + b)
    inner = clamp(middle, limit)
    return mean if fabsf(b - a) > <float> 1e-5 else (cube * inner * inner * inner + inner) - middle


cdef inline float tanh_extra(float a, float b, float bias, float at_bias, float slope) noexcept nogil:
    """Mean from a to b of (tanh(x + bias) - tanh(bias)) slope - x; `at_bias` = tanh(bias), slope = 1 / (1 - tanh^2)."""
    cdef float way = b - a, middle = <float> 0.5 * (a + b), centre = <float> 0.5 * (a + b) + bias
    cdef float mean = <float> 0.5 * (tanh_(centre - GAUSS * way) + tanh_(centre + GAUSS * way))
    return (mean - at_bias) * slope - middle
