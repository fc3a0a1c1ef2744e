# Second-order sections in series, float64. See `svf.pyx`.

cdef enum:
    SECTION_NUMBERS = 6  # a1, a2, a3, m0, m1, m2
    SECTION_STATES = 4  # two for each of two lanes

cdef void one_lane(double *x, Py_ssize_t frames, const double *numbers, double *state) noexcept nogil
cdef void two_lanes(double *left, double *right, Py_ssize_t frames, const double **numbers, double **states,
                    int count) noexcept nogil
