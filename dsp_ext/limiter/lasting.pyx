# cython: boundscheck=False, wraparound=False
# The pieces mind their own sizes.
"""Lasting: follows slowly the reduction that the programme has needed without a break. One channel.

    needed -> sliding maximum over HOLD_MS -> sliding minimum over `lasting_ms` -> attack and release

The hold bridges the half periods of bass, so that a steady sound of 30 Hz or higher gives a constant value. The
minimum removes everything shorter than `lasting_ms`: single peaks are left to the dips, which cost less loudness.
"""

from .envelopes import Follower, SlidingMax
from .times cimport frames_of

HOLD_MS = 17.0
ATTACK_MS = 15.0
LONGEST_MS = 200.0

cdef double _HOLD_MS = HOLD_MS
cdef double _ATTACK_MS = ATTACK_MS
cdef double _LONGEST_MS = LONGEST_MS


cdef class Lasting:
    """`configure` sets the times. After `settled_after` frames, the output no longer depends on values before `configure`."""

    def __init__(self, rate_hz):
        self.rate_hz = rate_hz
        self._held = SlidingMax(frames_of(HOLD_MS, rate_hz))
        self._least = SlidingMax(frames_of(LONGEST_MS, rate_hz))
        self._follower = Follower(rate_hz)
        self.configure(LONGEST_MS, ATTACK_MS)

    cdef void configure(self, double lasting_ms, double release_ms) noexcept nogil:
        """[audio] Set `lasting_ms`, at most LONGEST_MS, and the time constant of the release in ms. Clears all past values."""
        cdef Py_ssize_t window = frames_of(lasting_ms if lasting_ms < _LONGEST_MS else _LONGEST_MS, self.rate_hz)
        self._least.set_window(window if window > 1 else 1)
        self._held.clear()
        self._follower.set_ms(_ATTACK_MS, release_ms)
        self._follower.clear()
        self.settled_after = self._held.window + self._least.window + 6 * frames_of(_ATTACK_MS, self.rate_hz)

    cdef void clear(self) noexcept nogil:
        self._held.clear()
        self._least.clear()
        self._follower.clear()

    cdef void run(self, float *needed, Py_ssize_t frames) noexcept nogil:
        """[audio] Replace the needed reductions (octaves, 0 or above) by the part of them that lasts."""
        cdef Py_ssize_t i
        self._held.run(needed, frames)
        for i in range(frames):
            needed[i] = -needed[i]
        self._least.run(needed, frames)  # values before the first count as 0, because no reduction has lasted yet
        for i in range(frames):
            needed[i] = -needed[i]
        self._follower.run(needed, frames)
