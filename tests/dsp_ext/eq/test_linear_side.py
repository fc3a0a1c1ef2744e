"""Width and mono-maker in the kernel of the linear EQ: the side follows its curve without phase shift against mid."""

import numpy as np
import pytest

from dsp_ext import Engine
from dsp_ext.eq.bands import EqBand, analog_response
from dsp_ext.eq.eq import Eq
from dsp_ext.output.design_stereo import side_magnitude
from dsp_ext.output.stereo import Stereo
from dsp_ext.settings import STEREO
from firmware.contract import params
from firmware.engine import designer
from tests.support.residue import above_3_khz
from tests.support.stream import through

RATES = pytest.mark.parametrize("rate_hz", [44100, 48000, 96000, 192000])
WIDE = {"stereo.width_low_pct": 60.0, "stereo.width_mid_pct": 120.0, "stereo.width_high_pct": 160.0,
        "stereo.mono": 1.0, "stereo.mono_hz": 150.0}  # fmt: skip
SETTINGS = STEREO.defaults | {name.removeprefix("stereo."): value for name, value in WIDE.items()}


def begun(rate_hz: int, **changes) -> Engine:
    engine = Engine(rate_hz, 4096)
    designer.begin(engine, params.DEFAULTS | {"limiter.enabled": 0.0} | changes)
    return engine


def test_curve_is_that_of_the_stereo_processor():
    """The comparison uses frequencies far below the rate, where the bilinear transform has no visible effect."""
    stereo, freqs_hz = Stereo(192000, 512), np.geomspace(10, 5000, 100)
    for name, value in SETTINGS.items():
        stereo.set(name, value)
    np.testing.assert_allclose(side_magnitude(SETTINGS)(freqs_hz), np.abs(stereo.side_response(freqs_hz)), rtol=2e-3)
    assert side_magnitude(STEREO.defaults) is None and side_magnitude(SETTINGS | {"enabled": 0}) is None


@RATES
def test_side_follows_its_curve_without_phase_shift_and_mid_is_unchanged(rate_hz, record):
    bands, freqs_hz = [EqBand("bell", 500, 6, 1)], np.geomspace(60, 18000, 200)
    eq = Eq(rate_hz)
    eq.load(eq.pack(bands, resolution=16384, stereo=SETTINGS), jump=True)
    turn = np.exp(2j * np.pi * freqs_hz * eq.latency / rate_hz)
    wanted = np.abs(analog_response(bands, freqs_hz))
    worst = 0.0
    for placement, gain in (("mid", wanted), ("side", wanted * side_magnitude(SETTINGS)(freqs_hz))):
        response = eq.response(freqs_hz, placement) * turn
        worst = max(worst, np.abs(20 * np.log10(response.real / gain)).max())
        assert np.abs(response.imag).max() < 1e-5
    assert np.abs(eq.matrix_response(freqs_hz)[0, 1] - eq.matrix_response(freqs_hz)[1, 0]).max() < 1e-5
    record("Stereo", f"width and mono-maker in the kernel of the linear EQ, resolution 16k, {rate_hz / 1000:g} kHz: largest difference of side and mid from their curves, from 60 Hz up", worst, "dB",
           target="≤ 0.05 dB", digits=3, tolerance=0.005)  # fmt: skip
    assert worst <= 0.05


@RATES
def test_the_chain_applies_the_curve_once(rate_hz):
    """An impulse in the side signal passes the chain with the response of the EQ's kernel; the stereo processor adds
    nothing."""
    engine = begun(rate_hz, **WIDE)
    x = np.zeros((2, engine.latency + rate_hz // 5), np.float32)
    x[:, 0] = 0.5, -0.5
    alone = Eq(rate_hz)
    alone.load(alone.pack([], stereo=SETTINGS), jump=True)
    y, wanted = through(engine, x), through(alone, x)
    lag = engine.latency - alone.latency
    np.testing.assert_allclose(y[:, lag:], wanted[:, : y.shape[1] - lag], atol=1e-7)
    assert np.abs(y.sum(axis=0)).max() < 1e-6


@pytest.mark.parametrize("mode", [1.0, 2.0], ids=["minimum", "mixed"])
def test_in_other_modes_the_stereo_processor_applies_the_curve(mode, rng):
    x = (0.2 * rng.standard_normal((2, 60000))).astype(np.float32)
    values = params.DEFAULTS | {"limiter.enabled": 0.0} | WIDE
    for before, after in ((mode, 0.0), (0.0, mode)):
        engine = begun(48000, **WIDE, **{"eq.mode": before})
        through(engine, x)
        designer.apply(engine, "eq", values | {"eq.mode": after})
        y = through(engine, np.concatenate([x, x], axis=1))[:, -30000:]
        other = begun(48000, **WIDE, **{"eq.mode": after})
        assert engine.latency == other.latency
        wanted = through(other, np.concatenate([x, x, x], axis=1))[:, -30000:]
        np.testing.assert_allclose(y, wanted, atol=2e-6)
        assert np.std(y[0] - y[1]) > 0.1


@RATES
def test_neutral_passes_24_bit_words_unchanged(rate_hz, rng):
    x = (rng.integers(-(2**22), 2**22, (2, 40000)) / 2**23).astype(np.float32)
    engine = begun(rate_hz, **WIDE)
    through(engine, x)
    designer.apply(engine, "eq", params.DEFAULTS)
    designer.apply(engine, "settings", {id: params.DEFAULTS[id] for id in WIDE})
    y = through(engine, np.concatenate([x, x], axis=1))
    lag = engine.latency
    np.testing.assert_array_equal(y[:, 40000:], x[:, 40000 - lag : 80000 - lag] if lag > 40000 else
                                  np.concatenate([x, x], axis=1)[:, 40000 - lag : 80000 - lag])  # fmt: skip


@RATES
def test_a_change_makes_no_click(rate_hz, record):
    wave = 0.49 * np.sin(2 * np.pi * 200 * np.arange(rate_hz) / rate_hz)
    x, half = np.stack([wave, -wave]).astype(np.float32), rate_hz // 2 + 31
    engine = begun(rate_hz)
    first = through(engine, np.ascontiguousarray(x[:, :half]))
    designer.apply(engine, "settings", WIDE)
    designer.apply(engine, "eq", params.DEFAULTS | WIDE)
    y = np.concatenate([first, through(engine, np.ascontiguousarray(x[:, half:]))], axis=1)
    residue = above_3_khz(y[:, engine.latency + rate_hz // 8 :], rate_hz, "same")
    edge = 2048 * max(1, rate_hz // 48000)
    worst = 20 * np.log10(np.abs(residue)[:, edge:-edge].max())
    record("Stereo", f"width and mono-maker in the kernel of the linear EQ, both changed: residue above 3 kHz, 200 Hz tone in the side signal, {rate_hz / 1000:g} kHz",
           worst, "dBFS", target="≤ -100 dBFS", digits=0, tolerance=3)  # fmt: skip
    assert worst <= -100
