# cython: boundscheck=False, wraparound=False, cdivision=True
# The ring is stored twice, WINDOW apart, so that the last WINDOW values are always contiguous.
"""Loudness according to EBU Tech 3341 and 3342, from the weighted energies of 10 ms blocks.

- Momentary loudness uses the last 40 blocks, short-term loudness the last 300. Both have a new value every 10 ms. With a
  step of 100 ms, a burst of 400 ms could read up to 0.6 dB low (Tech 3341 cases 13 and 14).
- Both are computed from all blocks each time. A running sum from which old blocks are subtracted would drift, and would become
  negative in silence.
- Integrated loudness uses a block of 400 ms every 100 ms, above -70 LUFS and above 10 LU below the mean
  (`gate_histogram.pyx`).
- Loudness range uses short-term values every 100 ms, above -70 LUFS and above 20 LU below their mean. It is the difference
  of the 95th and the 10th percentile.
- Pause holds the integrated loudness, the range and the maxima. Momentary and short-term loudness continue. After a start or
  a restart, only later sound counts: a gating block never includes sound from before.
"""

import numpy as np

from libc.stdint cimport int64_t

from dsp_ext.core cimport power_to_db
from .gate_histogram cimport GateHistogram

from .gate_histogram import OFFSET_LU as _OFFSET_LU

cdef enum:
    MOMENTARY = 40  # blocks of 10 ms
    WINDOW = 300  # blocks of the short-term loudness
    HOP = 10  # 100 ms between gating blocks
    STABLE = 6000  # 60 s; the range is "not yet stable" before that (Tech 3342)

#: The reading for silence, and for a value that is not available yet, in dB.
FLOOR_DB = -150.0
cdef double FLOOR = FLOOR_DB
cdef double OFFSET = _OFFSET_LU
cdef double GATE_INTEGRATED = 0.1  # -10 LU
cdef double GATE_RANGE = 0.01  # -20 LU


cdef double _lufs(double energy) noexcept nogil:
    cdef double lufs
    if energy < 1e-20:
        return FLOOR
    lufs = OFFSET + power_to_db(energy)
    return lufs if lufs > FLOOR else FLOOR


cdef double _sum(const double *x, Py_ssize_t count) noexcept nogil:
    """Uses four partial sums (`count` is a multiple of 4), which takes a quarter of the time."""
    cdef double a = 0.0, b = 0.0, c = 0.0, d = 0.0
    cdef Py_ssize_t i
    for i in range(0, count, 4):
        a += x[i]
        b += x[i + 1]
        c += x[i + 2]
        d += x[i + 3]
    return (a + b) + (c + d)


cdef class Loudness:
    """[control] creates it; [audio] adds blocks and reads. Nothing allocates after construction."""

    def __init__(self):
        self._blocks = GateHistogram()
        self._shorts = GateHistogram()
        self._ring = np.zeros(2 * WINDOW)
        self._running = True
        self.clear()

    cdef void clear(self) noexcept nogil:
        """[audio] Return to the initial state, but stay running or paused."""
        self._ring[:] = 0.0
        self._at = 0
        self._momentary = self._short = 0.0
        self.restart(False)

    cdef void restart(self, bint amid) noexcept nogil:
        """[audio] Restart the integrated loudness, the range and the maxima. Momentary and short-term loudness continue.

        `amid`: the current 10 ms block began before the restart, so it does not count.
        """
        self._blocks.clear()
        self._shorts.clear()
        self._since = -1 if amid else 0
        self.measured = 0
        self._max_momentary = self._max_short = 0.0
        self._integrated_lufs = FLOOR
        self._lra_lu = 0.0

    cdef void set_running(self, bint running, bint amid) noexcept nogil:
        """[audio] Start, continue or pause. `amid` as in `restart`."""
        if running and not self._running:
            self._since = -1 if amid else 0
        self._running = running

    cdef void add(self, double energy) noexcept nogil:
        """[audio] Add the next 10 ms block: the mean square of the weighted signal, summed over the channels."""
        cdef double *ring = &self._ring[0]
        cdef double *last
        cdef double low, high
        ring[self._at] = ring[self._at + WINDOW] = energy
        self._at = self._at + 1 if self._at + 1 < WINDOW else 0
        last = ring + self._at + WINDOW - MOMENTARY
        self._momentary = _sum(last, MOMENTARY) / MOMENTARY
        self._short = _sum(ring + self._at, WINDOW) / WINDOW
        if not self._running:
            return
        self._since += 1
        if self._since <= 0:
            return
        self.measured += 1
        if self._since >= MOMENTARY:
            if self._momentary > self._max_momentary:
                self._max_momentary = self._momentary
            if (self._since - MOMENTARY) % HOP == 0:
                self._blocks.add(self._momentary)
                self._integrated_lufs = _lufs(self._blocks.gated_energy(GATE_INTEGRATED))
        if self._since >= WINDOW:
            if self._short > self._max_short:
                self._max_short = self._short
            if (self._since - WINDOW) % HOP == 0:
                self._shorts.add(self._short)
                self._shorts.gated_range(GATE_RANGE, &low, &high)
                self._lra_lu = _lufs(high) - _lufs(low)

    cdef double momentary_lufs(self) noexcept nogil:
        return _lufs(self._momentary)

    cdef double short_lufs(self) noexcept nogil:
        return _lufs(self._short)

    cdef double max_momentary_lufs(self) noexcept nogil:
        """The maximum over complete windows since the restart."""
        return _lufs(self._max_momentary)

    cdef double max_short_lufs(self) noexcept nogil:
        """The maximum over complete windows since the restart."""
        return _lufs(self._max_short)

    cdef double integrated_lufs(self) noexcept nogil:
        return self._integrated_lufs

    cdef double lra_lu(self) noexcept nogil:
        return self._lra_lu

    cdef bint lra_stable(self) noexcept nogil:
        """Whether 60 s have been measured."""
        return self.measured >= STABLE

    def feed(self, const double[::1] energies not None):
        """[any] For tests: `add` each of `energies`. Returns (integrated LUFS, range LU, max momentary, max short)."""
        cdef Py_ssize_t i
        with nogil:
            for i in range(energies.shape[0]):
                self.add(energies[i])
        return self.integrated_lufs(), self.lra_lu(), self.max_momentary_lufs(), self.max_short_lufs()
