# cython: boundscheck=False, wraparound=False
# The called objects limit their sizes themselves.
"""SlowDips: turns the reductions that groups of frames need into dips of some milliseconds. One channel.

    needed -> sliding maximum over the look-ahead -> release -> hold for a group -> smoothing

As in `dips.pyx`, if the audio is delayed by `lookahead` frames, the reduction is at or above what its group needs. Only the
smoothing is computed for every frame.
"""

from .box_smoother import BoxSmoother
from .dips cimport INTERVAL_MARGIN
from .envelopes import Release
from .groups import GroupHold, group_frames
from .sliding_max import SlidingMax

cdef enum:
    CHUNK = 256


cdef class SlowDips:
    """The look-ahead is in frames, the time constant of the release in ms."""

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
        """[audio] Clear all past values."""
        self._held.clear()
        self._release.clear()
        self._hold.clear()
        self._smoother.clear()

    cdef void run(self, float *needed, Py_ssize_t groups, float *dips, Py_ssize_t frames) noexcept nogil:
        """[audio] `needed`: the needed reductions (octaves, 0 or above) of the `groups` groups that end within the frames; they are
        overwritten. `dips`: the reduction in octaves for each of the `frames` frames, `lookahead` frames late."""
        self._held.run(needed, groups)
        self._release.run(needed, groups)
        self._hold.run(needed, dips, frames)
        self._smoother.run(dips, frames)
