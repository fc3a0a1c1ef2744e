"""Crossover kernels: exact symmetry, Linkwitz-Riley slopes, any order of frequencies, clear error messages."""

import numpy as np
import pytest

from dsp_ext.core.processor import RATES_HZ, rate_factor
from dsp_ext.multiband.design_crossover import design
from tests.support.plots import write_svg

RATES = pytest.mark.parametrize("rate_hz", RATES_HZ)


def taps_at(rate_hz: int) -> int:
    return 4096 * rate_factor(rate_hz)


def low_pass(freq_hz, at_hz):
    return 1 / (1 + (at_hz / freq_hz) ** 4)


def zero_phase(kernels: np.ndarray, rate_hz: float, size: int = 1 << 18) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies in Hz, and the real response of each kernel around its centre."""
    taps = kernels.shape[1]
    padded = np.zeros((len(kernels), size))
    padded[:, :taps] = kernels
    spectrum = np.fft.rfft(np.roll(padded, -(taps // 2), axis=1))
    assert np.abs(spectrum.imag).max() < 1e-12
    return np.arange(size // 2 + 1) * rate_hz / size, spectrum.real


@RATES
def test_kernels_are_exactly_symmetric(rate_hz, rng):
    freqs = np.exp(rng.uniform(np.log(40), np.log(16000), 3))
    kernels = design(freqs, rate_hz, taps_at(rate_hz))
    assert np.array_equal(kernels[:, 1:], kernels[:, :0:-1])
    assert not kernels[:, 0].any()
    assert np.allclose(kernels.sum(axis=1), 1, atol=1e-14)


@RATES
def test_slopes_are_those_of_a_fourth_order_linkwitz_riley_pair(rate_hz):
    at_hz, response = zero_phase(design([80, 1000, 16000], rate_hz, taps_at(rate_hz)), rate_hz)
    for freq_hz, measured in zip((80, 1000, 16000), response, strict=True):
        wanted = low_pass(freq_hz, at_hz)
        heard = wanted > 1e-3
        assert np.abs(20 * np.log10(measured[heard] / wanted[heard])).max() < 0.01
        assert np.abs(measured - wanted).max() < 1e-4


@pytest.mark.parametrize("freq_hz", [40, 120, 800, 5000, 12000, 16000])
def test_low_bands_keep_their_slope_up_to_20_khz(freq_hz, record):
    worst = 0.0
    for rate_hz in RATES_HZ:
        at_hz, (measured,) = zero_phase(design([freq_hz], rate_hz, taps_at(rate_hz)), rate_hz)
        wanted = low_pass(freq_hz, at_hz)
        heard = (wanted > 1e-2) & (at_hz <= 20000)
        worst = max(worst, np.abs(20 * np.log10(measured[heard] / wanted[heard])).max())
    record("Multiband", f"linear split, slope of the low band against analog, {freq_hz} Hz, down to -40 dB, any rate", worst, "dB",
           target="≤ 0.1 dB")  # fmt: skip
    assert worst <= 0.1


def test_high_band_of_the_lowest_crossover(record):
    """Its kernel is almost as long as the slope needs. The part that the window removes has an effect only below the
    crossover."""
    worst = 0.0
    for rate_hz in RATES_HZ:
        at_hz, (measured,) = zero_phase(design([40], rate_hz, taps_at(rate_hz)), rate_hz)
        wanted = 1 - low_pass(40, at_hz)
        heard = wanted > 1e-2
        worst = max(worst, np.abs(20 * np.log10(np.abs(1 - measured[heard]) / wanted[heard])).max())
    record("Multiband", "linear split, slope of the high band against analog, 40 Hz, down to -40 dB, any rate", worst, "dB",
           target="≤ 3 dB")  # fmt: skip
    assert worst <= 3


def test_order_does_not_matter_and_bands_never_turn_negative(rng):
    for _ in range(20):
        freqs = np.exp(rng.uniform(np.log(40), np.log(16000), 4))
        kernels = design(freqs, 48000, 4096)
        assert np.array_equal(kernels, design(np.sort(freqs), 48000, 4096))
        _, response = zero_phase(kernels, 48000, 1 << 14)
        bands = np.diff(response, axis=0, prepend=0, append=1)
        assert bands.min() > -4e-3  # the window causes this at the lowest frequencies; without a window it would be 0


def test_equal_frequencies_leave_an_empty_band():
    kernels = design([500, 500, 2000], 48000, 4096)
    assert np.array_equal(kernels[0], kernels[1])


@pytest.mark.parametrize("freq_hz", [39.9, 21601.0, -100.0, 0.0, np.nan, np.inf])
def test_refuses_frequencies_that_are_out_of_range(freq_hz):
    with pytest.raises(ValueError, match=r"crossover frequency must be 40 to 21600 Hz at 48000 Hz, not"):
        design([100, freq_hz], 48000, 4096)


def test_refuses_an_odd_length():
    with pytest.raises(ValueError, match="taps must be even, not 4095"):
        design([100], 48000, 4095)


def test_plot_of_the_bands_and_their_sum(pytestconfig):
    at_hz, response = zero_phase(design([120, 800, 5000], 48000, 4096).astype(np.float32).astype(float), 48000)
    bands = np.diff(response, axis=0, prepend=0, append=1)
    error_db = 20 * np.log10(np.abs(bands.sum(axis=0) - 1) + 1e-17)
    assert error_db.max() < -140
    shown = (at_hz >= 20) & (at_hz <= 20000)
    points = np.unique(np.geomspace(1, shown.sum(), 400).astype(int)) - 1

    def draw(axes):
        for number, band in enumerate(bands, 1):
            level_db = 20 * np.log10(np.abs(band[shown][points]) + 1e-9)
            axes.semilogx(at_hz[shown][points], level_db, label=f"band {number}")
        sum_db = 20 * np.log10(bands.sum(axis=0)[shown][points])
        axes.semilogx(at_hz[shown][points], sum_db, "k--", label="sum")
        axes.set(
            xlabel="Hz", ylabel="dB", ylim=(-80, 6), title="Crossover at 120, 800 and 5000 Hz: bands and their sum"
        )
        axes.legend()

    write_svg(pytestconfig, "crossover-sum", draw)
