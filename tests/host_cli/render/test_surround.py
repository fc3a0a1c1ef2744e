"""`analyze` of files with one channel or more than two."""

import json

import numpy as np
import pyloudnorm
import pytest
import soundfile

from dsp_ext.meters import measure
from host_cli.render import surround

from .test_files import RATE_HZ, burnish


@pytest.fixture
def channels(rng):
    """Eight channels of noise whose level changes: float32, shape (8, frames)."""
    t = np.arange(12 * RATE_HZ) / RATE_HZ
    levels = 10 ** ((-30 + 8 * np.sin(t)[None] - 2 * np.arange(8)[:, None]) / 20)
    return (levels * rng.standard_normal(levels.shape)).astype(np.float32)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_loudness_agrees_with_pyloudnorm(channels, count):
    """pyloudnorm has the weights 1, 1, 1, 1.41, 1.41, so quadraphonic sound is given to it with a silent centre."""
    found = surround.analyse(channels[:count], RATE_HZ)
    samples = channels[:count]
    if count == 4:
        samples = np.insert(samples, 2, 0, axis=0)
    expected = pyloudnorm.Meter(RATE_HZ, filter_class="DeMan").integrated_loudness(samples.T.astype(float))
    assert found["integrated_lufs"] == pytest.approx(expected, abs=0.02)


def test_stereo_agrees_with_the_meter_of_the_box(channels):
    found, meter = surround.analyse(channels[:2], RATE_HZ), measure(channels[:2], RATE_HZ)
    for name, digits in {"integrated_lufs": 0.02, "max_short_lufs": 0.02, "lra_lu": 0.5, "max_tp_dbtp": 0.01}.items():
        assert found[name] == pytest.approx(meter[name], abs=digits), name


def test_low_frequency_effects_count_for_peaks_only(channels):
    with_lfe = channels[:6].copy()
    with_lfe[3] *= 30
    without = channels[:6].copy()
    without[3] = 0
    loud, quiet = surround.analyse(with_lfe, RATE_HZ), surround.analyse(without, RATE_HZ)
    assert loud["integrated_lufs"] == quiet["integrated_lufs"] and loud["max_tp_dbtp"] > quiet["max_tp_dbtp"] + 6
    assert loud["over_count"] > 0 == quiet["over_count"]


def test_analyze_takes_any_number_of_channels(channels, tmp_path):
    for count in (1, 3, 6, 8):
        path = tmp_path / f"{count}.wav"
        soundfile.write(path, channels[:count].T, RATE_HZ, subtype="FLOAT")
        status, stdout, stderr = burnish("analyze", path)
        assert (status, stderr) == (0, "") and "integrated loudness" in stdout
        found = json.loads(burnish("--json", "analyze", path)[1])["files"][0]
        assert found["channels"] == count and len(found["peaks_dbfs"]) == count
    mono = json.loads(burnish("--json", "analyze", tmp_path / "1.wav")[1])["files"][0]["integrated_lufs"]
    dual = json.loads(burnish("--json", "analyze", "--mono", tmp_path / "1.wav")[1])["files"][0]["integrated_lufs"]
    assert dual - mono == pytest.approx(3.01, abs=0.02)
    assert burnish("analyze", tmp_path / "6.wav", "--report", tmp_path / "r.png")[0] == 2
    assert burnish("render", tmp_path / "6.wav", "-o", tmp_path / "o.wav")[0] == 1
