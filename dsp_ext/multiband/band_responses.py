"""The responses of the compressor's bands for displays, from the filters that make the sound. For the control process."""

import numpy as np

from dsp_ext.core import kernel_response, rate_factor

from .design_crossover import design
from .lr4 import Lr4
from .shelves import Shelves

#: The length of an impulse response in frames at 44.1 and 48 kHz. The slowest filters (40 Hz) have decayed by 200 dB.
_FRAMES = 16384
_BANDS = 5


def responses(split: str, crossovers_hz, rate_hz: float, freqs_hz: np.ndarray) -> np.ndarray:
    """The complex responses of the bands between `crossovers_hz` (1 to 4 frequencies), lowest first, at `freqs_hz` (shape (n,)):
    shape (bands, n). The latency is not included. With split "shelves", they are the responses of the bands that the
    detectors hear. Raises ValueError for a crossover that the split does not allow."""
    if split == "linear":
        taps = 4096 * rate_factor(rate_hz)
        late = np.exp(-1j * np.pi * freqs_hz * taps / rate_hz)
        kernels = design(crossovers_hz, rate_hz, taps)
        lows = [(kernel_response(kernel, rate_hz, freqs_hz) / late).real + 0j for kernel in kernels]
        return np.diff([np.zeros(len(freqs_hz)), *lows, np.ones(len(freqs_hz))], axis=0)
    bands = _lr4(crossovers_hz, rate_hz).process(_impulse(rate_hz))[: len(crossovers_hz) + 1, 0]
    return np.array([kernel_response(band, rate_hz, freqs_hz) for band in bands])


def sum_magnitude(split: str, crossovers_hz, gains, rate_hz: float, freqs_hz: np.ndarray) -> np.ndarray:
    """The magnitude of the whole compressor while its bands have the constant amplitude gains `gains` (one per band): shape
    (n,)."""
    if split == "shelves":
        impulse = _impulse(rate_hz)
        changes = np.zeros((2 * _BANDS, impulse.shape[1]), np.float32)
        for band, gain in enumerate(gains):
            changes[2 * band : 2 * band + 2] = gain - 1
        shelves = Shelves(rate_hz, _lr4(crossovers_hz, rate_hz).poles, len(crossovers_hz))
        added = shelves.process(impulse, changes, linked=True)[0]
        return np.abs(1 + kernel_response(added, rate_hz, freqs_hz))
    return np.abs(np.tensordot(np.asarray(gains, complex), responses(split, crossovers_hz, rate_hz, freqs_hz), 1))


def _lr4(crossovers_hz, rate_hz: float) -> Lr4:
    unused = [0.45 * rate_hz] * (_BANDS - 1 - len(crossovers_hz))
    return Lr4(rate_hz, [*crossovers_hz, *unused], len(crossovers_hz))


def _impulse(rate_hz: float) -> np.ndarray:
    impulse = np.zeros((2, _FRAMES * rate_factor(rate_hz)), np.float32)
    impulse[:, 0] = 1
    return impulse
