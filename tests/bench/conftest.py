"""What all benches share: the core they stay on, and the music they work on."""

import os

import numpy as np
import pytest

from demo.mix import synthesise
from dsp_ext.eq.bands import EqBand

RATE_HZ = 48000
#: Of the EQ, ours and the peers'.
BANDS = [
    EqBand("low_cut", 30),
    EqBand("low_shelf", 100, 2),
    *(EqBand("bell", 150.0 * 3**n, 2, 1) for n in range(4)),
    EqBand("high_shelf", 9000, 1),
]


@pytest.fixture(scope="session", autouse=True)
def one_core():
    """This process and those it starts stay on one core, where the system lets them: its caches are theirs then."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    yield
    os.sched_setaffinity(0, allowed)


@pytest.fixture(scope="session")
def music():
    """The demo's mix with peaks near full scale, shape (2, 2^18), float32, 48 kHz: 5.5 s, a whole number of any blocks."""
    mix = synthesise(RATE_HZ)[:, 4 * RATE_HZ :][:, : 1 << 18]
    return (mix * (0.9 / np.abs(mix).max())).astype(np.float32)
