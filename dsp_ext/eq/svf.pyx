# cython: boundscheck=False, wraparound=False
# Rows are as long as the caller states.
"""Second-order sections: state-variable filters with trapezoidal integrators, float64 (see `design_svf.svf`)."""

from dsp_ext.core cimport Double2, add, left_of, mul, double2, right_of, sub


cdef struct _Section:
    Double2 a1, a2, a3, m0, m1, m2
    Double2 one, two  # states


cdef void one_lane(double *x, Py_ssize_t frames, const double *numbers, double *state) noexcept nogil:
    """Filter one channel by one section, in place."""
    cdef double a1 = numbers[0], a2 = numbers[1], a3 = numbers[2], m0 = numbers[3], m1 = numbers[4], m2 = numbers[5]
    cdef double s1 = state[0], s2 = state[1], v0, v1, v2, v3
    cdef Py_ssize_t i
    for i in range(frames):
        v0 = x[i]
        v3 = v0 - s2
        v1 = a1 * s1 + a2 * v3
        v2 = s2 + a2 * s1 + a3 * v3
        s1 = 2.0 * v1 - s1
        s2 = 2.0 * v2 - s2
        x[i] = m0 * v0 + m1 * v1 + m2 * v2
    state[0] = s1
    state[1] = s2


cdef void two_lanes(double *left, double *right, Py_ssize_t frames, const double **numbers, double **states,
                    int count) noexcept nogil:
    """Filter both channels by `count` sections in series, in place. Two sections run at a time: each one has to wait for its
    own previous state, so two together take hardly longer than one."""
    cdef _Section first, second
    cdef Double2 x
    cdef Py_ssize_t i
    cdef int k = 0
    while k < count:
        first = _section(numbers[k], states[k])
        if k + 1 < count:
            second = _section(numbers[k + 1], states[k + 1])
            for i in range(frames):
                x = _step(&second, _step(&first, double2(left[i], right[i])))
                left[i] = left_of(x)
                right[i] = right_of(x)
            _keep(&second, states[k + 1])
        else:
            for i in range(frames):
                x = _step(&first, double2(left[i], right[i]))
                left[i] = left_of(x)
                right[i] = right_of(x)
        _keep(&first, states[k])
        k += 2


cdef inline Double2 _step(_Section *s, Double2 x) noexcept nogil:
    cdef Double2 way = sub(x, s.two)
    cdef Double2 band = add(mul(s.a1, s.one), mul(s.a2, way))
    cdef Double2 low = add(add(s.two, mul(s.a2, s.one)), mul(s.a3, way))
    s.one = sub(add(band, band), s.one)
    s.two = sub(add(low, low), s.two)
    return add(add(mul(s.m0, x), mul(s.m1, band)), mul(s.m2, low))


cdef inline _Section _section(const double *numbers, const double *state) noexcept nogil:
    cdef _Section s
    s.a1, s.a2, s.a3 = double2(numbers[0], numbers[0]), double2(numbers[1], numbers[1]), double2(numbers[2], numbers[2])
    s.m0, s.m1, s.m2 = double2(numbers[3], numbers[3]), double2(numbers[4], numbers[4]), double2(numbers[5], numbers[5])
    s.one, s.two = double2(state[0], state[2]), double2(state[1], state[3])
    return s


cdef inline void _keep(const _Section *s, double *state) noexcept nogil:
    state[0], state[2] = left_of(s.one), right_of(s.one)
    state[1], state[3] = left_of(s.two), right_of(s.two)
