"""`burnish auto`: problems, tone, dynamics, width and loudness of a mix alone."""

import numpy as np
import pytest
from scipy import signal

from firmware import presets
from host_cli.assistant import STYLES, Wish, auto, finished_auto, genres, suggested
from host_cli.assistant.curves import response_db
from host_cli.assistant.parts.dynamics import movement
from host_cli.assistant.recordings import frames
from host_cli.commands.assistant.auto import _GENRES, _STYLES
from tests.support.matched import recording

from .test_neutral import RATE_HZ, noise


def bell(samples: np.ndarray, hz: float, gain_db: float) -> np.ndarray:
    """`samples` (frames, 2) with a bell of Q 1 (Bristow-Johnson)."""
    a, w = 10 ** (gain_db / 40), 2 * np.pi * hz / RATE_HZ
    alpha = np.sin(w) / 2
    b = [1 + alpha * a, -2 * np.cos(w), 1 - alpha * a]
    return signal.lfilter(b, [1 + alpha / a, -2 * np.cos(w), 1 - alpha / a], samples, axis=0)


def settings_of(samples: np.ndarray, **wishes):
    return auto(recording(samples), Wish(**wishes))


def test_a_range_that_stands_out_is_cut_where_it_is():
    plan = settings_of(bell(noise(10, 0.75, 0.1), 300.0, 9.0))
    cuts = {
        plan.settings[f"eq.b{n}.freq_hz"]: plan.settings[f"eq.b{n}.gain_db"]
        for n in range(1, 7)
        if f"eq.b{n}.freq_hz" in plan.settings
    }
    assert any(200 < hz < 450 and gain_db < -1 for hz, gain_db in cuts.items()), cuts
    sentence = next(text for text in plan.sentences if "low mids" in text)
    assert "above the band of the usual tone: bell -" in sentence


def test_a_usual_tone_is_left_alone():
    plan = settings_of(noise(10, 0.75, 0.1))
    assert not any(id.startswith(("eq.", "multiband.", "stereo.")) for id in plan.settings)


@pytest.mark.parametrize("genre", ["pop", "jazz"])
def test_genres_compare_with_their_own_tone(genre):
    dull, bright = (settings_of(noise(9, slope, 0.1), genre=genre) for slope in (1.15, 0.3))

    def rise_db(plan):
        low, high = response_db(plan.fit.bands, np.array([100.0, 8000.0]))
        return high - low

    assert rise_db(dull) > 1 > -1 > rise_db(bright)


def test_dc_and_an_inverted_channel_are_mended():
    samples = noise(9, 0.75, 0.3, channels=1)
    plan = settings_of(np.stack([samples[:, 0], -samples[:, 0]], axis=1) + 0.02)
    assert plan.settings["output.dc_filter"] == 1.0
    assert plan.settings["stereo.invert_right"] == 1.0


def test_uneven_bass_is_compressed_and_moves_less():
    rng = np.random.default_rng(3)
    quiet = noise(12, 0.75, 0.2)
    low = signal.sosfiltfilt(signal.butter(4, 100, fs=RATE_HZ, output="sos"), quiet, axis=0)
    steps = np.repeat(rng.choice([0.5, 1.9], 24), RATE_HZ // 2)[: len(quiet), None]
    samples = quiet - low + 2 * low * steps
    plan = settings_of(samples)
    sentence = next(text for text in plan.sentences if text.startswith("level below 120 Hz"))
    assert "compression" in sentence
    mix, wish = recording(samples), Wish()
    blocks = finished_auto(plan, mix, wish)[1]
    output = np.concatenate(blocks, axis=1).astype(np.float32)
    assert movement(frames(output, RATE_HZ))[0] < movement(mix.frames)[0] - 0.7


def test_never_louder_than_asked():
    mix = recording(noise(9, 0.75, 0.3))
    for lufs in (-23.0, -11.0):
        wish = Wish(lufs=lufs)
        plan = finished_auto(auto(mix, wish), mix, wish)[0]
        assert plan.after["integrated_lufs"] == pytest.approx(lufs, abs=0.1)


def test_the_floor_of_the_dynamics_is_kept_or_named():
    clicks = noise(9, 0.75, 0.03)
    clicks[:: RATE_HZ // 2] += 0.8
    mix = recording(clicks)
    kept = finished_auto(auto(mix, Wish("open")), mix, Wish("open"))[0]
    assert kept.after["plr_db"] >= 12.0 - 0.3
    asked = Wish("open", lufs=-9.0)
    loud = finished_auto(auto(mix, asked), mix, asked)[0]
    assert loud.after["integrated_lufs"] == pytest.approx(-9.0, abs=0.2)
    assert any(
        "below the floor of the style open" in text and "loudness kept as asked" in text for text in loud.sentences
    )


def test_services_are_targets_and_the_box_takes_the_preset(burnish, files, fake, tmp_path):
    preset = tmp_path / "p.toml"
    status, out, err = burnish("auto", files[0], "--target", "spotify", "-o", preset, "--push", "--yes")
    assert status == 0, err
    found = presets.parse(preset.read_bytes())
    assert found.target_lufs == -14.0
    assert burnish("diff", preset, "--json")[0] != 8
    status, out, _ = burnish("info")
    assert found.name in out


def test_an_unknown_target_is_refused(burnish, files, tmp_path):
    status, _, err = burnish("auto", files[0], "--target", "spotfy", "-o", tmp_path / "p.toml")
    assert status == 2
    assert "did you mean spotify?" in err


def test_the_choices_of_the_command_are_those_of_the_data():
    assert tuple(_STYLES) == tuple(STYLES)
    assert tuple(_GENRES) == genres()


def dull_with_faults() -> np.ndarray:
    """Noise with DC, the right channel inverted, too much bass, and a treble that is missing."""
    samples = noise(9, 1.15, 0.3, channels=1)[:, :1]
    return np.concatenate([samples, -samples], axis=1) + 0.02


def moving() -> np.ndarray:
    """Noise whose level below 100 Hz jumps every half second."""
    quiet = noise(12, 0.75, 0.2)
    low = signal.sosfiltfilt(signal.butter(4, 100, fs=RATE_HZ, output="sos"), quiet, axis=0)
    steps = np.repeat(np.random.default_rng(3).choice([0.5, 1.9], 24), RATE_HZ // 2)[: len(quiet), None]
    return quiet - low + 2 * low * steps


def spiky() -> np.ndarray:
    """Quiet noise with clicks, whose peaks are far above its loudness."""
    samples = noise(9, 0.75, 0.03)
    samples[:: RATE_HZ // 2] += 0.8
    return samples


SOUNDS = {
    "faults and a dull tone": (dull_with_faults, Wish(), {"problems", "tone", "loudness"}),
    "a moving bass": (moving, Wish(), {"dynamics", "loudness"}),
    "peaks below the floor of the style": (spiky, Wish("open", lufs=-9.0), {"loudness"}),
    "one second": (lambda: noise(1, 0.75, 0.3), Wish(), {"tone", "loudness"}),
    "silence": (lambda: np.zeros((2 * RATE_HZ, 2)), Wish(), {"problems"}),
}


@pytest.mark.parametrize("name", SOUNDS)
def test_every_sentence_has_its_number_and_a_consequence(name):
    make, wish, parts = SOUNDS[name]
    mix = recording(make())
    plan = finished_auto(auto(mix, wish), mix, wish)[0]
    assert parts <= {decision.part for decision in plan.decisions}
    for decision in plan.decisions:
        assert any(character.isdigit() for character in decision.finding), decision
        assert decision.consequence.strip() and decision.sentence.endswith(decision.consequence), decision
        if not decision.settings:  # what changes nothing says so
            assert any(words in decision.consequence for words in ("nothing in the preset", "left alone", "kept", "lowered")), decision  # fmt: skip


def test_a_bass_that_moves_is_compressed_in_its_own_stem():
    whole = moving()
    low = signal.sosfiltfilt(signal.butter(4, 150, fs=RATE_HZ, output="sos"), whole, axis=0)
    others, bass = suggested([recording(whole - low), recording(low)])
    (sentence,) = [decision.sentence for decision in bass if decision.part == "dynamics"]
    assert sentence.startswith("level below 120 Hz moves by") and "compression" in sentence
    assert not [decision for decision in others if decision.part == "dynamics"]
    assert not [id for decision in bass + others for id in decision.settings if id.startswith("limiter.")]
