# Uniformly partitioned convolution of a stereo stream with K kernels. See `convolver.pyx`.

from .fft cimport Fft

cdef class Convolver:
    cdef readonly Py_ssize_t partition, partitions, most_partitions, kernels, centre, bank_floats
    cdef Py_ssize_t _own_partitions, _own_centre
    #: The bank in use. During a crossfade, this is the bank that fades out.
    cdef readonly int bank
    # Two banks of packed kernels (see `pack`). Their memory is the convolver's own or shared with the designer.
    cdef float[:, ::1] _banks
    cdef Fft _fft
    # Two rings of past input, a ring of past spectra, the unfinished sums, and the outputs of this partition from both
    # banks.
    cdef float[:, ::1] _history, _spectra, _sums, _ready, _other
    cdef float[::1] _shape  # the crossfade curve, for whole partitions
    cdef Py_ssize_t _fill  # frames of this partition that have been received
    cdef Py_ssize_t _block_at, _slot  # where the input and the spectrum of this partition are stored in their rings
    cdef Py_ssize_t _units, _units_done, _computed  # progress of the sums over older partitions: see `_multiply_until`
    cdef Py_ssize_t _faded
    cdef int _state, _wanted, _sides
    cdef int _side_bank[2]
    cdef Py_ssize_t _ready_kernels  # the number of kernels in the frames that are output next
    cdef Py_ssize_t _side_kernels[2]  # the number of kernels in each bank; 0 means the identity
    cdef Py_ssize_t _identities

    cdef void use_bank(self, int bank) noexcept nogil
    cdef void jump_bank(self, int bank) noexcept nogil
    cdef void clear(self) noexcept nogil
    cdef bint is_fading(self) noexcept nogil
    cdef Py_ssize_t most_kernels(self) noexcept nogil
    cdef Py_ssize_t until_partition(self) noexcept nogil
    cdef bint can_fade_to(self, int bank) noexcept nogil
    cdef void _read_geometry(self, int bank, Py_ssize_t *partitions, Py_ssize_t *centre) noexcept nogil
    cdef void convolve(self, const float *left, const float *right, float *out, Py_ssize_t stride,
                       Py_ssize_t frames) noexcept nogil
    cdef void _begin_partition(self) noexcept nogil
    cdef void _end_partition(self) noexcept nogil
    cdef void _multiply_until(self, Py_ssize_t unit) noexcept nogil
    cdef void _multiply(self, int side, Py_ssize_t kernel, Py_ssize_t group) noexcept nogil
    cdef void _finish(self, int side, float *out) noexcept nogil
