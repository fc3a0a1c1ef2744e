"""The contract that every processor of the chain keeps.

- `prepare(rate_hz, max_block)` may allocate. Setters and `run` never do.
- `run(left, right, frames)` works in place, never raises, costs the same in every state, and its result does not depend
  on how the stream is cut into blocks, bit for bit.
- `reset()` clears history and keeps settings.
- `latency` is exact, in frames, and constant for a mode.
- A change of a setting is ramped over 20 ms (see `ramp.pyx`).

`tests/dsp_ext/test_contract.py` holds every processor to it.
"""

from .denormals cimport denormals_off, denormals_restore

#: Rates the designs are made and tested for, in Hz.
RATES_HZ = (44100, 48000, 88200, 96000, 176400, 192000)
#: The longest block `prepare` accepts, in frames.
LONGEST_BLOCK = 8192


def partition_frames(rate_hz: float) -> int:
    """Frames per partition of the convolvers: 256 up to 48 kHz, 512 up to 96 kHz, 1024 above (5.3 ms).

    A function of the rate alone, so that a file render and a live run compute the same bits whatever their block size.
    Half of it would save 2.7 ms of the latency of a linear-phase kernel, which waits for half its taps anyway, and cost
    nearly twice the work.
    """
    return 256 * rate_factor(rate_hz)


def rate_factor(rate_hz: float) -> int:
    """1, 2 or 4: how many times longer than at 44.1/48 kHz a kernel must be to last as long."""
    return 1 if rate_hz <= 50000 else 2 if rate_hz <= 100000 else 4


cdef class Processor:
    """Base of all processors: a pass-through of zero latency."""

    def __init__(self, rate_hz=48000, max_block=4096):
        """[control] `rate_hz` in Hz, `max_block` in frames (1 to 8192). Raises ValueError outside of that."""
        self.prepare(rate_hz, max_block)

    def prepare(self, rate_hz, max_block):
        """[control] Set rate and longest block, allocate, forget the past. Subclasses call this first."""
        if rate_hz not in RATES_HZ:
            raise ValueError(f"rate_hz must be one of {', '.join(map(str, RATES_HZ))}, not {rate_hz}")
        if not 1 <= max_block <= LONGEST_BLOCK:
            raise ValueError(f"max_block must be 1 to {LONGEST_BLOCK} frames, not {max_block}")
        self.rate_hz = rate_hz
        self.max_block = max_block

    def reset(self):
        """[control] Clear history, keep settings."""
        self.clear()

    @property
    def latency(self):
        """Frames by which the output lags the input. [any]"""
        return self.delay()

    cdef void run(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        """[audio] Process in place. `frames` <= `max_block` is the caller's promise."""

    cdef void clear(self) noexcept nogil:
        """[audio] What `reset` does; also called when a block had to be silenced."""

    cdef Py_ssize_t delay(self) noexcept nogil:
        return 0

    def process(self, float[:, ::1] block not None):
        """[audio] Process `block` (shape (2, frames), float32, full scale ±1) in place.

        Longer than `max_block` is cut here. Raises ValueError where there are not two channels.
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
