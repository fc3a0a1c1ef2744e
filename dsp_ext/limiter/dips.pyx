# cython: boundscheck=False, wraparound=False
# The called objects limit their sizes themselves.
"""Dips: turns the reduction that each peak needs into smooth dips of the gain. One channel.

    needed -> sliding maximum over look-ahead and hold -> release -> smoothing over the look-ahead

Reductions are in octaves (log2 of the amplitude), 0 or above.

Guarantee: when the audio is delayed by `lookahead` frames against `needed`, the reduction is at or above what a peak needs from
one frame before the start of the peak's interval to two frames after it. The smoothing averages `lookahead` values, so the
maximum is held for INTERVAL_MARGIN frames more.
"""

from .box_smoother import BoxSmoother
from .envelopes import Release
from .sliding_max import SlidingMax

cdef enum:
    SHORTEST = 3  # frames; the shortest length of three running means


cdef class Dips:
    """Allocates memory for look-aheads up to `longest` and holds up to `longest_hold`, in frames. Starts with the longest
    look-ahead and no hold."""

    def __init__(self, rate_hz, Py_ssize_t longest, Py_ssize_t longest_hold=0, double release_ms=1.0):
        self._longest = max(SHORTEST, longest)
        self._longest_hold = longest_hold
        self._held = SlidingMax(self._longest + INTERVAL_MARGIN + longest_hold)
        self._release = Release(rate_hz)
        self._smoother = BoxSmoother(self._longest)
        self.configure(self._longest, 0, release_ms)

    cdef void configure(self, Py_ssize_t lookahead, Py_ssize_t hold, double release_ms) noexcept nogil:
        """[audio] Set look-ahead and hold in frames, limited to the allocated lengths, and the time constant of the release in
        ms. Clears all past values."""
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
        """[audio] Replace the needed reductions by the dips, which are `lookahead` frames late."""
        self._held.run(needed, frames)
        self._release.run(needed, frames)
        self._smoother.run(needed, frames)
