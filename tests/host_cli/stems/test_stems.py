"""`burnish stems`: the sum of stems bit for bit, chains with their latency removed, checks against the mix, wrong session files."""

import json

import numpy as np
import pytest
import soundfile
from scipy import signal

from dsp_ext.meters import measure
from host_cli.assistant import CENTRES_HZ, read, tastes
from host_cli.assistant.curves import total
from host_cli.render import AudioReader, Renderer
from host_cli.stems import chains, read_session
from host_cli.stems.schema import TABLES
from tests.support.documents import blocks
from tests.support.mixes import mix
from tests.support.paths import DOCS

RATE_HZ = 44100
NAMES = ("Drums", "Bass", "Keys", "Voice")


def words(samples, bits=24):
    """Rounded as a file with these bits."""
    return np.rint(samples * 2.0 ** (bits - 1)) / 2.0 ** (bits - 1)


def tones(seconds, number, rng):
    """A stem: noise in a band of its own with a rhythm of its own, float64, shape (frames, 2)."""
    frames = round(seconds * RATE_HZ)
    band = np.array([60, 250, 1000, 4000])[number] * np.array([0.6, 1.6])
    sos = signal.butter(2, band, "bandpass", fs=RATE_HZ, output="sos")
    t = np.arange(frames) / RATE_HZ
    rhythm = 0.3 + 0.7 * (np.sin(2 * np.pi * t * (0.9 + 0.37 * number)) > 0)
    noise = signal.sosfilt(sos, rng.standard_normal((frames, 2)), axis=0)
    return words(0.08 * (rhythm[:, None] * noise) / np.sqrt(np.mean(noise**2)))


@pytest.fixture(scope="module")
def parts():
    """Four stems of 6 s with words of 24 bits, float64, shape (frames, 2), by name."""
    rng = np.random.default_rng(5)
    return {name: tones(6, n, rng) for n, name in enumerate(NAMES)}


@pytest.fixture
def session(tmp_path, parts):
    """Write the stems, their sum as mix, and a session file: `session(head, Drums='preset = "Warm"')`."""

    def write(head="", stems=NAMES, mixed=None, **lines):
        folder = tmp_path / "stems"
        folder.mkdir(exist_ok=True)
        for name, samples in parts.items():
            soundfile.write(folder / f"{name}.wav", samples, RATE_HZ, "PCM_24")
        soundfile.write(folder / "mix.wav", sum(parts.values()) if mixed is None else mixed, RATE_HZ, "PCM_24")
        text = f'[session]\nmix = "mix.wav"\n{head}\n'
        for name in stems:
            text += f'\n[[stem]]\nfile = "{name}.wav"\n{lines.get(name, "")}\n'
        (folder / "stems.toml").write_text(text)
        return folder / "stems.toml"

    return write


def samples(path):
    return soundfile.read(path, dtype="float64")[0]


@pytest.mark.parametrize("bits", ["24", "float"])
def test_neutral_stems_are_their_sum_bit_for_bit(session, parts, burnish, tmp_path, bits, record):
    status, out, err = burnish("stems", session(), "-o", tmp_path / "sum.wav", "--bits", bits)
    assert status == 0 and "not processed" in out, err
    wrong = int(np.count_nonzero(samples(tmp_path / "sum.wav") != sum(parts.values())))
    record(
        "Records",
        f"`burnish stems`: samples of four neutral stems that are not their sum, {bits}",
        wrong,
        "",
        target="0",
        digits=0,
    )
    assert wrong == 0


def test_the_preset_neutral_changes_no_bit_of_stem_or_sum(session, parts, burnish, tmp_path):
    """Through the engine instead of past it: its latency is removed, and 24-bit words below the ceiling pass unchanged."""
    file = session('preset = "Neutral"', Drums='preset = "Neutral"', Keys='preset = "Neutral"')
    assert burnish("stems", file, "-o", tmp_path / "out.wav", "--bits", "float")[0] == 0
    assert np.array_equal(samples(tmp_path / "out.wav"), sum(parts.values()))


def test_the_order_of_float_stems_does_not_matter(session, parts, burnish, tmp_path, rng):
    found = []
    for order in (NAMES, NAMES[::-1]):
        file = session(stems=order)
        for n, name in enumerate(NAMES):
            data = (parts[name] * (1.1 + n / 7)).astype(np.float32)
            soundfile.write(file.parent / f"{name}.wav", data, RATE_HZ, "FLOAT")
        assert burnish("--yes", "stems", file, "-o", tmp_path / "out.wav", "--bits", "float")[0] == 0
        found.append(samples(tmp_path / "out.wav"))
    assert np.array_equal(*found)


def test_the_latency_of_every_chain_is_removed(session, parts, burnish, tmp_path):
    """A linear-phase EQ delays a stem by thousands of frames; the others have no chain."""
    lines = 'set = { "eq.mode" = "linear", "eq.b1.enabled" = true, "eq.b1.gain_db" = 6.0, "eq.b1.freq_hz" = 100 }'
    file = session(Drums=lines)
    assert burnish("stems", file, "-o", tmp_path / "out.wav", "--bits", "float")[0] == 0
    chain = chains(read_session(file))[0]
    with AudioReader(file.parent / "Drums.wav") as reader:
        alone = np.concatenate(list(Renderer(RATE_HZ).render(reader.blocks(), chain.settings.values)), axis=1)
    others = sum(parts[name] for name in NAMES[1:])
    expected = (np.rint(alone.astype(np.float64) * 2.0**31) * 2.0**-31).T + others
    assert np.array_equal(samples(tmp_path / "out.wav"), expected.astype(np.float32))
    lag = np.argmax(signal.correlate(alone[0], parts["Drums"][:, 0], "same")) - len(others) // 2
    assert lag == 0


def test_the_master_reaches_the_target_of_its_preset(session, burnish, tmp_path):
    status, out, err = burnish("--json", "stems", session('preset = "Streaming -14"'), "-o", tmp_path / "out.wav")
    assert status == 0, err
    found = json.loads(out)
    assert found["integrated_lufs"] == pytest.approx(-14, abs=0.05) and found["max_tp_dbtp"] <= -0.98
    after = measure(np.ascontiguousarray(samples(tmp_path / "out.wav").T, np.float32), RATE_HZ)
    assert after["integrated_lufs"] == pytest.approx(found["integrated_lufs"], abs=0.01)


def test_only_changed_stems_are_rendered_again(session, burnish, tmp_path, monkeypatch):
    calls = []
    plain = Renderer.render
    monkeypatch.setattr(Renderer, "render", lambda self, *a, **k: calls.append(1) or plain(self, *a, **k))
    for expected, voice in ((2, "gain_db = 1.0"), (0, "gain_db = 1.0"), (1, "gain_db = 2.0")):
        calls.clear()
        file = session(Drums='preset = "Warm"', Voice=f'preset = "Warm"\n{voice}')
        assert burnish("--yes", "stems", file, "-o", tmp_path / "out.wav", "--sum", "--bits", "float")[0] == 0
        assert len(calls) == expected


def test_gain_place_and_mute(session, parts, burnish, tmp_path):
    file = session(Drums="gain_db = -6.0", Bass="later = 1000", Keys="later = -500", Voice="mute = true")
    assert burnish("stems", file, "-o", tmp_path / "out.wav", "--bits", "float")[0] == 0
    frames = len(parts["Drums"])
    expected = np.zeros((frames + 1000, 2))
    expected[:frames] += (np.rint(parts["Drums"] * (10**-0.3 * 2.0**31)) * 2.0**-31).astype(np.float32)
    expected[1000:] += parts["Bass"]
    expected[: frames - 500] += parts["Keys"][500:]
    assert np.array_equal(samples(tmp_path / "out.wav"), expected.astype(np.float32))


def test_a_sum_that_would_clip_is_refused(session, burnish, tmp_path):
    file = session(Drums="gain_db = 24")
    status, _, err = burnish("stems", file, "-o", tmp_path / "out.wav")
    assert status == 8 and "would clip" in err and not (tmp_path / "out.wav").exists()


def test_stems_that_sum_to_the_mix_pass(session, burnish, record):
    status, out, err = burnish("--json", "stems", "check", session())
    found = json.loads(out)
    assert status == 0 and found["passed"] and not found["findings"], err
    record(
        "Records",
        "`burnish stems check`: null depth of complete stems",
        found["null_db"],
        "dB",
        target="<= -100",
        digits=0,
    )
    assert found["null_db"] <= -100


def checked(burnish, file):
    status, out, err = burnish("--json", "stems", "check", file)
    assert status == 10, err
    return json.loads(out.splitlines()[0])


def test_a_stem_at_another_place_is_found_to_the_frame(session, parts, burnish):
    mixed = sum(parts.values()) - parts["Bass"] + np.roll(parts["Bass"], 441, axis=0)
    found = checked(burnish, session(mixed=mixed))
    assert found["stems"][1]["later_frames"] == 441 and found["null_db"] > -30
    assert "Bass is 441 frames too early: write later = 441" in found["findings"]
    found = json.loads(burnish("--json", "stems", "check", session(mixed=mixed, Bass="later = 441"))[1].splitlines()[0])
    assert found["stems"][1]["later_frames"] == 0 and found["null_db"] < -35  # what was rolled around the end remains


def test_gain_and_polarity_are_found(session, parts, burnish):
    mixed = sum(parts.values()) - 0.5 * parts["Keys"] - 2 * parts["Voice"]
    found = checked(burnish, session(mixed=mixed))
    assert found["stems"][2]["gain_db"] == pytest.approx(-6.02, abs=0.05)
    assert found["stems"][3]["inverted"] and found["fitted_null_db"] < -100
    assert "Keys has -6.02 dB more in the mix: write gain_db = -6.021" in found["findings"]


def test_what_the_check_advises_makes_it_pass(session, parts, burnish):
    quiet = parts["Bass"].copy()
    quiet[-441:] = 0  # so that nothing of it is cut off at the end of the mix
    later = np.concatenate([np.zeros((441, 2)), quiet[:-441]])
    mixed = words(sum(parts.values()) - parts["Bass"] + 0.7 * later)

    def written(lines=""):
        file = session(mixed=mixed, Bass=lines)
        soundfile.write(file.parent / "Bass.wav", quiet, RATE_HZ, "PCM_24")
        return file

    findings = checked(burnish, written())["findings"]
    assert findings[0] == "Bass is 441 frames too early: write later = 441" and len(findings) == 2
    advice = "\n".join(text.split("write ")[1] for text in findings)
    status, out, err = burnish("stems", "check", written(advice))
    assert status == 0, out + err


def test_a_missing_stem_is_named(session, burnish):
    found = checked(burnish, session(stems=NAMES[:3]))
    assert found["findings"] == [
        "a stem is missing: Voice.wav in the folder is part of the mix, but not of the session"
    ]


def test_something_that_no_file_contains_is_said_with_its_time(session, parts, burnish):
    mixed = sum(parts.values())
    mixed[4 * RATE_HZ : 5 * RATE_HZ] += mix(1, RATE_HZ, 9)
    text = " ".join(checked(burnish, session(mixed=words(mixed)))["findings"])
    assert "the mix contains something that the stems do not" in text and "at 4 s" in text


def test_a_stem_that_is_not_in_the_mix_is_named(session, parts, burnish):
    found = checked(burnish, session(mixed=sum(parts.values()) - parts["Voice"]))
    assert not found["stems"][3]["present"] and "Voice is not in the mix" in found["findings"][0]


def test_a_first_session_file_is_a_session(session, burnish, tmp_path):
    folder = session().parent
    (folder / "stems.toml").unlink()
    (folder / "Drums.wav").rename(folder / "01_Drums.wav")
    status, out, err = burnish("stems", "new", folder)
    assert status == 0 and "4 stems and the mix mix.wav" in out, err
    made = read_session(folder / "stems.toml")
    assert [stem.name for stem in made.stems] == ["Drums", "Bass", "Keys", "Voice"] and made.mix.name == "mix.wav"
    assert burnish("stems", "check", folder / "stems.toml")[0] == 0
    for path in folder.glob("[BKV]*.wav"):
        path.unlink()
    status, _, err = burnish("stems", "new", folder, "--yes")
    assert status == 1 and "2 to 16 files" in err


#: Lines of the second stem, or of [session] if they begin with "head", and the key and words of the refusal.
WRONG = {
    'fil = "x"': ("[[stem]] 2, fil", "did you mean file?"),
    "gain_db = 30": ("[[stem]] 2, gain_db", "-24 to 24 dB"),
    "later = 1.5": ("[[stem]] 2, later", "a whole number"),
    "later = -900000": ("[[stem]] 2, later", "nothing would be left"),
    'preset = "Wram"': ("[[stem]] 2, preset", "Warm"),
    'set = { "limiter.gain" = 1 }': ("[[stem]] 2, set", "limiter.gain"),
    'name = "Drums"': ("[[stem]] 2, name", "same name"),
    'mute = "yes"': ("[[stem]] 2, mute", "true or false"),
    "head mix_file = 1": ("[session], mix_file", "allowed are"),
    'head preset = "Nothing"': ("[session], preset", "Nothing"),
    "head set = 1": ("[session], set", "a table of parameters"),
}  # fmt: skip


@pytest.mark.parametrize("lines", WRONG)
def test_wrong_session_files_are_refused_with_file_line_and_key(session, burnish, lines, tmp_path):
    file = session(lines[5:]) if lines.startswith("head ") else session(Bass=lines)
    status, out, err = burnish("stems", file, "-o", tmp_path / "out.wav")
    line = 3 if lines.startswith("head ") else 11
    assert status == 8 and not out and f"{file}, line {line}, {WRONG[lines][0]}: " in err and WRONG[lines][1] in err
    assert not (tmp_path / "out.wav").exists()


def test_files_that_do_not_fit_together_are_refused(session, burnish, tmp_path):
    file = session()
    text = file.read_text()
    soundfile.write(file.parent / "Bass.wav", np.zeros((48000, 2)), 48000)
    status, _, err = burnish("stems", file, "-o", tmp_path / "out.wav")
    assert status == 8 and "line 10, [[stem]] 2, file: it has 48000 Hz" in err
    for old, new, words_ in (
        ("Bass.wav", "Drums.wav", "the same file"), ("Bass.wav", "none.wav", "there is no file"),
        ("Bass.wav", "stems.toml", "names the session file itself"), ('mix = "mix.wav"', "", ""),
    ):  # fmt: skip
        file.write_text(text.replace(old, new))
        status, _, err = burnish("stems", "check" if not words_ else "render", file)
        assert status == 8 and words_ in err and f"{file}, line " in err
    file.write_text('[session]\n\n[[stem]]\nfile = "Drums.wav"\n')
    assert "at least 2 stems" in burnish("stems", file)[2]
    file.write_text("[session]\n" + '\n[[stem]]\nfile = "Drums.wav"\n' * 17)
    assert "has at most 16 stems" in burnish("stems", file)[2]


def test_the_document_describes_every_key_and_its_example_is_a_session(tmp_path, parts):
    text = (DOCS / "STEMS.md").read_text()
    assert not [key for keys in TABLES.values() for key in keys if f"`{key}`" not in text]
    for name, stem in (("drums", "Drums"), ("voice", "Voice"), ("mix", "Keys")):
        soundfile.write(tmp_path / f"{name}.wav", parts[stem], RATE_HZ)
    (tmp_path / "stems.toml").write_text(blocks(DOCS / "STEMS.md", "toml")[0])
    found = chains(read_session(tmp_path / "stems.toml"))
    assert [chain.settings.preset for chain in found] == ["Warm", "none"] and found[1].stem.later == 441


def test_suggestions_change_the_stem_that_causes_the_problem(burnish, tmp_path):
    """A song with far too much at 300 Hz, all of it from one stem."""
    song = 0.5 * mix(12, fade=False)
    rng = np.random.default_rng(8)
    hum = signal.sosfilt(
        signal.butter(2, (250, 360), "bandpass", fs=RATE_HZ, output="sos"), rng.standard_normal(song.shape), axis=0
    )
    soundfile.write(tmp_path / "Band.wav", song, RATE_HZ, "PCM_24")
    soundfile.write(tmp_path / "Organ.wav", 0.3 * hum, RATE_HZ, "PCM_24")
    soundfile.write(tmp_path / "Silent.wav", np.zeros(song.shape), RATE_HZ, "PCM_24")
    status, out, err = burnish("--json", "stems", "new", tmp_path, "--suggest")
    assert status == 0, err
    said = json.loads(out)["suggestions"]
    cuts = [row["sentence"] for row in said if row["stem"] == "Organ" and "low mids" in row["sentence"]]
    assert cuts and all("bell -" in cut and "% of the power there is from this stem" in cut for cut in cuts)
    text = (tmp_path / "stems.toml").read_text()
    assert all(f"# {row['sentence']}" in text for row in said)
    found = {chain.stem.name: chain.settings for chain in chains(read_session(tmp_path / "stems.toml"))}
    assert found["Silent"] is None
    organ = found["Organ"]
    assert (
        organ.values["limiter.enabled"] == 0.0 and organ.values["limiter.gain_db"] == 0.0 and organ.target_lufs is None
    )
    gains = {
        organ.values[f"eq.b{n}.freq_hz"]: organ.values[f"eq.b{n}.gain_db"]
        for n in range(1, 9)
        if organ.values[f"eq.b{n}.enabled"]
    }
    assert any(200 < hz < 450 and gain_db < -1 for hz, gain_db in gains.items())

    def wrong_db(path):
        """How far the tone is outside the band of the usual one, where the organ is."""
        heard = read(path)
        excess = tastes.excess_db(heard.passages.power.sum(axis=0), total(heard.passages).there, "any")
        return np.abs(excess)[(CENTRES_HZ > 220) & (CENTRES_HZ < 420)].mean()

    assert burnish("stems", tmp_path / "stems.toml", "-o", tmp_path / "after.wav", "--bits", "float")[0] == 0
    soundfile.write(tmp_path / "before.wav", song + 0.3 * hum, RATE_HZ, "FLOAT")
    assert wrong_db(tmp_path / "after.wav") < wrong_db(tmp_path / "before.wav") - 1.0
