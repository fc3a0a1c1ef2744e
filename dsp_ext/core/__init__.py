"""The basis of every processor: the processor contract, ramps, delays, shared memory, arithmetic and vector lanes.

This package imports NumPy only. Every other package of `dsp_ext` uses it."""

from . import taps_file
from .delay import Delay
from .kernel_response import kernel_response
from .processor import RATES_HZ, partition_frames, rate_factor
from .ramp import RAMP_MS, Ramp, ramp_shape
from .shared_memory import Cells, Ring, SeqLock

__all__ = [
    "RAMP_MS",
    "RATES_HZ",
    "Cells",
    "Delay",
    "Ramp",
    "Ring",
    "SeqLock",
    "kernel_response",
    "partition_frames",
    "ramp_shape",
    "rate_factor",
    "taps_file",
]
