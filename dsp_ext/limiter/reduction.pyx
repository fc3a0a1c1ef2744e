# cython: boundscheck=False, wraparound=False
# Blocks are cut to CHUNK by the callers; rings are indexed below their length.
"""The reduction of one channel, which has three parts, and of two linked channels.

    lasting   a slow gain: the reduction that has been needed for some time (`lasting.pyx`)
    mid       dips of about 2 ms for the low frequencies                    (`dips.pyx`)
    fast      dips of about 1 ms for all other peaks

Each part provides the reduction that the parts before it do not provide. The sum of all parts, in octaves, is therefore at or
above the reduction that each peak needs.
"""

import numpy as np

from libc.string cimport memcpy

from dsp_ext.core cimport exp2_, log2_

from .delay_lines import DelayLines
from .dips import Dips
from .lasting import Lasting
from .times cimport Times, frames_of

cdef enum:
    CHUNK = 256
    # Lines of ChannelReduction: three inputs wait for a short look-ahead, the needed and the sum for the mid dips.
    NEEDED = 0
    LASTING
    LOW
    INPUTS
    SUM = 1
    FOR_MID

cdef float MOST = 24.0  # octaves: what no sound needs, so that a fault is forgotten in time
cdef float SILENCE = 1e-9


cdef inline float clipped(float x) noexcept nogil:
    """`x` limited to 0 to MOST; 0 for NaN."""
    x = x if x > <float> 0.0 else <float> 0.0
    return x if x < MOST else MOST


cdef class ChannelReduction:
    """The audio is delayed by a look-ahead of `longest` frames. Allocates memory for holds up to `longest_hold` frames."""

    def __init__(self, rate_hz, Py_ssize_t longest, Py_ssize_t longest_hold):
        self.rate_hz = rate_hz
        self.longest = longest
        self._lasting = Lasting(rate_hz)
        self._mid = Dips(rate_hz, longest, longest_hold)
        self._fast = Dips(rate_hz, longest, longest_hold)
        self._lag = DelayLines(INPUTS, longest)
        self._for_mid = DelayLines(FOR_MID, longest)
        self._for_fast = DelayLines(1, longest)

    cdef void configure(self, Times times) noexcept nogil:
        """[audio] Set the times; look-aheads are limited to the allocated length. Clears all past values."""
        cdef Py_ssize_t mid = frames_of(times.mid_ms, self.rate_hz), fast = frames_of(times.fast_ms, self.rate_hz)
        cdef Py_ssize_t hold = frames_of(times.dip_hold_ms, self.rate_hz)
        fast = fast if fast < self.longest - 3 else self.longest - 3
        self._fast.configure(fast, hold, times.dip_release_ms)
        mid = mid if mid < self.longest - self._fast.lookahead else self.longest - self._fast.lookahead
        self._mid.configure(mid, hold, times.dip_release_ms)
        self._lasting.configure(times.lasting_ms, times.lasting_release_ms)
        self._lag.set_length(self.longest - self._mid.lookahead - self._fast.lookahead)
        self._for_mid.set_length(self._mid.lookahead)
        self._for_fast.set_length(self._fast.lookahead)
        self.settled_after = self._lasting.settled_after + 2 * self.longest + 2 * self._fast.hold + 16

    cdef void clear(self) noexcept nogil:
        self._lasting.clear()
        self._mid.clear()
        self._fast.clear()
        self._lag.clear()
        self._for_mid.clear()
        self._for_fast.clear()

    cdef void run(self, float *needed, float *lasting, float *low, Py_ssize_t frames) noexcept nogil:
        """[audio] `needed`: the reduction that each peak needs; `lasting`: the same for the lasting part; `low`: the same for
        the low frequencies alone. All are in octaves, 0 or above. `needed` is replaced by the gain, which is `longest` frames
        late; the other two are overwritten."""
        cdef Py_ssize_t i
        cdef float rest
        self._lag.wait(NEEDED, needed, frames)
        self._lag.wait(LASTING, lasting, frames)
        self._lag.wait(LOW, low, frames)
        self._lasting.run(lasting, frames)
        for i in range(frames):
            rest = (low[i] if low[i] < needed[i] else needed[i]) - lasting[i]
            low[i] = rest if rest > <float> 0.0 else <float> 0.0
        self._mid.run(low, frames)
        self._for_mid.wait(NEEDED, needed, frames)
        self._for_mid.wait(SUM, lasting, frames)
        for i in range(frames):
            lasting[i] = lasting[i] + low[i]
            rest = needed[i] - lasting[i]
            needed[i] = rest if rest > <float> 0.0 else <float> 0.0
        self._fast.run(needed, frames)
        self._for_fast.wait(0, lasting, frames)
        for i in range(frames):
            needed[i] = exp2_(-clipped(lasting[i] + needed[i]))


cdef void needs(float *out, const float *a, const float *b, const float *target, float reach, Py_ssize_t frames) noexcept nogil:
    """The octaves by which the larger of two peaks is over the target, seen from `reach` octaves below it."""
    cdef Py_ssize_t i
    cdef float peak
    for i in range(frames):
        peak = a[i] if a[i] > b[i] else b[i]
        out[i] = clipped(log2_(peak if peak > SILENCE else SILENCE) - target[i] + reach)


cdef void link(float *a, float *b, float share, Py_ssize_t frames) noexcept nogil:
    """Raise the smaller one of each pair of values towards the larger one: a link of 0 changes nothing, 1 makes both exactly
    equal."""
    cdef Py_ssize_t i
    cdef float most
    for i in range(frames):
        most = a[i] if a[i] > b[i] else b[i]
        a[i] = share * most + (<float> 1.0 - share) * a[i]
        b[i] = share * most + (<float> 1.0 - share) * b[i]


cdef class StereoReduction:
    """Two channels. If `split` is off in the times, both get the same gain, computed from the larger of the two needed
    reductions."""

    def __init__(self, rate_hz, Py_ssize_t longest, Py_ssize_t longest_hold):
        self._left = ChannelReduction(rate_hz, longest, longest_hold)
        self._right = ChannelReduction(rate_hz, longest, longest_hold)
        self._work = np.zeros((4, CHUNK), np.float32)
        self._link_fast = self._link_slow = 1.0

    cdef void configure(self, Times times) noexcept nogil:
        """[audio] See ChannelReduction."""
        self.times = times
        self._left.configure(times)
        self._right.configure(times)

    cdef void clear(self) noexcept nogil:
        self._left.clear()
        self._right.clear()

    cdef void set_links(self, float fast, float slow) noexcept nogil:
        """[audio] Set the links of the dips and of the lasting part, from 0 (channels independent) to 1 (the same gain for
        both)."""
        self._link_fast = fast
        self._link_slow = slow

    cdef Py_ssize_t settled_after(self) noexcept nogil:
        """Number of frames after `configure` until the gains reduce all peaks enough."""
        return self._left.settled_after

    cdef void run(self, Peaks peaks, float *gain_l, float *gain_r, Py_ssize_t frames) noexcept nogil:
        """[audio] At most CHUNK frames."""
        cdef float reach = self.times.mid_reach
        cdef const float *left = peaks.true_l if self.times.true_peak else peaks.sample_l
        cdef const float *right = peaks.true_r if self.times.true_peak else peaks.sample_r
        cdef float *lasting_l = &self._work[0, 0]
        cdef float *lasting_r = &self._work[1, 0]
        cdef float *low_l = &self._work[2, 0]
        cdef float *low_r = &self._work[3, 0]
        if not self.times.split:
            needs(gain_l, left, right, peaks.target, 0.0, frames)
            needs(low_l, peaks.low_l, peaks.low_r, peaks.target, reach, frames)
            memcpy(lasting_l, gain_l, frames * sizeof(float))
            self._left.run(gain_l, lasting_l, low_l, frames)
            memcpy(gain_r, gain_l, frames * sizeof(float))
            return
        needs(gain_l, left, left, peaks.target, 0.0, frames)
        needs(gain_r, right, right, peaks.target, 0.0, frames)
        needs(low_l, peaks.low_l, peaks.low_l, peaks.target, reach, frames)
        needs(low_r, peaks.low_r, peaks.low_r, peaks.target, reach, frames)
        memcpy(lasting_l, gain_l, frames * sizeof(float))
        memcpy(lasting_r, gain_r, frames * sizeof(float))
        link(gain_l, gain_r, self._link_fast, frames)
        link(low_l, low_r, self._link_fast, frames)
        link(lasting_l, lasting_r, self._link_slow, frames)
        self._left.run(gain_l, lasting_l, low_l, frames)
        self._right.run(gain_r, lasting_r, low_r, frames)
