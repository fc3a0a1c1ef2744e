"""Linkwitz-Riley split: flat sum, slopes, any order of frequencies, no clicks while crossovers move."""

import numpy as np
import pytest

from dsp_ext.multiband.lr4 import Lr4
from tests.support.residue import click_db

RATE_HZ = 48000
FREQS_HZ = (120.0, 800.0, 5000.0, 12000.0)


def responses(split: Lr4, rate_hz: float, size: int = 1 << 17) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies in Hz and the complex response of each band, from its impulse response."""
    impulse = np.zeros((2, size), np.float32)
    impulse[0, 0] = 1
    bands = split.process(impulse)
    assert not bands[:, 1].any()
    return np.arange(size // 2 + 1) * rate_hz / size, np.fft.rfft(bands[:, 0].astype(float), axis=1)


@pytest.mark.parametrize("rate_hz", [44100, 48000, 96000, 192000])
def test_bands_add_up_to_a_flat_magnitude(rate_hz, rng, record):
    worst = 0.0
    for _ in range(5):
        freqs_hz = np.exp(rng.uniform(np.log(40), np.log(16000), 4))
        at_hz, bands = responses(Lr4(rate_hz, freqs_hz), rate_hz)
        heard = (at_hz >= 20) & (at_hz <= 20000)
        worst = max(worst, np.abs(20 * np.log10(np.abs(bands.sum(axis=0)[heard]))).max())
    record("Multiband", f"LR4, all bands added up, random crossovers, {rate_hz} Hz: deviation from a flat magnitude, 20 Hz to 20 kHz", worst, "dB", target="≤ 0.001 dB",
           digits=5, tolerance=2e-4)  # fmt: skip
    assert worst <= 1e-3


def test_slopes_are_those_of_the_analog_pair():
    at_hz, bands = responses(Lr4(RATE_HZ, FREQS_HZ), RATE_HZ)
    at, splits = (np.tan(np.pi * np.minimum(f, 0.4999 * RATE_HZ) / RATE_HZ) for f in (at_hz, np.array(FREQS_HZ)))
    low = [1 / (1 + (at / split) ** 4) for split in splits]
    top = (1 - low[1]) * (1 - low[2])
    wanted = [low[0] * low[1], (1 - low[0]) * low[1], low[2] * (1 - low[1]), top * low[3], top * (1 - low[3])]
    for band, magnitude in zip(bands, wanted, strict=True):
        assert np.abs(np.abs(band) - magnitude).max() < 1e-5


@pytest.mark.parametrize("rate_hz", [44100, 48000, 96000, 192000])
@pytest.mark.parametrize(("freq_hz", "most_db"), [(800, 0.5), (5000, 20), (12000, 55)])
def test_low_bands_are_steeper_near_half_the_rate(rate_hz, freq_hz, most_db, record):
    """The bilinear transform puts zeros at half the rate, so the low band falls faster than the analog one towards it."""
    at_hz, bands = responses(Lr4(rate_hz, [freq_hz, 16000, 16000, 16000], 1), rate_hz)
    wanted = 1 / (1 + (at_hz / freq_hz) ** 4)
    heard = (wanted > 1e-2) & (at_hz <= 20000)
    worst = np.abs(20 * np.log10(np.abs(bands[0][heard]) / wanted[heard])).max()
    record("Multiband", f"LR4, slope of the low band against analog, {freq_hz} Hz, down to -40 dB, {rate_hz / 1000:g} kHz", worst,
           "dB", digits=1)  # fmt: skip
    assert worst <= most_db


def test_order_does_not_matter(rng):
    x = (0.2 * rng.standard_normal((2, 4800))).astype(np.float32)
    whole = Lr4(RATE_HZ, FREQS_HZ).process(x)
    assert np.array_equal(Lr4(RATE_HZ, FREQS_HZ[::-1]).process(x), whole)
    dragged = Lr4(RATE_HZ, (12000.0, 300.0, 5000.0, 800.0))
    dragged.move(1, 120.0)
    dragged.process(np.zeros((2, 4800), np.float32))
    assert np.array_equal(dragged.process(x), whole)


def test_unused_bands_are_empty(rng):
    split = Lr4(RATE_HZ, FREQS_HZ)
    split.use(1)
    split.process(np.zeros((2, 4800), np.float32))
    at_hz, bands = responses(split, RATE_HZ)
    heard = at_hz < 10000
    assert not bands[2:].any()
    assert (
        np.abs(
            np.abs(bands[0, heard]) - 1 / (1 + (np.tan(np.pi * at_hz[heard] / 48000) / np.tan(np.pi / 400)) ** 4)
        ).max()
        < 2e-3
    )


def test_cutting_the_stream_changes_no_bit_while_crossovers_move(rng):
    x = (0.3 * rng.standard_normal((2, 6000))).astype(np.float32)
    outs = []
    for lengths in ([6000], [1], [7, 500, 64]):
        split, parts, at, turn = Lr4(RATE_HZ, FREQS_HZ), [], 0, 0
        split.move(0, 2000.0)
        while at < x.shape[1]:
            parts.append(split.process(x[:, at : at + lengths[turn % len(lengths)]].copy()))
            at, turn = at + parts[-1].shape[2], turn + 1
        outs.append(np.concatenate(parts, axis=2))
    assert np.array_equal(outs[0], outs[1])
    assert np.array_equal(outs[0], outs[2])


def test_moving_a_crossover_makes_no_click(record):
    split = Lr4(RATE_HZ, FREQS_HZ)
    wave = 0.999 * np.sin(2 * np.pi * 200 * np.arange(48000) / RATE_HZ)
    x = np.stack([wave, wave]).astype(np.float32)
    before = split.process(np.ascontiguousarray(x[:, :24060]))  # until a peak of the tone
    split.move(0, 400.0)
    after = split.process(np.ascontiguousarray(x[:, 24060:]))
    bands = np.concatenate([before[:, :, 12000:], after], axis=2).astype(float)
    worst = click_db(0.5 * bands[0, 0] + bands[1:, 0].sum(axis=0), RATE_HZ)
    record("Multiband", "LR4, crossover moved from 120 to 400 Hz, band 1 at -6 dB: residue above 3 kHz, 200 Hz tone at 0 dBFS, 48 kHz", worst, "dBFS",
           target="≤ -100 dBFS", digits=0, tolerance=3)  # fmt: skip
    assert worst <= -100
