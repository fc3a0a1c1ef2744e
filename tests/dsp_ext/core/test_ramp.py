"""Values on ramps: they are exact at both ends, and have no corners while a knob keeps turning."""

import numpy as np
import pytest
from scipy.signal import firwin, oaconvolve

from dsp_ext import Engine
from dsp_ext.core import ramp_shape
from tests.support.residue import click_db
from tests.support.stream import through

RATE_HZ = 48000
KNOBS = {
    "input.trim_db": (0.0, -6.0, {}),
    "chain.mute": (0, 1, {}),
    "chain.bypass": (0, 1, {"multiband.b2.makeup_db": -6.0}),
    "limiter.gain_db": (-6.0, 0.0, {}),
}


@pytest.mark.parametrize("name", KNOBS)
@pytest.mark.parametrize("after_ms", [1, 5, 10, 15])
def test_a_knob_that_reverses_during_a_ramp_makes_no_click(name, after_ms, record):
    start, end, more = KNOBS[name]
    engine = Engine(RATE_HZ, 4096)
    for setting, value in {"limiter.ceiling_dbtp": 0, **more, name: start}.items():
        engine.set(setting, value)
    engine.settle()
    tone = 0.9 * np.sin(2 * np.pi * 200 * np.arange(2 * RATE_HZ) / RATE_HZ)
    x = np.stack([tone, tone]).astype(np.float32)
    parts, at = [], 0
    for until, value in ((RATE_HZ, end), (RATE_HZ + after_ms * 48, start), (2 * RATE_HZ, None)):
        parts.append(through(engine, np.ascontiguousarray(x[:, at:until])))
        at = until
        if value is not None:
            engine.set(name, value)
    y = np.concatenate(parts, axis=1)[0, engine.latency + 4800 :]
    worst = click_db(y, RATE_HZ)
    record("Chain", f"{name} changed from {start:g} to {end:g} and back after {after_ms} ms: residue above 3 kHz, 200 Hz tone at -1 dBFS, 48 kHz",
           worst, "dBFS", target="≤ -100 dBFS", digits=0, tolerance=3)  # fmt: skip
    assert worst <= -100
    # The value is the initial one again.
    assert np.abs(y[-480:]).max() == pytest.approx(np.abs(y[:480]).max(), rel=1e-3)


def test_the_newest_target_counts_and_cutting_changes_no_bit(rng):
    x = (0.25 * rng.standard_normal((2, 9600))).astype(np.float32)

    def render(cuts):
        engine, y = Engine(RATE_HZ, 4096), []
        engine.set("limiter.enabled", 0)
        engine.settle()
        for at, trim_db in ((0, 6.0), (240, -6.0), (480, 3.0), (4800, 0.0)):
            end = {0: 240, 240: 480, 480: 4800, 4800: 9600}[at]
            engine.set("input.trim_db", trim_db)
            y.append(through(engine, np.ascontiguousarray(x[:, at:end]), [c for c in cuts if c < end - at]))
        return np.concatenate(y, axis=1)

    np.testing.assert_array_equal(render([7, 100, 130, 960, 1000, 2000]), render([]))


STEPS = np.arange(1, 961) / 960
SHAPES = {
    "linear": (STEPS, -66.9),
    "raised cosine": (0.5 - 0.5 * np.cos(np.pi * STEPS), -105.4),
    "in use": (ramp_shape(960), -138.4),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_what_a_ramp_leaves_beside_a_tone(shape):
    """40 dB of gain in 20 ms, on 997 Hz at full scale: the residue above 3 kHz that the docstring of `ramp.pyx` states."""
    change, expected = SHAPES[shape]
    gain = np.concatenate([np.full(24000, 0.01), 0.01 + 0.99 * change, np.ones(23040)])
    tone = np.sin(2 * np.pi * 997 * np.arange(RATE_HZ) / RATE_HZ)
    kernel = firwin(2047, 3000, fs=RATE_HZ, pass_zero=False, window=("kaiser", 14))
    residue = np.abs(oaconvolve(gain * tone, kernel, "valid")).max()
    assert 20 * np.log10(residue) == pytest.approx(expected, abs=0.5)
