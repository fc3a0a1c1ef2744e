# cython: boundscheck=False, wraparound=False, cdivision=True
# Groups are counted here.
"""Control signals with one value for a group of frames, a sixth of a millisecond long: what moves slowly is computed once for
each group.

Groups are counted from the last `clear` on, so results do not depend on how the stream is cut into blocks. The value of a
group is known at its end. `GroupHold` gives it to the frames of the next group, `GroupLine` leads to it.
"""

from dsp_ext.core import rate_factor
from dsp_ext.core cimport LANES, Float4, float4, float4_at, greater4, put_float4


def group_frames(rate_hz) -> int:
    """Frames of a group: 8 up to 48 kHz, 16 up to 96 kHz, 32 above. The partitions of the convolvers hold whole groups."""
    return 8 * rate_factor(rate_hz)


cdef inline float largest_of(const float *x, Py_ssize_t size) noexcept nogil:
    """The largest of `size` values, a multiple of 8; 0 if none is above."""
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


cdef class GroupPeaks:
    """The largest value of each group of `size` frames (a multiple of 8). Values below 0, and NaN, count as 0."""

    def __init__(self, Py_ssize_t size):
        self.size = size
        self.clear()

    cdef void clear(self) noexcept nogil:
        """[audio] A new group begins."""
        self._filled = 0
        self._largest = 0.0

    cdef Py_ssize_t run(self, const float *x, float *peaks, Py_ssize_t frames) noexcept nogil:
        """[audio] Write the largest value of each group that ends; returns how many groups end. O(frames)."""
        cdef Py_ssize_t part, i, groups = 0
        cdef float largest = self._largest
        while frames > 0:
            part = self.size - self._filled
            if part == self.size and frames >= part:
                largest = largest_of(x, part)
            else:
                part = part if part < frames else frames
                for i in range(part):
                    largest = x[i] if x[i] > largest else largest
            self._filled += part
            if self._filled == self.size:
                peaks[groups] = largest
                groups += 1
                largest = 0.0
                self._filled = 0
            x += part
            frames -= part
        self._largest = largest
        return groups

    def process(self, const float[::1] x not None, float[::1] peaks not None):
        """[any] `run`, for tests; `peaks` must have room for all groups that end."""
        return self.run(&x[0], &peaks[0], x.shape[0]) if x.shape[0] else 0


cdef class GroupHold:
    """Gives the value of each group of `size` frames to the frames of the next group; 0 before."""

    def __init__(self, Py_ssize_t size):
        self.size = size
        self.clear()

    cdef void clear(self) noexcept nogil:
        """[audio] A new group begins, after silence."""
        self._filled = 0
        self._value = 0.0

    cdef void run(self, const float *values, float *x, Py_ssize_t frames) noexcept nogil:
        """[audio] Write `frames` values. `values`: those of the groups that end within them. O(frames)."""
        cdef Py_ssize_t part, i
        cdef Py_ssize_t groups = 0
        while frames > 0:
            part = self.size - self._filled
            if part == self.size and frames >= part:
                spread(x, self._value, part)
            else:
                part = part if part < frames else frames
                for i in range(part):
                    x[i] = self._value
            self._filled += part
            if self._filled == self.size:
                self._value = values[groups]
                groups += 1
                self._filled = 0
            x += part
            frames -= part

    def process(self, const float[::1] values not None, float[::1] x not None):
        """[any] `run`, for tests."""
        if x.shape[0]:
            self.run(&values[0], &x[0], x.shape[0])


cdef class GroupLine:
    """Leads from the value of each group of `size` frames to that of the next one, during the frames of the group after that; 0
    before."""

    def __init__(self, Py_ssize_t size):
        self.size = size
        self.clear()

    cdef void clear(self) noexcept nogil:
        """[audio] A new group begins, after silence."""
        self._filled = 0
        self._value = self._next = 0.0

    cdef void run(self, const float *values, float *x, Py_ssize_t frames) noexcept nogil:
        """[audio] Write `frames` values. `values`: those of the groups that end within them. O(frames)."""
        cdef Py_ssize_t part, i
        cdef Py_ssize_t groups = 0
        cdef float step
        while frames > 0:
            part = self.size - self._filled
            part = part if part < frames else frames
            step = (self._next - self._value) / self.size
            for i in range(part):
                x[i] = self._value + step * <float> (self._filled + i)
            self._filled += part
            if self._filled == self.size:
                self._value = self._next
                self._next = values[groups]
                groups += 1
                self._filled = 0
            x += part
            frames -= part

    def process(self, const float[::1] values not None, float[::1] x not None):
        """[any] `run`, for tests."""
        if x.shape[0]:
            self.run(&values[0], &x[0], x.shape[0])


cdef inline void spread(float *x, float value, Py_ssize_t size) noexcept nogil:
    """`size` times the same value; `size` is a multiple of 8."""
    cdef Py_ssize_t i = 0
    cdef Float4 four = float4(value)
    while i < size:
        put_float4(x + i, four)
        i += LANES
