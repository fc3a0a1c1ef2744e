"""Measuring complete recordings: synthetic programmes, and real music if BURNISH_MUSIC names a folder with some."""

import os
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
import soundfile
from scipy import signal

from dsp_ext.meters import measure

from .test_meter import programme, reference

RATE_HZ = 48000
#: Stereo .flac and .wav files of any rate.
MUSIC = sorted(
    path for kind in ("flac", "wav") for path in Path(os.environ.get("BURNISH_MUSIC", "/nowhere")).glob(f"*.{kind}")
)


def second_opinion(x: np.ndarray) -> float:
    """pyloudnorm with the filters of the standard. The length must be a multiple of 100 ms, because pyloudnorm divides a
    partial block by the full block length."""
    whole = x.shape[1] // 4800 * 4800
    return pyloudnorm.Meter(RATE_HZ, filter_class="DeMan").integrated_loudness(x[:, :whole].T.astype(np.float64))


def test_integrated_loudness_agrees_with_pyloudnorm_on_synthetic_programme(rng, record):
    worst = 0.0
    for seconds in (5, 20, 45):
        x = programme(rng, seconds)
        worst = max(worst, abs(measure(x, RATE_HZ)["integrated_lufs"] - second_opinion(x)))
    record("Meters", "integrated loudness of synthetic programmes, 48 kHz: largest difference from pyloudnorm (DeMan filters)", worst, "LU",
           target="≤ 0.01 LU", digits=4)  # fmt: skip
    assert worst <= 0.01


@pytest.mark.skipif(not MUSIC, reason="BURNISH_MUSIC names no folder with music")
@pytest.mark.parametrize("path", MUSIC, ids=lambda path: path.stem)
def test_integrated_loudness_agrees_with_pyloudnorm_on_music(path):
    x, rate_hz = soundfile.read(path, dtype="float64", always_2d=True)
    if rate_hz != RATE_HZ:
        x = signal.resample_poly(x, RATE_HZ // 300, rate_hz // 300)
    x = np.ascontiguousarray(x.T)
    figures, expected = measure(x, RATE_HZ), reference(x, RATE_HZ)
    assert abs(figures["integrated_lufs"] - second_opinion(x)) <= 0.01
    assert figures["integrated_lufs"] == pytest.approx(expected["integrated_lufs"], abs=0.001)
    assert figures["max_short_lufs"] == pytest.approx(expected["max_short_lufs"], abs=0.001)


def test_figures_of_a_sine():
    t = np.arange(20 * RATE_HZ) / RATE_HZ
    left = 0.5 * np.sin(2 * np.pi * 997 * t)
    figures = measure(np.stack([left, -0.25 * left]), RATE_HZ)
    assert figures["seconds"] == 20
    assert figures["peak_l_dbfs"] == pytest.approx(-6.02, abs=0.01)
    assert figures["peak_r_dbfs"] == pytest.approx(-18.06, abs=0.01)
    assert figures["integrated_lufs"] == pytest.approx(-9.03 + 10 * np.log10(1 + 1 / 16), abs=0.01)
    assert figures["plr_db"] == pytest.approx(figures["max_tp_dbtp"] - figures["integrated_lufs"])
    assert figures["min_psr_db"] == pytest.approx(figures["plr_db"], abs=0.1)
    assert figures["correlation"] == pytest.approx(-1)
    assert figures["balance_db"] == pytest.approx(-12.04, abs=0.01)
    assert figures["lra_lu"] == pytest.approx(0, abs=0.1)
    assert figures["lra_stable"] is False and figures["clips"] == 0
    history = figures["history"]
    assert all(len(values) == 200 for values in history.values())
    assert history["seconds"][-1] == 20
    assert history["short_lufs"][50] == pytest.approx(figures["integrated_lufs"], abs=0.01)


def test_peak_of_the_last_sample_counts():
    x = np.zeros((2, RATE_HZ + 17), np.float32)
    x[1, -1] = 0.5
    figures = measure(x, RATE_HZ)
    assert figures["peak_r_dbfs"] == figures["max_tp_dbtp"] == pytest.approx(-6.02, abs=0.01)


@pytest.mark.parametrize("seconds", [0, 0.01, 0.39, 1, 5])
def test_silence_and_short_recordings_have_no_figures(seconds):
    figures = measure(np.zeros((2, round(seconds * RATE_HZ))), RATE_HZ)
    for name in ("integrated_lufs", "max_short_lufs", "max_momentary_lufs", "lra_lu", "max_tp_dbtp", "plr_db", "min_psr_db",
                 "peak_l_dbfs", "correlation", "balance_db"):  # fmt: skip
        assert figures[name] is None
    assert figures["dc_l"] == 0
    short = measure(np.full((2, round(seconds * RATE_HZ)), 0.1), RATE_HZ)
    assert (short["integrated_lufs"] is None) == (seconds < 0.4)
    assert (short["max_short_lufs"] is None) == (seconds < 3)


def test_refuses_recordings_that_it_cannot_measure():
    with pytest.raises(ValueError, match=r"shape \(2, frames\), not \(100, 2\)"):
        measure(np.zeros((100, 2)), RATE_HZ)
    with pytest.raises(ValueError, match="rate_hz must be a whole number from 8000 to 384000"):
        measure(np.zeros((2, 100)), 7999)
    x = np.zeros((2, RATE_HZ))
    x[1, 25000] = np.nan
    with pytest.raises(ValueError, match=r"between 0\.5 and 0\.6 s"):
        measure(x, RATE_HZ)
