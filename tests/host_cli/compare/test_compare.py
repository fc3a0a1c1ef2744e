"""`burnish compare`: offsets, levels, measures, and the blind test with its statistics."""

import json
import os
import random

import numpy as np
import pytest
import soundfile
from scipy import signal, stats

from dsp_ext.meters import measure
from host_cli.compare import AbxTest, brought_together, difference, find_offset, needed, p_value, shifted
from tests.support.mixes import mix

RATE_HZ = 44100


@pytest.fixture(scope="module")
def song():
    """8 s of a mix: float32, shape (2, frames)."""
    return np.ascontiguousarray(mix(8, RATE_HZ, 2).T, np.float32)


@pytest.fixture
def save(tmp_path):
    def write(name, samples, rate_hz=RATE_HZ):
        soundfile.write(tmp_path / f"{name}.wav", samples.T, rate_hz, "FLOAT")
        return tmp_path / f"{name}.wav"

    return write


def later(samples, frames):
    """`samples` later by any number of frames, by a phase ramp."""
    size = samples.shape[1] + 8192
    spectrum = np.fft.rfft(samples.astype(np.float64), size)
    spectrum *= np.exp(-2j * np.pi * np.fft.rfftfreq(size) * frames)
    return np.fft.irfft(spectrum, size)[:, : samples.shape[1]].astype(np.float32)


def brighter(samples):
    """A minimum-phase filter, as an equaliser: less below 300 Hz."""
    b, a = signal.butter(1, 300, "highpass", fs=RATE_HZ)
    return (0.5 * samples + 0.5 * signal.lfilter(b, a, samples)).astype(np.float32)


def test_offsets_are_found_to_a_hundredth_of_a_frame(song, record):
    errors = [abs(find_offset(song, later(song, d), RATE_HZ).frames - d) for d in (0, 0.25, 0.5, 17.3, 1234.75, 7000)]
    errors += [abs(find_offset(later(song, 300.6), song, RATE_HZ).frames + 300.6)]
    record(
        "Records", "`burnish compare`: largest error of an offset", max(errors), "frames", target="<= 0.01", digits=4
    )
    assert max(errors) <= 0.01


def test_offsets_are_found_through_an_equaliser_and_a_limiter(song):
    other = later(np.tanh(4 * brighter(song)), 500)
    assert find_offset(song, other, RATE_HZ).frames == pytest.approx(500, abs=1.5)


def test_an_inverted_version_is_named_and_aligned(song):
    found = find_offset(song, -later(song, 40), RATE_HZ)
    assert found.inverted and found.frames == pytest.approx(40, abs=0.01)


def test_a_shift_by_whole_frames_keeps_all_bits_and_a_part_of_a_frame_nearly(song):
    assert np.array_equal(shifted(song, 100)[:, :-100], song[:, 100:])
    assert np.array_equal(shifted(song, -100)[:, 100:], song[:, :-100])
    low = signal.sosfiltfilt(signal.butter(8, 18_000, fs=RATE_HZ, output="sos"), song).astype(np.float32)
    rest = shifted(later(low, 30.37), 30.37) - low
    assert 10 * np.log10(np.sum(rest[:, 500:-500] ** 2) / np.sum(low**2)) < -80


def test_a_copy_has_no_difference(song, save):
    padded = np.concatenate([np.zeros((2, 777), np.float32), 0.5 * song], axis=1)
    versions = brought_together([save("a", song), save("b", padded)])
    assert versions[1].offset.frames == pytest.approx(777, abs=0.001)
    assert versions[0].gain_db == pytest.approx(-6.02, abs=0.01) and versions[1].gain_db == 0
    found = difference(*versions)
    assert found.null_db < -140 and found.tone_db < 0.01 and abs(found.plr_db) < 0.01
    same = brought_together([save("a", song), save("c", song)])
    assert difference(*same).null_db == -np.inf and np.array_equal(same[0].samples, same[1].samples)


def test_levels_are_matched_and_nothing_is_raised(song, save, record):
    versions = brought_together([save("a", song), save("b", np.tanh(6 * song)), save("c", 0.3 * song)])
    loudness = [measure(v.samples, RATE_HZ)["integrated_lufs"] for v in versions]
    spread = max(loudness) - min(loudness)
    record(
        "Records", "`burnish compare`: difference of loudness after matching", spread, "LU", target="<= 0.01", digits=3
    )
    assert spread <= 0.01 and max(v.gain_db for v in versions) == 0


def test_measures_name_what_was_done(song, save):
    a = save("a", song)
    bright = difference(*brought_together([a, save("b", brighter(song))]))
    assert bright.octaves_db["63"] < bright.octaves_db["1000"] - 3 and bright.tone_db > 1
    dense = difference(*brought_together([a, save("c", np.tanh(8 * song))]))
    assert dense.plr_db < -3 and dense.crest_db < -1 and dense.null_db > -30
    mid, side = song.mean(axis=0), (song[0] - song[1]) / 2
    wide = difference(*brought_together([a, save("d", np.stack([mid + 2 * side, mid - 2 * side]))]))
    assert wide.width_db == pytest.approx(6.02, abs=0.05) and wide.correlation < 0


def test_zimtohrli_judges_where_it_is_installed(song, save):
    pytest.importorskip("zimtohrli", reason="zimtohrli is not installed: pip install zimtohrli")
    a, b = brought_together([save("a", song), save("b", np.tanh(8 * song))])
    assert difference(a, b).zimtohrli > 100 * difference(a, a).zimtohrli


def test_other_sampling_rates_are_converted(song, save):
    other = np.ascontiguousarray(mix(8, 48000, 2).T, np.float32)
    one, two = brought_together([save("a", song), save("b", other, 48000)], align=False)
    assert one.samples.shape == two.samples.shape and two.rate_hz == RATE_HZ


def test_what_cannot_be_compared_is_refused(song, save, burnish, rng):
    a = save("a", song)
    noise = save("noise", 0.1 * rng.standard_normal((2, 5 * RATE_HZ)).astype(np.float32))
    for other, words in (
        (noise, "nothing in common"), (save("silent", np.zeros_like(song)), "nothing in common"),
        (save("short", song[:, :8000]), "less than 0.5 s in common"),
    ):  # fmt: skip
        status, _, err = burnish("compare", a, other)
        assert status == 8 and words in err and err.count("\n") == 1
    status, _, err = burnish("compare", a, save("silent", np.zeros_like(song)), "--no-align")
    assert status == 8 and "--no-match" in err
    assert burnish("compare", a)[0] == 2 and burnish("compare", a, a, a, "--abx")[0] == 2
    assert burnish("compare", a, a, "--abx", "--start", "9")[0] == 2


def test_the_command_writes_and_prints(song, save, burnish, tmp_path):
    a, b = save("one", song), save("two", later(np.tanh(6 * song), 12.5))
    status, out, err = burnish("compare", a, b, "-o", tmp_path / "out")
    assert status == 0 and "+12." in out and "null depth" in out, err
    written = [soundfile.read(tmp_path / "out" / name, dtype="float32")[0].T for name in ("A one.wav", "B two.wav")]
    loudness = [measure(np.ascontiguousarray(x), RATE_HZ)["integrated_lufs"] for x in written]
    assert loudness[0] == pytest.approx(loudness[1], abs=0.01)
    status, out, _ = burnish("--json", "compare", a, a)
    assert json.loads(out)["differences"][0]["null_db"] is None


@pytest.mark.parametrize("trials", [5, 8, 16, 25])
def test_the_statistics_are_those_of_the_binomial_distribution(trials):
    for correct in range(trials + 1):
        expected = stats.binomtest(correct, trials, 0.5, alternative="greater").pvalue
        assert p_value(correct, trials) == pytest.approx(expected, abs=1e-12)
    assert p_value(needed(trials), trials) < 0.05 <= p_value(needed(trials) - 1, trials)


def test_guessing_is_rarely_taken_for_hearing(rng):
    """The rate of false alarms of 2000 listeners who guess is below 5 %, and that of listeners who are right in 9 of 10 trials is high."""
    heard = {0.5: 0, 0.9: 0}
    for part in heard:
        for _ in range(2000):
            test = AbxTest(16)
            for x in test.hidden:
                test.answer(x if rng.random() < part else "AB"[x == "A"])
            heard[part] += test.plain()["heard"]
    assert heard[0.5] / 2000 < 0.06 and heard[0.9] / 2000 > 0.95


@pytest.fixture
def player(tmp_path, monkeypatch):
    """A program `aplay` that notes the hash of what it plays; the folder is the only one on the path."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "aplay"
    script.write_text(f'#!/bin/sh\n/usr/bin/sha1sum "$2" >> {tmp_path}/played\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return lambda: [line.split()[0] for line in (tmp_path / "played").read_text().splitlines()]


def test_a_blind_test_through_a_player(song, save, burnish, player, monkeypatch):
    a, b = save("one", song), save("two", np.tanh(6 * song))
    hidden = AbxTest(5, random.Random(3)).hidden
    answers = "".join(f"a\nb\nx\nwhat\n={x.lower()}\n" for x in hidden)
    status, out, err = burnish(
        "compare", a, b, "--abx", "--trials", "5", "--seed", "3", "--start", "1", "--seconds", "2", input=answers
    )
    assert status == 0, err
    assert "5 of 5 right" in out and "0.0312" in out and "a difference was heard" in out
    assert err.count("trial 5 of 5") == 5 and "'what' is not allowed" in err
    assert not any(f"X is {x}" in err for x in "AB")


def test_a_blind_test_that_ends_early_proves_nothing(song, save, burnish, player):
    a, b = save("one", song), save("two", np.tanh(6 * song))
    status, out, _ = burnish("--json", "compare", a, b, "--abx", "--seed", "1", input="=a\nq\n")
    found = json.loads(out)["abx"]
    assert (
        status == 0
        and found["answered"] == 1
        and found["trials"] == 16
        and not found["heard"]
        and found["needed"] == 12
    )


def test_without_a_player_the_files_of_all_trials_are_written(song, save, burnish, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    a, b = save("one", song), save("two", np.tanh(6 * song))
    status, _, err = burnish("compare", a, b, "--abx")
    assert status == 2 and "--output FOLDER" in err
    status, out, err = burnish(
        "--json",
        "compare",
        a,
        b,
        "--abx",
        "--trials",
        "5",
        "--seed",
        "7",
        "-o",
        tmp_path / "abx",
        input="=a\n=b\nx\n=a\n=b\n=a\n",
    )
    assert status == 0 and "'x' is not allowed" in err
    found = json.loads(out)["abx"]
    contents = {
        name: (tmp_path / "abx" / f"{name}.wav").read_bytes()
        for name in ("A", "B", *(f"X{n:02d}" for n in range(1, 6)))
    }
    for number, letter in enumerate(found["hidden"], 1):
        assert contents[f"X{number:02d}"] == contents[letter]
    assert found["correct"] == sum(x == y for x, y in zip(found["hidden"], "ABABA", strict=True))


def test_a_player_that_fails_is_not_used(tmp_path, monkeypatch):
    from host_cli.compare import find_player

    (tmp_path / "aplay").write_text("#!/bin/sh\nexit 1\n")
    os.chmod(tmp_path / "aplay", 0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_player() is None
