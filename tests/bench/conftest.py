"""Shared by all benches: the processor core that they use, and the music that they process."""

import os

import numpy as np
import pytest

from demo.mix import synthesise
from dsp_ext.eq.bands import EqBand

RATE_HZ = 48000
#: The number of taps of the EQ, for Burnish and the compared programs.
BANDS = [
    EqBand("low_cut", 30),
    EqBand("low_shelf", 100, 2),
    *(EqBand("bell", 150.0 * 3**n, 2, 1) for n in range(4)),
    EqBand("high_shelf", 9000, 1),
]


@pytest.fixture(scope="session", autouse=True)
def one_core():
    """Keep this process and its children on one core, if the system allows it, so that they keep its caches."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    yield
    os.sched_setaffinity(0, allowed)


@pytest.fixture(scope="session")
def music():
    """The mix of the demo with peaks near full scale, shape (2, 2^18), float32, 48 kHz: 5.5 s, divisible by any block
    size."""
    mix = synthesise(RATE_HZ)[:, 4 * RATE_HZ :][:, : 1 << 18]
    return (mix * (0.9 / np.abs(mix).max())).astype(np.float32)
