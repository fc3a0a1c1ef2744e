# cython: boundscheck=False, wraparound=False
# Blocks are cut to CHUNK by the caller.
"""GuardStage: measures the output of the peak stage, and lowers the gain around peaks that are still over the ceiling.

The peak stage measures its input, and a moving gain shifts peaks between samples slightly. This stage measures again and
reduces both channels by the same gain. It does nothing while all peaks are at least 0.015 dB below the ceiling.
"""

from libc.math cimport fabsf
from libc.string cimport memcpy

import numpy as np

from dsp_ext.core cimport OCTAVES_PER_DB, exchange, exp2_, log2_, smallest_magnitude
from dsp_ext.meters cimport TRUE_PEAK_DELAY


from .dips import Dips
from .times cimport frames_of

LOOKAHEAD_MS = 1.5
HOLD_MS = 0.1
RELEASE_MS = 1.0

cdef enum:
    CHUNK = 256
    # Rows of _work.
    TRUE_L = 0
    TRUE_R
    SAMPLE_L
    SAMPLE_R
    WAITING
    ROWS

cdef float SILENCE = 1e-9
cdef float MOST = 24.0  # octaves; more than any signal needs, so that the envelopes recover from an invalid sample in time
cdef float MARGIN = <float> 0.015 * OCTAVES_PER_DB


cdef class GuardStage:
    """Stereo. Both channels get the same gain."""

    def __init__(self, rate_hz):
        lookahead = frames_of(LOOKAHEAD_MS, rate_hz)
        self.latency = TRUE_PEAK_DELAY + lookahead
        self._detector_l = TruePeak(rate_hz, annex2=True)
        self._detector_r = TruePeak(rate_hz, annex2=True)
        self._dips = Dips(rate_hz, lookahead, frames_of(HOLD_MS, rate_hz))
        self._dips.configure(lookahead, frames_of(HOLD_MS, rate_hz), RELEASE_MS)
        self._lines = np.zeros((3, self.latency), np.float32)
        self._ceiling_line = np.zeros(TRUE_PEAK_DELAY, np.float32)
        self._work = np.zeros((ROWS, CHUNK), np.float32)
        self._least = 1.0
        self.clear()

    cdef void clear(self) noexcept nogil:
        """[audio] Clear all past values."""
        cdef int i
        self._detector_l.clear()
        self._detector_r.clear()
        self._dips.clear()
        self._lines[:, :] = 0.0
        self._ceiling_line[:] = 0.0
        for i in range(3):
            self._at[i] = 0
        self._ceiling_at = 0

    cdef float take_least(self) noexcept nogil:
        """[audio] Smallest gain since the last call."""
        cdef float least = self._least
        self._least = 1.0
        return least

    cdef void run(self, float *left, float *right, float *ceiling, bint true_peak, Py_ssize_t frames) noexcept nogil:
        """[audio] Process at most CHUNK frames in place. `ceiling` (octaves, one per frame) is delayed by as much as the
        audio."""
        cdef Py_ssize_t i
        cdef float peak
        cdef float *peak_l = &self._work[TRUE_L, 0]
        cdef float *peak_r = &self._work[TRUE_R, 0]
        cdef float *waiting = &self._work[WAITING, 0]
        self._detector_l.run_both(left, peak_l, &self._work[SAMPLE_L, 0], frames)
        self._detector_r.run_both(right, peak_r, &self._work[SAMPLE_R, 0], frames)
        if not true_peak:
            peak_l, peak_r = &self._work[SAMPLE_L, 0], &self._work[SAMPLE_R, 0]
        memcpy(waiting, ceiling, frames * sizeof(float))
        self._ceiling_at = exchange(&self._ceiling_line[0], TRUE_PEAK_DELAY, self._ceiling_at, waiting, frames)
        for i in range(frames):
            peak = peak_l[i] if peak_l[i] > peak_r[i] else peak_r[i]
            peak = log2_(peak if peak > SILENCE else SILENCE) - (waiting[i] - MARGIN)
            peak = peak if peak > <float> 0.0 else <float> 0.0
            peak_l[i] = peak if peak < MOST else MOST
        self._dips.run(peak_l, frames)
        self._at[0] = exchange(&self._lines[0, 0], self.latency, self._at[0], left, frames)
        self._at[1] = exchange(&self._lines[1, 0], self.latency, self._at[1], right, frames)
        self._at[2] = exchange(&self._lines[2, 0], self.latency, self._at[2], ceiling, frames)
        for i in range(frames):
            peak_l[i] = exp2_(-peak_l[i])
            left[i] = left[i] * peak_l[i]
            right[i] = right[i] * peak_l[i]
        self._least = smallest_magnitude(peak_l, frames, self._least)
