# Symmetric FIR filters with constant taps, written without loops: twice as fast as loops over a table of taps.

cdef inline float eight(const float *c, const float *a, const float *b) noexcept nogil:
    """Apply eight taps c to a[0 .. 7] and, mirrored, to b[7 .. 0]."""
    return (
        ((c[0] * (a[0] + b[7]) + c[1] * (a[1] + b[6])) + (c[2] * (a[2] + b[5]) + c[3] * (a[3] + b[4])))
        + ((c[4] * (a[4] + b[3]) + c[5] * (a[5] + b[2])) + (c[6] * (a[6] + b[1]) + c[7] * (a[7] + b[0])))
    )
