# cython: boundscheck=False, wraparound=False, cdivision=True
# Blocks are cut to CHUNK; all arrays are that long.
"""Limiter: keeps a true-peak ceiling, by construction.

    gain -> first pass (10 ms look-ahead) -> second pass (1.5 ms) -> clamp

The first pass does the limiting, to 0.03 dB below the ceiling (see `limiter_pass.pyx`). Its detector saw the input, and a
moving gain shifts peaks a little; the second pass measures what came out, and is idle as long as that is within 0.015 dB
of the ceiling. The clamp stops what no path is known for; `clamps` counts the samples it changed and stays 0.

The promise: the output, read by the meter of ITU-R BS.1770-5 Annex 2, or by a 16-fold interpolator of 64 taps, is at or
below the ceiling. No meter can promise it for every waveform between the samples: patterns that alternate at half the
sampling rate can hide peaks from any finite interpolator. Programme to 20.5 kHz stays within 0.02 dB on far longer ones.

Moving the ceiling up ramps over 20 ms. Moving it down acts at once: everything on its way through the passes is lowered
by one step, as far as the loudest peak there needs it, and what follows is limited to the new ceiling as usual.
Switched off, gain goes to 0 dB and the ceiling out of reach, both ramped: after the release, the output is the exact
delayed input. Latency is the same for all settings.
"""

from ._math cimport OCTAVES_PER_DB, db_to_gain, exp2_, gain_to_db
from .limiter_pass cimport LimiterPass
from .processor cimport Processor
from .ramp cimport Ramp

import numpy as np

#: Look-ahead of the passes.
SMOOTHING_MS = (10.0, 1.5)
#: Half the period of 25 Hz: a tone above that is limited with a gain that stands still.
HOLD_MS = 20.0
#: Where the passes aim, below the ceiling, in dB.
MARGINS_DB = (0.03, 0.015)

cdef enum:
    CHUNK = 256

cdef float FIRST_MARGIN = MARGINS_DB[0] * OCTAVES_PER_DB
cdef float SECOND_MARGIN = MARGINS_DB[1] * OCTAVES_PER_DB
cdef float OUT_OF_REACH = 20.0  # octaves above full scale


cdef class Limiter(Processor):
    """Linked stereo. Defaults: gain 0 dB, ceiling -1 dBTP, release 100 ms, enabled."""

    def __init__(self, rate_hz=48000, max_block=4096):
        self._enabled = True
        self._gain_db = 0.0
        self._ceiling_dbtp = -1.0
        super().__init__(rate_hz, max_block)

    def prepare(self, rate_hz, max_block):
        super().prepare(rate_hz, max_block)
        self._first = LimiterPass(rate_hz, SMOOTHING_MS[0], HOLD_MS)
        self._second = LimiterPass(rate_hz, SMOOTHING_MS[1], HOLD_MS)
        self._gain = Ramp(rate_hz)
        self._ceiling = Ramp(rate_hz)
        self._gains = np.zeros(CHUNK, np.float32)
        self._ceilings = np.zeros(CHUNK, np.float32)
        self._factors = np.zeros(CHUNK, np.float32)
        self._factors_2 = np.zeros(CHUNK, np.float32)
        self._least = 1.0
        self.clamps = 0
        self.aim()
        self.settle()

    # -- settings ------------------------------------------------------------------------------------------------

    cdef void set_enabled(self, bint enabled) noexcept nogil:
        """[audio] Off: a pure delay, once gain and reduction have gone back. On: the ceiling holds at once."""
        self._enabled = enabled
        self.aim()

    cdef void set_gain_db(self, float gain_db) noexcept nogil:
        """[audio] Gain before the limiting, in dB (-60 to 60)."""
        self._gain_db = gain_db
        self.aim()

    cdef void set_ceiling_dbtp(self, float ceiling_dbtp) noexcept nogil:
        """[audio] Highest true peak, in dBTP. Down at once, up over 20 ms."""
        self._ceiling_dbtp = ceiling_dbtp
        self.aim()

    cdef void set_release_ms(self, float release_ms) noexcept nogil:
        """[audio] Time constant of the release, in ms (1 to 5000), of the reduction in dB."""
        self._first.set_release_ms(release_ms)
        self._second.set_release_ms(release_ms)

    cdef void aim(self) noexcept nogil:
        """Send the ramps where the settings want them."""
        cdef float ceiling = self._ceiling_dbtp * OCTAVES_PER_DB if self._enabled else OUT_OF_REACH
        self._gain.to(db_to_gain(self._gain_db if self._enabled else <float> 0.0))
        if ceiling < self._ceiling._value:
            self._ceiling.jump(ceiling)
            self._first.press(ceiling - FIRST_MARGIN)
            self._second.attenuate(ceiling - SECOND_MARGIN)
        else:
            self._ceiling.to(ceiling)

    cdef void settle(self) noexcept nogil:
        """[control] End all ramps at once: for the state a run starts from."""
        self._gain.jump(self._gain._target)
        self._ceiling.jump(self._ceiling._target)

    # -- sound ---------------------------------------------------------------------------------------------------

    cdef void clear(self) noexcept nogil:
        self._first.clear()
        self._second.clear()

    cdef Py_ssize_t delay(self) noexcept nogil:
        return self._first.latency + self._second.latency

    cdef float take_reduction_db(self) noexcept nogil:
        """[audio] Deepest reduction since the last call, in dB, 0 or below."""
        cdef float least = self._least
        self._least = 1.0
        return gain_to_db(least)

    cdef void run(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        cdef Py_ssize_t step
        while frames > 0:
            step = frames if frames < CHUNK else CHUNK
            self.chunk(left, right, step)
            left += step
            right += step
            frames -= step

    cdef void chunk(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        cdef Py_ssize_t i
        cdef float *gain = &self._gains[0]
        cdef float *ceiling = &self._ceilings[0]
        cdef float *first = &self._factors[0]
        cdef float *second = &self._factors_2[0]
        cdef float least = self._least, most, l, r
        cdef int clamped = 0
        self._gain.fill(gain, frames)
        self._ceiling.fill(ceiling, frames)
        for i in range(frames):
            left[i] = left[i] * gain[i]
            right[i] = right[i] * gain[i]
        self._first.run(left, right, ceiling, FIRST_MARGIN, first, frames)
        self._second.run(left, right, ceiling, SECOND_MARGIN, second, frames)
        for i in range(frames):
            first[i] = first[i] * second[i]
            least = first[i] if first[i] < least else least
        self._least = least
        for i in range(frames):
            most = exp2_(ceiling[i])
            l = left[i]
            r = right[i]
            l = l if l < most else most
            r = r if r < most else most
            l = l if l > -most else -most
            r = r if r > -most else -most
            clamped += (l != left[i]) + (r != right[i])
            left[i] = l
            right[i] = r
        self.clamps += clamped

    # -- the same by Python names --------------------------------------------------------------------------------

    def set(self, *, enabled=None, gain_db=None, ceiling_dbtp=None, release_ms=None, settle=False):
        """[control] Settings by name; `settle` ends the ramps. Not while another thread processes."""
        if enabled is not None:
            self.set_enabled(enabled)
        if gain_db is not None:
            self.set_gain_db(gain_db)
        if ceiling_dbtp is not None:
            self.set_ceiling_dbtp(ceiling_dbtp)
        if release_ms is not None:
            self.set_release_ms(release_ms)
        if settle:
            self.settle()

    def read_reduction_db(self):
        """[any] `take_reduction_db`, for tests."""
        return self.take_reduction_db()
