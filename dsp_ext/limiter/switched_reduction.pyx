# cython: boundscheck=False, wraparound=False
# Blocks are cut to CHUNK by the caller.
"""SwitchedReduction: a StereoReduction whose times can change during processing. When the times change, a second reduction with
the new times starts. It runs in parallel with the one in use until its state no longer depends on earlier times, then the gains
crossfade over 20 ms. Each of the two reduces every peak enough, so every mixture of them does, too.
"""

import numpy as np

from .reduction cimport later
from .reduction import StereoReduction
from .times cimport same_times

cdef enum:
    CHUNK = 256


cdef class SwitchedReduction:
    """Allocates memory for look-aheads up to `longest` and holds up to `longest_hold`, in frames; see ChannelReduction."""

    def __init__(self, rate_hz, Py_ssize_t longest, Py_ssize_t longest_hold):
        self._path_1 = StereoReduction(rate_hz, longest, longest_hold)
        self._path_2 = StereoReduction(rate_hz, longest, longest_hold)
        self._fade = Ramp(rate_hz)
        self._next_l = np.zeros(CHUNK, np.float32)
        self._next_r = np.zeros(CHUNK, np.float32)
        self._shape = np.zeros(CHUNK, np.float32)
        self._wanted = self._path_1.times

    cdef void clear(self) noexcept nogil:
        """[audio] Clear all past values, and let the requested times take effect."""
        self.settle()
        self._path_1.clear()
        self._path_2.clear()

    cdef void settle(self) noexcept nogil:
        """[audio] Let the requested times take effect at once. This drops the peaks that are in the delay lines, unless no time
        has changed."""
        self._settling = self._fading = 0
        if self._second_is_now and not same_times(self._path_2.times, self._wanted):
            self._path_2.configure(self._wanted)
        elif not self._second_is_now and not same_times(self._path_1.times, self._wanted):
            self._path_1.configure(self._wanted)

    cdef void set_times(self, Times times) noexcept nogil:
        """[audio] Request these times. They take effect after a crossfade."""
        self._wanted = times

    cdef void set_links(self, float fast, float slow) noexcept nogil:
        """[audio] See StereoReduction. Takes effect at once if `split` is set in the times."""
        self._path_1.set_links(fast, slow)
        self._path_2.set_links(fast, slow)

    cdef bint true_peak(self) noexcept nogil:
        """Whether peaks between samples are kept at the ceiling by now."""
        return self._path_2.times.true_peak if self._second_is_now else self._path_1.times.true_peak

    cdef void begin_change(self) noexcept nogil:
        """If the requested times differ from those in use, start the other reduction with them."""
        if self._second_is_now and not same_times(self._path_2.times, self._wanted):
            self._path_1.configure(self._wanted)
            self._settling = self._path_1.settled_after()
        elif not self._second_is_now and not same_times(self._path_1.times, self._wanted):
            self._path_2.configure(self._wanted)
            self._settling = self._path_2.settled_after()

    cdef void run_path(self, bint second, Peaks peaks, float *gain_l, float *gain_r, Py_ssize_t frames) noexcept nogil:
        """One of the two paths."""
        if second:
            self._path_2.run(peaks, gain_l, gain_r, frames)
        else:
            self._path_1.run(peaks, gain_l, gain_r, frames)

    cdef Py_ssize_t run_step(self, Peaks peaks, float *gain_l, float *gain_r, Py_ssize_t frames) noexcept nogil:
        """Up to `frames` frames, as many as belong to one phase of a change. Returns how many."""
        cdef Py_ssize_t i
        cdef float *next_l = &self._next_l[0]
        cdef float *next_r = &self._next_r[0]
        cdef float *shape = &self._shape[0]
        cdef bint second = self._second_is_now
        if self._settling == 0 and self._fading == 0:
            self.begin_change()
        if self._settling > 0:
            frames = frames if frames < self._settling else self._settling
        elif self._fading > 0:
            frames = frames if frames < self._fading else self._fading
        self.run_path(second, peaks, gain_l, gain_r, frames)
        if self._settling > 0:
            self.run_path(not second, peaks, next_l, next_r, frames)
            self._settling -= frames
            if self._settling == 0:
                self._fading = self._fade.length
                self._fade.jump(0.0)
                self._fade.to(1.0)
        elif self._fading > 0:
            self.run_path(not second, peaks, next_l, next_r, frames)
            self._fade.fill(shape, frames)
            for i in range(frames):
                gain_l[i] += (next_l[i] - gain_l[i]) * shape[i]
                gain_r[i] += (next_r[i] - gain_r[i]) * shape[i]
            self._fading -= frames
            if self._fading == 0:
                self._second_is_now = not second
        return frames

    cdef void run(self, Peaks peaks, float *gain_l, float *gain_r, Py_ssize_t frames) noexcept nogil:
        """[audio] Compute the gains for `peaks`, at most CHUNK frames."""
        cdef Py_ssize_t at = 0
        while at < frames:
            at += self.run_step(later(peaks, at), gain_l + at, gain_r + at, frames - at)
