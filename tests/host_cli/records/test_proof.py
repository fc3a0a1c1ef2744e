"""`burnish proof`: the report of a song and of an album."""

import json
import re

import numpy as np
import pytest
import soundfile

from tests.support.mixes import mix
from tests.support.programs import needs


@pytest.fixture
def song(tmp_path):
    soundfile.write(tmp_path / "song.wav", mix(6, 44100, 4), 44100, "PCM_24")
    return tmp_path / "song.wav"


def test_a_song(burnish, song, tmp_path):
    status, out, err = burnish("--json", "proof", song, "-o", tmp_path / "p.html", "--for", "spotify,cd")
    assert status == 0, err
    found = json.loads(out)
    assert found["passed"] and found["songs"][0]["services"][0]["service"] == "spotify"
    page = (tmp_path / "p.html").read_text()
    for words in (
        "Loudness",
        "Spectrogram",
        "Vectorscope",
        "Phone loudspeaker",
        "Spotify (Normal)",
        "Nothing was found",
    ):
        assert words in page
    assert "<audio" not in page and not re.search(r'(src|href)="http', page)


def test_a_fault_and_a_broken_rule_fail(burnish, tmp_path):
    bad = np.clip(4 * mix(6, 44100, 4), -1, 1)
    soundfile.write(tmp_path / "bad.wav", bad, 44100, "PCM_24")
    status, out, err = burnish("proof", tmp_path / "bad.wav", "-o", tmp_path / "p.html", "--for", "r128")
    assert status == 10 and "clipping" in out and "EBU R 128: integrated loudness" in out, err
    assert "the mix is clipped" in (tmp_path / "p.html").read_text()


def test_an_album_with_audio_and_track_points(burnish, album_file, tmp_path):
    needs("ffmpeg")
    file = album_file("", "gap_s = 0")
    status, out, err = burnish("--json", "proof", file, "-o", tmp_path / "p.html", "--with-audio")
    assert status == 0, err
    assert [row["name"] for row in json.loads(out)["songs"]] == ["1 One", "2 Two"]
    page = (tmp_path / "p.html").read_text()
    assert page.count("<audio") == 1 and 'data-at="6.000">0:06 Two' in page
    assert "data:audio/mpeg;base64," in page


def test_wrong_use(burnish, song, tmp_path):
    assert burnish("proof", song, "-o", tmp_path / "p.txt")[0] == 2
    assert burnish("proof", song, "-o", tmp_path / "p.html", "--for", "nobody")[0] == 2
