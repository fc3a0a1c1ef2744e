"""The loop test, on a simulated card whose loop cable has a known delay, gain and noise."""

import subprocess
import sys

import numpy as np
import pytest

from firmware import loop_test
from firmware.engine import TONE_DBFS, full_scale_dbu, loop_figures, loop_signal
from firmware.system import Options, Refusal

RATE_HZ, PERIOD, PERIODS = 48000, 128, 3


class Cable:
    """A card whose outputs are connected to its inputs. `gains` is the matrix from outputs (columns) to inputs (rows). `delay_frames` is the
    delay of the converters, and `noise_dbfs` is the RMS level of the noise that they add. Reads and writes take whole periods, as with a
    real card."""

    def __init__(self, gains=((1, 0), (0, 1)), delay_frames=37, noise_dbfs=None, *, xruns=0, bend=0.0):
        self._gains, self._delay, self._bend = np.array(gains, float), delay_frames, bend
        self._noise = 0.0 if noise_dbfs is None else 10 ** (noise_dbfs / 20)
        self._chance, self._xruns = np.random.default_rng(3), xruns
        self.closed = 0
        self.drop()

    def drop(self):
        self._played = np.zeros((self._delay, 2))

    def write(self, data):
        words = np.frombuffer(data, "<i4").reshape(-1, 2)
        self._played = np.concatenate([self._played, words / 2.0**31])
        return len(words)

    def read(self):
        if self._xruns:
            self._xruns -= 1
            return -32, b""
        now, self._played = self._played[:PERIOD], self._played[PERIOD:]
        assert len(now) == PERIOD
        heard = now @ self._gains.T
        heard = heard + self._bend * heard**2 + self._noise * self._chance.standard_normal(heard.shape)
        return PERIOD, np.clip(np.rint(heard * 2.0**31), -(2.0**31), 2.0**31 - 1).astype("<i4").tobytes()

    def close(self):
        self.closed += 1


def options(tmp_path):
    return Options(tmp_path, tmp_path, RATE_HZ, PERIOD, PERIODS, "hw:0", "hw:0", {}, "", "", False, False, 0, True)


def measured(tmp_path, *cable, **parts):
    loop = Cable(*cable, **parts)
    return loop_test.measure(loop, loop, options(tmp_path))


def test_delay_gain_null_and_noise_come_back_as_injected(tmp_path, record):
    """The converters have a delay of 37 frames, gains of -1.25 dB and +0.1 dB, and noise of -110 dBFS."""
    gains = 10 ** (-1.25 / 20), 10 ** (0.1 / 20)
    both = measured(tmp_path, np.diag(gains), 37, -110.0)
    for side, gain in enumerate(gains):
        figures = both[side]
        assert (figures.from_output, figures.delay_frames) == (side, 37)
        assert figures.gain_db == pytest.approx(20 * np.log10(gain), abs=0.001)
        assert figures.noise_dbfs == pytest.approx(-110, abs=0.2)
        assert figures.null_db == pytest.approx(-110 + 20 - 20 * np.log10(gain), abs=0.5)
        assert figures.thd_n_db == pytest.approx(-110 + 12 + 3.01 - 20 * np.log10(gain), abs=0.5)
    assert loop_test.faults(both) == ["the channels differ by 1.35 dB"]
    error_db = max(abs(both[side].gain_db - 20 * np.log10(gain)) for side, gain in enumerate(gains))
    record(
        "Box",
        "loop cable, simulated, noise -110 dBFS: error of the reported gain",
        error_db,
        "dB",
        target="≤ 0.001 dB",
        digits=3,
    )


def test_a_digital_loop_nulls_to_its_word_length(tmp_path):
    both = measured(tmp_path)
    assert loop_test.faults(both) == []
    assert all(figures.null_db < -150 and figures.noise_dbfs == -200 for figures in both)


def test_an_analog_loop_nulls_although_its_delay_is_no_whole_frame(tmp_path, monkeypatch):
    """Converters delay by fractions of a frame and have a gentle low-pass. Neither of these counts as a fault."""
    sent = loop_signal(RATE_HZ)
    taps = np.sinc(np.arange(-32, 33) - 0.5) * np.blackman(65)
    heard = np.stack([np.convolve(channel, taps)[: sent.shape[1]] for channel in sent])
    heard = np.concatenate([heard, np.zeros((2, RATE_HZ))], axis=1)
    for figures in loop_figures(heard, RATE_HZ):
        assert figures.delay_frames in (32, 33) and figures.null_db < -80


@pytest.mark.parametrize(
    "gains, parts",
    [
        (((1, 0), (0, 0)), ("nothing arrives at the right input",)),
        (((0, 1), (1, 0)), ("the left input gets the signal of the other output", "the right input gets")),
        (((1, 0.3), (0, 1)), ("the left input gets something else",)),
        (((0, 0), (0, 0)), ("nothing arrives at the left input", "nothing arrives at the right input")),
    ],
)
def test_wrong_cables_are_named(tmp_path, gains, parts):
    found = loop_test.faults(measured(tmp_path, gains))
    assert len(found) == len(parts)
    for sentence, part in zip(found, parts, strict=True):
        assert sentence.startswith(part)


def test_distortion_is_measured(tmp_path):
    """A quadratic distortion of 0.01 causes a second harmonic of 0.01 A / 2 relative to the tone."""
    amplitude = 10 ** (TONE_DBFS / 20)
    both = measured(tmp_path, bend=0.01)
    assert both[0].thd_n_db == pytest.approx(20 * np.log10(0.01 * amplitude / 2), abs=0.1)


def test_an_xrun_is_measured_again_and_three_are_refused(tmp_path):
    assert measured(tmp_path, xruns=2)[0].delay_frames == 37
    with pytest.raises(Refusal, match="lost frames"):
        measured(tmp_path, xruns=3)


def test_calibration_gives_the_levels_of_full_scale(tmp_path, capsys):
    """A meter shows +12.10 dBu for the tone of -12 dBFS; the input receives the tone 0.4 dB lower."""

    class Relay:
        interval_s, beats, on = 0.001, 0, True

        def beat(self):
            self.beats += 1

        def release(self):
            self.on = False

    loop, relay = Cable(np.diag([10 ** (-0.4 / 20)] * 2)), Relay()
    assert loop_test.main(options(tmp_path), relay, lambda: (loop, loop), 12.1) == 0
    shown = capsys.readouterr().out
    assert "full_scale_dbu = 24.1" in shown and "+24.10" in shown and "+24.50" in shown
    assert relay.beats and not relay.on and loop.closed == 2
    output_dbu, input_dbu = full_scale_dbu(12.1, loop_test.measure(loop, loop, options(tmp_path))[0])
    assert (output_dbu, input_dbu) == (pytest.approx(24.1), pytest.approx(24.5, abs=0.001))


def test_the_tone_has_its_level_and_no_step(tmp_path):
    loop, periods = Cable(), iter([True] * 1000)
    heard = []
    read, loop.read = loop.read, lambda: heard.append(read()) or heard[-1]
    loop_test.play_tone(loop, loop, options(tmp_path), lambda: next(periods, False))
    words = np.concatenate([np.frombuffer(data, "<i4").reshape(-1, 2) for _, data in heard])[
        37 + PERIOD * (PERIODS - 1) :
    ]
    assert np.abs(words).max() / 2.0**31 == pytest.approx(10 ** (TONE_DBFS / 20), rel=1e-6)
    assert np.abs(np.diff(words[:, 0], n=2)).max() < 1.01 * (2 * np.pi * 1000 / RATE_HZ) ** 2 * np.abs(words).max()


@pytest.mark.parametrize(
    "words, part",
    [(["--calibrate", "12"], "--calibrate needs --loop-test"), (["--sim", "--tone"], "--tone need a sound card")],
)
def test_wrong_options_are_refused(words, part, tmp_path):
    command = [sys.executable, "-m", "firmware", *words, "--run-dir", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2 and part in done.stderr and done.stderr.count("\n") == 1
