# cython: boundscheck=False, wraparound=False
# Rows are as long as the caller states, with four numbers per frame.
"""The loops of the compressors that keep state from frame to frame: averages and detectors, for four lanes at once.

Each lane has to wait for its own previous result, so four lanes take the same time as one. The numbers are float64, with two
lanes in a `Double2`.
"""

from dsp_ext.core cimport (
    Double2, add, greater, left_of, lesser, mul, double2, double2_at, put_double2, right_of, sub, unless_greater,
)

from .gain_curve cimport ATTACK, FALL, HOLD, RELEASE


cdef struct _Half:
    # Two lanes of a Follower and of its Times.
    Double2 held, smoothed, wait, open_held, open_smoothed, open_wait
    Double2 attack, fall, release, hold


cdef Times times_of(const float *settled) noexcept nogil:
    """The times among the values of four lanes, which are numbered as in `gain_curve.pxd`."""
    cdef Times times
    cdef int lane
    for lane in range(4):
        times.attack[lane] = settled[4 * ATTACK + lane]
        times.fall[lane] = settled[4 * FALL + lane]
        times.release[lane] = settled[4 * RELEASE + lane]
        times.hold[lane] = settled[4 * HOLD + lane]
    return times


cdef void average(double *left, double *right, double part, const float *power_l, const float *power_r, float *out_l,
                  float *out_r, Py_ssize_t frames) noexcept nogil:
    """Smooth the powers of both channels in four lanes with a one-pole filter. `part` is its coefficient per frame."""
    cdef Py_ssize_t i
    cdef Double2 way = double2(part, part)
    cdef Double2 low_l = _double2(left), high_l = _double2(left + 2), low_r = _double2(right), high_r = _double2(right + 2)
    for i in range(frames):
        low_l = _towards(low_l, double2_at(power_l + 4 * i), way)
        high_l = _towards(high_l, double2_at(power_l + 4 * i + 2), way)
        low_r = _towards(low_r, double2_at(power_r + 4 * i), way)
        high_r = _towards(high_r, double2_at(power_r + 4 * i + 2), way)
        put_double2(out_l + 4 * i, low_l)
        put_double2(out_l + 4 * i + 2, high_l)
        put_double2(out_r + 4 * i, low_r)
        put_double2(out_r + 4 * i + 2, high_r)
    _keep(left, low_l)
    _keep(left + 2, high_l)
    _keep(right, low_r)
    _keep(right + 2, high_r)


cdef void crest(double *peak, double *mean, double part, const float *power, float *peaks, float *means,
                Py_ssize_t frames) noexcept nogil:
    """Peak power and mean square of four lanes. Both decay by `part` per frame; a higher peak is taken at once."""
    cdef Py_ssize_t i
    cdef Double2 way = double2(part, part), now
    cdef Double2 low_peak = _double2(peak), high_peak = _double2(peak + 2), low_mean = _double2(mean), high_mean = _double2(mean + 2)
    for i in range(frames):
        now = double2_at(power + 4 * i)
        low_peak = greater(_towards(low_peak, now, way), now)
        low_mean = _towards(low_mean, now, way)
        now = double2_at(power + 4 * i + 2)
        high_peak = greater(_towards(high_peak, now, way), now)
        high_mean = _towards(high_mean, now, way)
        put_double2(peaks + 4 * i, low_peak)
        put_double2(peaks + 4 * i + 2, high_peak)
        put_double2(means + 4 * i, low_mean)
        put_double2(means + 4 * i + 2, high_mean)
    _keep(peak, low_peak)
    _keep(peak + 2, high_peak)
    _keep(mean, low_mean)
    _keep(mean + 2, high_mean)


cdef void follow(Follower *follower, const Times *times, float *down_db, Py_ssize_t frames) noexcept nogil:
    """Same result as `follow_all` without hold, without expansion and with the stated release."""
    cdef Py_ssize_t i
    cdef _Half low = _half(follower, times, 0), high = _half(follower, times, 2)
    for i in range(frames):
        low.held = _release(low.held, double2_at(down_db + 4 * i), low.release)
        low.smoothed = _smooth(low.smoothed, low.held, low.attack, low.fall)
        put_double2(down_db + 4 * i, low.smoothed)
        high.held = _release(high.held, double2_at(down_db + 4 * i + 2), high.release)
        high.smoothed = _smooth(high.smoothed, high.held, high.attack, high.fall)
        put_double2(down_db + 4 * i + 2, high.smoothed)
    _keep_half(follower, &low, 0)
    _keep_half(follower, &high, 2)


cdef void follow_all(Follower *follower, const Times *times, float *down_db, const float *open_db, const float *release,
                     Py_ssize_t frames) noexcept nogil:
    """The detectors: they convert the reduction by the curve to the smoothed reduction, in `down_db`. The release
    is `release` times faster than stated."""
    cdef Py_ssize_t i
    cdef _Half low = _half(follower, times, 0), high = _half(follower, times, 2)
    for i in range(frames):
        put_double2(down_db + 4 * i, _step(&low, double2_at(down_db + 4 * i), double2_at(open_db + 4 * i), double2_at(release + 4 * i)))
        put_double2(
            down_db + 4 * i + 2,
            _step(&high, double2_at(down_db + 4 * i + 2), double2_at(open_db + 4 * i + 2), double2_at(release + 4 * i + 2)),
        )
    _keep_half(follower, &low, 0)
    _keep_half(follower, &high, 2)


cdef inline Double2 _step(_Half *h, Double2 down, Double2 opening, Double2 hurry) noexcept nogil:
    cdef Double2 one = double2(1, 1), part = lesser(mul(h.release, hurry), one)
    h.held = _hold(h.held, down, part, &h.wait, h.hold)
    h.smoothed = _smooth(h.smoothed, h.held, h.attack, h.fall)
    h.open_held = _hold(h.open_held, opening, part, &h.open_wait, h.hold)
    h.open_smoothed = _smooth(h.open_smoothed, h.open_held, h.attack, h.fall)
    return sub(h.smoothed, h.open_smoothed)


cdef inline Double2 _hold(Double2 held, Double2 target, Double2 part, Double2 *wait, Double2 hold) noexcept nogil:
    """`_release` after the hold time. Each rise restarts the hold time."""
    part = unless_greater(wait[0], double2(0, 0), part)
    wait[0] = greater(sub(wait[0], double2(1, 1)), unless_greater(held, target, hold))
    return _release(held, target, part)


cdef inline Double2 _release(Double2 held, Double2 target, Double2 part) noexcept nogil:
    return greater(target, _towards(held, target, part))


cdef inline Double2 _towards(Double2 value, Double2 target, Double2 part) noexcept nogil:
    return add(value, mul(part, sub(target, value)))


cdef inline Double2 _smooth(Double2 smoothed, Double2 held, Double2 attack, Double2 fall) noexcept nogil:
    """The fall is faster than the attack. The lesser result is the attack's if the value rises and the fall's if it
    falls."""
    cdef Double2 way = sub(held, smoothed)
    return add(smoothed, lesser(mul(attack, way), mul(fall, way)))


cdef inline _Half _half(const Follower *f, const Times *t, int lane) noexcept nogil:
    cdef _Half h
    h.held, h.smoothed, h.wait = _double2(f.held + lane), _double2(f.smoothed + lane), _double2(f.wait + lane)
    h.open_held, h.open_smoothed = _double2(f.open_held + lane), _double2(f.open_smoothed + lane)
    h.open_wait = _double2(f.open_wait + lane)
    h.attack, h.fall = _double2(t.attack + lane), _double2(t.fall + lane)
    h.release, h.hold = _double2(t.release + lane), _double2(t.hold + lane)
    return h


cdef inline void _keep_half(Follower *f, const _Half *h, int lane) noexcept nogil:
    _keep(f.held + lane, h.held)
    _keep(f.smoothed + lane, h.smoothed)
    _keep(f.wait + lane, h.wait)
    _keep(f.open_held + lane, h.open_held)
    _keep(f.open_smoothed + lane, h.open_smoothed)
    _keep(f.open_wait + lane, h.open_wait)


cdef inline Double2 _double2(const double *of) noexcept nogil:
    return double2(of[0], of[1])


cdef inline void _keep(double *to, Double2 p) noexcept nogil:
    to[0] = left_of(p)
    to[1] = right_of(p)
