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

from dsp_ext.core cimport exchange, exp2_

from .dips import Dips
from .lasting import Lasting
from .times cimport Times, frames_of

cdef enum:
    CHUNK = 256
    # Delay lines of ChannelReduction: three delay the inputs while the look-ahead is short, the others delay the needed
    # reduction and the sums to match the dips.
    LAG_NEEDED = 0
    LAG_LASTING
    LAG_LOW
    NEEDED
    SUM_MID
    SUM_FAST
    RINGS

cdef float MOST = 24.0  # octaves; more than any signal needs, so that the envelopes recover from an invalid sample in time


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
        self._rings = np.zeros((RINGS, longest), np.float32)
        self.clear()

    cdef void configure(self, Times times) noexcept nogil:
        """[audio] Set the times; look-aheads are limited to the allocated length. Clears all past values."""
        cdef Py_ssize_t mid = frames_of(times.mid_ms, self.rate_hz), fast = frames_of(times.fast_ms, self.rate_hz)
        cdef Py_ssize_t hold = frames_of(times.dip_hold_ms, self.rate_hz)
        fast = fast if fast < self.longest - 3 else self.longest - 3
        self._fast.configure(fast, hold, times.dip_release_ms)
        mid = mid if mid < self.longest - self._fast.lookahead else self.longest - self._fast.lookahead
        self._mid.configure(mid, hold, times.dip_release_ms)
        self._lasting.configure(times.lasting_ms, times.lasting_release_ms)
        self._lag = self.longest - self._mid.lookahead - self._fast.lookahead
        self.settled_after = self._lasting.settled_after + 2 * self.longest + 2 * self._fast.hold + 16
        self.clear()

    cdef void clear(self) noexcept nogil:
        cdef int ring
        cdef Py_ssize_t i
        self._lasting.clear()
        self._mid.clear()
        self._fast.clear()
        for ring in range(RINGS):
            self._at[ring] = 0
            for i in range(self.longest):
                self._rings[ring, i] = 0.0

    cdef void wait(self, int ring, Py_ssize_t length, float *x, Py_ssize_t frames) noexcept nogil:
        """Delay `x` by `length` frames."""
        if length > 0:
            self._at[ring] = exchange(&self._rings[ring, 0], length, self._at[ring], x, frames)

    cdef void run(self, float *needed, float *lasting, float *low, Py_ssize_t frames) noexcept nogil:
        """[audio] `needed`: the reduction that each peak needs; `lasting`: the same for the lasting part; `low`: the same for
        the low frequencies alone. All are in octaves, 0 or above. `needed` is replaced by the gain, which is `longest` frames
        late; the other two are overwritten."""
        cdef Py_ssize_t i
        cdef float rest
        self.wait(LAG_NEEDED, self._lag, needed, frames)
        self.wait(LAG_LASTING, self._lag, lasting, frames)
        self.wait(LAG_LOW, self._lag, low, frames)
        self._lasting.run(lasting, frames)
        for i in range(frames):
            rest = (low[i] if low[i] < needed[i] else needed[i]) - lasting[i]
            low[i] = rest if rest > <float> 0.0 else <float> 0.0
        self._mid.run(low, frames)
        self.wait(NEEDED, self._mid.lookahead, needed, frames)
        self.wait(SUM_MID, self._mid.lookahead, lasting, frames)
        for i in range(frames):
            lasting[i] = lasting[i] + low[i]
            rest = needed[i] - lasting[i]
            needed[i] = rest if rest > <float> 0.0 else <float> 0.0
        self._fast.run(needed, frames)
        self.wait(SUM_FAST, self._fast.lookahead, lasting, frames)
        for i in range(frames):
            needed[i] = exp2_(-clipped(lasting[i] + needed[i]))


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

    cdef void run(self, const float *over_l, const float *over_r, const float *low_l, const float *low_r,
                  float *gain_l, float *gain_r, Py_ssize_t frames) noexcept nogil:
        """[audio] `over`: peaks over the target in octaves, negative below it; `low`: the same for low frequencies alone. At
        most CHUNK frames."""
        cdef Py_ssize_t i
        cdef float over, reach = self.times.mid_reach
        cdef float *lasting_l = &self._work[0, 0]
        cdef float *lasting_r = &self._work[1, 0]
        cdef float *bass_l = &self._work[2, 0]
        cdef float *bass_r = &self._work[3, 0]
        if not self.times.split:
            for i in range(frames):
                over = over_l[i] if over_l[i] > over_r[i] else over_r[i]
                gain_l[i] = clipped(over)
                lasting_l[i] = gain_l[i]
                bass_l[i] = clipped((low_l[i] if low_l[i] > low_r[i] else low_r[i]) + reach)
            self._left.run(gain_l, lasting_l, bass_l, frames)
            for i in range(frames):
                gain_r[i] = gain_l[i]
            return
        for i in range(frames):
            gain_l[i] = clipped(over_l[i])
            gain_r[i] = clipped(over_r[i])
            lasting_l[i] = gain_l[i]
            lasting_r[i] = gain_r[i]
            bass_l[i] = clipped(low_l[i] + reach)
            bass_r[i] = clipped(low_r[i] + reach)
        link(gain_l, gain_r, self._link_fast, frames)
        link(bass_l, bass_r, self._link_fast, frames)
        link(lasting_l, lasting_r, self._link_slow, frames)
        self._left.run(gain_l, lasting_l, bass_l, frames)
        self._right.run(gain_r, lasting_r, bass_r, frames)
