# cython: boundscheck=False, wraparound=False, cdivision=True
# Bins are clamped to the tables; divisors are counts checked to be above zero.
"""Loudness values of a whole programme, gated twice, in memory that does not grow.

Values above the absolute gate (-70 LUFS) are sorted into bins 0.001 LU wide. Each bin stores the number of its values and
the sum of their energies, so the mean over bins is the mean over the values themselves. Only the bin that contains the
relative gate is included or excluded as a whole, depending on its mean energy. The error is therefore that of a gate
displaced by less than 0.001 LU, and the error of a value read at a rank (loudness range) is below 0.001 LU.
The relative error of a sum of n float64 values is below n 2^-53: 4e-8 after a year with ten values per second.

A second table has one entry for each span of 640 bins, so that a query reads at most 800 entries, whatever was added. If the
count of a span is zero, the contents of its bins are invalid: they are set to zero when the first value is added. This makes
`clear` fast.
"""

import numpy as np

from libc.math cimport floor
from libc.stdint cimport int64_t
from libc.string cimport memset

from dsp_ext.core cimport power_to_db

cdef enum:
    BINS_PER_LU = 1000
    SPAN = 640  # bins in an entry of the second table
    SPANS = 160
    BINS = 102400  # SPAN * SPANS: -70 to +32.4 LUFS; louder values (none within full scale) are in the last bin

#: Loudness of a mean square of 1 in one channel, in LUFS (BS.1770-5, Annex 1).
OFFSET_LU = -0.691
ABSOLUTE_GATE_LUFS = -70.0
cdef double OFFSET = OFFSET_LU
cdef double GATE = ABSOLUTE_GATE_LUFS
cdef double GATE_ENERGY = 10.0 ** ((ABSOLUTE_GATE_LUFS - OFFSET_LU) / 10.0)


cdef inline Py_ssize_t _bin_of(double energy) noexcept nogil:
    cdef double place = floor((power_to_db(energy) + OFFSET - GATE) * BINS_PER_LU)
    place = place if place > 0.0 else 0.0
    return <Py_ssize_t> place if place < BINS - 1 else BINS - 1


cdef class GateHistogram:
    """See the module. [control] creates it; [audio] adds and reads values. Nothing allocates after construction."""

    def __init__(self):
        self._energy = np.zeros(BINS)
        self._count = np.zeros(BINS, np.int64)
        self._coarse_energy = np.zeros(SPANS)
        self._coarse_count = np.zeros(SPANS, np.int64)
        self.clear()

    cdef void clear(self) noexcept nogil:
        """[audio] Remove all values. O(spans)."""
        self._coarse_energy[:] = 0.0
        self._coarse_count[:] = 0
        self._total_energy = 0.0
        self.total = 0

    cdef void add(self, double energy) noexcept nogil:
        """[audio] Add a value (weighted mean square, summed over channels). A value that is not above -70 LUFS is
        ignored."""
        cdef Py_ssize_t place, span
        if not energy > GATE_ENERGY:
            return
        place = _bin_of(energy)
        span = place // SPAN
        if self._coarse_count[span] == 0:
            memset(&self._energy[span * SPAN], 0, SPAN * sizeof(double))
            memset(&self._count[span * SPAN], 0, SPAN * sizeof(int64_t))
        self._energy[place] += energy
        self._count[place] += 1
        self._coarse_energy[span] += energy
        self._coarse_count[span] += 1
        self._total_energy += energy
        self.total += 1

    cdef Py_ssize_t first_bin(self, double below_mean) noexcept nogil:
        """The lowest bin that passes the relative gate, `below_mean` (a power ratio) times the mean of all values."""
        cdef double gate
        cdef Py_ssize_t edge
        if self.total == 0:
            return BINS
        gate = self._total_energy / <double> self.total * below_mean
        if gate <= GATE_ENERGY:
            return 0
        edge = _bin_of(gate)
        if self._coarse_count[edge // SPAN] == 0:
            return (edge // SPAN + 1) * SPAN
        return edge if self._energy[edge] > gate * <double> self._count[edge] else edge + 1

    cdef double gated_energy(self, double below_mean) noexcept nogil:
        """[audio] Mean energy of the values above both gates; 0 if there are none. O(spans)."""
        cdef Py_ssize_t first = self.first_bin(below_mean), span, place
        cdef double energy = 0.0
        cdef int64_t count = 0
        span = (first + SPAN - 1) // SPAN
        for place in range(first, span * SPAN):
            energy += self._energy[place]
            count += self._count[place]
        for place in range(span, SPANS):
            energy += self._coarse_energy[place]
            count += self._coarse_count[place]
        return energy / <double> count if count > 0 else 0.0

    cdef void gated_range(self, double below_mean, double *low, double *high) noexcept nogil:
        """[audio] Energies at the 10th and 95th percentile above both gates (nearest rank); 0 and 0 if there are none."""
        cdef Py_ssize_t first = self.first_bin(below_mean), span, place
        cdef int64_t count = 0
        span = (first + SPAN - 1) // SPAN
        for place in range(first, span * SPAN):
            count += self._count[place]
        for place in range(span, SPANS):
            count += self._coarse_count[place]
        low[0] = high[0] = 0.0
        if count > 0:
            low[0] = self.at_rank(first, <int64_t> (<double> (count - 1) * 0.10 + 0.5))
            high[0] = self.at_rank(first, <int64_t> (<double> (count - 1) * 0.95 + 0.5))

    cdef double at_rank(self, Py_ssize_t first, int64_t rank) noexcept nogil:
        """Mean energy of the bin that contains value number `rank` (from 0) of the values in bins from `first` on."""
        cdef Py_ssize_t place = first  # its span is not empty: see `first_bin`
        while place < BINS:
            if place % SPAN == 0 and self._coarse_count[place // SPAN] <= rank:
                rank -= self._coarse_count[place // SPAN]
                place += SPAN
            elif self._count[place] <= rank:
                rank -= self._count[place]
                place += 1
            else:
                return self._energy[place] / <double> self._count[place]
        return 0.0
