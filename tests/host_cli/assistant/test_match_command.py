"""`burnish match`: what it writes and prints, and what it refuses."""

import html
import json

import numpy as np
import pytest
import soundfile
from mutagen.flac import FLAC

from firmware import presets
from host_cli.report.page import minus


def test_writes_a_preset_whose_render_is_the_rendered_file(burnish, files, tmp_path):
    mix, reference = files
    preset, audio, page = tmp_path / "preset.toml", tmp_path / "out.wav", tmp_path / "why.html"
    status, out, err = burnish(
        "match", mix, "--reference", reference, "-o", preset, "--render", audio, "--explain", page
    )
    assert status == 0, err
    found = presets.parse(preset.read_bytes())
    sentences = found.extra["x_assistant"]["decisions"]
    assert sentences
    for sentence in sentences:
        assert sentence in out
        finding, consequence = sentence.split(": ", 1)
        text = html.unescape(page.read_text())
        assert minus(finding) in text and minus(consequence) in text
    again = tmp_path / "again.wav"
    status, _, err = burnish("render", mix, "-o", again, "--preset", preset, "--no-target")
    assert status == 0, err
    assert np.array_equal(soundfile.read(audio)[0], soundfile.read(again)[0])


def test_the_rendered_file_has_the_tags_of_the_mix(burnish, files, tmp_path):
    mix = tmp_path / "tagged.flac"
    soundfile.write(mix, *soundfile.read(files[0]))
    tags = FLAC(mix)
    tags["TITLE"], tags["ISRC"] = "Sea", "AA6Q72000047"
    tags.save()
    for command in (["match", mix, "-r", files[1], "--only", "loudness"], ["auto", mix]):
        audio = tmp_path / f"{command[0]}.flac"
        status, _, err = burnish(*command, "-o", tmp_path / f"{command[0]}.toml", "--render", audio)
        assert status == 0, err
        assert FLAC(audio)["TITLE"] == ["Sea"] and FLAC(audio)["ISRC"] == ["AA6Q72000047"]


@pytest.mark.parametrize("option", ["-o", "--render", "--explain"])
def test_an_output_that_cannot_be_written_is_named(burnish, files, tmp_path, option):
    outputs = {"-o": tmp_path / "p.toml", "--render": tmp_path / "out.wav", "--explain": tmp_path / "why.html"}
    outputs[option].mkdir()
    words = [word for pair in outputs.items() for word in pair]
    status, _, err = burnish("match", files[0], "-r", files[1], "--only", "loudness", *words, "--yes")
    assert status == 1
    assert str(outputs[option]) in err and "unexpected" not in err and len(err.strip().splitlines()) == 1, err


def test_prints_json(burnish, files, tmp_path):
    status, out, err = burnish(
        "match", files[0], "-r", files[1], "-o", tmp_path / "p.toml", "--only", "loudness", "--json"
    )
    assert status == 0, err
    found = json.loads(out)
    assert found["schema"] == "burnish.match/1"
    assert [decision["part"] for decision in found["decisions"]] == ["loudness"]
    assert found["after"]["integrated_lufs"] == pytest.approx(found["reference"]["integrated_lufs"], abs=0.1)


@pytest.mark.parametrize(("arguments", "message"), [
    (["--only", "colour"], "there is no part 'colour': allowed are tone, width, dynamics, loudness"),
    (["--weight", "1", "--weight", "2"], "1 references need 1 weights"),
    (["--render", "out.mp3"], "cannot write .mp3"),
    (["--explain", "page.txt"], "an explanation can be .html or .pdf"),
])  # fmt: skip
def test_refuses_what_it_cannot_do(burnish, files, tmp_path, arguments, message):
    status, _, err = burnish("match", files[0], "-r", files[1], "-o", tmp_path / "p.toml", *arguments)
    assert status == 2 or (status == 1 and arguments[0] == "--render")
    assert message in err


@pytest.mark.parametrize("others", [[], ["-r", "reference.wav"]], ids=["alone", "beside another"])
def test_a_silent_reference_is_refused(burnish, files, tmp_path, others):
    soundfile.write(tmp_path / "silent.wav", np.zeros((44100, 2)), 44100, "PCM_24")
    others = [files[1] if word == "reference.wav" else word for word in others]
    status, _, err = burnish("match", files[0], *others, "-r", tmp_path / "silent.wav", "-o", tmp_path / "p.toml")
    assert status == 1
    assert "silent.wav is silent or shorter than 0.4 s: give a reference whose loudness can be measured" in err


def test_a_rate_that_the_engine_has_not_is_refused(burnish, files, tmp_path):
    soundfile.write(tmp_path / "slow.wav", np.zeros(22050), 22050, "PCM_U8")
    for command in (["match", tmp_path / "slow.wav", "-r", files[1]], ["auto", tmp_path / "slow.wav"]):
        status, _, err = burnish(*command, "-o", tmp_path / "p.toml")
        assert status == 1
        assert "22050 Hz" in err and "`burnish render --rate 44100` converts it" in err
