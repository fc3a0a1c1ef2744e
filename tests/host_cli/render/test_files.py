"""`burnish render` and `burnish analyze`."""

import json
import time

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from demo.mix import synthesise
from demo.report import loudness_lufs, true_peak_dbtp
from firmware.contract import params
from host_cli import __main__ as entry
from host_cli.errors import CliFail
from host_cli.render import AudioReader, analysis, audiofile

RATE_HZ = 48000


def burnish(*arguments):
    """Run the tool in this process; returns (status, stdout, stderr)."""
    with CliRunner().isolation() as streams:
        status = entry.main([str(argument) for argument in arguments])
        return status, streams[0].getvalue().decode(), streams[1].getvalue().decode()


@pytest.fixture(scope="module")
def mix(tmp_path_factory):
    """Seven seconds of music with 24 bits: (path, words)."""
    samples = synthesise(RATE_HZ)[:, 3 * RATE_HZ : 10 * RATE_HZ]
    words = audiofile.round_to_bits(audiofile.words_from_float(samples.T), 24)
    path = tmp_path_factory.mktemp("files") / "mix.wav"
    audiofile.write_words(path, words, RATE_HZ, "24")
    return path, words


class TestRender:
    @pytest.mark.parametrize("ending", [".wav", ".flac", ".aiff"])
    def test_neutral_render_is_the_input_bit_for_bit(self, mix, tmp_path, ending):
        path, words = mix
        out = tmp_path / f"out{ending}"
        status, _, stderr = burnish("render", path, "-o", out)
        assert (status, stderr) == (0, "")
        assert np.array_equal(audiofile.read_words(out)[0], words)

    def test_target_loudness_is_reached_below_the_ceiling(self, mix, tmp_path):
        out = tmp_path / "out.wav"
        status, stdout, stderr = burnish("--json", "render", mix[0], "-o", out, "--target-lufs", "-14", "--bits", "32")
        assert status == 0, stderr
        words, _ = audiofile.read_words(out)
        assert loudness_lufs(words * 2.0**-31, RATE_HZ) == pytest.approx(-14, abs=0.06)
        assert true_peak_dbtp(words * 2.0**-31, RATE_HZ) <= params.find("limiter.ceiling_dbtp").default + 0.02
        figures = json.loads(stdout)["rendered"][0]
        assert figures["after"]["integrated_lufs"] == pytest.approx(-14, abs=0.05)
        assert figures["limiter_gain_db"] > 3

    def test_a_target_out_of_reach_is_refused(self, mix, tmp_path):
        status, _, stderr = burnish("render", mix[0], "-o", tmp_path / "out.wav", "--target-lufs", "-0.5")
        assert status == 8
        assert "out of reach" in stderr and "-12 to 24 dB" in stderr
        assert not (tmp_path / "out.wav").exists()

    def test_several_files_go_into_a_folder(self, mix, tmp_path):
        other = tmp_path / "other.wav"
        audiofile.write_words(other, mix[1][:4800], RATE_HZ)
        (tmp_path / "masters").mkdir()
        status, stdout, _ = burnish("render", mix[0], other, "-o", tmp_path / "masters", "--preset", "Loud")
        assert status == 0
        assert sorted(p.name for p in (tmp_path / "masters").iterdir()) == ["mix.wav", "other.wav"]
        assert len(stdout.splitlines()) == 2

    @pytest.mark.parametrize(("output", "why"), [("single.wav", "give a folder"), ("mastres", "there is no folder")])
    def test_several_files_need_an_existing_folder(self, mix, tmp_path, output, why):
        status, _, stderr = burnish("render", mix[0], mix[0], "-o", tmp_path / output)
        assert status in (1, 2) and why in stderr and not (tmp_path / output).exists()

    def test_existing_output_is_kept_without_yes(self, mix, tmp_path):
        out = tmp_path / "out.wav"
        out.write_text("precious")
        status, _, stderr = burnish("render", mix[0], "-o", out)
        assert status == 2 and "--yes" in stderr
        assert out.read_text() == "precious"
        assert burnish("render", mix[0], "-o", out, "--yes")[0] == 0

    @pytest.mark.parametrize(("source", "target", "why"), [
        ("missing.wav", "out.wav", "missing.wav does not exist"),
        (".", "out.wav", "is a folder"),
        ("mix.wav", "out.mp3", "cannot write .mp3"),
        ("mix.wav", "nowhere/out.wav", "there is no folder"),
    ])  # fmt: skip
    def test_impossible_renders_are_refused_before_the_render(self, mix, tmp_path, monkeypatch, source, target, why):
        monkeypatch.setattr("host_cli.render.engine.Renderer.render", lambda *_, **__: pytest.fail("it was rendered"))
        (tmp_path / "out.wav").write_text("precious")
        status, _, stderr = burnish("render", mix[0].parent / source, "-o", tmp_path / target, "--yes")
        assert status == 1
        assert why in stderr and stderr.count("\n") == 1
        assert (tmp_path / "out.wav").read_text() == "precious"

    @pytest.mark.parametrize("ending", [".wav", ".flac", ".aiff"])
    def test_a_file_that_ends_before_its_header_states_is_refused(self, mix, tmp_path, ending):
        _, words = mix
        whole, cut = tmp_path / f"whole{ending}", tmp_path / f"cut{ending}"
        audiofile.write_words(whole, words, RATE_HZ, "24")
        cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
        status, _, message = burnish("render", cut, "-o", tmp_path / "out.wav")
        assert status != 0 and "export" in message and "again" in message
        assert not (tmp_path / "out.wav").exists()

    @pytest.mark.parametrize("form", ["WAV", "WAVEX", "RF64", "AIFF", "W64", "AU", "CAF", "FLAC", "MP3"])
    @pytest.mark.parametrize("part", [0.5, 0.99])
    def test_no_format_is_measured_when_it_is_cut_off(self, tmp_path, rng, form, part):
        whole, cut = tmp_path / "whole", tmp_path / "cut"
        soundfile.write(whole, 0.1 * rng.standard_normal((9001, 2)), RATE_HZ, format=form)
        assert burnish("analyze", whole)[0] == 0
        cut.write_bytes(whole.read_bytes()[: int(part * whole.stat().st_size)])
        assert burnish("analyze", cut)[0] == 1

    @pytest.mark.parametrize("size", [200, 9000])
    def test_a_flac_file_that_ends_in_its_first_block_is_refused(self, tmp_path, rng, size):
        soundfile.write(tmp_path / "whole.flac", 0.1 * rng.standard_normal((44100, 2)), 44100)
        (tmp_path / "cut.flac").write_bytes((tmp_path / "whole.flac").read_bytes()[:size])
        with AudioReader(tmp_path / "cut.flac") as reader, pytest.raises(CliFail, match="ends after 0 of 44100 frames"):
            reader.read()

    @pytest.mark.parametrize("size", [b"\xff" * 4, b"\0" * 4])
    def test_a_stated_length_of_the_data_counts_where_that_of_the_file_is_open(self, mix, tmp_path, size):
        content = bytearray(mix[0].read_bytes())
        content[4:8] = size
        (tmp_path / "cut.wav").write_bytes(content[: len(content) // 2])
        status, _, stderr = burnish("analyze", tmp_path / "cut.wav")
        assert status == 1 and "is truncated" in stderr

    def test_a_length_that_a_stream_left_open_is_accepted(self, mix, tmp_path):
        path, words = mix
        content = bytearray(path.read_bytes())
        content[4:8] = b"\xff" * 4
        streamed = tmp_path / "streamed.wav"
        streamed.write_bytes(content)
        assert np.array_equal(audiofile.read_words(streamed)[0], words)

    def test_contradictory_settings_are_refused(self, mix, tmp_path):
        low = tmp_path / "low.wav"
        audiofile.write_words(low, mix[1][:4410], 44100)
        for path, assignment, why in (
            (
                low,
                "eq.b1.freq_hz=20k",
                "eq.b1.freq_hz cannot be 20000: allowed is 10 to 19845 Hz at a rate of 44100 Hz",
            ),
            (mix[0], "multiband.x1_hz=800", "cannot be 800: allowed is 40 to 16000 Hz other than multiband.x1_hz"),
            (mix[0], "eq.b1.gain_db=nan", "eq.b1.gain_db cannot be 'nan': allowed is -18 to 18 dB"),
        ):
            status, _, stderr = burnish("render", path, "-o", tmp_path / "o.wav", "--set", assignment)
            assert status == 8 and why in stderr, stderr
            assert not (tmp_path / "o.wav").exists()

    def test_run_log_and_preset_exclude_each_other(self, mix, tmp_path):
        status, _, stderr = burnish(
            "render", mix[0], "-o", tmp_path / "o.wav", "--run-log", "s.json", "--preset", "Loud"
        )
        assert status == 2 and "--run-log" in stderr
        (tmp_path / "s.json").write_text("{}")
        for option in ("--run-log", "--session"):  # --session is the former name
            status, _, stderr = burnish("render", mix[0], "-o", tmp_path / "o.wav", option, tmp_path / "s.json")
            assert status == 2 and "not a " in stderr and "of Burnish" in stderr


class TestListening:
    def test_delta_of_a_neutral_chain_is_silence(self, mix, tmp_path):
        status, _, stderr = burnish("render", mix[0], "-o", tmp_path / "d.wav", "--listen", "delta")
        assert status == 0, stderr
        assert not audiofile.read_words(tmp_path / "d.wav")[0].any()

    def test_delta_and_input_add_up_to_the_master(self, mix, tmp_path):
        settings = ("--preset", "Loud", "--bits", "32")
        assert burnish("render", mix[0], "-o", tmp_path / "m.wav", *settings)[0] == 0
        assert burnish("render", mix[0], "-o", tmp_path / "d.wav", *settings, "--listen", "delta")[0] == 0
        master, delta = (audiofile.read_words(tmp_path / f"{name}.wav")[0] for name in "md")
        assert delta.any()
        assert np.array_equal(mix[1] + delta, master)

    def test_bands_in_solo_contain_their_part_of_the_spectrum(self, mix, tmp_path):
        hz = analysis.sixth_octaves(RATE_HZ)
        centre = []
        for band in (1, 2, 3, 4):
            path = tmp_path / f"b{band}.wav"
            assert burnish("render", mix[0], "-o", path, "--bits", "32", "--listen", f"band:{band}")[0] == 0
            power = 10 ** (analysis.spectrum_db(audiofile.read_words(path)[0].T * 2.0**-31, RATE_HZ, hz, 1 / 6) / 10)
            centre.append(2 ** np.average(np.log2(hz), weights=power))
        edges = [params.DEFAULTS[f"multiband.x{n}_hz"] for n in (1, 2, 3)]
        assert centre[0] < edges[0] < centre[1] < edges[1] < centre[2] < edges[2] < centre[3]

    def test_limiter_renders_only_peaks(self, mix, tmp_path):
        arguments = ("--set", "limiter.gain_db=12", "--listen", "limiter", "--bits", "32")
        assert burnish("render", mix[0], "-o", tmp_path / "l.wav", *arguments)[0] == 0
        taken = audiofile.read_words(tmp_path / "l.wav")[0]
        assert taken.any()
        assert np.mean(taken.astype(float) ** 2) < 0.5 * np.mean((4.0 * mix[1]) ** 2)

    @pytest.mark.parametrize("what", ["band:0", "band:9", "eq:9", "all"])
    def test_an_unknown_part_is_refused(self, mix, tmp_path, what):
        status, _, stderr = burnish("render", mix[0], "-o", tmp_path / "o.wav", "--listen", what)
        assert status == 2 and "allowed are band:1" in stderr
        assert not (tmp_path / "o.wav").exists()


class TestFiles:
    def test_rounding_is_to_nearest_and_never_wraps(self):
        words = np.array([[2**31 - 1, -(2**31)], [127, 128], [-128, -129], [255, 256]], np.int32)
        rounded = audiofile.round_to_bits(words, 24)
        assert rounded.tolist() == [[2**31 - 256, -(2**31)], [0, 256], [0, -256], [256, 256]]

    def test_float_file_beyond_full_scale_is_clipped(self, tmp_path):
        soundfile.write(tmp_path / "f.wav", np.array([[1.5, -1.5], [0.5, 0.25]]), RATE_HZ, subtype="FLOAT")
        words, _ = audiofile.read_words(tmp_path / "f.wav")
        assert words.tolist() == [[2**31 - 1, -(2**31)], [2**30, 2**29]]

    @pytest.mark.parametrize(("name", "bits"), [("a.ogg", "24"), ("a", "24"), ("a.flac", "float"), ("a.aiff", "float")])
    def test_unknown_formats_are_refused(self, tmp_path, name, bits):
        with pytest.raises(CliFail, match=r"cannot (write|store)"):
            audiofile.write_words(tmp_path / name, np.zeros((4, 2), np.int32), RATE_HZ, bits)


class TestAnalysis:
    def test_a_full_scale_sine_reads_0_db_in_its_band_and_little_elsewhere(self):
        t = np.arange(5 * RATE_HZ) / RATE_HZ
        hz = analysis.sixth_octaves(RATE_HZ)
        db = analysis.spectrum_db(np.tile(np.sin(2 * np.pi * 1000 * t), (2, 1)), RATE_HZ, hz, 1 / 6)
        assert db.max() == pytest.approx(0, abs=0.01)
        assert hz[db.argmax()] == pytest.approx(1000)
        assert np.all(db[np.abs(np.log2(hz / 1000)) > 0.5] < -80)

    def test_pink_noise_is_flat_per_sixth_of_an_octave(self, rng):
        f = np.fft.rfftfreq(1 << 20, 1 / RATE_HZ)
        spectrum = np.exp(2j * np.pi * rng.random((2, len(f)))) / np.sqrt(np.maximum(f, 1))
        samples = np.fft.irfft(spectrum)
        hz = analysis.sixth_octaves(RATE_HZ)
        db = analysis.spectrum_db(samples, RATE_HZ, hz, 1 / 6)[hz > 60]
        assert np.ptp(db) < 1.5

    def test_dynamic_range_of_known_signals(self):
        t = np.arange(31 * RATE_HZ) / RATE_HZ
        steady = np.tile(0.5 * np.sin(2 * np.pi * 997 * t), (2, 1))
        assert analysis.dynamic_range(steady, RATE_HZ) == 0
        steady[:, :: RATE_HZ // 2] = 1.0  # too few peaks to raise the RMS
        assert analysis.dynamic_range(0.25 * steady + 0, RATE_HZ) == 6
        assert analysis.dynamic_range(steady[:, :RATE_HZ], RATE_HZ) is None
        assert analysis.dynamic_range(np.zeros((2, 20 * RATE_HZ)), RATE_HZ) is None

    def test_overs_come_with_their_times(self, tmp_path):
        words = np.zeros((3 * RATE_HZ, 2), np.int32)
        t = np.arange(4800)
        # A sine at a quarter of the sampling rate, whose peaks are between the samples and 3 dB above them.
        over = np.rint(1.2 * np.sin(np.pi / 2 * t + np.pi / 4) * 2**31).clip(-(2**31), 2**31 - 1)
        words[2 * RATE_HZ : 2 * RATE_HZ + 4800, 0] = over
        path = tmp_path / "over.wav"
        audiofile.write_words(path, words, RATE_HZ, "32")
        status, stdout, _ = burnish("--json", "analyze", path)
        assert status == 0
        found = json.loads(stdout)["files"][0]
        assert found["over_count"] >= 1
        assert found["overs"][0]["seconds"] == pytest.approx(2.0, abs=0.1)
        assert found["overs"][0]["dbtp"] == pytest.approx(20 * np.log10(1.2), abs=0.6)

    def test_neighbouring_overs_are_one_span_with_its_highest_peak(self):
        tp = np.array([-1, 0.2, 0.5, 0.1, -1, -1, 0.3, -1, 0.4])
        ends_s = 0.1 * np.arange(1, 10)
        assert analysis.spans(tp, ends_s, 0.0) == [
            {"seconds": 0.1, "until_s": 0.4, "dbtp": 0.5},
            {"seconds": 0.6, "until_s": 0.7, "dbtp": 0.3},
            {"seconds": 0.8, "until_s": 0.9, "dbtp": 0.4},
        ]
        assert analysis.spans(tp, ends_s, 1.0) == analysis.spans(tp[:0], ends_s[:0], 0.0) == []
        assert analysis.overs(tp, ends_s, 0.0)["worst_over"] == {"seconds": 0.1, "until_s": 0.4, "dbtp": 0.5}
        assert analysis.overs(tp, ends_s, 1.0)["worst_over"] is None

    @pytest.mark.filterwarnings("error")
    @pytest.mark.parametrize("frames", [1, 2, 3, 63, 4799])
    def test_short_files_are_measured_without_warnings(self, tmp_path, frames):
        soundfile.write(tmp_path / "short.wav", 0.5 * np.ones((frames, 2)), RATE_HZ)
        status, _, stderr = burnish("analyze", tmp_path / "short.wav")
        assert (status, stderr) == (0, "")

    def test_text_and_json_agree_with_the_independent_meter(self, mix):
        status, stdout, _ = burnish("--json", "analyze", mix[0])
        assert status == 0
        found = json.loads(stdout)
        assert found["schema"].startswith("burnish.analyze/")
        loudness = loudness_lufs(mix[1] * 2.0**-31, RATE_HZ)
        assert found["files"][0]["integrated_lufs"] == pytest.approx(loudness, abs=0.01)
        status, stdout, _ = burnish("analyze", mix[0])
        assert f"{found['files'][0]['integrated_lufs']:.2f} LUFS" in stdout

    @pytest.mark.parametrize("name", ["report.png", "report.html"])
    def test_report(self, mix, tmp_path, name):
        status, _, stderr = burnish("analyze", mix[0], "--report", tmp_path / name)
        assert status == 0, stderr
        data = (tmp_path / name).read_bytes()
        assert data.startswith(b"\x89PNG" if name.endswith("png") else b"<!doctype html>")
        assert len(data) > 20_000

    def test_report_of_another_kind_is_refused(self, mix, tmp_path):
        status, _, stderr = burnish("analyze", mix[0], "--report", tmp_path / "report.doc")
        assert status == 2 and ".html, .htm, .pdf, .png" in stderr


def test_equal_float_files_have_equal_bytes_at_any_time(tmp_path, rng):
    """libsndfile writes the time into the PEAK chunk of float files."""
    from host_cli.render import AudioWriter

    samples = np.clip(0.1 * rng.standard_normal((2, 1000)), -1, 1).astype(np.float32)
    for name in ("one", "two"):
        with AudioWriter(tmp_path / f"{name}.wav", RATE_HZ, "float", 1000) as writer:
            writer.write(samples)
        time.sleep(1.1 if name == "one" else 0)
    assert (tmp_path / "one.wav").read_bytes() == (tmp_path / "two.wav").read_bytes()
