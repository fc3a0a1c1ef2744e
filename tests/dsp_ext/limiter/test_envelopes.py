"""The pieces of a limiter's gain, against brute force."""

import numpy as np
import pytest

from dsp_ext.limiter.envelopes import BoxSmoother, Release, SlidingMax, SlowRelease


def cut(rng, x):
    """`x` in pieces of random length."""
    at = 0
    while at < len(x):
        step = int(rng.integers(1, 700))
        yield x[at : at + step]
        at += step


@pytest.mark.parametrize("window", [1, 2, 3, 4, 7, 64, 75, 300, 1443])
def test_sliding_max(rng, window):
    x = rng.uniform(0, 1, 5000).astype(np.float32) * (rng.random(5000) < 0.01)
    padded = np.concatenate([np.zeros(window - 1, np.float32), x])
    expected = np.lib.stride_tricks.sliding_window_view(padded, window).max(axis=1)
    tool = SlidingMax(window)
    for piece in cut(rng, x):
        tool.process(piece)
    assert np.array_equal(x, expected)


def test_release_is_exponential():
    """From 1 down to 37 % after the time constant; up at once."""
    x = np.zeros(48000, np.float32)
    x[100] = 1.0
    Release().process(x, np.zeros_like(x), rate_hz=48000, release_ms=50.0)
    assert x[99] == 0.0 and x[100] == 1.0
    expected = np.exp(-np.arange(2401) / 2400)
    assert np.abs(x[100:2501] - expected).max() < 0.002
    assert x[-1] == 0.0, "comes to rest exactly"
    assert np.all(np.diff(x[100:]) <= 0)


@pytest.mark.parametrize("rate", [44100, 192000])
@pytest.mark.parametrize("release_ms", [1.0, 10.0, 300.0, 5000.0])
def test_release_time(rate, release_ms):
    x = np.zeros(int(rate * release_ms * 1.2e-3) + 10, np.float32)
    x[0] = 1.0
    Release().process(x, np.zeros_like(x), rate_hz=rate, release_ms=release_ms)
    found = np.argmax(x < np.exp(-1)) / rate * 1e3
    assert abs(found / release_ms - 1) < 0.05


def test_release_never_below_its_input(rng):
    x = rng.uniform(0, 3, 20000).astype(np.float32)
    rest = rng.uniform(0, 2, 20000).astype(np.float32)
    y = x.copy()
    Release().process(y, rest, rate_hz=48000, release_ms=20.0)
    assert np.all(y >= x)


def test_slow_release_takes_what_lasts():
    """A peak of 5 ms leaves little, half a second nearly all, and it falls with its own time."""
    for ms, low, high in ((5, 0.01, 0.015), (1000, 0.9, 1.0)):
        x = np.zeros(48000 * 4, np.float32)
        x[: 48 * ms] = 1
        SlowRelease().process(x, rate_hz=48000, release_ms=800.0)
        start = x[48 * ms - 1]
        assert low < start < high
        assert abs(x[48 * (ms + 800)] - start * np.exp(-1)) < 0.01
    x = np.ones(4800, np.float32)
    SlowRelease().process(x, rate_hz=48000, release_ms=0.0)
    assert not x.any(), "off"


def boxes(length):
    total = length + 2
    sizes = [total // 2, 3 * total // 10]
    sizes.append(total - sum(sizes))
    kernel = np.ones(1)
    for size in sizes:
        kernel = np.convolve(kernel, np.ones(size) / size)
    return kernel


@pytest.mark.parametrize("length", [3, 10, 72, 480, 1920])
def test_smoother_is_three_boxes(rng, length):
    x = rng.uniform(0, 1, 6000).astype(np.float32)
    kernel = boxes(length)
    assert len(kernel) == length
    expected = np.convolve(np.concatenate([np.ones(length - 1), x]), kernel, "valid")
    y = x.copy()
    tool = BoxSmoother(length)
    for piece in cut(rng, y):
        tool.process(piece)
    assert np.abs(y - expected).max() < 2e-7


def test_smoother_is_exact_at_rest_and_does_not_drift(rng):
    tool = BoxSmoother(480)
    for _ in range(200):
        tool.process(rng.uniform(0, 1, 1000).astype(np.float32))
    x = np.ones(1000, np.float32)
    tool.process(x)
    assert np.all(x[479:] == 1.0)


def test_smoother_stays_between_its_inputs(rng):
    x = (1 - rng.random(5000) ** 8).astype(np.float32)
    y = x.copy()
    BoxSmoother(72).process(y)
    highest = np.lib.stride_tricks.sliding_window_view(x, 72).max(axis=1)
    assert np.all(y[71:] <= highest * (1 + 1e-7))


def test_smoother_can_be_lowered(rng):
    tool = BoxSmoother(480)
    tool.process(rng.uniform(0.2, 1, 3000).astype(np.float32))
    tool.lower(0.5)
    x = np.full(2000, 0.5, np.float32)
    tool.process(x)
    assert np.all(x <= 0.5) and np.all(x[480:] == 0.5)


def test_lengths_are_checked():
    with pytest.raises(ValueError, match="window must be at least 1 frame, not 0"):
        SlidingMax(0)
    with pytest.raises(ValueError, match="length must be at least 3 frames, not 2"):
        BoxSmoother(2)
