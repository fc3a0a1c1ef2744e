"""The contract of every processor in the chain.

- `prepare(rate_hz, max_block)` may allocate memory. Setters and `run` never do.
- `run(left, right, frames)` works in place and never raises. Its cost does not depend on the state. Its result does not depend
  on how the stream is divided into blocks, bit for bit.
- `reset()` clears the history and keeps the settings.
- `latency` is exact, in frames, and constant for each mode.
- A change of a setting is ramped over 20 ms (see `ramp.pyx`).

`tests/dsp_ext/test_contract.py` checks every processor against this contract.
"""

from .denormals cimport denormals_off, denormals_restore

#: The sampling rates for which the processors are designed and tested, in Hz.
RATES_HZ = (44100, 48000, 88200, 96000, 176400, 192000)
#: The longest block that `prepare` accepts, in frames.
LONGEST_BLOCK = 8192


def partition_frames(rate_hz: float) -> int:
    """Frames per partition of the convolvers: 256 up to 48 kHz, 512 up to 96 kHz, 1024 above (5.3 ms).

    It depends on the rate alone, so that a file render and a live run compute the same bits, whatever their block size. Half
    this size would save 2.7 ms of latency at nearly twice the cost. Compared with the latency of a linear-phase kernel,
    which is half its length, that is little.
    """
    return 256 * rate_factor(rate_hz)


def rate_factor(rate_hz: float) -> int:
    """1, 2 or 4: the factor by which a kernel must be longer than at 44.1 or 48 kHz to have the same duration."""
    return 1 if rate_hz <= 50000 else 2 if rate_hz <= 100000 else 4


cdef class Processor:
    """Base class of all processors. It passes the signal through without latency."""

    def __init__(self, rate_hz=48000, max_block=4096):
        """[control] `rate_hz` in Hz, `max_block` in frames (1 to 8192). Raises ValueError for other values."""
        self.prepare(rate_hz, max_block)

    def prepare(self, rate_hz, max_block):
        """[control] Set the rate and the longest block, allocate memory, clear the history. Subclasses call this first."""
        self.check_rate(rate_hz)
        if not 1 <= max_block <= LONGEST_BLOCK:
            raise ValueError(f"max_block must be 1 to {LONGEST_BLOCK} frames, not {max_block}")
        self.rate_hz = rate_hz
        self.max_block = max_block

    def check_rate(self, rate_hz):
        """[control] Raises ValueError if the processor cannot run at `rate_hz`."""
        if rate_hz not in RATES_HZ:
            raise ValueError(f"rate_hz must be one of {', '.join(map(str, RATES_HZ))}, not {rate_hz}")

    def reset(self):
        """[control] Clear the history, keep the settings."""
        self.clear()

    @property
    def latency(self):
        """The delay of the output against the input, in frames. [any]"""
        return self.delay()

    cdef void run(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        """[audio] Process in place. The caller guarantees that `frames` <= `max_block`."""

    cdef void clear(self) noexcept nogil:
        """[audio] Clear the history, for `reset`. The engine also calls it after it has silenced a block."""

    cdef Py_ssize_t delay(self) noexcept nogil:
        return 0

    def process(self, float[:, ::1] block not None):
        """[audio] Process `block` (shape (2, frames), float32, full scale ±1) in place.

        Blocks longer than `max_block` are cut into parts here. Raises ValueError if there are not two channels.
        """
        if block.shape[0] != 2:
            raise ValueError(f"a block has shape (2, frames), not ({block.shape[0]}, {block.shape[1]})")
        cdef Py_ssize_t at = 0, frames = block.shape[1], step
        cdef unsigned long long mode
        if frames == 0:
            return
        with nogil:
            mode = denormals_off()
            while at < frames:
                step = frames - at if frames - at < self.max_block else self.max_block
                self.run(&block[0, at], &block[1, at], step)
                at += step
            denormals_restore(mode)
