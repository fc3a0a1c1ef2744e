# cython: boundscheck=False, wraparound=False, cdivision=True
# Ring indices are kept below the lengths of their rings. All lengths are fixed in the constructor.
"""Convolver: filters a stereo stream with several long kernels, at an even cost per frame.

The algorithm is uniformly partitioned overlap-save (Gardner, "Efficient convolution without input-output delay", JAES 43(3)
1995; Wefers, "Partitioned convolution algorithms for real-time auralization", 2015, chapter 5). Left and right are processed
as one complex signal, and all kernels share one forward transform and one ring of past spectra.

- The convolver's own latency is exactly one partition, whatever the block size. While the frames of a partition arrive, the
  contributions of all older partitions are summed in a fixed order. The cost per frame is therefore even, and the result is
  the same, bit for bit, for all sizes of blocks.
- Two banks hold packed kernels. A bank is never written while it is in use. `use_bank` crossfades to the other bank within
  20 ms, in the shape of `ramp.pyx`; both banks use the same spectra. The crossfade is equal-gain, because linear-phase kernels have
  equal phase.
- An empty bank is the identity: each output is the input, delayed by `centre` + one partition, bit for bit.
"""

import numpy as np

from libc.string cimport memcpy, memset

from dsp_ext.core cimport LANES, Float4, put_float4, float4_at
from .fft cimport Fft

from dsp_ext.core import RAMP_MS, ramp_shape
from .fft import Fft as _Fft

cdef extern from *:
    """
    typedef float *__restrict burnish_sum;
    """
    ctypedef float *sum_t "burnish_sum"

cdef enum:
    # Number of floats before the spectra of a bank. They hold the number of kernels (0: identity), the partitions and the
    # centre (0 partitions: the values from the constructor); the others are free for the owner. 64 bytes keep the alignment.
    HEADER = 16
    GROUP = 4  # partitions that are multiplied together
    STEADY = 0
    ASKED = 1  # a crossfade begins with the next partition
    WARMING = 2  # this partition is summed for both banks
    FADING = 3


def bank_floats(Py_ssize_t partition, Py_ssize_t partitions, Py_ssize_t kernels):
    """The number of float32 values in one bank. [any]"""
    return HEADER + kernels * partitions * 4 * partition


def pack(kernels, Py_ssize_t partition, Py_ssize_t partitions, Py_ssize_t count, centre=None):
    """[control] Make a bank for `count` kernels. Returns float32.

    `kernels`: shape (n, partition * partitions), n <= count, real or complex; None is the identity. Kernels that are missing
    (n < count) cost no time; see `Convolver` for the outputs without a kernel. `centre`: as for `Convolver`.

    The kernels are transformed in float64 by numpy, stored in the order of `Fft.bins`, and scaled by 1 / size. Partition 0
    is stored last because it is needed last. Raises ValueError for a wrong shape and for numbers that are not finite.
    """
    packed = np.zeros(bank_floats(partition, partitions, count), np.float32)
    packed[1:3] = partitions, partition * partitions // 2 if centre is None else centre
    if kernels is None:
        return packed
    kernels = np.asarray(kernels)
    if kernels.ndim != 2 or not 1 <= kernels.shape[0] <= count or kernels.shape[1] != partition * partitions:
        raise ValueError(f"kernels must have shape {(count, partition * partitions)}, not {kernels.shape}")
    if not np.all(np.isfinite(kernels)):
        raise ValueError("kernels must be finite numbers")
    size = 2 * partition
    parts = np.fft.fft(kernels.astype(complex).reshape(-1, partitions, partition), size)[:, :, _Fft(size).bins] / size
    parts = np.roll(parts, -1, axis=1)
    packed[0] = kernels.shape[0]
    packed[HEADER:HEADER + 2 * parts.size] = np.stack([parts.real, parts.imag], 2).ravel()
    return packed


def unpack(packed, Py_ssize_t partition, Py_ssize_t partitions, Py_ssize_t count):
    """[control] The kernels of a bank, shape (n, partition * partitions), complex128, or None. The inverse of `pack`."""
    packed = np.asarray(packed)
    if packed.size < bank_floats(partition, partitions, count):
        raise ValueError(f"such a bank has at least {bank_floats(partition, partitions, count)} floats, not {packed.size}")
    if packed[0] == 0:
        return None
    size = 2 * partition
    given = int(packed[0])
    parts = packed[HEADER:HEADER + given * partitions * 2 * size].astype(float).reshape(given, partitions, 2, size)
    spectra = np.empty((given, partitions, size), complex)
    spectra[:, :, _Fft(size).bins] = np.roll(parts[:, :, 0] + 1j * parts[:, :, 1], 1, axis=1)
    return np.fft.ifft(spectra)[:, :, :partition].reshape(given, -1) * size


cdef class Convolver:
    """Filters one stereo stream with up to `kernels` real kernels of `partition` * `partitions` taps.

    `centre` is the delay of the identity in frames, without the convolver's own latency. The default is half the number of
    taps. If a bank has no kernel for an output, the first `identities` outputs (all by default) carry the identity, and
    the others are silent. A complex kernel mixes the channels: it multiplies left + j right.

    A bank may have fewer or more partitions, up to `most_partitions` (default: `partitions`), and another centre. To change
    to such a bank, use a jump; a crossfade is not possible.
    """

    def __init__(self, rate_hz, Py_ssize_t partition, Py_ssize_t partitions, Py_ssize_t kernels=1, centre=None,
                 identities=None, most_partitions=None):
        """[control] Allocate all memory. Raises ValueError if the partition is not a power of two of at least 8, and if the
        number of partitions is not a multiple of 4."""
        if partition < 8 or partition & (partition - 1):
            raise ValueError(f"partition must be a power of two of at least 8 frames, not {partition}")
        if partitions < GROUP or partitions % GROUP:
            raise ValueError(f"partitions must be a multiple of {GROUP}, not {partitions}")
        if kernels < 1:
            raise ValueError(f"kernels must be at least 1, not {kernels}")
        self.partition = partition
        self.partitions = self._own_partitions = partitions
        self.most_partitions = partitions if most_partitions is None else most_partitions
        if self.most_partitions < partitions:
            raise ValueError(f"most_partitions must be at least {partitions}, not {most_partitions}")
        self.kernels = kernels
        taps = partition * partitions
        self.centre = self._own_centre = taps // 2 if centre is None else centre
        if not 0 <= self.centre < taps:
            raise ValueError(f"centre must be within the kernel's {taps} taps, not {self.centre}")
        self._identities = kernels if identities is None else identities
        self.bank_floats = bank_floats(partition, self.most_partitions, kernels)
        self.bank = self._wanted = 0
        self._banks = np.zeros((2, self.bank_floats), np.float32)
        self._fft = Fft(2 * partition)
        blocks = self.most_partitions + 2  # the delay of the identity, the previous partition, and this partition
        self._history = np.zeros((2, blocks * partition), np.float32)
        self._spectra = np.zeros((self.most_partitions, 4 * partition), np.float32)
        self._sums = np.zeros((2 * kernels, 4 * partition), np.float32)
        self._ready = np.zeros((2 * kernels, partition), np.float32)
        self._other = np.zeros((2 * kernels, partition), np.float32)
        fade = max(1, round(RAMP_MS * 1e-3 * rate_hz))
        shape = np.ones(-(-fade // partition) * partition)
        shape[:fade] = ramp_shape(fade)
        self._shape = shape.astype(np.float32)
        self.clear()

    # -- banks ---------------------------------------------------------------------------------------------------

    @property
    def banks(self):
        """The two banks, shape (2, bank_floats), float32. Write only to the bank that is not in use, and not during a
        crossfade."""
        return np.asarray(self._banks)

    def attach(self, float[:, ::1] banks not None):
        """[control] Use this memory for the banks, shape (2, bank_floats). Call it before processing begins."""
        if banks.shape[0] != 2 or banks.shape[1] != self.bank_floats:
            raise ValueError(f"banks must have shape (2, {self.bank_floats}), not ({banks.shape[0]}, {banks.shape[1]})")
        self._banks = banks
        self.jump_bank(self.bank)

    def pack(self, kernels):
        """[control] The contents of a bank for `kernels` (shape (kernels, taps)); None is the identity."""
        packed = np.zeros(self.bank_floats, np.float32)
        part = pack(kernels, self.partition, self.partitions, self.kernels, self.centre)
        packed[:part.size] = part
        return packed

    def load(self, packed, jump=False):
        """[control] Write `packed` into the bank that is not in use and change to it, with a crossfade, or at once with
        `jump`.

        Raises RuntimeError during a crossfade, and ValueError if these kernels can only be reached by a jump.
        """
        if self.is_fading():
            raise RuntimeError("the last kernel is still fading in: wait until `fading` is False")
        cdef int idle = 1 - self.bank
        np.asarray(self._banks)[idle] = packed
        if jump:
            self.jump_bank(idle)
        elif self.can_fade_to(idle):
            self.use_bank(idle)
        else:
            raise ValueError("kernels of another length or centre cannot be faded in, only jumped to")

    def use(self, int bank):
        """[control] Call `use_bank`."""
        self.use_bank(bank & 1)

    def jump(self, int bank):
        """[control] Call `jump_bank`."""
        self.jump_bank(bank & 1)

    @property
    def taps(self):
        """The number of taps of the kernels in use. [any]"""
        return self.partition * self.partitions

    @property
    def fading(self):
        """Whether a crossfade is in progress. Neither bank may be written then. [any]"""
        return self.is_fading()

    cdef bint is_fading(self) noexcept nogil:
        return self._state != STEADY

    cdef Py_ssize_t most_kernels(self) noexcept nogil:
        """[audio] The largest number of kernels in the next frames. The outputs above that number carry the identity."""
        if self._state != STEADY:
            return self.kernels
        return max(self._ready_kernels, self._side_kernels[0])

    cdef Py_ssize_t until_partition(self) noexcept nogil:
        """[audio] Frames until the partition is full. Until then, only a jump changes the bank."""
        return self.partition - self._fill

    cdef void use_bank(self, int bank) noexcept nogil:
        """[audio] Crossfade to `bank`. The convolver computes it from the next partition on and fades it in one partition
        later. Has no effect during a crossfade, or if `can_fade_to` is false."""
        if self._state == STEADY and bank != self.bank and self.can_fade_to(bank):
            self._wanted = bank
            self._state = ASKED

    cdef void jump_bank(self, int bank) noexcept nogil:
        """[audio] Use `bank` without a crossfade for everything that is not computed yet. Use it for the state at the start
        of a run. Clears the history if the length or the centre of the bank differs."""
        cdef bint same = self.can_fade_to(bank)
        self.bank = self._wanted = bank
        self._state = STEADY
        if same:
            self._begin_partition()
        else:
            self._read_geometry(bank, &self.partitions, &self.centre)
            self.clear()

    cdef bint can_fade_to(self, int bank) noexcept nogil:
        """[audio] Whether `bank` has the length and the centre that are in use."""
        cdef Py_ssize_t partitions, centre
        self._read_geometry(bank, &partitions, &centre)
        return partitions == self.partitions and centre == self.centre

    cdef void _read_geometry(self, int bank, Py_ssize_t *partitions, Py_ssize_t *centre) noexcept nogil:
        """Read the length and the centre of `bank`. Invalid values are replaced by the convolver's own."""
        partitions[0] = <Py_ssize_t> self._banks[bank, 1]
        centre[0] = <Py_ssize_t> self._banks[bank, 2]
        if partitions[0] < GROUP or partitions[0] % GROUP or partitions[0] > self.most_partitions \
                or centre[0] < 0 or centre[0] >= partitions[0] * self.partition:
            partitions[0] = self._own_partitions
            centre[0] = self._own_centre

    # -- sound ---------------------------------------------------------------------------------------------------

    @property
    def latency(self):
        """The delay of the identity, or of a kernel that is centred on `centre`, in frames. [any]"""
        return self.centre + self.partition

    def reset(self):
        """[control] Clear the history and keep the kernels."""
        self.clear()

    cdef void clear(self) noexcept nogil:
        """[audio] Clear the history, and end a crossfade at once."""
        self.bank = self._wanted
        self._state = STEADY
        memset(&self._history[0, 0], 0, 2 * self._history.shape[1] * sizeof(float))
        memset(&self._spectra[0, 0], 0, self.most_partitions * 4 * self.partition * sizeof(float))
        memset(&self._ready[0, 0], 0, 2 * self.kernels * self.partition * sizeof(float))
        self._fill = self._block_at = self._slot = self._ready_kernels = 0
        self._begin_partition()

    cdef void convolve(self, const float *left, const float *right, float *out, Py_ssize_t stride,
                       Py_ssize_t frames) noexcept nogil:
        """[audio] Process `frames` frames. The left channel of kernel k goes to row 2k of `out`, its right channel to row 2k
        + 1. The rows are `stride` floats apart. `out` must not overlap the input."""
        cdef Py_ssize_t at = 0, step, row
        cdef float *past_l = &self._history[0, 0]
        cdef float *past_r = &self._history[1, 0]
        cdef float *ready = &self._ready[0, 0]
        while at < frames:
            step = self.partition - self._fill
            if step > frames - at:
                step = frames - at
            memcpy(past_l + self._block_at + self._fill, left + at, step * sizeof(float))
            memcpy(past_r + self._block_at + self._fill, right + at, step * sizeof(float))
            for row in range(2 * self.kernels):
                memcpy(out + row * stride + at, ready + row * self.partition + self._fill, step * sizeof(float))
            self._fill += step
            at += step
            # The rest of the work at the end of a partition costs about one unit for each transform and for the last group
            # of each kernel, so the last frames of a partition do fewer units.
            self._multiply_until((self._units + 1 + 2 * self._computed) * self._fill // self.partition)
            if self._fill == self.partition:
                self._end_partition()

    cdef void _begin_partition(self) noexcept nogil:
        """Decide for which banks this partition is summed."""
        cdef int side
        if self._state == ASKED:
            self._state = WARMING
        self._sides = 1 if self._state == STEADY else 2
        self._side_bank[0] = self.bank
        self._side_bank[1] = self._wanted
        self._computed = 0
        for side in range(2):
            self._side_kernels[side] = <Py_ssize_t> self._banks[self._side_bank[side], 0]
            # Another process wrote this number, so check it.
            self._side_kernels[side] = max(0, min(self._side_kernels[side], self.kernels))
            if side < self._sides:
                self._computed += self._side_kernels[side]
        self._units = (self.partitions // GROUP - 1) * self._computed
        self._units_done = 0
        for side in range(self._sides):
            memset(&self._sums[side * self.kernels, 0], 0, self._side_kernels[side] * 4 * self.partition * sizeof(float))

    cdef void _multiply_until(self, Py_ssize_t unit) noexcept nogil:
        """Do all units of work before `unit`. A unit multiplies `GROUP` older partitions of one kernel of one bank."""
        cdef Py_ssize_t done = self._units_done, kernel
        if unit > self._units:
            unit = self._units
        while done < unit:
            kernel = done % self._computed
            if kernel < self._side_kernels[0]:
                self._multiply(0, kernel, done // self._computed)
            else:
                self._multiply(1, kernel - self._side_kernels[0], done // self._computed)
            done += 1
        self._units_done = done

    cdef void _multiply(self, int side, Py_ssize_t kernel, Py_ssize_t group) noexcept nogil:
        """Add the partitions of `group` to the sum of `kernel`. Partition p is multiplied by the spectrum from p partitions
        ago. The last group uses the newest spectrum, which has just replaced the oldest."""
        cdef Py_ssize_t size = 2 * self.partition, row = 2 * size, slot = self._slot - group * GROUP, p
        cdef const float *x[GROUP]
        cdef const float *h
        cdef float *total
        for p in range(GROUP):
            slot -= 1
            if slot < 0:
                slot += self.partitions
            x[p] = &self._spectra[0, 0] + slot * row
        h = &self._banks[self._side_bank[side], HEADER] + (kernel * self.partitions + group * GROUP) * row
        total = &self._sums[0, 0] + (side * self.kernels + kernel) * row
        add_products(total, x[0], x[1], x[2], x[3], h, size)

    cdef void _end_partition(self) noexcept nogil:
        """Transform the full partition, complete the sums, and compute the output of the next `partition` frames."""
        cdef Py_ssize_t length = self._history.shape[1], size = 2 * self.partition, before, kernel, i
        cdef int side
        cdef float *past_l = &self._history[0, 0]
        cdef float *past_r = &self._history[1, 0]
        cdef float *spectrum = &self._spectra[0, 0] + self._slot * 2 * size
        cdef float *ready = &self._ready[0, 0]
        cdef float *other = &self._other[0, 0]
        before = (self._block_at if self._block_at else length) - self.partition
        self._fft.forward(past_l + before, past_r + before, past_l + self._block_at, past_r + self._block_at,
                          spectrum, spectrum + size)
        for side in range(self._sides):
            for kernel in range(self._side_kernels[side]):
                self._multiply(side, kernel, self.partitions // GROUP - 1)
        self._finish(0, ready)
        self._ready_kernels = self._side_kernels[0]
        if self._state == WARMING:
            self._state = FADING
            self._faded = 0
        if self._state == FADING:
            self._finish(1, other)
            for i in range(2 * self.kernels):
                cross(ready + i * self.partition, other + i * self.partition, &self._shape[0] + self._faded, self.partition)
            self._faded += self.partition
            if self._faded == self._shape.shape[0]:
                self.bank = self._wanted
                self._state = STEADY
        self._fill = 0
        self._block_at += self.partition
        if self._block_at == length:
            self._block_at = 0
        self._slot += 1
        if self._slot == self.partitions:
            self._slot = 0
        self._begin_partition()

    cdef void _finish(self, int side, float *out) noexcept nogil:
        """Compute the output of one bank from its sums. Outputs without a kernel carry the delayed input."""
        cdef Py_ssize_t kernel, size = 2 * self.partition, length = self._history.shape[1], start, until_wrap, channel, row
        cdef float *total
        cdef Py_ssize_t given = self._side_kernels[side]
        for kernel in range(given):
            total = &self._sums[0, 0] + (side * self.kernels + kernel) * 2 * size
            self._fft.inverse_tail(total, total + size, out + 2 * kernel * self.partition,
                                   out + (2 * kernel + 1) * self.partition)
        if given < self._identities:
            start = self._block_at - self.centre
            if start < 0:
                start += length
            until_wrap = length - start
            if until_wrap > self.partition:
                until_wrap = self.partition
            for row in range(2 * given, 2 * self._identities):
                channel = row % 2
                memcpy(out + row * self.partition, &self._history[channel, start], until_wrap * sizeof(float))
                memcpy(out + row * self.partition + until_wrap, &self._history[channel, 0],
                       (self.partition - until_wrap) * sizeof(float))
            given = self._identities
        memset(out + 2 * given * self.partition, 0, 2 * (self.kernels - given) * self.partition * sizeof(float))

    def process(self, const float[:, ::1] sound not None, Py_ssize_t block=0):
        """[any] The outputs for `sound` (shape (2, frames)): shape (2 kernels, frames), float32.

        `block`: the number of frames per call of `convolve` (0: all at once). It does not influence the result.
        """
        if sound.shape[0] != 2:
            raise ValueError(f"sound has shape (2, frames), not ({sound.shape[0]}, {sound.shape[1]})")
        if block < 0:
            raise ValueError(f"block must be at least 0, not {block}")
        cdef Py_ssize_t at = 0, frames = sound.shape[1], step
        out = np.empty((2 * self.kernels, frames), np.float32)
        cdef float[:, ::1] view = out
        with nogil:
            while at < frames:
                step = frames - at if block == 0 or frames - at < block else block
                self.convolve(&sound[0, at], &sound[1, at], &view[0, at], frames, step)
                at += step
        return out


cdef void cross(float *old, const float *new, const float *shape, Py_ssize_t frames) noexcept nogil:
    """Crossfade from `old` to `new` and store the result in `old`. The result is exactly `new` where the shape is 1."""
    cdef Py_ssize_t i
    for i in range(frames):
        old[i] = old[i] * (<float> 1.0 - shape[i]) + new[i] * shape[i]


cdef void add_products(sum_t total, const float *a, const float *b, const float *c, const float *d, const float *h,
                       Py_ssize_t size) noexcept nogil:
    """total += a h0 + b h1 + c h2 + d h3 (complex), with h0 to h3 one after the other. Each array holds `size` real parts,
    then `size` imaginary parts. Uses few pointers and two indices: with more than the registers of x86, it would be 1.5
    times slower."""
    cdef const float *h1 = h + 2 * size
    cdef const float *h2 = h1 + 2 * size
    cdef const float *h3 = h2 + 2 * size
    cdef Py_ssize_t i = 0, j = size
    cdef Float4 re, im
    while i < size:
        re = float4_at(a + i) * float4_at(h + i) - float4_at(a + j) * float4_at(h + j)
        im = float4_at(a + i) * float4_at(h + j) + float4_at(a + j) * float4_at(h + i)
        re = re + (float4_at(b + i) * float4_at(h1 + i) - float4_at(b + j) * float4_at(h1 + j))
        im = im + (float4_at(b + i) * float4_at(h1 + j) + float4_at(b + j) * float4_at(h1 + i))
        re = re + (float4_at(c + i) * float4_at(h2 + i) - float4_at(c + j) * float4_at(h2 + j))
        im = im + (float4_at(c + i) * float4_at(h2 + j) + float4_at(c + j) * float4_at(h2 + i))
        re = re + (float4_at(d + i) * float4_at(h3 + i) - float4_at(d + j) * float4_at(h3 + j))
        im = im + (float4_at(d + i) * float4_at(h3 + j) + float4_at(d + j) * float4_at(h3 + i))
        put_float4(total + i, float4_at(total + i) + re)
        put_float4(total + j, float4_at(total + j) + im)
        i += LANES
        j += LANES
