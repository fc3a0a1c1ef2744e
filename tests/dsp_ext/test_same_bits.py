"""The same bits on every machine: the digests of reference runs are compared with the committed ones.

`make count` also compares them on an emulated aarch64.
"""

import numpy as np
import pytest

from tests.support import reference_run


@pytest.mark.parametrize("rate_hz", reference_run.RATES_HZ)
@pytest.mark.parametrize("name", reference_run.RUNS)
def test_reference_run(name, rate_hz, record):
    made = reference_run.sound(name, rate_hz)
    loudest = np.abs(made.astype(float)).max() / (2**31 if made.dtype == np.int32 else 1)
    assert 0.25 < loudest < 1 and len(np.unique(made)) > 1000
    if "16 bits" in name:
        assert not np.any(made & 0xFFFF)
    record("Same bits", f"reference run ({name}), {rate_hz / 1000:g} kHz: first 16 hexadecimal digits of the SHA-256 of its output", reference_run.digest(made),
           target="the same on every machine")  # fmt: skip
