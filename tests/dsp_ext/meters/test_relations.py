"""How left and right relate in each band of the spectrum, against the same figures in the time domain."""

import numpy as np
import pytest

from dsp_ext.meters import BANDS_HZ
from dsp_ext.meters.spectrum import Spectrum
from firmware.panel.drawing import correlation

RATES = pytest.mark.parametrize("rate_hz", [44100, 48000, 96000, 192000])


def measured(left, right, rate_hz):
    spectrum = Spectrum(rate_hz, 4096)
    spectrum.relate()
    spectrum.process(np.stack([left, right]).astype(np.float32))
    return np.stack([spectrum.values()] * 2), spectrum.relations()


def noise(rng, rate_hz, low_hz, high_hz, seconds=2.0):
    """Noise between two frequencies."""
    frames = round(seconds * rate_hz)
    hz = np.fft.rfftfreq(frames, 1 / rate_hz)
    spectrum = np.where((hz > low_hz) & (hz < high_hz), np.exp(2j * np.pi * rng.random(len(hz))), 0)
    x = np.fft.irfft(spectrum, frames)
    return 0.1 * x / x.std()


@RATES
@pytest.mark.parametrize(("gain_l", "gain_r", "expected"), [(1, 1, 1), (1, -1, -1), (1, 0.25, 1), (0.5, -1, -1)])
def test_one_signal_in_both_channels_has_the_correlation_of_its_sign(rng, rate_hz, gain_l, gain_r, expected):
    x = noise(rng, rate_hz, 30, 15000)
    spectra, relations = measured(gain_l * x, gain_r * x, rate_hz)
    for edges in ((20, 200), (200, 2000), (2000, 20000)):
        assert correlation(spectra[1], relations, *edges) == pytest.approx(expected, abs=0.02)
    inside = (np.array(BANDS_HZ) > 60) & (np.array(BANDS_HZ) < 10000)
    lean = (gain_l**2 - gain_r**2) / (gain_l**2 + gain_r**2)
    assert relations[1, inside] == pytest.approx(lean, abs=0.03)


def test_each_range_has_its_own_correlation(rng, record):
    """Mono bass, a middle that is half related, treble in opposite phase."""
    low, high = noise(rng, 48000, 30, 150), noise(rng, 48000, 5000, 15000)
    common, other = noise(rng, 48000, 400, 3000), noise(rng, 48000, 400, 3000)
    half = 0.5 * common + np.sqrt(0.75) * other
    spectra, relations = measured(low + common + high, low + half - high, 48000)
    found = [correlation(spectra[1], relations, *edges) for edges in ((20, 250), (250, 4000), (4000, 20000))]
    wrong = max(abs(a - b) for a, b in zip(found, (1.0, np.corrcoef(common, half)[0, 1], -1.0), strict=True))
    record("Meters", "correlation of a frequency range, against the time domain: largest error", wrong, "", target="≤ 0.15",
           tolerance=0.05)  # fmt: skip
    assert wrong <= 0.15


def test_silence_has_no_correlation():
    spectra, relations = measured(np.zeros(48000), np.zeros(48000), 48000)
    assert not relations.any() and correlation(spectra[1], relations, 20, 20000) == 0.0
