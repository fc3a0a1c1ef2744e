# cython: boundscheck=False, wraparound=False
# Blocks are cut to CHUNK by the caller.
"""GuardStage: measures the output of the peak stage, and lowers the gain around peaks that are still over the ceiling.

The peak stage measured its input, and a gain that moves shifts peaks between samples a little. This stage measures again and
reduces both channels alike. It does nothing while no peak exceeds the ceiling minus 0.015 dB. Its interpolator is longer than
that of the other stages, so that meters with longer interpolators agree above 20.5 kHz, too. At all rates it has 16 points per
sample, like Burnish's own meters.
"""

from libc.string cimport memcpy

import numpy as np

from dsp_ext.core cimport OCTAVES_PER_DB, exp2_, log2_
from dsp_ext.meters cimport LONG_TRUE_PEAK_DELAY

from .delay_lines import DelayLines
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
    # Lines of _sound.
    LEFT = 0
    RIGHT
    CEILING
    LINES

cdef float SILENCE = 1e-9
cdef float MOST = 24.0  # octaves; more than any signal needs, so that the envelopes recover from an invalid sample in time
cdef float MARGIN = <float> 0.015 * OCTAVES_PER_DB


cdef class GuardStage(Stage):
    """Processes stereo. Both channels get the same gain."""

    def __init__(self, rate_hz):
        lookahead = frames_of(LOOKAHEAD_MS, rate_hz)
        super().__init__(LONG_TRUE_PEAK_DELAY + lookahead)
        self._detector_l = TruePeak(rate_hz, oversampling=16, annex2=True, long=True)
        self._detector_r = TruePeak(rate_hz, oversampling=16, annex2=True, long=True)
        self._dips = Dips(rate_hz, lookahead, frames_of(HOLD_MS, rate_hz))
        self._dips.configure(lookahead, frames_of(HOLD_MS, rate_hz), RELEASE_MS)
        self._sound = DelayLines(LINES, self.latency)
        self._ceiling = DelayLines(1, LONG_TRUE_PEAK_DELAY)
        self._work = np.zeros((ROWS, CHUNK), np.float32)

    cdef void clear(self) noexcept nogil:
        """[audio] Clear all past values."""
        self._detector_l.clear()
        self._detector_r.clear()
        self._dips.clear()
        self._sound.clear()
        self._ceiling.clear()

    cdef void set_past_ceiling(self, float ceiling) noexcept nogil:
        """[audio] Set the ceiling (octaves) for the sound that waits in this stage."""
        self._ceiling.fill(0, ceiling)
        self._sound.fill(CEILING, ceiling)

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
        self._ceiling.wait(0, waiting, frames)
        for i in range(frames):
            peak = peak_l[i] if peak_l[i] > peak_r[i] else peak_r[i]
            peak = log2_(peak if peak > SILENCE else SILENCE) - (waiting[i] - MARGIN)
            peak = peak if peak > <float> 0.0 else <float> 0.0
            peak_l[i] = peak if peak < MOST else MOST
        self._dips.run(peak_l, frames)
        self._sound.wait(LEFT, left, frames)
        self._sound.wait(RIGHT, right, frames)
        self._sound.wait(CEILING, ceiling, frames)
        for i in range(frames):
            peak_l[i] = exp2_(-peak_l[i])
        for i in range(frames):
            left[i] = left[i] * peak_l[i]
            right[i] = right[i] * peak_l[i]
        self.note(peak_l, frames)
