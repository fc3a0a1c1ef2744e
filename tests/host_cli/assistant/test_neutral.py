"""Inputs with which there is little or nothing to do: equal songs, masters, noise, speech, silence, one channel, one second."""

import numpy as np
import pytest
import soundfile

from firmware.presets import Preset
from host_cli.assistant import Wish, auto, finished, finished_auto, match
from host_cli.assistant.automatic import LEAST_S
from tests.support.matched import recording
from tests.support.songs import _note

RATE_HZ = 44100
EMPTY = Preset("empty").content_id


def noise(seconds: float, slope: float, peak: float, channels: int = 2) -> np.ndarray:
    """Noise whose amplitude falls with the frequency to this power, shape (frames, 2)."""
    rng = np.random.default_rng(5)
    spectrum = np.fft.rfft(rng.standard_normal((channels, round(seconds * RATE_HZ))))
    spectrum[:, 1:] *= np.arange(1, spectrum.shape[1]) ** -slope
    spectrum[:, : int(20 * seconds)] = 0
    out = np.fft.irfft(spectrum, round(seconds * RATE_HZ))
    out[-1] = 0.9 * out[0] + 0.3 * out[-1]  # the channels resemble each other, as in a mix
    return (out * (peak / np.abs(out).max())).T[:, [0, -1]]


def speech(seconds: float) -> np.ndarray:
    """Syllables of a synthesised voice with pauses, on both channels."""
    out, rng, at = np.zeros(round(seconds * RATE_HZ)), np.random.default_rng(6), 0
    while at < len(out):
        sound = _note("singer", 110.0, RATE_HZ, 0.0)[0][: round(0.25 * RATE_HZ)]
        out[at : at + len(sound)] += sound[: len(out) - at] * rng.uniform(0.5, 1)
        at += round(RATE_HZ * rng.choice([0.25, 0.3, 0.8]))
    return np.stack([out, out], axis=1) * (0.4 / np.abs(out).max())


def made(samples: np.ndarray, **wishes):
    """The finished plan of `auto`."""
    mix, wish = recording(samples), Wish(**wishes)
    return finished_auto(auto(mix, wish), mix, wish)[0]


def test_a_reference_that_is_the_mix_gives_an_empty_preset(case):
    mix = recording(case.truth)
    plan, blocks = finished(match(mix, [mix]), mix)
    assert plan.decisions == ()
    assert plan.target_lufs is None
    assert plan.preset().content_id == EMPTY
    assert np.array_equal(np.concatenate(blocks, axis=1), mix.samples)


def test_a_master_is_left_alone():
    master = noise(10, 0.75, 0.5)
    first, blocks = (lambda mix, wish: finished_auto(auto(mix, wish), mix, wish))(recording(master), Wish())
    output = np.concatenate(blocks, axis=1).T
    second = made(output)
    assert first.settings
    assert second.settings == {}
    assert second.preset().content_id == EMPTY
    assert any("seems to be mastered" in sentence for sentence in second.sentences)


def test_pink_noise_keeps_its_tone():
    plan = made(noise(10, 0.5, 0.3))
    gains = [value for id, value in plan.settings.items() if id.startswith("eq.") and id.endswith("gain_db")]
    assert all(abs(gain) <= 2.0 for gain in gains)
    assert plan.after["integrated_lufs"] == pytest.approx(-14.0, abs=0.1)
    assert not any(id.startswith("multiband.") for id in plan.settings)


def test_speech_gets_no_bass_that_is_not_there():
    plan = made(speech(10))
    for number in range(1, 9):
        low = plan.settings.get(f"eq.b{number}.freq_hz", 1000.0) < 70
        assert not (low and plan.settings[f"eq.b{number}.gain_db"] > 0)
    assert not any(id.startswith("stereo.width") for id in plan.settings)
    assert plan.after["integrated_lufs"] <= -14.0 + 0.1


def test_silence_gives_an_empty_preset():
    plan = made(np.zeros((5 * RATE_HZ, 2)))
    assert plan.settings == {}
    assert "the file is silent" in plan.sentences[0]
    mix = recording(np.zeros((5 * RATE_HZ, 2)))
    plan = match(mix, [recording(noise(3, 0.5, 0.3))])
    assert plan.settings == {}
    assert "silent or shorter than 0.4 s" in plan.sentences[0] and "everything is left alone" in plan.sentences[0]


def test_one_channel_is_played_on_both(burnish, tmp_path):
    soundfile.write(tmp_path / "mono.wav", noise(9, 0.75, 0.3, channels=1)[:, 0], RATE_HZ, "PCM_24")
    preset = tmp_path / "p.toml"
    status, out, err = burnish("auto", tmp_path / "mono.wav", "-o", preset, "--render", tmp_path / "out.wav")
    assert status == 0, err
    assert soundfile.info(tmp_path / "out.wav").channels == 2
    assert "width" not in "".join(line for line in out.splitlines() if line.startswith("width"))
    status, _, err = burnish("match", tmp_path / "mono.wav", "-r", tmp_path / "out.wav", "-o", preset, "--yes")
    assert status == 0, err


def test_one_second_gets_its_loudness_only():
    plan = made(noise(1, 0.75, 0.3))
    assert {decision.part for decision in plan.decisions if decision.settings} == {"loudness"}
    assert any(f"from {LEAST_S:g} s on" in sentence for sentence in plan.sentences)
    assert plan.after["integrated_lufs"] == pytest.approx(-14.0, abs=0.1)
    short = match(recording(noise(1, 0.75, 0.3)), [recording(noise(1, 0.6, 0.5))])
    assert short.target_lufs is not None


def test_a_tenth_of_a_second_cannot_be_measured():
    for plan in (made(noise(0.1, 0.75, 0.3)), made(np.ones((1, 2)))):
        assert plan.settings == {}
        assert "shorter than 0.4 s" in plan.sentences[0]


@pytest.mark.match
def test_ten_minutes():
    """Run by `make bench-match`, because it takes long."""
    long = np.tile(noise(60, 0.75, 0.3), (10, 1))
    plan = made(long)
    assert plan.after["integrated_lufs"] == pytest.approx(-14.0, abs=0.1)
    mix = recording(long)
    assert finished(match(mix, [mix]), mix)[0].preset().content_id == EMPTY
