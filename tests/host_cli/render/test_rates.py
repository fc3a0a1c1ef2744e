"""Files at every sampling rate: measured without a conversion, converted for a render, and how good the conversion is."""

import json

import numpy as np
import pytest
import soundfile

from demo.report import loudness_lufs, true_peak_dbtp
from dsp_ext.meters import Measurement, coefficients
from host_cli.render import AudioReader
from host_cli.render.conversion import converted, converted_frames

from .test_files import burnish

RATES_HZ = (8000, 11025, 16000, 22050, 32000, 37800, 44056, 47952, 96000, 192000, 384000)


def tone(rate_hz: int, hz: float, seconds: float = 4.0, level: float = 0.1) -> np.ndarray:
    x = level * np.sin(2 * np.pi * hz / rate_hz * np.arange(round(seconds * rate_hz)) + 0.3)
    return np.stack([x, x]).astype(np.float32)


def weighting_db(hz: float) -> float:
    """The K-weighting of the table of the standard, at 48 kHz."""
    z = np.exp(-2j * np.pi * hz / 48000) ** np.arange(3)
    return sum(20 * np.log10(abs(row[:3] @ z / (row[3:] @ z))) for row in coefficients(48000))


class TestMeasuring:
    @pytest.mark.parametrize("rate_hz", RATES_HZ)
    def test_loudness_is_right_at_every_rate(self, rate_hz):
        for hz in (40, 997, 3400):
            measurement = Measurement(rate_hz)
            measurement.add(tone(rate_hz, hz, 2.0))
            found = measurement.result()
            assert found["seconds"] == pytest.approx(2, abs=1e-4)
            assert found["integrated_lufs"] == pytest.approx(-20 - 0.691 + weighting_db(hz), abs=0.012)

    @pytest.mark.parametrize("rate_hz", RATES_HZ)
    def test_true_peaks_are_right_at_every_rate(self, rate_hz):
        """Up to 0.42 of the rate, with phases that keep the crests off the samples."""
        for part in (0.1, 0.25, 1 / 3, 0.42):
            x = tone(rate_hz, part * rate_hz, 0.2)
            x *= np.hanning(x.shape[1]).astype(np.float32) ** 0.1  # an abrupt end would have a higher peak
            measurement = Measurement(rate_hz)
            measurement.add(x)
            assert measurement.result()["max_tp_dbtp"] == pytest.approx(-20, abs=0.06)

    @pytest.mark.parametrize("rate_hz", RATES_HZ)
    def test_history_and_overs_keep_time_at_every_rate(self, rate_hz, tmp_path):
        x = tone(rate_hz, 997, 12.0, 0.5)
        at = slice(round(10 * rate_hz), round(10.5 * rate_hz))
        x[:, at] *= 2.4
        soundfile.write(tmp_path / "in.wav", x.T, rate_hz, subtype="FLOAT")
        status, stdout, stderr = burnish("--json", "analyze", tmp_path / "in.wav")
        assert (status, stderr) == (0, "")
        found = json.loads(stdout)["files"][0]
        assert found["over_count"] == 1 and found["worst_over"] == found["overs"][0]
        assert found["worst_over"]["seconds"] == pytest.approx(10, abs=0.11)
        assert found["worst_over"]["until_s"] == pytest.approx(10.5, abs=0.21)
        assert found["worst_over"]["dbtp"] == pytest.approx(20 * np.log10(1.2), abs=0.08)  # the tone starts abruptly
        assert found["history"]["seconds"][-1] == pytest.approx(12, abs=0.11)

    @pytest.mark.filterwarnings("error")
    @pytest.mark.parametrize(
        ("rate_hz", "channels"), [(8000, 2), (8000, 6), (48000, 1), (48000, 2), (48000, 8), (384000, 2)]
    )
    @pytest.mark.parametrize("frames", [1, 2, 63, 1000])
    def test_short_files_give_no_warnings(self, tmp_path, rate_hz, frames, channels):
        soundfile.write(tmp_path / "short.wav", np.full((frames, channels), 0.5), rate_hz, format="WAVEX")
        for output in ([], ["--json"]):
            status, stdout, stderr = burnish("analyze", tmp_path / "short.wav", *output)
            assert (status, stderr) == (0, "")
        found = json.loads(stdout)["files"][0]
        assert found["integrated_lufs"] is None and found["max_tp_dbtp"] >= -6.03

    def test_sample_peaks_and_clips_below_44_khz_are_those_of_the_file(self):
        measurement = Measurement(8000)
        x = np.zeros((2, 8000), np.float32)
        x[0, 100:110], x[1, 50] = 1.0, -0.5
        measurement.add(x)
        found = measurement.result()
        assert (found["clips"], found["peak_l_dbfs"]) == (10, 0.0)
        assert found["peak_r_dbfs"] == pytest.approx(-6.02, abs=0.01)
        assert found["max_tp_dbtp"] > 0.5  # a pulse of ten samples exceeds them between samples

    def test_blocks_do_not_matter_below_44_khz(self, rng):
        x = (0.1 * rng.standard_normal((2, 30000))).astype(np.float32)
        results = []
        for lengths in ([30000], [1, 799, 800, 5, 28395]):
            measurement = Measurement(11025)
            for end, length in zip(np.cumsum(lengths), lengths, strict=True):
                measurement.add(x[:, end - length : end])
            results.append(measurement.result())
        for name in ("integrated_lufs", "max_tp_dbtp", "peak_l_dbfs", "lra_lu", "max_short_lufs"):
            assert results[0][name] == pytest.approx(results[1][name], abs=1e-6)

    @pytest.mark.parametrize("rate_hz", [4000, 7999, 384001, 705600])
    def test_other_rates_are_refused(self, tmp_path, rate_hz):
        soundfile.write(tmp_path / "in.wav", np.zeros((100, 2)), rate_hz)
        status, _, stderr = burnish("analyze", tmp_path / "in.wav")
        assert status == 1 and "allowed are 8 to 384 kHz" in stderr and stderr.count("\n") == 1


def conversion(rate_from: int, rate_to: int, x: np.ndarray) -> np.ndarray:
    """`x` (channels, frames), converted in blocks."""
    blocks = np.array_split(x.astype(np.float32), 7, axis=1)
    frames = converted_frames(x.shape[1], rate_from, rate_to)
    return np.concatenate(list(converted(blocks, rate_from, rate_to, frames)), axis=1)


class TestConversion:
    @pytest.mark.parametrize(
        ("rate_from", "rate_to"), [(48000, 44100), (44100, 48000), (96000, 44100), (192000, 48000), (96000, 48000)]
    )
    def test_quality(self, rate_from, rate_to, record):
        """Tones through the pass-band and the stop-band, and an impulse for the latency."""
        nyquist = min(rate_from, rate_to) / 2
        middle = slice(rate_to // 4, -rate_to // 4)
        levels = []
        for part in (0.001, 0.1, 0.5, 0.8, 0.9, 0.907):
            out = conversion(rate_from, rate_to, tone(rate_from, part * nyquist, 1.0, 0.5))[0, middle]
            k = np.arange(len(out))
            phase = 2 * np.pi * part * nyquist / rate_to * k
            basis = np.stack([np.sin(phase), np.cos(phase)], 1)
            fit = np.linalg.lstsq(basis, out, rcond=None)[0]
            levels.append(20 * np.log10(np.hypot(*fit) / 0.5))
            residue = 20 * np.log10(np.std(out - basis @ fit) / (0.5 / np.sqrt(2)))
            assert residue < -130, "limited by the 24 bits of a float32 sample"
        assert np.max(np.abs(levels)) < 0.01
        name = f"{rate_from / 1000:g} to {rate_to / 1000:g} kHz"
        record("Conversion", f"{name}, largest error of the level up to 0.907 of half the lower rate", np.max(np.abs(levels)), "dB",
               target="≤ 0.01", digits=4, tolerance=0.001)  # fmt: skip
        if rate_to < rate_from:
            leaks = []
            for hz in np.linspace(1.0 * nyquist, min(3 * nyquist, 0.49 * rate_from), 5):
                out = conversion(rate_from, rate_to, tone(rate_from, hz, 1.0, 1.0))[0, middle]
                leaks.append(20 * np.log10(max(np.abs(out).max(), 1e-9)))
            assert max(leaks[1:]) < -140
            record("Conversion", f"{name}, what remains of full-scale tones above half the new rate", max(leaks[1:]), "dBFS",
                   target="≤ -140", digits=0, tolerance=10)  # fmt: skip
        impulse = np.zeros((1, rate_from))
        impulse[0, rate_from // 2] = 1.0
        out = conversion(rate_from, rate_to, impulse)[0]
        k = np.arange(len(out))
        centre = (out**2 @ k) / (out**2).sum()
        assert centre == pytest.approx(rate_to / 2, abs=0.01), "latency in frames"
        assert len(out) == rate_to

    @pytest.mark.parametrize("frames", [1, 2, 3, 100, 4801])
    def test_every_length_is_the_exact_duration_rounded_up(self, frames):
        for rate_from, rate_to in ((96000, 44100), (44100, 96000), (8000, 192000), (384000, 48000)):
            out = conversion(rate_from, rate_to, np.full((2, frames), 0.1))
            assert out.shape == (2, -(-frames * rate_to // rate_from))

    def test_the_ceiling_and_the_target_hold_after_a_conversion(self, tmp_path, rng):
        x = np.tanh(4 * rng.standard_normal((6 * 96000, 2))) * 0.2
        soundfile.write(tmp_path / "in.wav", x, 96000, subtype="FLOAT")
        out = tmp_path / "out.wav"
        status, stdout, stderr = burnish(
            "--json", "render", tmp_path / "in.wav", "-o", out, "-p", "Streaming -14", "--rate", "44100"
        )
        assert status == 0, stderr
        samples, rate_hz = soundfile.read(out)
        result = json.loads(stdout)["rendered"][0]
        assert (rate_hz, result["input_rate_hz"], result["rate_hz"]) == (44100, 96000, 44100)
        assert len(samples) == 6 * 44100
        assert loudness_lufs(samples, rate_hz) == pytest.approx(-14, abs=0.1)
        assert result["after"]["max_tp_dbtp"] <= -1.0 + 0.001
        assert true_peak_dbtp(samples, rate_hz) <= -1 + 0.15

    def test_a_rate_of_the_engine_passes_unchanged(self, tmp_path, rng):
        words = rng.integers(-(2**20), 2**20, (5000, 2)).astype(np.int32) << 8
        soundfile.write(tmp_path / "in.wav", words, 48000, subtype="PCM_24")
        assert burnish("render", tmp_path / "in.wav", "-o", tmp_path / "out.wav", "--rate", "48000")[0] == 0
        assert np.array_equal(soundfile.read(tmp_path / "out.wav", dtype="int32")[0], words)

    @pytest.mark.parametrize(("rate_hz", "advised"), [(8000, 44100), (45000, 48000), (64000, 88200), (384000, 192000)])
    def test_other_rates_are_refused_with_the_option_that_helps(self, tmp_path, rate_hz, advised):
        source = tmp_path / "in.wav"
        soundfile.write(source, np.zeros((1000, 2)), rate_hz)
        status, _, stderr = burnish("render", source, "-o", tmp_path / "out.wav")
        assert status == 1 and f"`burnish render --rate {advised}` converts it" in stderr
        assert burnish("render", source, "-o", tmp_path / "out.wav", "--rate", advised)[0] == 0
        status, _, stderr = burnish("render", source, "-o", tmp_path / "b.wav", "--rate", "32000")
        assert status == 2 and "allowed are 44100" in stderr

    def test_without_soxr_the_package_is_named(self, tmp_path, monkeypatch):
        soundfile.write(tmp_path / "in.wav", np.zeros((1000, 2)), 48000)
        monkeypatch.setitem(__import__("sys").modules, "soxr", None)
        status, _, stderr = burnish("render", tmp_path / "in.wav", "-o", tmp_path / "o.wav", "--rate", "44100")
        assert status == 1 and "burnish[files]" in stderr and not (tmp_path / "o.wav").exists()

    def test_dither_is_added_because_the_samples_are_new(self, tmp_path):
        soundfile.write(tmp_path / "in.wav", np.zeros((4800, 2), np.int16), 48000)
        assert (
            burnish("render", tmp_path / "in.wav", "-o", tmp_path / "o.wav", "--rate", "44100", "--bits", "16")[0] == 0
        )
        with AudioReader(tmp_path / "in.wav", rate_hz=44100) as reader:
            assert reader.bits is None
        assert soundfile.read(tmp_path / "o.wav")[0].any()
