# The times of a style as one structure, which the limiter passes down to the classes that use them.

cdef struct Times:
    double mid_ms            # look-ahead of the mid dips
    double fast_ms           # look-ahead of the fast dips
    double dip_hold_ms       # hold time of the dips before they release
    double dip_release_ms
    double lasting_ms        # time for which a reduction must have been needed before the lasting part provides it
    double lasting_release_ms
    float mid_reach          # the mid dips react to low frequencies from this many octaves below the ceiling
    bint split               # whether each channel has its own reduction
    bint true_peak           # whether peaks between samples count

cdef inline bint same_times(Times a, Times b) noexcept nogil:
    return (
        a.mid_ms == b.mid_ms and a.fast_ms == b.fast_ms and a.dip_hold_ms == b.dip_hold_ms
        and a.dip_release_ms == b.dip_release_ms and a.lasting_ms == b.lasting_ms
        and a.lasting_release_ms == b.lasting_release_ms and a.mid_reach == b.mid_reach
        and a.split == b.split and a.true_peak == b.true_peak
    )

cdef inline Py_ssize_t frames_of(double time_ms, double rate_hz) noexcept nogil:
    """The nearest number of frames."""
    return <Py_ssize_t> (time_ms * 1e-3 * rate_hz + 0.5)
