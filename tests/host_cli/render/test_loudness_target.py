"""`render --target-lufs`: every target that a gain can reach is reached; for all other targets, the advice is correct."""

import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile

from demo.mix import synthesise
from demo.report import loudness_lufs, true_peak_dbtp
from host_cli.commands.files import library
from host_cli.render.loudness_target import OutOfReach, find_gain
from tests.support.paths import ROOT

from .test_files import RATE_HZ, burnish

#: The excess over the ceiling that a meter of 32 points and 128 taps per sample may read, also on noise up to half the rate.
LONGER_METER_DB = 0.02


def drums(rng) -> np.ndarray:
    """A few loud hits over a quiet floor: loudness grows slowly once the limiter works."""
    x = 0.003 * rng.standard_normal((2, 8 * RATE_HZ))
    decay = np.exp(-np.arange(RATE_HZ // 4) / (0.02 * RATE_HZ))
    for at in range(0, x.shape[1] - len(decay), RATE_HZ):
        x[:, at : at + len(decay)] += 0.9 * decay * np.sin(np.arange(len(decay)) * 0.02)
    return x


def speech(rng) -> np.ndarray:
    """Syllables of filtered noise with pauses."""
    t = np.arange(8 * RATE_HZ) / RATE_HZ
    envelope = np.maximum(0, np.sin(2 * np.pi * 3 * t)) ** 2 * (np.sin(2 * np.pi * 0.3 * t) > -0.3)
    voice = np.cumsum(rng.standard_normal(len(t)))
    voice = np.diff(voice, prepend=0) + 0.9 * np.roll(voice - np.convolve(voice, np.ones(64) / 64, "same"), 1)
    return np.tile(0.2 * envelope * voice / np.abs(voice).max(), (2, 1))


MATERIAL = {
    "drums": drums,
    "dense": lambda rng: 0.35 * np.tanh(3 * rng.standard_normal((2, 6 * RATE_HZ))),
    "music": lambda rng: synthesise(RATE_HZ)[:, 4 * RATE_HZ : 12 * RATE_HZ],
    "speech": speech,
    "near silence": lambda rng: 1e-4 * rng.standard_normal((2, 5 * RATE_HZ)),
}


@pytest.fixture(params=MATERIAL)
def material(request, rng, tmp_path):
    """(kind, path) of each kind of material."""
    path = tmp_path / "in.wav"
    soundfile.write(path, MATERIAL[request.param](rng).T, RATE_HZ, subtype="FLOAT")
    return request.param, path


def render(path, target, *options):
    out = path.with_name("out.wav")
    return *burnish("--json", "--yes", "render", path, "-o", out, "--target-lufs", target, *options), out


@pytest.mark.parametrize("target", [-30, -18, -14, -9])
def test_targets_are_reached_or_the_advice_reaches_them(material, target):
    """The test follows the advice of the refusal, which must lead to the target."""
    status, stdout, stderr, out = render(material[1], target)
    if status == 8:
        assert not out.exists()
        change = re.search(r"to reach it, (?:raise|lower) ([\w.]+) to ([-+\d.]+)", stderr)
        if not change:
            most = re.search(r"input.trim_db=24 it is (-[\d.]+) LUFS: compress more", stderr)
            assert float(most[1]) < target - 0.2
            return
        status, stdout, stderr, out = render(material[1], target, "-s", f"{change[1]}={change[2]}")
    assert status == 0, stderr
    after = json.loads(stdout)["rendered"][0]["after"]
    assert after["integrated_lufs"] == pytest.approx(target, abs=0.05)
    assert after["max_tp_dbtp"] <= -1 + 0.001, "on the meter of BS.1770"
    assert true_peak_dbtp(soundfile.read(out)[0], RATE_HZ) <= -1 + LONGER_METER_DB


def test_the_advice_for_a_target_that_is_too_quiet_is_a_lower_level(tmp_path, rng):
    soundfile.write(tmp_path / "in.wav", 0.3 * rng.standard_normal((4 * RATE_HZ, 2)), RATE_HZ)
    status, _, stderr, _ = render(tmp_path / "in.wav", -40)
    assert status == 8 and "lower input.trim_db to" in stderr and "raise" not in stderr


@pytest.mark.parametrize("length_s", [0.2, 2.0])
def test_silence_and_very_short_files_have_no_loudness(tmp_path, length_s):
    soundfile.write(tmp_path / "in.wav", np.zeros((int(length_s * RATE_HZ), 2)), RATE_HZ)
    status, _, stderr, _ = render(tmp_path / "in.wav", -14)
    assert status == 8 and "cannot be measured" in stderr


def band(rng, low_hz: float, high_hz: float, seconds: int = 8) -> np.ndarray:
    """Stereo noise between two frequencies with a slow swell, of RMS 0.1."""
    frames = seconds * RATE_HZ
    spectrum = np.fft.rfft(rng.standard_normal((2, frames)))
    hz = np.fft.rfftfreq(frames, 1 / RATE_HZ)
    noise = np.fft.irfft(spectrum * ((hz > low_hz) & (hz < high_hz)), frames)
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * np.arange(frames) / (3 * RATE_HZ))
    return 0.1 * swell * noise / noise.std()


def level(x: np.ndarray, rms: float) -> np.ndarray:
    """`x` at an RMS of `rms`."""
    return x * (rms / x.std())


#: Mixes of seven kinds and levels.
MIXES = MATERIAL | {
    "quiet acoustic": lambda rng: 0.15 * band(rng, 200, 6000),
    "sub bass": lambda rng: 1.5 * band(rng, 30, 90) + 0.2 * band(rng, 300, 4000),
    "hot master": lambda rng: np.tanh(4 * band(rng, 40, 12000)) * 0.99,
    "drums": lambda rng: 4 * drums(rng).clip(-0.2, 0.2) + 0.2 * band(rng, 60, 9000),
}
del MIXES["near silence"]
MIXES["speech"] = lambda rng: level(2 * speech(rng) + 0.03 * band(rng, 150, 4000), 0.05)


#: The factory presets with a loudness target.
TARGETED = [
    entry.name for entry in library().list() if entry.factory and library().load(entry.name).target_lufs is not None
]
#: Recordings beside the synthesised mixes: those in $BURNISH_MUSIC, or in a folder next to the repository.
CLIPS = sorted(Path(os.environ.get("BURNISH_MUSIC", ROOT.parent / "shared" / "audio")).glob("*.flac"))


def lands(preset: str, path, out) -> tuple[float, float]:
    """(distance from the target in LU, true peak above the ceiling in dB) of a render, on independent meters."""
    status, stdout, stderr = burnish("--json", "render", path, "-o", out, "--preset", preset, "--bits", "24")
    assert status == 0, stderr
    chosen = library().load(preset)
    rendered = json.loads(stdout)["rendered"][0]
    assert rendered["target_lufs"] == chosen.target_lufs and rendered["limiter_gain_db"] is not None, (
        "the gain was searched"
    )
    samples, rate_hz = soundfile.read(out)
    ceiling_dbtp = chosen.values["limiter.ceiling_dbtp"]
    assert rendered["after"]["max_tp_dbtp"] <= ceiling_dbtp + 0.001, "on the meter of BS.1770"
    return loudness_lufs(samples, rate_hz) - chosen.target_lufs, true_peak_dbtp(samples, rate_hz) - ceiling_dbtp


@pytest.mark.parametrize("preset", TARGETED)
@pytest.mark.parametrize("kind", MIXES)
def test_a_preset_with_a_target_lands_on_it(preset, kind, rng, tmp_path, record):
    path = tmp_path / "in.wav"
    soundfile.write(path, MIXES[kind](rng).T, RATE_HZ, subtype="FLOAT")
    off_lu, above_db = lands(preset, path, tmp_path / "out.wav")
    record(
        "Loudness targets",
        f"{preset}, {kind}: distance from the target",
        abs(off_lu),
        "LU",
        target="≤ 0.1",
        tolerance=0.06,
    )
    record("Loudness targets", f"{preset}, {kind}: true peak over the ceiling, by a meter that is longer than that of BS.1770",
           above_db, "dB", target=f"≤ {LONGER_METER_DB}", tolerance=0.1)  # fmt: skip
    assert abs(off_lu) <= 0.1 and above_db <= LONGER_METER_DB


def test_presets_have_targets():
    assert "Streaming -14" in TARGETED


@pytest.mark.skipif(not CLIPS, reason="there are no recordings: name a folder of FLAC files in BURNISH_MUSIC")
@pytest.mark.parametrize("preset", TARGETED)
@pytest.mark.parametrize("clip", CLIPS, ids=lambda path: path.stem)
def test_a_preset_with_a_target_lands_on_it_with_recordings(preset, clip, tmp_path):
    off_lu, above_db = lands(preset, clip, tmp_path / "out.wav")
    print(f"{preset}, {clip.stem}: {off_lu:+.3f} LU, true peak {above_db:+.3f} dB over the ceiling")
    assert abs(off_lu) <= 0.1 and above_db <= LONGER_METER_DB


def test_the_target_of_a_preset_can_be_ignored(rng, tmp_path):
    path, out = tmp_path / "in.wav", tmp_path / "out.wav"
    soundfile.write(path, MIXES["music"](rng).T, RATE_HZ, subtype="FLOAT")
    for options in (["--no-target"], ["-s", "limiter.gain_db=8"], ["--listen", "delta"], ["--keep-latency"]):
        status, stdout, _ = burnish("--json", "-y", "render", path, "-o", out, "-p", "Streaming -14", *options)
        assert status == 0 and json.loads(stdout)["rendered"][0]["target_lufs"] is None
    rendered = burnish("--json", "-y", "render", path, "-o", out, "-p", "Streaming -14", "--target-lufs", "-18")[1]
    assert json.loads(rendered)["rendered"][0]["after"]["integrated_lufs"] == pytest.approx(-18, abs=0.05)


def limited(gain_db: float, peak_db: float) -> float:
    """A model of the loudness of a limited signal: each dB of gain above `peak_db` adds less loudness than the previous one."""
    return -30 + min(gain_db, peak_db) + 6 * (1 - np.exp(-max(0.0, gain_db - peak_db) / 6))


@pytest.mark.parametrize("peak_db", [-10, 0, 5, 12])
def test_the_whole_range_is_searched(peak_db):
    top = limited(24, peak_db)
    for target in np.linspace(-41.5, top - 0.1, 40):
        calls = []

        def loudness(gain_db, calls=calls):
            calls.append(gain_db)
            return limited(gain_db, peak_db)

        gain_db = find_gain(loudness, 0.0, -12, 24, target)
        assert abs(limited(gain_db, peak_db) - target) <= 0.05 and calls[-1] == gain_db and len(calls) <= 12
    with pytest.raises(OutOfReach) as end:
        find_gain(lambda gain_db: limited(gain_db, peak_db), 0.0, -12, 24, top + 0.2)
    assert (end.value.gain_db, end.value.lufs) == (24, top)


def test_a_loudness_below_the_gate_is_too_quiet():
    gain_db = find_gain(lambda gain_db: None if gain_db < 15 else gain_db - 80, 0.0, -12, 24, -60)
    assert gain_db == pytest.approx(20, abs=0.05)
