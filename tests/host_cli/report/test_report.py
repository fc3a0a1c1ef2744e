"""`burnish analyze --report`: tests the verdict, compares the traces with references, and checks the page."""

import html.parser
import json
import os
import re
import shutil

import numpy as np
import pytest
import soundfile
from PIL import Image

from demo.mix import synthesise
from host_cli.errors import CliFail
from host_cli.render import analysis
from host_cli.report import moments, pdf, plots, rows, svg, target_of, traces
from host_cli.report.targets import verdict
from tests.host_cli.render.test_files import burnish

RATE_HZ = 48000


@pytest.fixture(scope="module")
def music():
    return synthesise(RATE_HZ)[:, : 8 * RATE_HZ].astype(np.float32)


@pytest.fixture(scope="module")
def found(music):
    return analysis.analyse(music, RATE_HZ)


@pytest.fixture
def file(music, tmp_path):
    path = tmp_path / "a <mix> & more.wav"
    soundfile.write(path, music.T, RATE_HZ, subtype="PCM_24")
    return path


class Reader(html.parser.HTMLParser):
    """Collects elements, and addresses that a page would load."""

    def __init__(self, text: str):
        super().__init__()
        self.tags, self.loaded, self.series, self.open = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.tags.append((tag, values))
        self.loaded += [values[name] for name in ("src", "href") if name in values]
        if "data-series" in values:
            self.series.append(json.loads(values["data-series"]))


class TestVerdict:
    def test_each_rule_fails_alone(self, found):
        target = target_of(f"{found['integrated_lufs']:.1f}")
        passing = {**found, "max_tp_dbtp": -1.0, "clips": 0, "dc_l": 0.0, "dc_r": 0.0, "correlation": 0.0}
        assert all(rule.passed for rule in verdict(passing, target))
        for name, value in (("integrated_lufs", found["integrated_lufs"] + 0.7), ("max_tp_dbtp", -0.8), ("clips", 1),
                            ("dc_r", -0.002), ("correlation", -0.1)):  # fmt: skip
            failed = [rule for rule in verdict({**passing, name: value}, target) if not rule.passed]
            assert len(failed) == 1 and failed[0].advice, name

    def test_rules_that_cannot_be_measured_neither_pass_nor_fail(self, found):
        silent = {**found, "integrated_lufs": None, "max_tp_dbtp": None, "correlation": None}
        assert [rule.passed for rule in verdict(silent, target_of("r128"))].count(None) == 3

    def test_the_printed_value_decides(self, found):
        rule = verdict({**found, "integrated_lufs": -14.54}, target_of("-14"))[0]
        assert rule.measured == "−14.5 LUFS" and rule.passed

    @pytest.mark.parametrize("text", ["loud", "+3", "-71", "nan", ""])
    def test_unknown_targets_are_refused(self, text):
        with pytest.raises(CliFail, match=r"allowed is streaming, .*r128"):
            target_of(text)


class TestTraces:
    def test_integrated_loudness_ends_at_that_of_the_meter(self, found):
        ends, lufs = traces.running_integrated_lufs(found["history"]["momentary_lufs"])
        assert ends[-1] == len(found["history"]["momentary_lufs"])
        assert lufs[-1] == pytest.approx(found["integrated_lufs"], abs=0.05)

    def test_plr_and_psr_end_at_those_of_the_meter(self, found):
        history = found["history"]
        ends, lufs = traces.running_integrated_lufs(history["momentary_lufs"])
        plr = traces.plr_db(history["tp_dbtp"], ends, lufs)
        assert plr[-1] == pytest.approx(found["plr_db"], abs=0.1)
        psr = traces.psr_db(history["tp_dbtp"], history["short_lufs"])
        assert np.nanmin(psr) == pytest.approx(found["min_psr_db"], abs=0.1)

    def test_correlation_of_known_signals(self, rng):
        left, other = rng.standard_normal((2, 4 * RATE_HZ)).astype(np.float32) * 0.1
        for right, expected in ((left, 1.0), (-left, -1.0), (other, 0.0)):
            t, value = traces.correlation(np.stack([left, right]), RATE_HZ)
            assert value == pytest.approx(np.full(8, expected), abs=0.03) and t[0] == pytest.approx(0.25)
        assert np.isnan(traces.correlation(np.zeros((2, RATE_HZ), np.float32), RATE_HZ)[1]).all()

    def test_the_spectrogram_shows_a_sine_in_its_row(self):
        sine = 0.5 * np.sin(2 * np.pi * 1000 / RATE_HZ * np.arange(RATE_HZ))
        levels = traces.spectrogram_db(np.stack([sine, sine]), RATE_HZ)
        row = int(np.argmax(levels[:, 10]))
        assert np.geomspace(20_000, 20, len(levels))[row] == pytest.approx(1000, rel=0.03)
        assert levels[row, 10] == pytest.approx(-6, abs=1.5)

    def test_mono_is_a_vertical_line_in_the_vectorscope(self, rng):
        left = rng.standard_normal(RATE_HZ)
        for samples, upright in ((np.stack([left, left]), True), (np.stack([left, -left]), False)):
            density = traces.vectorscope(samples)
            assert (np.ptp(np.nonzero(density)[0]) > np.ptp(np.nonzero(density)[1])) == upright

    def test_pink_noise_is_flat_in_thirds(self, rng):
        spectrum = np.fft.rfft(rng.standard_normal((2, 1 << 19)))
        pink = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(spectrum.shape[1]), 1)))
        hz, levels, _ = traces.thirds(pink, RATE_HZ)
        assert np.ptp(levels[hz >= 100]) < 1.0


def test_png_can_be_read_by_another_library(tmp_path, rng):
    pixels = rng.integers(0, 256, (7, 5, 3)).astype(np.uint8)
    (tmp_path / "x.png").write_bytes(svg.png(pixels))
    assert np.array_equal(np.asarray(Image.open(tmp_path / "x.png")), pixels)


def test_thinning_keeps_the_extremes(rng):
    y = rng.standard_normal(50_000)
    y[12_345], y[33_333] = 40, -40
    x, thin = svg.thinned(np.arange(50_000), y)
    assert len(x) <= svg.MOST_POINTS and thin.max() == 40 and thin.min() == -40 and np.all(np.diff(x) > 0)


class TestPage:
    @pytest.fixture
    def text(self, file, tmp_path):
        status, _, stderr = burnish("analyze", file, "--report", tmp_path / "r.html", "--target", "r128")
        assert status == 0, stderr
        return (tmp_path / "r.html").read_text()

    def test_it_loads_nothing_and_escapes_names(self, text):
        page = Reader(text)
        assert page.loaded and all(address.startswith("data:image/png") for address in page.loaded)
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text)
        assert "a &lt;mix&gt; &amp; more.wav" in text and "<mix>" not in text

    def test_the_verdict_is_first_and_every_plot_is_there(self, text):
        titles = re.findall(r"<h2>(.*?)</h2>", text)
        assert titles == ["Waveform in dB", "Loudness", "True peak", "Dynamics", "Spectrum", "Spectrogram", "Correlation",
                          "Vectorscope", "Short-term loudness", "All figures", "File"]  # fmt: skip
        assert re.search("Pass: all|Fail: ", text).start() < text.index("<h2>") and "EBU R 128" in text
        assert "SHA-256" in text and "WAV, PCM 24" in text

    def test_the_cursor_reads_the_values_of_the_meters(self, text, file):
        samples, _ = soundfile.read(file, dtype="float32")
        history = analysis.analyse(np.ascontiguousarray(samples.T), RATE_HZ)["history"]
        series = {name: columns for plot in Reader(text).series for name, columns in plot.items()}
        assert series["S"][1] == pytest.approx(history["short_lufs"], abs=0.006)
        assert series["dBTP"][1] == pytest.approx(history["tp_dbtp"], abs=0.006)

    def test_all_coordinates_are_numbers_inside_the_plots(self, text):
        assert not re.search(r'="[^"]*\b(nan|inf)\b', text)
        for tag, values in Reader(text).tags:
            if tag == "line" and "x1" in values:
                assert 0 <= float(values["x1"]) <= plots.WIDTH


@pytest.mark.parametrize("seconds, level", [(0.02, 0.1), (0.5, 0.0), (2.0, 0.0), (4.0, 1.9)])
def test_short_silent_and_hot_files_have_a_page(tmp_path, rng, seconds, level):
    path = tmp_path / "x.wav"
    noise = level * np.clip(rng.standard_normal((int(seconds * RATE_HZ), 2)), -1, 1)
    soundfile.write(path, noise, RATE_HZ, subtype="FLOAT")
    status, _, stderr = burnish("analyze", path, "--report", tmp_path / "r.html")
    assert status == 0 and not stderr, stderr
    text = (tmp_path / "r.html").read_text()
    assert ('class="over"' in text) == (level > 1)
    assert ("– unknown" in text) == (level == 0 or seconds < 0.4)


class TestPdf:
    def test_an_installed_browser_prints_it(self, file, tmp_path, monkeypatch):
        """A program in place of the browser writes a file at the requested path."""
        browser = tmp_path / "bin" / "chromium"
        browser.parent.mkdir()
        browser.write_text(
            '#!/bin/sh\nfor a; do case $a in --print-to-pdf=*) echo "PDF of $a" > "${a#*=}";; esac; done\n'
        )
        browser.chmod(0o755)
        monkeypatch.setenv("PATH", f"{browser.parent}{os.pathsep}{os.environ['PATH']}")
        status, _, stderr = burnish("analyze", file, "--report", tmp_path / "r.pdf")
        assert status == 0, stderr
        assert (tmp_path / "r.pdf").read_text().startswith("PDF of")

    def test_without_a_browser_it_says_what_to_do(self, file, tmp_path, monkeypatch):
        monkeypatch.setattr(shutil, "which", lambda name: None)
        status, _, stderr = burnish("analyze", file, "--report", tmp_path / "r.pdf")
        assert status != 0 and "write .html and print it" in stderr and not (tmp_path / "r.pdf").exists()

    def test_a_browser_that_fails_is_reported(self, tmp_path, monkeypatch):
        monkeypatch.setattr(pdf, "check_browser", lambda: shutil.which("false"))
        with pytest.raises(CliFail, match="could not print"):
            pdf.write_pdf("<p>", tmp_path / "r.pdf")


def test_rows_have_a_unit_or_are_counts(found):
    assert dict(rows(found))["integrated loudness"].endswith("LUFS")


class TestMoments:
    def test_a_burst_is_found_at_its_time(self):
        """A tone of 20 dB more from 6.0 s to 6.5 s has the highest loudness, and a click at 9.03 s the highest true peak."""
        t = np.arange(12 * RATE_HZ) / RATE_HZ
        tone = np.where((t >= 6) & (t < 6.5), 0.5, 0.05) * np.sin(2 * np.pi * 997 * t)
        tone[round(9.03 * RATE_HZ)] = 0.95
        samples = np.stack([tone, tone]).astype(np.float32)
        times = moments.moments(analysis.analyse(samples, RATE_HZ))
        assert 6.3 <= times["highest momentary"] <= 6.6
        assert 6.4 <= times["highest short-term"] <= 9.0
        assert abs(times["true peak"] - 9.05) <= 0.1
        [_, (name, text)] = moments.rms_rows(samples, RATE_HZ)
        assert name == "highest RMS of 50 ms" and re.fullmatch(r"-9\.0[234] dBFS at 0:06\.[0-4]", text)

    def test_rms_of_a_full_scale_sine_and_of_silence(self):
        sine = np.sin(2 * np.pi * 1000 * np.arange(RATE_HZ) / RATE_HZ)
        rows = moments.rms_rows(np.stack([sine, np.zeros(RATE_HZ)]).astype(np.float32), RATE_HZ)
        assert rows[0] == ("RMS left, right", "-3.01, -100.00 dBFS")

    def test_silence_has_no_moments(self):
        found = analysis.analyse(np.zeros((2, 5 * RATE_HZ), np.float32), RATE_HZ)
        assert "highest short-term" not in moments.moments(found)
        assert dict(moments.with_moments([("true peak", "–")], found))["true peak"] == "–"

    def test_the_clock_counts_tenths(self):
        assert [moments.clock(s) for s in (0, 59.96, 61.25, 600)] == ["0:00.0", "1:00.0", "1:01.2", "10:00.0"]


def test_overs_are_listed_with_their_times(tmp_path):
    loud = np.zeros((RATE_HZ * 2, 2), np.float32)
    loud[30000:30100] = 1.2
    soundfile.write(tmp_path / "loud.wav", loud, RATE_HZ, subtype="FLOAT")
    status, _, err = burnish("analyze", tmp_path / "loud.wav", "--report", tmp_path / "r.html")
    assert status == 0, err
    text = (tmp_path / "r.html").read_text()
    assert "<h2>Overs</h2>" in text and "0:00.6 to 0:00.7" in text
