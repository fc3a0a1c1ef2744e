"""Dither: statistics of its error, spectra of its noise shapers, and no change when it is off."""

from pathlib import Path

import numpy as np
import pytest

import dsp_ext
from dsp_ext import Engine
from dsp_ext.core.processor import RATES_HZ
from dsp_ext.output import design_dither
from dsp_ext.output.dither import Dither
from dsp_ext.settings import DITHER
from tests.support import hostile
from tests.support.plots import write_svg
from tests.support.true_peak_oracle import BS1770, peak_db

SHAPES = DITHER["shape"].choices

STEP = 2.0**-15


def dithered(x, rate=48000, bits=16, shape="flat", seed=1):
    """`x` (one channel) through both channels of a dither."""
    y = np.ascontiguousarray(np.broadcast_to(np.asarray(x, np.float32), (2, len(x))))
    dither = Dither(rate, seed=seed)
    dither.set(bits=bits, shape=shape)
    dither.process(y)
    return y


def test_tables_are_those_of_the_script():
    assert (Path(dsp_ext.__file__).parent / "output" / "dither_taps.pxd").read_text() == design_dither.text()


def test_off_changes_nothing(rng):
    x = rng.uniform(-1, 1, 5000).astype(np.float32)
    assert np.array_equal(dithered(x, bits="off", shape="strong"), np.stack([x, x]))


@pytest.mark.parametrize("bits", [16, 20, 24])
@pytest.mark.parametrize("shape", SHAPES)
def test_words_have_that_many_bits(rng, bits, shape):
    x = np.concatenate([rng.uniform(-1, 1, 5000), np.ones(500), -np.ones(500)])
    words = dithered(x, bits=bits, shape=shape).astype(np.float64) * 2 ** (bits - 1)
    assert np.array_equal(words, np.rint(words))
    assert words.max() <= 2 ** (bits - 1) - 1 and words.min() >= -(2 ** (bits - 1))


@pytest.mark.parametrize("shape", SHAPES)
def test_blocks_do_not_matter_and_reset_begins_again(rng, shape):
    x = rng.uniform(-1, 1, (2, 5000)).astype(np.float32)
    dither = Dither(48000)
    dither.set(bits=16, shape=shape)
    whole = x.copy()
    dither.process(whole)
    dither.reset()
    at = 0
    while at < 5000:
        step = int(rng.integers(1, 600))
        part = np.ascontiguousarray(x[:, at : at + step])
        dither.process(part)
        assert np.array_equal(part, whole[:, at : at + step])
        at += step


def test_error_is_independent_of_the_sound(record):
    """The mean and the power of the error do not depend on the sound: constant values between two steps."""
    means, powers = [], []
    for place in (0.0, 0.13, 0.25, 0.5, 0.77):
        x = np.full(1 << 22, (100 + place) * STEP, np.float32)
        error = (dithered(x).astype(np.float64) - x) / STEP
        means.append(error.mean())
        powers.append((error**2).mean())
    record("Dither", "flat dither, 16 bits: mean error of 42 million samples of constant values", abs(np.mean(means)) * 1e4, "1e-4 step",
           target="≤ 1e-4 step", digits=2, tolerance=0.05)  # fmt: skip
    gain = 10 * np.log10(np.mean(powers) * 12)
    record(
        "Dither", "flat dither, 16 bits: noise power relative to rounding without dither", gain, "dB", target="4.77 dB"
    )
    assert abs(np.mean(means)) <= 1e-4
    assert np.allclose(powers, 0.25, rtol=0.003)
    assert abs(gain - 4.77) < 0.02


def test_channels_and_seeds_are_independent():
    x = np.zeros(1 << 20)
    a, b = dithered(x).astype(np.float64) / STEP
    other = dithered(x, seed=2)[0].astype(np.float64) / STEP
    assert np.array_equal(dithered(x)[0] / STEP, a)
    for one, two in ((a, b), (a, other), (a[1:], a[:-1]), (a[2:], a[:-2])):
        assert abs(np.mean(one * two)) < 5 * 0.25 / 1000


def spectrum(x, n=1 << 14):
    """The mean power spectrum of `x`."""
    window = np.hanning(n)
    parts = x[: len(x) // n * n].reshape(-1, n) * window
    return (np.abs(np.fft.rfft(parts)) ** 2).mean(axis=0) / (window**2).sum()


@pytest.mark.parametrize("shape", SHAPES)
def test_no_harmonics_of_a_tone_below_a_step(shape, record):
    """1 kHz at -100 dBFS, a third of a step, 64 averages: the tone is present, harmonics are not."""
    n = 48000
    x = 1e-5 * np.sin(2 * np.pi * 1000 / 48000 * np.arange(64 * n))
    y = dithered(x, shape=shape)[0].astype(np.float64).reshape(64, n)
    power = (np.abs(np.fft.rfft(y)) ** 2).mean(axis=0) * 4 / n**2
    assert abs(10 * np.log10(power[1000]) + 100) < 0.2
    worst = -np.inf
    for k in range(2, 20):
        around = np.concatenate([power[1000 * k - 200 : 1000 * k - 2], power[1000 * k + 3 : 1000 * k + 200]])
        # The average of 64 spectra has a standard deviation of an eighth of its mean; five times that cannot be chance.
        assert power[1000 * k] < around.mean() * (1 + 5 / 8)
        worst = max(worst, 10 * np.log10(power[1000 * k] / around.mean()))
    record("Dither", f"{shape} dither, 16 bits, 1 kHz tone at -100 dBFS: highest harmonic relative to the noise around it, 64 averages", worst, "dB",
           target="chance: ≤ 2.1 dB", tolerance=0.3)  # fmt: skip


@pytest.mark.parametrize("rate", RATES_HZ)
@pytest.mark.parametrize("shape", ["gentle", "strong"])
def test_shapers_reduce_the_audible_noise(rate, shape, record):
    """The noise in silence, weighted with the threshold of hearing, compared with flat dither; and the design is met."""
    x = np.zeros(1 << 20)
    flat, shaped = (spectrum(dithered(x, rate, shape=s)[0].astype(np.float64) / STEP) for s in ("flat", shape))
    weight = 10 ** (-design_dither.threshold_db(np.fft.rfftfreq(1 << 14, 1 / rate)) / 10)
    gain = 10 * np.log10((flat * weight).sum() / (shaped * weight).sum())
    count, depth = design_dither.SHAPERS[shape]
    taps = design_dither.taps(rate, count, depth)
    design = np.abs(1 - np.fft.rfft(np.concatenate([[0], taps]), 1 << 14)) ** 2 / 4
    assert np.abs(10 * np.log10(shaped[50:-50] / design[50:-50])).max() < 4
    assert abs(10 * np.log10(shaped.sum() / design.sum())) < 0.2
    if rate in (44100, 48000):
        record("Dither", f"{shape} dither, {rate} Hz: reduction of the audible noise against flat dither, weighted by the threshold of hearing (Terhardt)",
               gain, "dB", target="≥ 15 dB", digits=1)  # fmt: skip
    assert gain >= 15


def test_plot_of_the_shapes(pytestconfig):
    """The noise in silence at 16 bits and 48 kHz, and the threshold that it follows."""
    n = 1 << 10
    spectra = {
        s: 10 * np.log10(spectrum(dithered(np.zeros(1 << 19), shape=s)[0].astype(np.float64), n)) for s in SHAPES
    }

    def draw(axes):
        f = np.fft.rfftfreq(n, 1 / 48000)
        for shape, level in spectra.items():
            axes.plot(f[2:-1:2] / 1000, level[2:-1:2], label=shape, linewidth=1)
        axes.set(
            xlabel="kHz", ylabel="dB per unit of bandwidth", title="Noise of dither to 16 bit, 48 kHz", xlim=(0, 24)
        )
        axes.legend()

    write_svg(pytestconfig, "dither", draw)
    at_4_khz = round(4000 / 48000 * n)
    assert spectra["strong"][at_4_khz] < spectra["gentle"][at_4_khz] - 3 < spectra["flat"][at_4_khz] - 15


@pytest.mark.parametrize("shape", SHAPES)
def test_error_stays_within_the_reserve(rng, shape):
    dither = Dither(48000)
    dither.set(bits=16, shape=shape)
    x = rng.uniform(-0.9, 0.9, (2, 200000)).astype(np.float32)
    y = x.copy()
    dither.process(y)
    assert np.abs(y.astype(np.float64) - x).max() <= dither.reserve


@pytest.mark.parametrize("shape", range(len(SHAPES)))
@pytest.mark.parametrize("ceiling", [-0.1, -6.0])
def test_ceiling_holds_after_dither(shape, ceiling, record):
    """True peak at the output of the whole chain at 16 bits."""
    worst = -np.inf
    for number in range(50):
        engine = Engine(48000, 4096)
        engine.set("limiter.gain_db", 9.0)
        engine.set("limiter.ceiling_dbtp", ceiling)
        engine.set("dither.bits", 1)
        engine.set("dither.shape", shape)
        engine.settle()
        x = np.concatenate([hostile.segment(number)[1], np.zeros((2, engine.latency + 64), np.float32)], axis=1)
        engine.process(x)
        assert np.array_equal(x * 2**15, np.rint(x * 2**15)), "the words have 16 bits"
        worst = max(worst, peak_db(x, BS1770) - ceiling)
        assert engine.limiter.clamps == 0
    record("Dither", f"{SHAPES[shape]} dither, 16 bits, whole chain: true peak relative to a ceiling of {ceiling} dBTP, BS.1770-5 meter, 48 kHz", worst, "dB",
           target="≤ 0.00 dB", tolerance=0.01)  # fmt: skip
    assert worst <= 0


def test_wrong_settings_are_refused():
    with pytest.raises(ValueError, match="bits must be one of off, 16, 20, 24, not '18'"):
        Dither(48000).set(bits=18)
    with pytest.raises(ValueError, match="shape must be one of flat, gentle, strong, not 'pow-r'"):
        Dither(48000).set(shape="pow-r")
