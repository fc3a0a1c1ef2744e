# cython: boundscheck=False, wraparound=False, cdivision=True
# This module counts the groups, so indices stay below their number.
"""Control signals with one value for each group of frames. A group lasts a sixth of a millisecond. Quantities that change slowly are
computed once for each group.

The first group begins at the last `clear`, so results do not depend on how the stream is divided into blocks. The value of a
group is known at its end. `GroupHold` uses it for all frames of the next group; `GroupLine` interpolates between the values.
"""

from dsp_ext.core import rate_factor
from dsp_ext.core cimport LANES, Float4, float4, float4_at, greater4, put_float4


def group_frames(rate_hz) -> int:
    """The number of frames in a group: 8 up to 48 kHz, 16 up to 96 kHz, and 32 above. A partition of the convolvers contains whole groups."""
    return 8 * rate_factor(rate_hz)


cdef inline float largest_of(const float *x, Py_ssize_t size) noexcept nogil:
    """The largest of `size` values, or 0 if no value is above 0. `size` is a multiple of 8."""
    cdef float[4] lanes
    cdef float a, b
    cdef Float4 top = float4(0.0)
    cdef Py_ssize_t i = 0
    if LANES == 4:
        while i < size:
            top = greater4(float4_at(x + i), top)
            i += LANES
        put_float4(lanes, top)
        a = lanes[0] if lanes[0] > lanes[1] else lanes[1]
        b = lanes[2] if lanes[2] > lanes[3] else lanes[3]
        return a if a > b else b
    a = 0.0
    for i in range(size):
        a = x[i] if x[i] > a else a
    return a


cdef class Groups:
    """Counts the frames of groups of `size` frames, a multiple of 8."""

    def __init__(self, Py_ssize_t size):
        self.size = size
        self.clear()

    cdef void clear(self) noexcept nogil:
        """[audio] Begin a new group, with past values of 0."""
        self._filled = 0


cdef class GroupPeaks(Groups):
    """The largest value of each group of `size` frames (a multiple of 8). Values below 0, and NaN, count as 0."""

    cdef void clear(self) noexcept nogil:
        Groups.clear(self)
        self._largest = 0.0

    cdef Py_ssize_t run(self, const float *x, float *peaks, Py_ssize_t frames) noexcept nogil:
        """[audio] Write the largest value of each group that ends; returns how many groups end. O(frames)."""
        cdef Py_ssize_t part, i, groups = 0
        cdef float largest = self._largest
        while frames > 0:
            part = self.part(frames)
            if part == self.size:
                largest = largest_of(x, part)
            else:
                for i in range(part):
                    largest = x[i] if x[i] > largest else largest
            if self.ends_after(part):
                peaks[groups] = largest
                groups += 1
                largest = 0.0
            x += part
            frames -= part
        self._largest = largest
        return groups

    def process(self, const float[::1] x not None, float[::1] peaks not None):
        """[any] `run`, for tests; `peaks` must have room for all groups that end."""
        return self.run(&x[0], &peaks[0], x.shape[0]) if x.shape[0] else 0


cdef class GroupHold(Groups):
    """Writes the value of each group of `size` frames for all frames of the next group. Before that, it writes 0."""

    cdef void clear(self) noexcept nogil:
        Groups.clear(self)
        self._value = 0.0

    cdef void run(self, const float *values, float *x, Py_ssize_t frames) noexcept nogil:
        """[audio] Write `frames` values. `values` contains those of the groups that end within these frames. O(frames)."""
        cdef Py_ssize_t part, i
        cdef Py_ssize_t groups = 0
        while frames > 0:
            part = self.part(frames)
            if part == self.size:
                spread(x, self._value, part)
            else:
                for i in range(part):
                    x[i] = self._value
            if self.ends_after(part):
                self._value = values[groups]
                groups += 1
            x += part
            frames -= part

    def process(self, const float[::1] values not None, float[::1] x not None):
        """[any] `run`, for tests."""
        if x.shape[0]:
            self.run(&values[0], &x[0], x.shape[0])


cdef class GroupLine(Groups):
    """Interpolates linearly from the value of each group of `size` frames to the value of the next group, during the frames of the
    group after that. Before that, it writes 0."""

    cdef void clear(self) noexcept nogil:
        Groups.clear(self)
        self._value = self._next = 0.0

    cdef void run(self, const float *values, float *x, Py_ssize_t frames) noexcept nogil:
        """[audio] Write `frames` values. `values` contains those of the groups that end within these frames. O(frames)."""
        cdef Py_ssize_t part, i
        cdef Py_ssize_t groups = 0
        cdef float step
        while frames > 0:
            part = self.part(frames)
            step = (self._next - self._value) / self.size
            for i in range(part):
                x[i] = self._value + step * <float> (self._filled + i)
            if self.ends_after(part):
                self._value = self._next
                self._next = values[groups]
                groups += 1
            x += part
            frames -= part

    def process(self, const float[::1] values not None, float[::1] x not None):
        """[any] `run`, for tests."""
        if x.shape[0]:
            self.run(&values[0], &x[0], x.shape[0])


cdef inline void spread(float *x, float value, Py_ssize_t size) noexcept nogil:
    """Write the same value `size` times. `size` is a multiple of 8."""
    cdef Py_ssize_t i = 0
    cdef Float4 four = float4(value)
    while i < size:
        put_float4(x + i, four)
        i += LANES
