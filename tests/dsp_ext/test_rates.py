"""Dynamics and stereo at other rates: curves, clicks, sums. The tests of each processor cover 48 kHz in more detail."""

import numpy as np
import pytest

from dsp_ext.multiband.design_crossover import design
from dsp_ext.multiband.multiband import Multiband
from dsp_ext.output.stereo import Stereo
from tests.dsp_ext.multiband import test_compressors as compressor
from tests.support.residue import click_db

RATES = pytest.mark.parametrize("rate_hz", [44100, 96000, 192000])


def named(figure: str, rate_hz: int) -> str:
    return f"{figure}, {rate_hz / 1000:g} kHz"


@RATES
def test_static_curve_is_the_formula(rate_hz, record):
    worst = 0.0
    for threshold_db, ratio, knee_db in compressor.CURVES:
        settings = dict(threshold_db=threshold_db, ratio=ratio, knee_db=knee_db, attack_ms=1, release_ms=20)
        for level_db in np.arange(-60, 0.1, 7.5):
            settled = compressor.gain_db(
                compressor.make(rate_hz, **settings), compressor.square(level_db, rate_hz // 10)
            )
            worst = max(worst, abs(settled[-1] - compressor.curve_db(level_db, threshold_db, ratio, knee_db)))
    record("Multiband", named("compressor, all curves: largest difference of the static curve from the formula", rate_hz), worst, "dB", target="≤ 0.05 dB",
           digits=4, tolerance=0.001)  # fmt: skip
    assert worst <= 0.001


@RATES
def test_static_curve_of_a_sine_is_that_of_its_peak(rate_hz, record):
    worst = 0.0
    for level_db in np.arange(-30, 0.1, 10):
        x = compressor.sine(level_db, 997, rate_hz, rate_hz)
        y = compressor.through(compressor.make(rate_hz, threshold_db=-20, ratio=4, knee_db=6), x)
        end = slice(-rate_hz // 5, None)
        measured = 20 * np.log10(np.sqrt(np.mean(y[0, end].astype(float) ** 2) / np.mean(x[0, end] ** 2)))
        worst = max(worst, abs(measured - compressor.curve_db(level_db, -20, 4, 6)))
    record("Multiband", named("compressor, 997 Hz sine, default times: largest difference of the static curve from the formula", rate_hz), worst, "dB", target="≤ 0.05 dB",
           digits=3)  # fmt: skip
    assert worst <= 0.05


def load(multiband: Multiband, freqs_hz) -> None:
    multiband.convolver.load(multiband.convolver.pack(design(freqs_hz, multiband.rate_hz, multiband.taps)))


STEPS = {
    "make-up changed": ({}, lambda multiband: multiband.set("b2.makeup_db", 6.0)),
    "threshold changed": ({"b2.ratio": 4.0, "b2.release_ms": 3000, "b2.attack_ms": 50, "b2.threshold_db": -12.0},
                  lambda multiband: multiband.set("b2.threshold_db", -18.0)),
    "crossovers changed": ({"b1.makeup_db": -6.0}, lambda multiband: load(multiband, (9000.0, 300.0, 500.0))),
    "split lr4, crossover changed": ({"b1.makeup_db": -6.0, "split": 1}, lambda multiband: multiband.set("x1_hz", 300.0)),
    "split shelves, make-up changed": ({"split": 2}, lambda multiband: multiband.set("b2.makeup_db", 6.0)),
    "switched into circuit": ({"b2.makeup_db": -6.0, "enabled": 0}, lambda multiband: multiband.set("enabled", 1)),
}  # fmt: skip


@RATES
@pytest.mark.parametrize("name", STEPS)
def test_a_change_of_the_multiband_makes_no_click(name, rate_hz, record):
    settings, step = STEPS[name]
    multiband = Multiband(rate_hz, 4096)
    for id, value in settings.items():
        multiband.set(id, value)
    tone = 0.999 * np.sin(2 * np.pi * 200 * np.arange(2 * rate_hz) / rate_hz)
    x = np.stack([tone, tone]).astype(np.float32)
    multiband.process(x[:, :rate_hz].copy())
    before, after = x[:, :rate_hz].copy(), np.ascontiguousarray(x[:, rate_hz:])
    # A whole number of periods, so that the tone continues in phase; long enough for releases of 3 s.
    multiband.process(before)
    step(multiband)
    multiband.process(after)
    worst = click_db(np.concatenate([before[:, -rate_hz // 10 :], after], axis=1), rate_hz)
    record("Multiband", named(f"multiband, {name}: residue above 3 kHz, 200 Hz tone at 0 dBFS", rate_hz), worst, "dBFS",
           target="≤ -100 dBFS", digits=0, tolerance=3)  # fmt: skip
    assert worst <= -100


@RATES
def test_bands_add_up_to_the_input(rate_hz, rng, record):
    multiband = Multiband(rate_hz, 4096)
    freqs_hz = np.exp(rng.uniform(np.log(40), np.log(16000), 3))  # in random order
    load(multiband, freqs_hz)
    for band in range(1, 5):
        multiband.set(f"b{band}.makeup_db", 6.0)
    multiband.process(np.zeros((2, rate_hz // 5), np.float32))
    x = (0.25 * rng.standard_normal((2, rate_hz))).astype(np.float32)
    y, lag = x.copy(), multiband.latency
    multiband.process(y)
    x, y = x[:, :-lag].astype(float), y[:, lag:].astype(float)
    gain = np.vdot(x, y) / np.vdot(x, x)
    worst = 10 * np.log10(np.mean((y - gain * x) ** 2) / np.mean((gain * x) ** 2))
    record("Multiband", named("linear split, sum of the bands, all at +6 dB: residue relative to the input, white noise", rate_hz), worst, "dB",
           target="≤ -140 dB", digits=0, tolerance=3)  # fmt: skip
    assert worst <= -140


@RATES
@pytest.mark.parametrize("settings", [
    {"width_low_pct": 200, "width_mid_pct": 200, "width_high_pct": 200}, {"mono": 1, "mono_hz": 300}, {"balance_pct": 50},
], ids=lambda settings: " ".join(settings))  # fmt: skip
def test_a_change_of_the_stereo_makes_no_click(settings, rate_hz, record):
    stereo = Stereo(rate_hz, 4096)
    wave = 0.49 * np.sin(2 * np.pi * 200 * np.arange(rate_hz) / rate_hz)
    x = np.stack([wave, -wave]).astype(np.float32)
    before = x.copy()
    stereo.process(before)
    for name, value in settings.items():
        stereo.set(name, value)
    stereo.process(x)
    worst = click_db(np.concatenate([before[:, -rate_hz // 10 :], x], axis=1), rate_hz)
    record("Stereo", named(f"{', '.join(settings)} changed: residue above 3 kHz, 200 Hz tone in the side signal", rate_hz), worst, "dBFS",
           target="≤ -100 dBFS", digits=0, tolerance=3)  # fmt: skip
    assert worst <= -100
