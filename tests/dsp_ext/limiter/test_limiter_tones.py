"""What the limiter adds to tones, also while they swell or become steady."""

import numpy as np
import pytest
from scipy.signal import firwin, oaconvolve

from dsp_ext.settings import LIMITER_STYLES
from tests.support.limited import limited


def residue_db(y, f, rate):
    """Everything but the tone `f`, relative to it: THD+N. `y` holds whole periods."""
    n = np.arange(len(y))
    basis = np.stack([np.cos(2 * np.pi * f / rate * n), np.sin(2 * np.pi * f / rate * n), np.ones(len(y))])
    fit = np.linalg.lstsq(basis.T, y, rcond=None)[0]
    rest = y - basis.T @ fit
    return 10 * np.log10(np.mean(rest**2) / (np.hypot(*fit[:2]) ** 2 / 2))


@pytest.mark.parametrize("style", LIMITER_STYLES)
def test_tones_stay_pure(style, record):
    """At any pitch: most of these have no whole number of periods in a window or a block."""
    worst = -np.inf
    for f in (30.3, 41.2, 49.7, 100.3, 220.0, 440.3, 997.0, 1234.5, 3000.1, 7001.3):
        t = np.arange(3 * 48000) / 48000
        y, _ = limited(np.tile(np.sin(2 * np.pi * f * t), (2, 1)) * 10 ** (-1 / 20), gain_db=6.0, style=style)
        steady = y[0, 72000:120000].astype(np.float64)
        assert abs(20 * np.log10(np.abs(steady).max()) + 1.03) < 0.25, f
        value = residue_db(steady, f, 48000)
        worst = max(worst, value)
        assert value <= -100, f
    record("Limiter", f"{style}, 6 dB of reduction: highest THD+N of ten pitches from 30.3 Hz", worst, "dB",
           target="≤ -100 dB", digits=0, tolerance=3.0)  # fmt: skip


@pytest.mark.parametrize("style", LIMITER_STYLES)
def test_a_sound_that_becomes_steady_is_not_reduced_twice(style, record):
    """A tone with tremolo, and noise, that become a steady tone of the same pitch: the deepest dip of the level after that,
    from 40 ms on, in windows of 10 ms."""
    t, worst = np.arange(4 * 48000) / 48000, 0.0
    noise = 0.3 * np.random.default_rng(1).standard_normal(len(t))
    for hz in (400.0, 1200.0, 3000.0):
        tone = np.sin(2 * np.pi * hz * t) * 10 ** (-1 / 20)
        tremolo = tone * np.where(t < 1, 0.5 + 0.5 * np.abs(np.sin(12 * np.pi * t)), 1.0)
        for x in (tremolo, np.where(t < 1, noise, tone)):
            y, _ = limited(np.tile(x, (2, 1)), gain_db=6.0, style=style)
            level = 10 * np.log10((y[0, :192000].astype(np.float64).reshape(-1, 480) ** 2).mean(axis=1))
            worst = min(worst, level[104:].min() - level[-50:].mean())
    record("Limiter", f"{style}: deepest dip while a moving sound becomes steady, 6 dB reduction", worst, "dB",
           target="≥ -1 dB", tolerance=0.1)  # fmt: skip
    assert worst >= -1


def test_a_tone_that_swells_stays_pure(record):
    """200 Hz that rises from silence within 1.5 s, 6 dB over the ceiling at the end: what is above 3 kHz."""
    t = np.arange(4 * 48000) / 48000
    x = np.sin(2 * np.pi * 200 * t) * np.clip((t - 0.3) / 1.5, 0, 1) * 10 ** (-1 / 20)
    y, _ = limited(np.tile(x, (2, 1)), gain_db=6.0)
    kernel = firwin(1023, 3000, fs=48000, pass_zero=False, window=("kaiser", 14))
    value = 20 * np.log10(np.abs(oaconvolve(y[0, :190000].astype(np.float64), kernel, "valid")).max())
    record("Limiter", "200 Hz that swells to 6 dB over the ceiling: residue above 3 kHz", value, "dBFS",
           target="≤ -100 dBFS", digits=0, tolerance=2.0)  # fmt: skip
    assert value <= -100
