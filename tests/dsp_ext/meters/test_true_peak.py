"""The true-peak detector: comparison with its filters in float64, and with waveforms whose peak is known."""

from pathlib import Path

import numpy as np
import pytest

import dsp_ext
from dsp_ext.meters import design_true_peak as design
from dsp_ext.meters.true_peak import TruePeak

#: Frames that the detector is late, and its filter for the first step: taps and beta, for `long` off and on.
DELAY = {False: 34, True: 66}
HALF = {False: (design.HALF_TAPS, design.HALF_BETA), True: (design.LONG_TAPS, design.LONG_BETA)}


def test_tables_are_those_of_the_script():
    assert (Path(dsp_ext.__file__).parent / "meters" / "true_peak_taps.pxd").read_text() == design.text()


def interval_peaks(x, oversampling, annex2, long):
    """The expected result of `peaks`, computed directly from the filters in float64: one value per interval [n, n + 1)."""
    pad, (taps, beta) = 128, HALF[long]
    x = np.concatenate([np.zeros(pad), np.asarray(x, np.float64), np.zeros(pad)])
    half = np.correlate(x, design.windowed_sinc(taps, 0.5, beta), "valid")
    twice = np.zeros(2 * len(x))
    twice[::2] = x
    twice[taps - 1 : taps - 1 + 2 * len(half) : 2] = half
    points = [np.abs(twice)]
    every = 16 // oversampling
    for q in range(every, design.FINE_PHASES, every):
        fine = np.correlate(twice, design.windowed_sinc(design.FINE_TAPS, q / 8, design.FINE_BETA), "valid")
        points.append(np.abs(np.concatenate([np.zeros(4), fine, np.zeros(5)])))
    peak = np.max(points, axis=0).reshape(-1, 2).max(axis=1)
    if annex2:
        for taps in (*design.BS1770_TAPS, *(row[::-1] for row in design.BS1770_TAPS)):
            point = np.abs(np.convolve(x, taps, "valid"))
            peak[5 : 5 + len(point)] = np.maximum(peak[5 : 5 + len(point)], point)
    return peak[pad:-pad]


@pytest.mark.parametrize("oversampling", [16, 8, 4])
@pytest.mark.parametrize("annex2", [False, True])
@pytest.mark.parametrize("long", [False, True])
def test_equals_its_filters(rng, oversampling, annex2, long):
    x = rng.uniform(-1, 1, 900).astype(np.float32)
    measured = TruePeak(48000, oversampling, annex2, long).peaks(x)
    expected = interval_peaks(x, oversampling, annex2, long)
    assert np.abs(measured[DELAY[long] :] - expected[: -DELAY[long]]).max() < 2e-6


def test_blocks_do_not_matter(rng):
    x = rng.standard_normal(3000).astype(np.float32)
    whole = TruePeak(48000, annex2=True).peaks(x)
    detector, parts, at = TruePeak(48000, annex2=True), [], 0
    while at < len(x):
        step = int(rng.integers(1, 300))
        parts.append(detector.peaks(x[at : at + step]))
        at += step
    assert np.array_equal(whole, np.concatenate(parts))


def test_reset_clears_past_values(rng):
    x = rng.standard_normal(500).astype(np.float32)
    detector = TruePeak(48000)
    first = detector.peaks(x)
    detector.reset()
    assert np.array_equal(detector.peaks(x), first)


def test_oversampling_follows_the_rate():
    assert [TruePeak(rate).oversampling for rate in (44100, 48000, 88200, 96000, 176400, 192000)] == [
        16,
        16,
        8,
        8,
        4,
        4,
    ]
    with pytest.raises(ValueError, match="oversampling must be 4, 8 or 16, not 3"):
        TruePeak(48000, 3)


def test_reads_steady_tones(record):
    """Tones up to 0.45 of the rate, at the phase with the largest error on the sampling grid."""
    errors = []
    for fraction in (1 / 4, 1 / 6, 1 / 8, 1 / 3, 2 / 5, 4 / 9, 0.45, 0.0208, 0.3137, 0.4411):
        for phase in np.linspace(0, np.pi, 13):
            tone = 0.5 * np.cos(2 * np.pi * fraction * np.arange(600) + phase)
            for long in DELAY:
                peak = TruePeak(48000, long=long).peaks(tone.astype(np.float32))[200:].max()
                errors.append(20 * np.log10(peak / 0.5))
    record(
        "True peak",
        "detector with 16 points per sample: largest error for steady tones up to 0.45 of the sampling rate",
        max(errors, key=abs),
        "dB",
        target="within ±0.1 dB",
    )
    assert min(errors) > -0.05 and max(errors) < 0.05
