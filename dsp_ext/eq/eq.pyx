# cython: boundscheck=False, wraparound=False
# Blocks are cut to max_block, the length of the rows here.
"""Eq: the equaliser, in three modes that follow the same analog curves.

- linear: FIR kernels from `design_fir.py`, which also describes how two kernels act on left, right, mid and side. Latency:
  half a kernel and one partition of the convolver.
- mixed: the same with a part of the minimum phase. It rings less before a transient, and the half kernel's part of the
  latency becomes shorter by that part.
- minimum: second-order sections from `design_svf.py`, without latency. Bands can be dynamic in this mode only; `response`
  shows their static curve.

`pack` converts bands to the contents of a bank, outside of the audio thread. The result is written into the one of two banks
that is not in use. The change to that bank is a crossfade of 20 ms. A change of the mode or the
resolution changes the latency and needs a jump. Without bands, the input passes bit for bit.
"""

import numpy as np

from dsp_ext.convolution cimport Convolver
from dsp_ext.core cimport Processor
from .svf_cascade cimport SvfCascade

from dsp_ext import settings
from dsp_ext.convolution import convolver
from dsp_ext.core import kernel_response, partition_frames, rate_factor
from dsp_ext.output import design_stereo
from . import design_fir, design_svf, svf_cascade
from .bands import PLACEMENTS

MODES = settings.EQ["mode"].choices
#: The lengths of kernels to choose from, in taps at 44.1 and 48 kHz. At higher rates they have the same duration.
RESOLUTIONS = tuple(settings.EQ_TAPS.values())

cdef enum:
    KERNELS = 2
    # An index in the head of a bank that the convolver does not use: 1 if the bank holds sections.
    IS_MINIMUM = 3
    # The same for kernels: 1 if they include the stereo width and the mono-maker.
    HAS_SIDE = 4


cdef class Eq(Processor):
    """See the module. The initial mode is linear, with 8192 taps at 44.1 and 48 kHz."""

    def prepare(self, rate_hz, max_block):
        super().prepare(rate_hz, max_block)
        partition = partition_frames(rate_hz)
        first, longest = (taps * rate_factor(rate_hz) // partition for taps in (8192, max(RESOLUTIONS)))
        self._convolver = Convolver(rate_hz, partition, first, KERNELS, identities=1, most_partitions=longest)
        self._chain = SvfCascade(rate_hz)
        self._minimum = False
        self._out = np.zeros((2 * KERNELS, max_block), np.float32)
        self.bank_floats = self._convolver.bank_floats
        self.attach(np.zeros((2, self.bank_floats), np.float32))

    # -- banks ---------------------------------------------------------------------------------------------------

    def pack(self, bands, *, mode="linear", resolution=8192, mix_pct=50, solo=0, auto_gain=False,
             stereo=None):
        """[control] The contents of a bank for `bands` (up to 8 EqBand), shape (bank_floats,), float32.

        `mode`: one of MODES; `resolution`: one of RESOLUTIONS, for linear and mixed mode. `mix_pct`: the part of the minimum
        phase in mixed mode, 0 to 100. `solo`: the number (from 1) of the band to listen to alone; 0 is none. `auto_gain`:
        keep the K-weighted loudness of pink noise, ignoring dynamic bands. `stereo`: settings of `Stereo` by name; linear
        kernels then include its width and mono-maker (see `has_side`). Raises ValueError that names argument, value and
        range, also for a band above 0.45 of the rate, and for a dynamic band in a mode other than minimum.
        """
        if mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}, not {mode!r}")
        if resolution not in RESOLUTIONS:
            raise ValueError(f"resolution must be one of {', '.join(map(str, RESOLUTIONS))} taps, not {resolution}")
        if not 0 <= mix_pct <= 100:
            raise ValueError(f"mix_pct must be 0 to 100, not {mix_pct}")
        for number, band in enumerate(bands, 1):
            if mode != "minimum" and band.enabled and band.dynamics is not None:
                raise ValueError(f"mode cannot be {mode!r} while band {number} is dynamic: allowed is minimum")
        packed = np.zeros(self.bank_floats, np.float32)
        if mode == "minimum":
            rows, gain = design_svf.design(bands, self.rate_hz, solo=solo, auto_gain=auto_gain)
            part = svf_cascade.pack(bands, rows, gain, solo, rate_hz=self.rate_hz).view(np.float32)
            packed[:part.size] = part
            packed[IS_MINIMUM] = 1
        else:
            partition = self._convolver.partition
            taps = resolution * rate_factor(self.rate_hz)
            mix = mix_pct / 100 if mode == "mixed" else 0.0
            within = stereo is not None and mix == 0
            side = design_stereo.side_magnitude(stereo) if within else None
            kernels = design_fir.design(bands, self.rate_hz, taps, mix=mix, solo=solo, auto_gain=auto_gain, side=side)
            part = convolver.pack(kernels, partition, taps // partition, KERNELS, design_fir.centre_of(taps, mix))
            packed[:part.size] = part
            packed[HAS_SIDE] = within
        return packed

    @property
    def banks(self):
        """The two banks, shape (2, bank_floats), float32. Write only to the bank that is not in use, and not during a
        crossfade."""
        return np.asarray(self._banks)

    def attach(self, float[:, ::1] banks not None):
        """[control] Use this memory (shape (2, bank_floats), float32) for the banks. Call it before processing begins."""
        self._convolver.attach(banks)
        self._chain.attach(np.asarray(banks).view(np.float64))
        self._banks = banks

    @property
    def mode(self):
        """One of MODES. Any kernel whose centre is not in its middle counts as mixed. [any]"""
        middle = 2 * self._convolver.centre == self._convolver.taps
        return "minimum" if self._minimum else "linear" if middle else "mixed"

    @property
    def taps(self):
        """The length of the kernels in use; 0 in minimum mode. [any]"""
        return 0 if self._minimum else self._convolver.taps

    @property
    def bank(self):
        """The bank in use. During a crossfade, this is the bank that fades out. [any]"""
        return self.bank_in_use()

    @property
    def fading(self):
        """Whether a crossfade is in progress. Neither bank may be written then. [any]"""
        return self.is_fading()

    def load(self, packed, jump=False):
        """[control] Write `packed` into the bank that is not in use and change to it, with a crossfade, or at once with
        `jump`.

        Raises RuntimeError during a crossfade, and ValueError if the mode or the resolution differs, which needs a jump.
        """
        if self.is_fading():
            raise RuntimeError("the last kernel is still fading in: wait until `fading` is False")
        cdef int idle = 1 - self.bank_in_use()
        self.banks[idle] = packed
        if jump:
            self.jump_bank(idle)
        elif self.can_fade_to(idle):
            self.use_bank(idle)
        else:
            raise ValueError("another mode or resolution cannot be faded in, only jumped to")

    cdef int bank_in_use(self) noexcept nogil:
        return self._chain.bank if self._minimum else self._convolver.bank

    cdef bint is_fading(self) noexcept nogil:
        return self._chain.is_fading() if self._minimum else self._convolver.is_fading()

    cdef bint can_fade_to(self, int bank) noexcept nogil:
        """[audio] Whether `bank` has the mode and the resolution that are in use."""
        cdef bint minimum = self._banks[bank, IS_MINIMUM] == 1
        return minimum == self._minimum and (minimum or self._convolver.can_fade_to(bank))

    cdef bint has_side(self, int bank) noexcept nogil:
        """[audio] Whether `bank` includes width and mono-maker, so that `Stereo` must not process the side signal."""
        return self._banks[bank, IS_MINIMUM] != 1 and self._banks[bank, HAS_SIDE] == 1

    cdef double take_change_db(self, int band) noexcept nogil:
        """[audio] The largest change of gain by dynamic band 0 to 7 since the last call, in dB; negative if the gain went
        down."""
        return self._chain.take_change_db(band)

    def take(self, int band):
        """[any] For tests: `take_change_db`."""
        return self.take_change_db(band)

    cdef void use_bank(self, int bank) noexcept nogil:
        """[audio] Crossfade to `bank`. Has no effect during a crossfade, or if `can_fade_to` is false."""
        if not self.can_fade_to(bank):
            return
        if self._minimum:
            self._chain.use_bank(bank)
        else:
            self._convolver.use_bank(bank)

    cdef void jump_bank(self, int bank) noexcept nogil:
        """[audio] Use `bank` at once, with its latency. If its mode or resolution differs, it starts from silence."""
        cdef bint same = self.can_fade_to(bank)
        self._minimum = self._banks[bank, IS_MINIMUM] == 1
        if self._minimum:
            self._chain.jump_bank(bank)
        else:
            self._convolver.jump_bank(bank)
            if not same:
                self._convolver.clear()

    # -- sound ---------------------------------------------------------------------------------------------------

    cdef void run(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        cdef Py_ssize_t i
        cdef float *out
        cdef float *mirrored
        if self._minimum:
            self._chain.run(left, right, frames)
            return
        out = &self._out[0, 0]
        mirrored = out + 2 * self.max_block
        self._convolver.convolve(left, right, out, self.max_block, frames)
        for i in range(frames):
            left[i] = out[i] + mirrored[i]
        out += self.max_block
        mirrored += self.max_block
        for i in range(frames):
            right[i] = out[i] - mirrored[i]

    cdef void clear(self) noexcept nogil:
        if self._minimum:
            self._chain.clear()
        else:
            self._convolver.clear()

    cdef Py_ssize_t delay(self) noexcept nogil:
        return 0 if self._minimum else self._convolver.centre + self._convolver.partition

    @property
    def largest_latency(self):
        """The largest latency of all modes and resolutions, in frames. [any]"""
        return self._convolver.most_partitions * self._convolver.partition // 2 + self._convolver.partition

    def response(self, freqs_hz, placement="mid"):
        """[control] The complex response of the bank in use at `freqs_hz`, latency included. It has the shape of `freqs_hz`.

        The response is from `placement` to itself: left to left, mid to mid, and so on ("stereo" is mid). These are equal unless
        bands have different placements. Dynamic bands count with their static gain only; the meters show the present change
        of their gain. Raises ValueError for another placement.
        """
        if placement not in PLACEMENTS:
            raise ValueError(f"placement cannot be {placement!r}: allowed is {', '.join(PLACEMENTS)}")
        (a, b), (c, d) = self.matrix_response(freqs_hz)
        return {"left": a, "right": d, "side": (a - b - c + d) / 2}.get(placement, (a + b + c + d) / 2)

    def matrix_response(self, freqs_hz):
        """[control] The complex responses from left and right to left and right, latency included: ((a, b), (c, d)), where
        left' = a left + b right. The shape is (2, 2) followed by that of `freqs_hz`. Dynamic bands count as in
        `response`."""
        freqs_hz = np.asarray(freqs_hz, float)
        bank = self.banks[self.bank_in_use()]
        if self._minimum:
            return _sections_matrix(bank.view(np.float64), self.rate_hz, freqs_hz)
        partition, centre = self._convolver.partition, self._convolver.centre
        kernels = convolver.unpack(bank, partition, self._convolver.partitions, KERNELS)
        late = np.exp(-2j * np.pi * freqs_hz * partition / self.rate_hz)
        none = np.zeros_like(late)
        if kernels is None:
            late = late * np.exp(-2j * np.pi * freqs_hz * centre / self.rate_hz)
            return np.array([[late, none], [none, late]])
        k1 = kernels[0]
        k2 = kernels[1] if len(kernels) > 1 else np.zeros_like(k1)
        parts = (k1.real + k2.real, -k1.imag - k2.imag), (k1.imag - k2.imag, k1.real - k2.real)
        responses = [[kernel_response(part, self.rate_hz, freqs_hz) for part in row] for row in parts]
        return late * np.array(responses)


def _sections_matrix(bank, rate_hz, freqs_hz):
    """`Eq.matrix_response` for a bank of sections."""
    gain, solo, bands = svf_cascade.unpack(bank)
    return gain * design_svf.matrix_response(bands, rate_hz, freqs_hz, solo)
