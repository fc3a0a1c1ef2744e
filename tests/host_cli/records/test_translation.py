"""`burnish translate`: models of loudspeakers, and real codecs."""

import json

import numpy as np
import pytest
import soundfile

from dsp_ext.meters import measure
from host_cli.records.translation.coding import bandwidth_hz, ceiling_dbtp, coded, wanted
from host_cli.records.translation.models import heard, models, road_noise
from host_cli.records.translation.situations import situation
from tests.support.mixes import mix
from tests.support.programs import needs

RATE_HZ = 44100


@pytest.fixture(scope="module")
def samples():
    return np.ascontiguousarray(mix(6, RATE_HZ, 2, peak_db=-0.1).T, np.float32)


def at(model, *hz):
    return models()[model].response_db(np.array(hz, float))


def test_curves_are_what_the_table_declares():
    phone = at("phone", 125, 250, 500, 2500)
    assert phone[2] == pytest.approx(-3, abs=0.6) and phone[1] - phone[0] == pytest.approx(24, abs=0.6)
    assert at("car", 25)[0] == pytest.approx(6, abs=0.6) and at("car", 100)[0] == pytest.approx(3.1, abs=0.3)
    assert at("kitchen", 16_000)[0] < -24
    assert not at("mono", 20, 1000, 20_000).any()


@pytest.mark.parametrize("name", list(models()))
def test_a_tone_is_changed_by_the_curve(name):
    t = np.arange(RATE_HZ) / RATE_HZ
    tone = np.float32(0.1) * np.sin(2 * np.pi * 1000 * t).astype(np.float32)
    out = heard(models()[name], np.stack([tone, tone]), RATE_HZ)[:, 5000:-5000]
    gain_db = 20 * np.log10(np.sqrt(np.mean(out**2)) / np.sqrt(np.mean(tone**2)))
    assert gain_db == pytest.approx(at(name, 1000)[0], abs=0.05)


def test_mono_and_noise():
    left = np.stack([np.ones(RATE_HZ), -np.ones(RATE_HZ)]).astype(np.float32)
    assert np.abs(heard(models()["mono"], left, RATE_HZ)).max() < 1e-6
    noise = road_noise(RATE_HZ, RATE_HZ)
    assert np.sqrt(np.mean(noise**2)) == pytest.approx(1)


def test_what_is_lost_is_said(samples):
    figures = measure(samples, RATE_HZ)
    phone = situation(models()["phone"], samples, RATE_HZ, figures)
    assert phone.ranges_db["bass"] < -20 and "bass" in phone.words() and "nearly lost" in phone.words()
    inverted = samples * np.float32([[1], [-1]])
    mono = situation(models()["mono"], inverted, RATE_HZ, measure(inverted, RATE_HZ))
    assert "cancelled" in mono.words()
    quiet = samples.copy()
    quiet[:, RATE_HZ : 4 * RATE_HZ] *= np.float32(0.01)
    assert situation(models()["car"], quiet, RATE_HZ, measure(quiet, RATE_HZ)).buried_pct > 30


def test_codecs_return_aligned_with_their_peaks(samples, record):
    needs("ffmpeg")
    figures = measure(samples, RATE_HZ)
    found = coded(samples, RATE_HZ, wanted("mp3:128,aac:128,opus:96,vorbis:160"))
    for copy in found:
        assert copy.lost_db < -8, f"{copy.name} is not aligned"
        assert copy.samples.shape == samples.shape
        loudness = measure(copy.samples, RATE_HZ)["integrated_lufs"]
        assert loudness == pytest.approx(figures["integrated_lufs"], abs=0.5)
    assert next(c for c in found if c.codec.name == "mp3").bandwidth_hz < 17_500
    worst = max(c.peak_dbtp for c in found)
    assert worst > figures["max_tp_dbtp"], "encoders raise peaks of loud material"
    ceiling = ceiling_dbtp(figures, found)
    lowered = samples * np.float32(10 ** ((ceiling - figures["max_tp_dbtp"]) / 20))
    again = max(c.peak_dbtp for c in coded(lowered, RATE_HZ, wanted("mp3:128,aac:128,opus:96,vorbis:160")))
    record(
        "Records",
        "Highest decoded true peak of a mix at the suggested ceiling",
        again,
        "dBTP",
        target="<= 0.1",
        digits=1,
        tolerance=0.3,
    )
    assert again <= 0.1


def test_bandwidth_of_a_low_pass(samples):
    spectrum = np.fft.rfft(samples, axis=1)
    spectrum[:, int(spectrum.shape[1] * 12_000 / (RATE_HZ / 2)) :] = 0
    cut = np.fft.irfft(spectrum, samples.shape[1], axis=1).astype(np.float32)
    assert bandwidth_hz(samples, cut, RATE_HZ) == pytest.approx(12_000, abs=500)


def test_the_command(burnish, tmp_path, samples):
    soundfile.write(tmp_path / "m.wav", samples.T, RATE_HZ, "PCM_24")
    (tmp_path / "out").mkdir()
    status, out, err = burnish(
        "translate",
        tmp_path / "m.wav",
        "--codecs",
        "none",
        "--listen",
        tmp_path / "out",
        "--report",
        tmp_path / "t.html",
    )
    assert status == 0, err
    assert "Phone loudspeaker" in out and (tmp_path / "t.html").read_text().count("<svg") == len(models())
    assert len(list((tmp_path / "out").iterdir())) == len(models())
    status, out, err = burnish("--json", "translate", tmp_path / "m.wav", "--codecs", "none", "--models", "phone,car")
    assert [row["model"] for row in json.loads(out)["models"]] == ["phone", "car"]
    assert burnish("translate", tmp_path / "m.wav", "--models", "boat")[0] == 2
    status, _, err = burnish("translate", tmp_path / "m.wav", "--codecs", "mp3:9999")
    assert status == 2 and "32 to 510" in err


def test_without_ffmpeg_the_reason_is_said(burnish, tmp_path, samples, monkeypatch):
    soundfile.write(tmp_path / "m.wav", samples.T, RATE_HZ, "PCM_24")
    monkeypatch.setenv("PATH", str(tmp_path))
    status, _, err = burnish("translate", tmp_path / "m.wav", "--models", "none")
    assert status == 1 and "install it" in err
