"""The DC filter: it removes DC, keeps 20 Hz, and is bit-exact when off."""

import numpy as np
import pytest

from dsp_ext.core.processor import RATES_HZ
from dsp_ext.output.dc_filter import DcFilter


def test_off_changes_nothing(rng):
    x = rng.uniform(-1, 1, (2, 5000)).astype(np.float32) + np.float32(0.2)
    y = x.copy()
    DcFilter(48000).process(y)
    assert np.array_equal(x, y)


@pytest.mark.parametrize("rate", RATES_HZ)
def test_removes_dc_and_keeps_the_bass(rate):
    t = np.arange(2 * rate) / rate
    y = np.stack([0.3 + 0.5 * np.sin(2 * np.pi * 20 * t), 0 * t]).astype(np.float32)
    tool = DcFilter(rate)
    tool.set(enabled=True, settle=True)
    tool.process(y)
    assert abs(y[0, rate:].mean()) < 1e-4 and not y[1].any()
    level = 20 * np.log10(np.abs(y[0, rate:]).max() / 0.5)
    assert -0.2 < level < 0.0


def test_is_switched_on_without_a_click():
    y = np.full((2, 48000), 0.5, np.float32)
    tool = DcFilter(48000)
    tool.process(y[:, :24000].copy())
    tool.set(enabled=True)
    part = y[:, 24000:].copy()
    tool.process(part)
    assert np.abs(np.diff(part[0])).max() < 0.0015
