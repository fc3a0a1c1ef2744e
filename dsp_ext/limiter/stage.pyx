# cython: boundscheck=False, wraparound=False
"""Stage: a stage of the limiter. It applies a gain to the delayed sound, and stores the smallest gain for the meter."""

from dsp_ext.core cimport smallest_magnitude


cdef class Stage:
    """`latency` is the delay of the sound in frames."""

    def __init__(self, Py_ssize_t latency):
        self.latency = latency
        self._least = 1.0

    cdef void note(self, const float *gain, Py_ssize_t frames) noexcept nogil:
        """[audio] Note the gains that were applied."""
        self._least = smallest_magnitude(gain, frames, self._least)

    cdef float take_least(self) noexcept nogil:
        """[audio] The smallest gain since the last call."""
        cdef float least = self._least
        self._least = 1.0
        return least
