"""The whole box on virtual hardware in real time, and the laptop tool as a separate process."""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy import signal

from demo.box import SimulatedBox
from demo.mix import synthesise
from demo.report import loudness_lufs, true_peak_dbtp
from firmware.engine import replay
from host_cli.render import audiofile
from tests.support.paths import ROOT
from tests.support.patience import PATIENCE_S

RATE_HZ = 48000
FULL_SCALE = 2.0**31


def burnish(*arguments, device="", env=None) -> subprocess.CompletedProcess:
    """Run the tool in a separate process."""
    command = [sys.executable, "-m", "host_cli", *(["--device", str(device)] if device else []), *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, env=env)


@pytest.fixture(scope="module")
def mix(tmp_path_factory):
    """Nine seconds of the mix of the demo, with drums: (path, words)."""
    samples = synthesise(RATE_HZ)[:, 4 * RATE_HZ : 13 * RATE_HZ]
    words = audiofile.round_to_bits(audiofile.words_from_float(samples.T), 24)
    path = tmp_path_factory.mktemp("mix") / "mix.wav"
    audiofile.write_words(path, words, RATE_HZ, "24")
    return path, words


@pytest.fixture(scope="module")
def long_mix(mix, tmp_path_factory):
    """The mix twenty times in sequence, since commands to a box on a busy machine take longer than the mix.

    Without what is above 20.2 kHz: there the true-peak meter of the test and that of the limiter differ.
    """
    repeated = np.tile(mix[1] / FULL_SCALE, (20, 1))
    low_pass = signal.firwin(1001, 20200, fs=RATE_HZ)[:, None]
    words = audiofile.words_from_float(signal.oaconvolve(repeated, low_pass, mode="same", axes=0))
    words = audiofile.round_to_bits(words, 24)
    path = tmp_path_factory.mktemp("mix") / "long.wav"
    audiofile.write_words(path, words, RATE_HZ, "24")
    return path, words


def play_on(box: SimulatedBox, seconds: float) -> None:
    """Wait until the box has played for so long; its time, not that of the machine."""
    out = box.run_dir / "out.raw"
    end_bytes = out.stat().st_size + seconds * RATE_HZ * 8
    while box.running() and out.stat().st_size < end_bytes:
        time.sleep(0.05)


class Run:
    """One run of the box: what commands answered while it played, and its output."""

    def __init__(self, run_dir: Path, mix, actions=lambda box: None, realtime: bool = True, to_the_end: bool = True):
        path, self.words = mix
        with SimulatedBox(run_dir, path, realtime=realtime) as box:
            self.answers = actions(box)
            while to_the_end and box.running():
                time.sleep(0.05)
        self.run_log = box.run_log()
        self.out = box.recording()[self.run_log["prefill_frames"] :][: self.run_log["frames"]]
        self.input = np.zeros_like(self.out)
        self.input[: len(self.words)] = self.words[: len(self.out)]

    def frame_of(self, **values) -> int:
        """The frame from which these settings applied."""
        wanted = {name.replace("__", "."): value for name, value in values.items()}
        return next(e["frame"] for e in self.run_log["events"] if wanted.items() <= e["values"].items())


@pytest.fixture(scope="module")
def played(long_mix, tmp_path_factory):
    """A run in which a preset is loaded, a knob is turned, meters are read and bypass is switched on."""

    def actions(box):
        answers = {"before": burnish("--json", "get", "limiter.gain_db", device=box.tty)}
        play_on(box, 1.5)
        answers["load"] = burnish("--yes", "preset", "load", "Loud", device=box.tty)
        answers["loaded"] = burnish("--json", "get", "limiter.gain_db", "eq.b1.freq_hz", device=box.tty)
        answers["meters"] = burnish("--json", "meters", "--hz", "30", "--for", "2", device=box.tty)
        box.panel("turn 3 +4")  # the frequency of the first band of the EQ
        answers["turned"] = burnish("--json", "get", "eq.b1.freq_hz", device=box.tty)
        answers["bypass"] = burnish("bypass", "on", device=box.tty)
        play_on(box, 2)
        return answers

    return Run(tmp_path_factory.mktemp("box"), long_mix, actions, to_the_end=False)


def test_untouched_run_is_the_render_bit_for_bit(mix, tmp_path):
    """Without changes during the run, its output is the file render, and differs from the input."""
    path, words = mix
    first = Run(tmp_path, mix, lambda box: burnish("set", "limiter.gain_db=9", device=box.tty), to_the_end=False)
    assert first.answers.returncode == 0, first.answers.stderr
    run = Run(tmp_path, mix, realtime=False)
    assert run.run_log["start"]["limiter.gain_db"] == 9.0 and run.run_log["events"] == []
    out = tmp_path / "render.wav"
    done = burnish("--json", "render", path, "-o", out, "--set", "limiter.gain_db=9", "--bits", "32", "--keep-latency")
    assert done.returncode == 0, done.stderr
    rendered, _ = soundfile.read(out, dtype="int32")
    assert np.array_equal(rendered, run.out[: len(rendered)])
    assert not np.array_equal(rendered, words)


def test_changed_run_is_the_render_of_its_run_log_bit_for_bit(played):
    assert played.run_log["complete"]
    assert np.array_equal(replay.replay(played.run_log, played.input), played.out)


def test_nothing_was_lost_while_it_ran(played):
    assert played.run_log["xruns"] == 0
    assert played.run_log["bad_blocks"] == played.run_log["clamps"] == 0


def test_preset_over_the_serial_line_changes_the_output(played):
    assert played.answers["load"].returncode == 0, played.answers["load"].stderr
    before = json.loads(played.answers["before"].stdout)["values"]["limiter.gain_db"]
    after = json.loads(played.answers["loaded"].stdout)["values"]["limiter.gain_db"]
    assert after > before
    at = played.frame_of(limiter__gain_db=after)
    end = played.frame_of(chain__bypass=1.0)
    piece = slice(at + RATE_HZ, min(at + 3 * RATE_HZ, end))
    lag = played.run_log["latency_frames"]
    loudness_in = loudness_lufs(played.input[piece.start - lag : piece.stop - lag] / FULL_SCALE, RATE_HZ)
    loudness_out = loudness_lufs(played.out[piece] / FULL_SCALE, RATE_HZ)
    assert loudness_out > loudness_in + 2.0


def test_encoder_changes_what_get_reports(played):
    before = json.loads(played.answers["loaded"].stdout)["values"]["eq.b1.freq_hz"]
    turned = json.loads(played.answers["turned"].stdout)["values"]["eq.b1.freq_hz"]
    assert turned > before
    assert played.frame_of(eq__b1__freq_hz=turned) > 0


def test_meters_stream_at_30_hz_while_audio_runs(played):
    """Counted against frames of audio, unless the machine was too busy to keep the simulated sound card running."""
    frames = [json.loads(line) for line in played.answers["meters"].stdout.splitlines()]
    assert [f["seq"] for f in frames] == list(range(frames[0]["seq"], frames[0]["seq"] + len(frames)))
    # The column "frame" arrives at 2 Hz; the first frames do not have it.
    slow = [i for i in range(1, len(frames)) if frames[i].get("frame") != frames[i - 1].get("frame")]
    audio_s = (frames[slow[-1]]["frame"] - frames[slow[0]]["frame"]) / RATE_HZ
    assert audio_s > 0.5
    if played.run_log["host_stalls"] == 0:
        assert (slow[-1] - slow[0]) / audio_s == pytest.approx(30, rel=0.2)
    assert max(f["out_peak_l_dbfs"] for f in frames) > -30


def test_bypass_is_bit_exact_and_aligned(played):
    assert played.answers["bypass"].returncode == 0
    lag = played.run_log["latency_frames"]
    start = played.frame_of(chain__bypass=1.0) + round(0.02 * RATE_HZ)
    assert len(played.out) - start > RATE_HZ
    assert np.array_equal(played.out[start:], played.input[start - lag : len(played.out) - lag])


def test_true_peak_stays_below_the_ceiling_by_another_meter(played):
    end = played.frame_of(chain__bypass=1.0)
    assert true_peak_dbtp(played.out[:end] / FULL_SCALE, RATE_HZ) <= played.run_log["start"]["limiter.ceiling_dbtp"]
    assert np.abs(played.out[:end]).max() / FULL_SCALE > 0.7  # the ceiling was nearly reached


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bad")
    tone = 0.1 * np.ones((480, 8))
    soundfile.write(folder / "mono.wav", tone[:, :1], 48000)
    soundfile.write(folder / "surround.wav", tone, 48000)
    soundfile.write(folder / "odd.wav", tone[:, :2], 37000)
    soundfile.write(folder / "empty.wav", tone[:0, :2], 48000)
    nan = tone[:, :2].copy()
    nan[7] = np.nan
    soundfile.write(folder / "nan.wav", nan, 48000, subtype="FLOAT")
    soundfile.write(folder / "good.wav", tone[:, :2], 48000)
    (folder / "text.wav").write_text("this is no sound\n")
    return folder


class TestBadInput:
    """Bad input gives one sentence with the cause and the allowed values, a documented status and no traceback."""

    CASES = (
        ("missing.wav", r"does not exist"),
        ("mono.wav", r"has 1 channel"),
        ("surround.wav", r"has 8 channels"),
        ("text.wav", r"not a sound file"),
        ("odd.wav", r"37000 Hz(: allowed are 44100|, but the engine runs at 44.1), 48"),
        ("empty.wav", r"0 frames"),
        ("nan.wav", r"not (a finite number|numbers)"),
    )

    def one_sentence(self, result, pattern, status):
        import re

        lines = result.stderr.strip().splitlines()
        assert len(lines) == 1, result.stderr
        assert re.search(pattern, lines[0]), lines[0]
        assert "Traceback" not in result.stderr
        assert result.returncode == status
        assert result.stdout == ""

    @pytest.mark.parametrize(("name", "pattern"), CASES, ids=[name for name, _ in CASES])
    def test_render_refuses(self, files, tmp_path, name, pattern):
        self.one_sentence(burnish("render", files / name, "-o", tmp_path / "out.wav"), pattern, 1)
        assert not (tmp_path / "out.wav").exists()

    @pytest.mark.parametrize(("name", "pattern"), CASES, ids=[name for name, _ in CASES])
    def test_box_refuses(self, files, tmp_path, name, pattern):
        command = [sys.executable, "-m", "firmware", "--sim", "--run-dir", tmp_path, "--mix", files / name]
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S)
        self.one_sentence(result, pattern, 2)

    @pytest.mark.parametrize(
        ("arguments", "pattern", "status"),
        [
            (("--set", "limiter.ceiling_dbtp=3"), r"allowed is -12 to 0 dBTP", 8),
            (("--set", "limiter.ceilng_dbtp=-1"), r"did you mean limiter.ceiling_dbtp", 8),
            (("--set", "limiter.ceiling_dbtp=-1 V"), r"allowed is -12 to 0 dBTP", 8),
            (("--set", "limiter.ceiling_dbtp=nan"), r"allowed is -12 to 0 dBTP", 8),
            (("--preset", "Lowd"), r"[Nn]o preset .*Loud", 8),
            (("--bits", "12"), r"12.*(16|24)", 2),
        ],
    )
    def test_render_refuses_settings(self, files, tmp_path, arguments, pattern, status):
        result = burnish("render", files / "good.wav", "-o", tmp_path / "out.wav", *arguments)
        self.one_sentence(result, pattern, status)

    def test_preset_with_a_wrong_unit(self, files, tmp_path):
        preset = tmp_path / "bad.toml"
        preset.write_text('format = "burnish-preset"\nschema = 1\nmin_reader = 1\n[limiter]\nceiling_db = -1.0\n')
        result = burnish("render", files / "good.wav", "-o", tmp_path / "out.wav", "--preset", preset)
        self.one_sentence(result, r"bad.toml.*ceiling_db.*limiter\.ceiling_dbtp", 8)

    def test_input_is_never_overwritten(self, files):
        before = (files / "good.wav").read_bytes()
        result = burnish("--yes", "render", files / "good.wav", "-o", files / "good.wav")
        self.one_sentence(result, r"overwrite its own input", 2)
        assert (files / "good.wav").read_bytes() == before

    def test_unknown_device_and_silent_port(self, tmp_path):
        self.one_sentence(burnish("info", device=tmp_path / "nowhere"), r"nowhere", 3)

    def test_box_refuses_an_unknown_sound_card(self, tmp_path):
        command = [sys.executable, "-m", "firmware", "--sim", "--run-dir", tmp_path, "--device", "hw:NoSuchCard"]
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S)
        assert result.returncode == 3
        assert "Traceback" not in result.stderr
        assert any(
            "hw:NoSuchCard" in line for line in result.stderr.splitlines()
        )  # the last line may come from another process
