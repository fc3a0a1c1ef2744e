# cython: boundscheck=False, wraparound=False, cdivision=True
# Indices come from the loops.
"""Exponential envelopes: release and follower, in place, at the same cost for every input."""

# In octaves; this is 0.006 dB.
cdef double FLOOR = 1e-3
cdef double NOTHING = 1e-6


cdef double share(double time_ms, double rate_hz) noexcept nogil:
    """1 - exp(-1 / (time * rate)): the fraction of the remaining distance that an exponential with this time constant covers in
    one frame."""
    cdef double x = 1000.0 / ((time_ms if time_ms > 1.0 else 1.0) * rate_hz)
    # x < 0.023, so four terms of the series have a relative error of 1e-9, and libm is not needed.
    return x * (1.0 - x * (1.0 / 2.0 - x * (1.0 / 6.0 - x / 24.0)))


cdef class Release:
    """Rises at once, and falls exponentially to 0 with the time constant `release_ms`.

    The exponential falls towards FLOOR below 0, so that it reaches 0 exactly: without peaks, the limiter does not change the
    signal at all.
    """

    def __init__(self, rate_hz, double release_ms=100.0):
        self.rate_hz = rate_hz
        self.set_ms(release_ms)

    cdef void set_ms(self, double release_ms) noexcept nogil:
        """[audio] Set the time constant in ms. Values below 1 count as 1."""
        self._take = share(release_ms, self.rate_hz)
        self._keep = 1.0 - self._take

    cdef void clear(self) noexcept nogil:
        self._value = 0.0

    cdef void run(self, float *x, Py_ssize_t frames) noexcept nogil:
        """[audio] Replace x >= 0 by its envelope."""
        cdef Py_ssize_t i
        cdef double value = self._value, keep = self._keep, floor = self._take * FLOOR, new
        for i in range(frames):
            new = x[i]
            value = keep * value - floor
            value = new if new > value else value
            x[i] = <float> value
        self._value = value

    def process(self, float[::1] x not None):
        """[any] `run`, for tests."""
        if x.shape[0]:
            self.run(&x[0], x.shape[0])


cdef class Follower:
    """Rises and falls exponentially towards its input, each with its own time constant; the fall is never faster than the rise.
    It reaches exactly 0, because values up to NOTHING count as 0.
    """

    def __init__(self, rate_hz, double attack_ms=10.0, double release_ms=100.0):
        self.rate_hz = rate_hz
        self.set_ms(attack_ms, release_ms)

    cdef void set_ms(self, double attack_ms, double release_ms) noexcept nogil:
        """[audio] Set the time constants in ms, at least 1."""
        self._rise = share(attack_ms, self.rate_hz)
        self._fall = share(release_ms if release_ms > attack_ms else attack_ms, self.rate_hz)

    cdef void clear(self) noexcept nogil:
        self._value = 0.0

    cdef void run(self, float *x, Py_ssize_t frames) noexcept nogil:
        """[audio] Replace x >= 0 by its envelope."""
        cdef Py_ssize_t i
        cdef double value = self._value, rise = self._rise, fall = self._fall, up, down
        for i in range(frames):
            # rise >= fall, so the larger of the two results is correct both when x rises and when it falls.
            up = value + rise * (x[i] - value)
            down = value + fall * (x[i] - value)
            value = up if up > down else down
            value = value if value > NOTHING else 0.0
            x[i] = <float> value
        self._value = value

    def process(self, float[::1] x not None):
        """[any] `run`, for tests."""
        if x.shape[0]:
            self.run(&x[0], x.shape[0])
