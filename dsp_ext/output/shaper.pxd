# cython: cdivision=True
# Saturation curves. Each function returns the difference that the curve adds to the sound, as its mean between two
# successive samples, in four lanes.
#
# The mean of a curve between successive samples, instead of its value at each sample, removes most of the aliases
# (first-order antiderivative antialiasing: Parker, Zavalishin and Le Bivic, DAFx-16). The differences of antiderivatives are
# written in a form without cancellation: exact for piecewise polynomials, by quadrature for tanh. Branch-free.

from dsp_ext.core cimport Float4, absolute4, choose4, exp2_4, greater4, lesser4, float4

cdef extern from *:
    """
    #define TWO_OVER_LN_2 2.885390082f
    /* Gauss and Legendre's two points on [0, 1]: 1/2 -+ sqrt(1/12), with half the weight each. */
    #define GAUSS 0.2886751346f
    """
    const float TWO_OVER_LN_2
    const float GAUSS


cdef inline Float4 clamp(Float4 x, Float4 limit) noexcept nogil:
    return greater4(lesser4(x, limit), -limit)


cdef inline Float4 tanh4(Float4 x) noexcept nogil:
    """Hyperbolic tangent with an error of 2e-7; exactly 0 at 0."""
    return float4(1.0) - float4(2.0) / (exp2_4(clamp(x, float4(15.0)) * float4(TWO_OVER_LN_2)) + float4(1.0))


cdef inline Float4 beyond(Float4 a, Float4 b, Float4 limit, Float4 top, Float4 way) noexcept nogil:
    """The part of the mean of top - x, from a to b, that belongs to x > limit."""
    cdef Float4 out_a = greater4(a, limit), out_b = greater4(b, limit)
    return (out_b - out_a) / way * (top - float4(0.5) * (out_a + out_b))


cdef inline Float4 polynomial_extra(Float4 a, Float4 b, Float4 limit, Float4 cube, Float4 top) noexcept nogil:
    """The mean of f(x) - x from a to b, for the odd function f(x) = x + cube x^3 up to `limit` and `top` beyond it.

    It is exactly 0 inside the limit if cube is 0.
    """
    cdef Float4 way = b - a, inner_a = clamp(a, limit), inner_b = clamp(b, limit), mean, middle, inner
    way = choose4(absolute4(way), float4(1e-6), way, float4(1e-6))
    # Inside: the integral of cube x^3 is cube / 4 (b - a)(b + a)(a^2 + b^2).
    mean = (inner_b - inner_a) / way * (
        float4(0.25) * cube * (inner_a + inner_b) * (inner_a * inner_a + inner_b * inner_b)
    )
    mean = mean + (beyond(a, b, limit, top, way) + beyond(-a, -b, limit, top, way))
    # If a and b are so close that the parts consist of rounding errors, use the value in the middle.
    middle = float4(0.5) * (a + b)
    inner = clamp(middle, limit)
    return choose4(absolute4(b - a), float4(1e-5), mean, (cube * inner * inner * inner + inner) - middle)


cdef inline Float4 tanh_extra(Float4 a, Float4 b, Float4 bias, Float4 at_bias, Float4 slope) noexcept nogil:
    """The mean of (tanh(x + bias) - tanh(bias)) slope - x from a to b; `at_bias` = tanh(bias), slope = 1 / (1 - tanh^2)."""
    cdef Float4 way = b - a, middle = float4(0.5) * (a + b), centre = middle + bias
    cdef Float4 mean = float4(0.5) * (tanh4(centre - float4(GAUSS) * way) + tanh4(centre + float4(GAUSS) * way))
    return (mean - at_bias) * slope - middle
