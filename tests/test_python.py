"""`import burnish`: the module for Python programs. The examples of docs/PYTHON.md are run unchanged."""

import re
import subprocess
import sys

import numpy as np
import pytest

import burnish
from firmware.contract import params
from host_cli.render import audiofile, engine
from tests.support.documents import blocks
from tests.support.paths import DOCS
from tests.support.patience import PATIENCE_S

RATE_HZ = 48000
#: Every kind of processing, with all settings in plain values.
SOUND = {
    "eq.b2.enabled": True,
    "eq.b2.gain_db": 3.0,
    "multiband.b2.threshold_db": -30.0,
    "multiband.b2.ratio": 3.0,
    "saturator.enabled": True,
    "limiter.gain_db": 6.0,
}


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    for variable in ("XDG_DATA_HOME", "HOME"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))


@pytest.fixture
def music(rng):
    """One second of 24-bit noise, float64, shape (frames, 2)."""
    return np.rint(rng.standard_normal((RATE_HZ, 2)) * 2.0**20) / 2.0**23


@pytest.fixture(scope="module")
def chain():
    """A chain that tests reset before they use it, because building one takes time."""
    return burnish.Chain(RATE_HZ)


class TestMaster:
    @pytest.mark.parametrize("kind", [np.float32, np.float64])
    @pytest.mark.parametrize("channels_first", [False, True])
    def test_bits_are_those_of_a_file_render_in_every_layout(self, music, kind, channels_first):
        words = audiofile.words_from_float(music)
        values = params.DEFAULTS | {id: params.find(id).check(value) for id, value in SOUND.items()}
        blocks = [(words.T * 2.0**-31).astype(np.float32)]
        rendered = np.concatenate(list(engine.Renderer(RATE_HZ).render(blocks, values)), axis=1)
        expected = audiofile.words_from_float(rendered.T.astype(np.float64))
        audio = (music.T if channels_first else music).astype(kind)
        before = audio.copy()
        found = burnish.master(audio, RATE_HZ, settings=SOUND)
        assert found.dtype == kind and found.shape == audio.shape and np.array_equal(audio, before)
        rows = found.T if channels_first else found
        assert np.array_equal(audiofile.words_from_float(rows.astype(np.float64)), expected)

    @pytest.mark.parametrize("frames", [0, 1, 3, 7000])
    def test_any_length_passes_unchanged_without_settings(self, music, frames):
        audio = music[:frames]
        assert np.array_equal(burnish.master(audio, RATE_HZ), audio)

    def test_a_square_array_counts_as_frames_by_channels(self, music):
        settings = {"stereo.balance_pct": 100.0}  # silences the left channel
        assert np.all(burnish.master(music[:2], RATE_HZ, settings=settings)[:, 0] == 0)

    def test_headroom_above_full_scale_reaches_the_limiter(self, music):
        settings = {"input.trim_db": -24.0, "limiter.enabled": False}
        loud = burnish.master(music * 8, RATE_HZ, settings=settings)
        assert np.abs(music * 8).max() > 2
        assert np.allclose(loud, music * 8 * 10 ** (-24 / 20), atol=1e-5)

    def test_presets_by_name_file_and_with_settings_on_top(self, music, tmp_path):
        from firmware.presets import Preset, dump

        path = tmp_path / "mine.toml"
        path.write_text(dump(Preset("Mine", {"input.trim_db": -6.0})))
        quiet = burnish.master(music, RATE_HZ, path)
        assert np.array_equal(quiet, burnish.master(music, RATE_HZ, str(path)))
        assert np.array_equal(quiet, burnish.master(music, RATE_HZ, {"input.trim_db": -6}))
        assert np.array_equal(burnish.master(music, RATE_HZ, path, {"input.trim_db": 0}), music)
        assert not np.array_equal(burnish.master(music, RATE_HZ, "Glue"), music)
        assert "Glue" in burnish.presets()

    @pytest.mark.parametrize(
        "audio, message",
        [
            (np.zeros((9, 2), np.int16), "type int16"),
            (np.zeros(9), "np.column_stack"),
            (np.zeros((9, 3)), r"allowed are \(frames, 2\)"),
            (np.full((9, 2), np.nan), "at frame 0"),
            (np.full((9, 2), 12000.0), "divide integers"),
        ],
    )
    def test_audio_that_cannot_be_processed(self, audio, message):
        with pytest.raises(ValueError, match=message):
            burnish.master(audio, RATE_HZ)

    def test_wrong_names_and_rates_are_refused_in_one_sentence(self, music, tmp_path):
        for arguments, message in (
            ((44000,), "rate_hz cannot be 44000: allowed are 44100"),
            ((RATE_HZ, "Gleu"), "did you mean Glue"),
            ((RATE_HZ, tmp_path / "none.toml"), "cannot read"),
            ((RATE_HZ, None, {"limiter.gian_db": 3}), "did you mean limiter.gain_db"),
            ((RATE_HZ, None, {"limiter.gain_db": 99}), "allowed is"),
        ):
            with pytest.raises(ValueError, match=message):
                burnish.master(music, *arguments)


class TestChain:
    def test_blocks_of_any_length_give_the_same_audio(self, music, rng):
        whole = burnish.master(music, RATE_HZ, settings=SOUND)
        chain = burnish.Chain(RATE_HZ, settings=SOUND)
        cuts = sorted(rng.integers(0, len(music), 30))
        out = np.concatenate([*map(chain.process, np.split(music, cuts)), chain.flush()])
        assert np.array_equal(out[chain.latency :], whole)

    def test_reset_forgets_audio_and_meters_but_not_settings(self, chain, music):
        chain.reset()
        chain.set("limiter.gain_db", 3)
        chain.reset()
        first = chain.process(music)
        chain.meters()
        chain.reset()
        assert chain.meters() == {}
        assert np.array_equal(chain.process(music), first) and chain.get("limiter.gain_db") == 3
        chain.set("limiter.gain_db", 0)

    def test_a_last_block_of_two_frames_keeps_the_orientation_of_the_stream(self, music):
        chain = burnish.Chain(RATE_HZ)
        blocks = [chain.process(music[:1000].T), chain.process(music[1000:1002].T), chain.flush()]
        assert np.array_equal(np.concatenate(blocks, axis=1)[:, chain.latency :], music[:1002].T)

    @pytest.mark.parametrize(
        "id, value, kept",
        [
            ("eq.b1.gain_db", "3.5 dB", 3.5),
            ("eq.b1.freq_hz", "1.2k", 1200.0),
            ("eq.b1.type", "low_shelf", "low_shelf"),
            ("eq.b1.enabled", "on", True),
            ("multiband.x1_hz", np.float32(150), 150.0),
            ("limiter.ceiling_dbtp", "-2 dBTP", -2.0),
            ("limiter.ceiling_dbtp", np.int64(-2), -2.0),
            ("eq.mix_percent", 30, 30.0),  # the former name of eq.mix_pct
        ],
    )
    def test_setters_take_numbers_and_words_with_units(self, chain, id, value, kept):
        chain.set(id, value)
        assert chain.get(id) == kept and chain.settings[params.find(id).id] == kept
        chain.update({p.id: p.default for p in params.TABLE if p.id == params.find(id).id})

    def test_a_refused_update_changes_nothing(self, chain):
        before = chain.settings
        for settings, message in (
            ({"input.trim_db": -3, "eq.b1.q": 1e6}, "eq.b1.q cannot be"),
            ({"input.trim_db": -3, "multiband.x1_hz": 1000, "multiband.x2_hz": 1000}, "other than"),
            ({"eq.b1.dynamic": True}, "set eq.mode to minimum before or together with it"),
            ({"input.trim_db": "loud"}, "allowed is"),
            ({"input.trim_db": None}, "allowed is"),
        ):
            with pytest.raises(burnish.ParamError, match=message):
                chain.update(settings)
        assert chain.settings == before

    @pytest.mark.parametrize("id, value", [("eq.b4.gain_db", 6.0), ("multiband.x2_hz", 900.0), ("input.trim_db", -6.0)])
    def test_after_a_change_the_output_equals_that_of_a_new_chain(self, music, id, value):
        """EQ and crossovers too, although their kernels wait for crossfades: two changes follow each other at once."""
        start = {"eq.b4.enabled": True, "multiband.b2.makeup_db": 3.0}
        changed, fresh = burnish.Chain(RATE_HZ, settings=start), burnish.Chain(RATE_HZ, settings={**start, id: value})
        parts = [changed.process(music[:20_000])]
        changed.set(id, value / 2)
        parts.append(changed.process(music[20_000:20_100]))
        changed.set(id, value)
        parts.append(changed.process(music[20_100:]))
        difference = np.abs(np.concatenate(parts) - fresh.process(music))
        assert difference.max() > 1e-3, "the change was heard"
        assert difference[-4800:].max() < 1e-6

    def test_latency_follows_the_modes(self):
        linear, minimum = (burnish.Chain(RATE_HZ, settings={"eq.mode": mode}) for mode in ("linear", "minimum"))
        assert linear.latency > minimum.latency > 0

    def test_response_is_the_gain_of_a_sine(self):
        settings = {"eq.b3.enabled": True, "eq.b3.type": "bell", "eq.b3.freq_hz": 1000, "eq.b3.gain_db": 4,
                    "eq.b3.placement": "left"}  # fmt: skip
        response = burnish.Chain(RATE_HZ, settings=settings).response([100, 1000])
        sine = 0.1 * np.sin(2 * np.pi * 1000 / RATE_HZ * np.arange(RATE_HZ))
        out = burnish.master(np.column_stack([sine, sine]), RATE_HZ, settings=settings)
        middle = slice(RATE_HZ // 4, 3 * RATE_HZ // 4)
        gains = 10 * np.log10(np.sum(out[middle] ** 2, axis=0) / np.sum(sine[middle] ** 2))
        assert response.shape == (2, 2) and response[:, 1] == pytest.approx(gains, abs=0.01)
        assert gains[0] == pytest.approx(4, abs=0.05) and gains[1] == pytest.approx(0, abs=0.01)

    def test_meters_cover_the_time_since_the_last_call(self, chain):
        chain.reset()
        assert chain.meters() == {}
        tone = 0.5 * np.sin(2 * np.pi * 1000 / RATE_HZ * np.arange(RATE_HZ))
        chain.process(np.column_stack([tone, tone]))
        chain.process(np.zeros((RATE_HZ, 2)))
        found = chain.meters()
        assert found["in_peak_l_dbfs"] == pytest.approx(-6.02, abs=0.01), "the loud part counts"
        chain.process(np.zeros((RATE_HZ, 2)))
        assert chain.meters()["in_peak_l_dbfs"] < -100
        with pytest.raises(ValueError, match="metered=True"):
            burnish.Chain(RATE_HZ, metered=False).meters()


def test_describe():
    assert re.fullmatch(
        r"limiter.ceiling_dbtp: .*; -12 to 0 dBTP; default -1.0 dBTP", burnish.describe("limiter.ceiling_dbtp")
    )


@pytest.mark.parametrize("example", blocks(DOCS / "PYTHON.md", "python"), ids=lambda text: text.split("\n")[0][:40])
def test_the_examples_of_the_document_run(example, tmp_path, rng):
    """In a folder with the file mix.wav; what an example prints is in its comments `# prints: ...`."""
    if "pedalboard" in example:
        pytest.importorskip("pedalboard", reason="`make bench` installs pedalboard, and runs this example")
    noise = audiofile.words_from_float(0.1 * rng.standard_normal((3 * RATE_HZ, 2)))
    audiofile.write_words(tmp_path / "mix.wav", noise, RATE_HZ, "24")
    done = subprocess.run(
        [sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert done.returncode == 0, done.stderr
    expected = re.findall(r"# prints: (.*)", example)
    for line, pattern in zip(done.stdout.splitlines(), expected, strict=True):
        assert re.fullmatch(re.escape(pattern).replace(r"\.\.\.", ".*"), line), (line, pattern)
