"""The FFT: comparison with numpy's FFT."""

import numpy as np
import pytest

from dsp_ext.convolution.fft import Fft

SIZES = (16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192)


@pytest.fixture
def noise(rng):
    return lambda size: rng.standard_normal(size) + 1j * rng.standard_normal(size)


@pytest.mark.parametrize("size", SIZES)
def test_spectrum_equals_that_of_numpy_in_another_order(size, noise, record):
    fft, signal = Fft(size), noise(size)
    expected = np.fft.fft(signal)[fft.bins]
    error = np.sqrt(np.mean(np.abs(fft.spectrum(signal) - expected) ** 2) / np.mean(np.abs(expected) ** 2))
    assert error < 3e-7
    if size == 1024:
        record("Convolution", "FFT of 1024 points: RMS error relative to a float64 FFT", 20 * np.log10(error), "dB",
               target="≤ -130 dB", digits=1, tolerance=1.0)  # fmt: skip


@pytest.mark.parametrize("size", SIZES)
def test_inverse_transform_restores_the_signal(size, noise):
    fft, signal = Fft(size), noise(size)
    back = fft.signal(fft.spectrum(signal))
    assert np.max(np.abs(back - signal)) < 3e-6
    np.testing.assert_array_equal(fft.signal(fft.spectrum(signal), tail=True), back[size // 2 :])


@pytest.mark.parametrize("size", SIZES)
def test_bins_are_a_permutation(size):
    assert sorted(Fft(size).bins) == list(range(size))


@pytest.mark.parametrize("size", [0, 8, 48, 1 << 17])
def test_other_sizes_are_refused(size):
    with pytest.raises(ValueError, match=f"not {size}"):
        Fft(size)


def test_wrong_lengths_are_refused():
    with pytest.raises(ValueError, match="64 points, not 32"):
        Fft(64).spectrum(np.zeros(32))
    with pytest.raises(ValueError, match="64 points, not 32"):
        Fft(64).signal(np.zeros(32))
    with pytest.raises(ValueError, match="64 points, not 32"):
        Fft(64).turns(np.zeros(32), 1)
