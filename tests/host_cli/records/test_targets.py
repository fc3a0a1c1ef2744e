"""Targets of services: the table, rules, preview, and the commands that use them."""

import json

import numpy as np
import pytest
import soundfile

from dsp_ext.meters import measure
from host_cli.records import targets
from host_cli.records.targets.services import parsed
from tests.support.mixes import mix


def figures(lufs, peak, short=-10.0):
    return {"integrated_lufs": lufs, "max_tp_dbtp": peak, "max_short_lufs": short}


def test_every_row_has_a_date_a_source_and_a_grade():
    table = targets.services()
    assert len(table) >= 15
    assert all(service.source and service.checked.year >= 2026 for service in table.values())


@pytest.mark.parametrize("change", ['grade = "good"', 'louder = "up"', 'quieter = "limit"', "extra = 1"])
def test_a_row_that_contradicts_itself_is_refused(change):
    row = {"id": '"x"', "name": '"X"', "louder": '"none"', "quieter": '"none"', "true_peak_dbtp": "-1.0", "album": "false",
           "checked": "2026-11-21", "source": '"s"', "grade": '"recalled"'}  # fmt: skip
    key, _, value = change.partition(" = ")
    text = "[[service]]\n" + "\n".join(f"{k} = {v}" for k, v in (row | {key: value}).items())
    with pytest.raises(ValueError, match="service x"):
        parsed(text)


@pytest.mark.parametrize(
    ("service", "lufs", "peak", "gain", "after_peak", "limited"),
    [
        ("spotify", -9.0, -1.0, -5.0, -6.0, False),
        ("spotify", -18.0, -6.0, 4.0, -2.0, False),
        ("spotify", -18.0, -2.0, 1.0, -1.0, False),
        ("spotify", -18.0, 0.5, 0.0, 0.5, False),
        ("spotify-loud", -18.0, -2.0, 7.0, -1.0, True),
        ("youtube", -18.0, -6.0, 0.0, -6.0, False),
        ("cd", -5.0, -0.3, 0.0, -0.3, False),
    ],
)
def test_what_a_service_does(service, lufs, peak, gain, after_peak, limited):
    found = targets.effect(targets.services()[service], figures(lufs, peak))
    assert (found.gain_db, found.peak_dbtp, found.limited) == (pytest.approx(gain), pytest.approx(after_peak), limited)


def test_albums_get_one_gain_where_the_service_does_that():
    spotify, youtube = targets.chosen("spotify,youtube")
    quiet = figures(-16.0, -3.0)
    assert targets.effect(spotify, quiet, album_lufs=-10.0).gain_db == -4
    assert targets.effect(youtube, quiet, album_lufs=-10.0).gain_db == 0


def test_rules():
    r128 = targets.services()["r128"]
    assert targets.passed(r128, figures(-23.1, -1.0))
    assert not targets.passed(r128, figures(-22.7, -3.0))
    assert not targets.passed(targets.services()["spotify"], figures(-14.0, -0.5))
    assert targets.rules(r128, figures(None, None))[0].passed is None


def test_the_limiter_of_a_service_keeps_its_ceiling_and_its_loudness():
    samples = np.ascontiguousarray(mix(6, peak_db=-2).T, np.float32)
    loud = targets.services()["spotify-loud"]
    found = targets.effect(loud, measure(samples, 44100))
    assert found.limited
    out = np.concatenate(list(targets.heard(found, [samples[:, :100_000], samples[:, 100_000:]], 44100)), axis=1)
    assert 20 * np.log10(np.abs(out).max()) <= -1 + 1e-6
    assert measure(out, 44100)["integrated_lufs"] == pytest.approx(-11, abs=2.5)


def test_analyze_for_services_writes_what_is_heard(burnish, mixes, tmp_path):
    status, out, err = burnish("--json", "analyze", mixes[0], "--for", "spotify,r128", "--listen", tmp_path)
    assert status == 0, err
    first = json.loads(out)["files"][0]
    spotify, r128 = first["services"]
    assert spotify["passed"] and not r128["passed"]
    heard = measure(soundfile.read(tmp_path / "01 One - spotify.wav", dtype="float32")[0].T, 44100)
    assert heard["integrated_lufs"] == pytest.approx(spotify["lufs"], abs=0.02)
    status, out, err = burnish("analyze", mixes[0], "--for", "spotfy")
    assert status == 2 and "did you mean spotify?" in err
    assert burnish("analyze", mixes[0], "--listen", tmp_path)[0] == 2
    status, out, err = burnish("analyze", mixes[0], "--for", "all")
    assert status == 0 and "second-hand" in out


def test_render_for_a_service(burnish, mixes, tmp_path):
    target = tmp_path / "out.wav"
    status, _, err = burnish("render", mixes[0], "-o", target, "--for", "r128")
    assert status == 0, err
    assert measure(soundfile.read(target, dtype="float32")[0].T, 44100)["integrated_lufs"] == pytest.approx(
        -23, abs=0.06
    )
    status, _, err = burnish("-y", "render", mixes[0], "-o", target, "--for", "r128", "--target-lufs", "-20")
    assert status == 10 and "breaks a rule of EBU R 128" in err
    assert burnish("render", mixes[0], "-o", target, "--for", "r128,cd")[0] == 2


def test_album_for_services(burnish, album_file, tmp_path):
    status, out, err = burnish("album", album_file("", ""), "-o", tmp_path / "out", "--for", "spotify")
    assert status == 0, err
    assert out.count("Spotify (Normal)") == 2 and "album: -" in out
