"""`burnish check`: twenty faults, each found in every mix that has it, and none in the clean mixes."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from host_cli.records.check import FAULTS, check
from tests.support.faults import TWENTY, clipped_and_lowered, converted, sixteen_bits
from tests.support.mixes import mix

RATE_HZ = 44100
SEEDS = (1, 2, 3)
CLIPS = Path(os.environ.get("BURNISH_MUSIC", "../shared/audio"))


def verdict(samples, rate_hz=RATE_HZ):
    return check(np.ascontiguousarray(samples.T, np.float32), rate_hz, 24)


def names(found):
    return {fault.name for fault in found.faults}


def words(samples):
    return np.rint(samples * 2**23) / 2**23


@pytest.fixture(scope="module")
def clean():
    return {seed: words(mix(6, RATE_HZ, seed)) for seed in SEEDS}


def test_no_fault_is_found_in_clean_mixes(clean, record):
    found = {seed: names(verdict(samples)) for seed, samples in clean.items()}
    found |= {
        seed: names(verdict(words(mix(5, rate_hz, seed)), rate_hz))
        for seed, rate_hz in ((4, 48000), (5, 96000), (6, 44100))
    }
    record(
        "Records",
        "`burnish check`: faults found in 6 clean mixes",
        sum(map(len, found.values())),
        "",
        target="0",
        digits=0,
    )
    assert not any(found.values()), found


@pytest.fixture(scope="module")
def rates():
    """Found and tried, by name of the function that makes the fault."""
    return {}


@pytest.mark.parametrize("number", range(len(TWENTY)), ids=[make.__name__ for _, make in TWENTY])
def test_every_fault_is_found(clean, rates, number):
    name, make = TWENTY[number]
    for seed, samples in clean.items():
        damaged = make(samples, RATE_HZ, np.random.default_rng(seed))
        if make not in (sixteen_bits, clipped_and_lowered):
            damaged = words(damaged)
        fault = next((f for f in verdict(damaged).faults if f.name == name), None)
        assert fault, f"{make.__name__} in mix {seed}"
        assert fault.grade in ("look", "fix") and np.isfinite(fault.value)
        rates[number] = rates.get(number, 0) + 1


def test_rates(rates, record):
    """Runs after the twenty, whose results it counts."""
    if len(rates) < len(TWENTY):
        pytest.skip("not all of the twenty faults were tried in this run")
    tried = len(SEEDS) * len(TWENTY)
    record(
        "Records",
        "`burnish check`: found of 20 faults in 3 mixes each",
        sum(rates.values()),
        f"of {tried}",
        target=f"{tried}",
        digits=0,
    )
    assert sum(rates.values()) == tried


def test_a_converted_file_is_found():
    samples = words(mix(5, 96000, 5))
    assert names(verdict(words(converted(samples, 96000, None)), 96000)) == {"converted"}


def test_times_of_clicks_are_right(clean):
    samples = clean[1].copy()
    samples[100_000, 0] += 0.4
    fault = verdict(words(samples)).faults[0]
    assert fault.name == "clicks" and fault.count == 1
    assert fault.times[0][0] == pytest.approx(100_000 / RATE_HZ, abs=0.002)


def test_silence_and_very_short_files_are_checked_too():
    assert names(verdict(np.zeros((RATE_HZ, 2)))) >= {"silent"}
    for frames in (1, 100, 5000):
        verdict(np.full((frames, 2), 0.1))


#: What is true of the clips of real music. All of them are excerpts, so their ends are cut off.
TRUE = {
    "electronic-mix": {
        "cut_end",
        "wide_bass",  # the correlation below 120 Hz is about 0 for half of its time
        "clicks",  # both channels jump by -27 dBFS from one sample to the next, where a note is cut off
    },
    "jazz-released": {"cut_end"},
    "rock-stems-sum": {"cut_end"},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TRUE)
def test_only_true_faults_are_found_in_real_clips(name, record):
    path = CLIPS / f"{name}.flac"
    if not path.exists():
        pytest.skip(f"there is no clip of real music {path.name}: set BURNISH_MUSIC to its folder")
    found = verdict(*soundfile.read(path))
    record(
        "Records", f"`burnish check`: false alarms in the clip {name}", len(names(found) - TRUE[name]), "", target="0",
        digits=0,
    )  # fmt: skip
    assert names(found) == TRUE[name] and found.grade == "look"


def test_a_filtered_synthesiser_is_not_called_lossy(rng):
    """Partials that end at 9.7 kHz, above them a noise floor as in recordings."""
    t = np.arange(6 * RATE_HZ) / RATE_HZ
    tones = sum(np.sin(2 * np.pi * 97 * k * t + k * k) for k in range(1, 101)) * 10 ** (-72 / 20)
    samples = np.stack([tones, tones], axis=1) + 10 ** (-75 / 20) * rng.standard_normal((len(t), 2))
    assert "lossy" not in names(verdict(words(samples)))


def test_the_command(burnish, clean, tmp_path):
    soundfile.write(tmp_path / "good.wav", clean[1], RATE_HZ, "PCM_24")
    soundfile.write(tmp_path / "bad.wav", np.clip(3 * clean[1], -1, 1), RATE_HZ, "PCM_24")
    status, out, err = burnish("check", tmp_path / "good.wav")
    assert status == 0 and "ready" in out, err
    status, out, err = burnish(
        "check", tmp_path / "good.wav", tmp_path / "bad.wav", "--report", tmp_path / "check.html"
    )
    assert status == 10 and "the mix is clipped" in out and "lower the channel or bus" in out
    page = (tmp_path / "check.html").read_text()
    assert (
        page.count("<svg") >= 2 and "the mix is clipped" in page and "http" not in page.replace("http://www.w3.org", "")
    )
    status, out, err = burnish("--json", "check", tmp_path / "bad.wav")
    first = json.loads(out.splitlines()[0])["files"][0]
    assert first["verdict"] == "fix" and first["faults"][0]["times"]
    status, out, err = burnish("check", tmp_path / "none.wav")
    assert status == 1 and "does not exist" in err


def test_every_fault_has_words_and_a_picture():
    assert all(
        what and not what[0].isupper() and advice and picture in ("time", "tone")
        for what, advice, picture in FAULTS.values()
    )
