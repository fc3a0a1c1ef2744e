# cython: boundscheck=False, wraparound=False
# The pieces mind their own sizes.
"""SlowDips: from the reductions that groups of frames need to dips of some milliseconds. One channel.

    needed -> sliding maximum over the look-ahead -> release -> hold for a group -> smoothing

As in `dips.pyx`, sound that waits `lookahead` frames meets a reduction that is at or above what its group needs. Only the
smoothing works frame by frame.
"""

from .box_smoother import BoxSmoother
from .dips cimport INTERVAL_MARGIN
from .envelopes import Release
from .groups import GroupHold, group_frames
from .sliding_max import SlidingMax

cdef enum:
    CHUNK = 256


cdef class SlowDips:
    """Look-ahead in frames, time constant of the release in ms."""

    def __init__(self, rate_hz, Py_ssize_t lookahead, double release_ms):
        group = group_frames(rate_hz)
        smoothing = lookahead - group
        self.lookahead = lookahead
        # Groups that begin within the smoothing, or two frames after it.
        self._held = SlidingMax(-(-(smoothing + INTERVAL_MARGIN - 1) // group) + 1, CHUNK // group)
        self._release = Release(rate_hz / group, release_ms)
        self._hold = GroupHold(group)
        self._smoother = BoxSmoother(smoothing)

    cdef void clear(self) noexcept nogil:
        """[audio] Forget the past."""
        self._held.clear()
        self._release.clear()
        self._hold.clear()
        self._smoother.clear()

    cdef void run(self, float *needed, Py_ssize_t groups, float *dips, Py_ssize_t frames) noexcept nogil:
        """[audio] `needed`: octaves, 0 or above, for the `groups` groups that end within the frames; it is lost. `dips`: octaves
        for each of the `frames` frames, `lookahead` frames late."""
        self._held.run(needed, groups)
        self._release.run(needed, groups)
        self._hold.run(needed, dips, frames)
        self._smoother.run(dips, frames)
