# cython: boundscheck=False, wraparound=False
# The called objects limit their sizes themselves; blocks are cut to CHUNK by the caller.
"""Lasting: a slow gain, which follows the reduction that the signal has needed without a break. One channel.

    needed -> largest of each group -> sliding maximum over HOLD_MS -> sliding minimum over `lasting_ms`
    -> line from group to group -> attack and release

The hold is longer than half a period of the bass, so that a steady sound from 30 Hz upwards gives a constant value at any pitch.
The minimum removes everything that is shorter than `lasting_ms`. Single peaks are therefore reduced by the dips, which cost less
loudness. Only the attack and the release are computed for every frame (`groups.pyx`).
"""

import numpy as np

from .envelopes import Follower
from .groups import GroupLine, GroupPeaks, group_frames
from .sliding_max import SlidingMax
from .times cimport frames_of

HOLD_MS = 17.0
ATTACK_MS = 15.0
LONGEST_MS = 200.0

cdef enum:
    CHUNK = 256

cdef double _HOLD_MS = HOLD_MS
cdef double _ATTACK_MS = ATTACK_MS
cdef double _LONGEST_MS = LONGEST_MS


cdef class Lasting:
    """`configure` sets the times. After `settled_after` frames, the output no longer depends on values before `configure`."""

    def __init__(self, rate_hz):
        self.rate_hz = rate_hz
        group = group_frames(rate_hz)
        self._peaks = GroupPeaks(group)
        self._line = GroupLine(group)
        self._work = np.zeros(CHUNK, np.float32)
        self._held = SlidingMax(-(-frames_of(HOLD_MS, rate_hz) // group), CHUNK // group)
        self._least = SlidingMax(frames_of(LONGEST_MS, rate_hz / group), CHUNK // group)
        self._follower = Follower(rate_hz)
        self.configure(LONGEST_MS, ATTACK_MS)

    cdef void configure(self, double lasting_ms, double release_ms) noexcept nogil:
        """[audio] Set `lasting_ms`, up to LONGEST_MS, and the time constant of the release in ms. Clears all past values."""
        cdef double groups_hz = self.rate_hz / self._peaks.size
        cdef Py_ssize_t window = frames_of(lasting_ms if lasting_ms < _LONGEST_MS else _LONGEST_MS, groups_hz)
        self._least.set_window(window if window > 1 else 1)
        self._follower.set_ms(_ATTACK_MS, release_ms)
        self.clear()
        self.settled_after = (self._held.window + self._least.window + 3) * self._peaks.size
        self.settled_after += 6 * frames_of(_ATTACK_MS, self.rate_hz)

    cdef void clear(self) noexcept nogil:
        self._peaks.clear()
        self._line.clear()
        self._held.clear()
        self._least.clear()
        self._follower.clear()

    cdef void run(self, float *needed, Py_ssize_t frames) noexcept nogil:
        """[audio] Replace the needed reduction (octaves, 0 or above) by its lasting part. At most CHUNK frames."""
        cdef Py_ssize_t i, groups
        cdef float *work = &self._work[0]
        groups = self._peaks.run(needed, work, frames)
        self._held.run(work, groups)
        for i in range(groups):
            work[i] = -work[i]
        self._least.run(work, groups)  # values before the first one count as 0, because nothing has lasted yet
        for i in range(groups):
            work[i] = -work[i]
        self._line.run(work, needed, frames)
        self._follower.run(needed, frames)
