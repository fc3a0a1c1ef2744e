"""The envelopes of the limiter, compared with direct computations."""

import numpy as np
import pytest

from dsp_ext.limiter.box_smoother import BoxSmoother
from dsp_ext.limiter.envelopes import Follower, Release
from dsp_ext.limiter.groups import GroupHold, GroupLine, GroupPeaks
from dsp_ext.limiter.sliding_max import SlidingMax


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
    """It falls from 1 to 37 % within the time constant, and rises at once."""
    x = np.zeros(48000, np.float32)
    x[100] = 1.0
    Release(48000, 50.0).process(x)
    assert x[99] == 0.0 and x[100] == 1.0
    expected = np.exp(-np.arange(2401) / 2400)
    assert np.abs(x[100:2501] - expected).max() < 0.002
    assert x[-1] == 0.0, "reaches 0 exactly"
    assert np.all(np.diff(x[100:]) <= 0)


@pytest.mark.parametrize("rate", [44100, 192000])
@pytest.mark.parametrize("release_ms", [1.0, 10.0, 300.0, 5000.0])
def test_release_time(rate, release_ms):
    x = np.zeros(int(rate * release_ms * 1.2e-3) + 10, np.float32)
    x[0] = 1.0
    Release(rate, release_ms).process(x)
    found = np.argmax(x < np.exp(-1)) / rate * 1e3
    assert abs(found / release_ms - 1) < 0.05


def test_release_never_below_its_input(rng):
    x = rng.uniform(0, 3, 20000).astype(np.float32)
    y = x.copy()
    Release(48000, 20.0).process(y)
    assert np.all(y >= x)


def test_follower_rises_and_falls_with_its_times():
    x = np.zeros(60000, np.float32)
    x[:24000] = 1.0
    Follower(48000, 10.0, 50.0).process(x)
    assert abs(x[480] - (1 - np.exp(-1))) < 0.002 and x[23999] > 0.9999
    assert abs(x[24000 + 2400] - np.exp(-1)) < 0.002
    assert np.all(x[24000 + 50 * 48 * 14 :] == 0.0), "reaches 0 exactly"


def test_follower_never_falls_faster_than_it_rises():
    x = np.concatenate([np.ones(9600, np.float32), np.zeros(960, np.float32)])
    Follower(48000, 20.0, 1.0).process(x)
    assert abs(x[9600 + 959] - np.exp(-1)) < 0.002


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
    x = rng.uniform(-4, 4, 6000).astype(np.float32)
    kernel = boxes(length)
    assert len(kernel) == length
    expected = np.convolve(np.concatenate([np.zeros(length - 1), x]), kernel, "valid")
    y = x.copy()
    tool = BoxSmoother(length)
    for piece in cut(rng, y):
        tool.process(piece)
    assert np.abs(y - expected).max() < 4e-7


def test_smoother_is_exact_at_rest_and_does_not_drift(rng):
    tool = BoxSmoother(480)
    for _ in range(200):
        tool.process(rng.uniform(0, 1, 1000).astype(np.float32))
    x = np.zeros(1000, np.float32)
    tool.process(x)
    assert np.all(x[479:] == 0.0)


def test_smoother_stays_between_its_inputs(rng):
    x = (1 - rng.random(5000) ** 8).astype(np.float32)
    y = x.copy()
    BoxSmoother(72).process(y)
    lowest = np.lib.stride_tricks.sliding_window_view(x, 72).min(axis=1)
    assert np.all(y[71:] >= lowest - 1e-7)


def test_lengths_are_checked():
    with pytest.raises(ValueError, match="window must be at least 1 frame, not 0"):
        SlidingMax(0)
    with pytest.raises(ValueError, match="length must be at least 3 frames, not 2"):
        BoxSmoother(2)


def test_groups_do_not_depend_on_blocks(rng):
    """The largest value of each group; the groups after it hold it, or lead to it."""
    x = rng.uniform(0, 1, 4000).astype(np.float32)
    largest = x.reshape(-1, 8).max(axis=1)
    tools, found, held, led = (GroupPeaks(8), GroupHold(8), GroupLine(8)), [], [], []
    for piece in cut(rng, x):
        values, one, other = (np.zeros(len(piece), np.float32) for _ in range(3))
        ended = tools[0].process(piece, values)
        tools[1].process(values, one)
        tools[2].process(values, other)
        found.append(values[:ended])
        held.append(one)
        led.append(other)
    assert np.array_equal(np.concatenate(found), largest)
    assert np.array_equal(np.concatenate(held)[8:], np.repeat(largest, 8)[:-8])
    expected = np.interp(np.arange(3984), np.arange(499) * 8, np.concatenate([[0], largest[:498]]))
    assert np.abs(np.concatenate(led)[8:3992] - expected).max() < 1e-6


def test_a_group_of_bad_values_counts_as_nothing():
    x = np.full(16, np.nan, np.float32)
    x[11] = 0.5
    values = np.zeros(2, np.float32)
    assert GroupPeaks(8).process(x, values) == 2 and list(values) == [0.0, 0.5]
