"""Float files above full scale, and dither where the word length becomes shorter."""

import json

import numpy as np
import pytest
import soundfile

from demo.report import loudness_lufs

from .test_files import RATE_HZ, burnish


@pytest.fixture
def loud(tmp_path, rng):
    """A float mix with peaks 6 dB above full scale: (path, samples)."""
    t = np.arange(5 * RATE_HZ) / RATE_HZ
    samples = (
        np.stack([np.sin(2 * np.pi * 110 * t), np.sin(2 * np.pi * 165 * t)], axis=1) * (1 + np.sin(3 * t))[:, None]
    )
    samples = (samples / np.abs(samples).max() * 10 ** (6 / 20)).astype(np.float32)
    soundfile.write(tmp_path / "loud.wav", samples, RATE_HZ, subtype="FLOAT")
    return tmp_path / "loud.wav", samples


def test_analyze_measures_above_full_scale(loud):
    path, samples = loud
    found = json.loads(burnish("--json", "analyze", path)[1])["files"][0]
    assert max(found["peak_l_dbfs"], found["peak_r_dbfs"]) == pytest.approx(6.0, abs=0.001)
    assert found["integrated_lufs"] == pytest.approx(loudness_lufs(samples.astype(float), RATE_HZ), abs=0.01)


def test_render_keeps_headroom_from_file_to_file(loud, tmp_path):
    path, samples = loud
    out = tmp_path / "out.wav"
    options = ("--bits", "float", "-s", "limiter.enabled=off")
    assert burnish("render", path, "-o", out, *options)[0] == 0
    assert np.array_equal(soundfile.read(out, dtype="float32")[0], np.rint(samples * 2.0**31) * 2.0**-31)
    assert burnish("render", path, "-o", out, "-y", *options, "-s", "input.trim_db=-12")[0] == 0
    assert np.abs(soundfile.read(out)[0] - samples * 10 ** (-12 / 20)).max() < 1e-6


def test_integer_output_of_a_loud_float_mix_stays_below_the_ceiling(loud, tmp_path):
    assert burnish("render", loud[0], "-o", tmp_path / "out.wav")[0] == 0
    assert np.abs(soundfile.read(tmp_path / "out.wav")[0]).max() < 10 ** (-1 / 20) + 1e-6


def test_integers_and_equal_floats_give_the_same_bits(tmp_path, rng):
    """Also far below full scale, where float32 is finer than 32-bit words."""
    samples = rng.standard_normal((RATE_HZ, 2)) * np.logspace(-8, -1, RATE_HZ)[:, None]
    words = np.rint(samples * 2.0**31).clip(-(2**31), 2**31 - 1).astype(np.int32)
    soundfile.write(tmp_path / "words.wav", words, RATE_HZ, subtype="PCM_32")
    soundfile.write(tmp_path / "floats.wav", samples, RATE_HZ, subtype="DOUBLE")
    for name in ("words", "floats"):
        status, _, err = burnish(
            "render", tmp_path / f"{name}.wav", "-o", tmp_path / f"{name}-out.wav", "-p", "Loud", "--bits", "32"
        )
        assert status == 0, err
    first, second = (soundfile.read(tmp_path / f"{name}-out.wav", dtype="int32")[0] for name in ("words", "floats"))
    assert np.array_equal(first, second)


@pytest.fixture
def faint(tmp_path):
    """Four seconds of a tone of 1 kHz at -100 dBFS with 24 bits, below the last of 16 bits."""
    t = np.arange(4 * RATE_HZ) / RATE_HZ
    tone = 1e-5 * np.sin(2 * np.pi * 1000 * t)
    soundfile.write(tmp_path / "faint.wav", np.stack([tone, tone], axis=1), RATE_HZ, subtype="PCM_24")
    return tmp_path / "faint.wav"


def level_dbfs(path, hz: float) -> float:
    """Level of a tone in the left channel."""
    x = soundfile.read(path)[0][:, 0]
    return 20 * np.log10(2 * abs(np.mean(x * np.exp(-2j * np.pi * hz * np.arange(len(x)) / RATE_HZ))) + 1e-12)


@pytest.mark.parametrize("dither", ["auto", "flat", "gentle", "strong"])
def test_a_tone_below_the_last_bit_survives_with_dither(faint, tmp_path, dither):
    out = tmp_path / "out.wav"
    assert burnish("render", faint, "-o", out, "--bits", "16", "--dither", dither)[0] == 0
    assert soundfile.info(out).subtype == "PCM_16"
    assert level_dbfs(out, 1000) == pytest.approx(-100, abs=0.5)


def test_without_dither_the_tone_is_lost(faint, tmp_path):
    assert burnish("render", faint, "-o", tmp_path / "out.wav", "--bits", "16", "--dither", "none")[0] == 0
    assert not soundfile.read(tmp_path / "out.wav")[0].any()


def test_a_copy_without_processing_is_not_dithered(tmp_path, rng):
    words = (0.1 * rng.standard_normal((RATE_HZ, 2)) * 2.0**15).astype(np.int16)
    soundfile.write(tmp_path / "in.wav", words, RATE_HZ)
    for bits in ("16", "24"):
        assert burnish("render", tmp_path / "in.wav", "-o", tmp_path / "out.wav", "-y", "--bits", bits)[0] == 0
        assert np.array_equal(soundfile.read(tmp_path / "out.wav", dtype="int16")[0], words)


def test_dither_of_a_preset_is_kept(faint, tmp_path):
    settings = ("--bits", "24", "-s", "dither.bits=16", "-s", "dither.shape=strong")
    assert burnish("render", faint, "-o", tmp_path / "out.wav", *settings)[0] == 0
    words = soundfile.read(tmp_path / "out.wav", dtype="int32")[0]
    assert words.any() and not (words % (1 << 16)).any()
