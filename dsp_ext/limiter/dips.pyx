# cython: boundscheck=False, wraparound=False
# The pieces mind their own sizes.
"""Dips: from the reduction that each peak needs to smooth dips that give it. One channel.

    needed -> sliding maximum over look-ahead and hold -> release -> smoothing over the look-ahead

Reductions are in octaves (log2 of the amplitude), 0 or above.

Guarantee: with audio delayed by `lookahead` frames against `needed`, the reduction from one frame before to two frames after
the begin of a peak's interval is at or above what that peak needs. The smoothing looks back over `lookahead` values, so the
maximum is held for INTERVAL_MARGIN frames more.
"""

from .envelopes import BoxSmoother, Release, SlidingMax

cdef enum:
    SHORTEST = 3  # frames, the fewest that three running means have


cdef class Dips:
    """`longest` and `longest_hold` are the room, in frames. Starts with the longest look-ahead and no hold."""

    def __init__(self, rate_hz, Py_ssize_t longest, Py_ssize_t longest_hold=0, double release_ms=1.0):
        self._longest = max(SHORTEST, longest)
        self._longest_hold = longest_hold
        self._held = SlidingMax(self._longest + INTERVAL_MARGIN + longest_hold)
        self._release = Release(rate_hz)
        self._smoother = BoxSmoother(self._longest)
        self.configure(self._longest, 0, release_ms)

    cdef void configure(self, Py_ssize_t lookahead, Py_ssize_t hold, double release_ms) noexcept nogil:
        """[audio] Other times, cut to the room: look-ahead and hold in frames, time constant of the release in ms. Forgets
        the past."""
        lookahead = lookahead if lookahead < self._longest else self._longest
        self.lookahead = lookahead if lookahead > SHORTEST else SHORTEST
        self.hold = hold if hold < self._longest_hold else self._longest_hold
        self._held.set_window(self.lookahead + INTERVAL_MARGIN + self.hold)
        self._smoother.set_length(self.lookahead)
        self._release.set_ms(release_ms)
        self._release.clear()

    cdef void clear(self) noexcept nogil:
        self._held.clear()
        self._release.clear()
        self._smoother.clear()

    cdef void run(self, float *needed, Py_ssize_t frames) noexcept nogil:
        """[audio] Replace what is needed by the dips, `lookahead` frames late."""
        self._held.run(needed, frames)
        self._release.run(needed, frames)
        self._smoother.run(needed, frames)
