"""Width, mono-maker, balance, polarity: comparison with their responses, exact when neutral, no clicks."""

import numpy as np
import pytest

from dsp_ext.output.stereo import Stereo
from dsp_ext.settings import STEREO
from tests.support.residue import click_db

RATE_HZ = 48000


def make(rate_hz: int = RATE_HZ, **settings) -> Stereo:
    """A `Stereo` whose ramps have ended."""
    stereo = Stereo(rate_hz, 4096)
    for name, value in settings.items():
        stereo.set(name, value)
    stereo.process(np.zeros((2, rate_hz // 20), np.float32))
    stereo.reset()
    return stereo


def through(stereo: Stereo, x: np.ndarray) -> np.ndarray:
    y = x.copy()
    stereo.process(y)
    return y


@pytest.mark.parametrize("rate_hz", [44100, 48000, 96000, 192000])
def test_neutral_and_out_of_circuit_pass_24_bit_words_unchanged(rate_hz, rng):
    x = (rng.integers(-(2**23), 2**23, (2, 20000)) / 2**23).astype(np.float32)
    moved = {"split_low_hz": 1500, "split_high_hz": 700, "mono_hz": 300}
    off = {"enabled": 0, "width_low_pct": 0, "mono": 1, "balance_pct": -50, "invert_left": 1}
    for settings in ({}, moved, off):
        stereo = make(rate_hz, **settings)
        assert stereo.latency == 0
        assert np.array_equal(through(stereo, x), x)


@pytest.mark.parametrize("rate_hz", [44100, 48000, 96000, 192000])
def test_side_follows_its_response_and_mid_is_untouched(rate_hz, rng, record):
    worst = 0.0
    for _ in range(10):
        settings = {f"width_{band}_pct": rng.uniform(0, 200) for band in ("low", "mid", "high")}
        settings |= {"split_low_hz": rng.uniform(60, 1000), "split_high_hz": rng.uniform(1000, 10000)}
        settings |= {"mono": int(rng.integers(2)), "mono_hz": rng.uniform(30, 400)}
        stereo = make(rate_hz, **settings)
        size = 1 << 16
        impulse = np.zeros((2, size), np.float32)
        impulse[0, 0] = 1
        y = through(stereo, impulse).astype(float)
        assert np.abs(y.sum(axis=0) - impulse.sum(axis=0)).max() < 2e-7
        freqs_hz = np.fft.rfftfreq(size, 1 / rate_hz)[1:-1]
        measured = np.fft.rfft(y[0] - y[1])[1:-1]
        worst = max(worst, np.abs(measured - stereo.side_response(freqs_hz)).max())
    record("Stereo", f"side signal, 10 random settings, {rate_hz} Hz: largest difference from the designed response", 20 * np.log10(worst), "dB",
           target="≤ -100 dB", digits=0, tolerance=6)  # fmt: skip
    assert worst < 1e-5


@pytest.mark.parametrize("width_pct", [0, 50, 200])
def test_equal_widths_are_one_gain_of_the_side(width_pct, rng):
    x = (0.2 * rng.standard_normal((2, 9600))).astype(np.float32)
    y = through(make(width_low_pct=width_pct, width_mid_pct=width_pct, width_high_pct=width_pct), x)
    assert np.allclose(y[0] - y[1], width_pct / 100 * (x[0] - x[1]), atol=3e-7)
    assert np.allclose(y[0] + y[1], x[0] + x[1], atol=3e-7)


def test_mono_maker_falls_by_12_db_per_octave_below_its_corner(record):
    stereo = make(mono=1, mono_hz=120)
    level_db = 20 * np.log10(np.abs(stereo.side_response([15, 30, 120, 1000])))
    assert level_db[2] == pytest.approx(-3.01, abs=0.01)
    assert level_db[1] - level_db[0] == pytest.approx(12, abs=0.1)
    assert level_db[3] == pytest.approx(0, abs=0.01)
    record(
        "Stereo",
        "mono-maker: level of the side signal two octaves below the corner frequency, 48 kHz",
        level_db[1],
        "dB",
        digits=1,
    )


def test_mono_sound_passes_every_width_and_the_mono_maker_unchanged(rng):
    x = np.repeat((0.5 * rng.standard_normal((1, 9600))).astype(np.float32), 2, axis=0)
    assert np.array_equal(through(make(width_low_pct=0, width_high_pct=200, mono=1), x), x)


@pytest.mark.parametrize(
    ("settings", "gains"),
    [
        ({"balance_pct": 25}, (0.75, 1)),
        ({"balance_pct": -100}, (1, 0)),
        ({"invert_left": 1}, (-1, 1)),
        ({"invert_left": 1, "invert_right": 1, "balance_pct": -50}, (-1, -0.5)),
    ],
)
def test_balance_lowers_the_other_channel_and_polarity_is_exact(settings, gains, rng):
    x = rng.uniform(-1, 1, (2, 4800)).astype(np.float32)
    assert np.array_equal(through(make(**settings), x), x * np.float32(gains)[:, None])


@pytest.mark.parametrize(
    "settings",
    [
        {"width_low_pct": 200, "width_mid_pct": 200, "width_high_pct": 200},
        {"mono": 1, "mono_hz": 300},
        {"split_low_hz": 800, "width_low_pct": 50},
        {"balance_pct": 50},
    ],
    ids=lambda settings: " ".join(settings),
)
def test_a_change_makes_no_click(settings, record):
    stereo = make(width_mid_pct=150)
    wave = 0.49 * np.sin(2 * np.pi * 200 * np.arange(48000) / RATE_HZ)
    x = np.stack([wave, -wave]).astype(np.float32)
    before = through(stereo, np.ascontiguousarray(x[:, :24000]))
    for name, value in settings.items():
        stereo.set(name, value)
    after = through(stereo, np.ascontiguousarray(x[:, 24000:]))
    worst = click_db(np.concatenate([before[:, -4800:], after], axis=1), RATE_HZ)
    record("Stereo", f"{', '.join(settings)} changed: residue above 3 kHz, 200 Hz tone in the side signal, 48 kHz", worst, "dBFS",
           target="≤ -100 dBFS", digits=0, tolerance=3)  # fmt: skip
    assert worst <= -100


def test_cutting_the_stream_changes_no_bit_while_settings_glide(rng):
    x = (0.3 * rng.standard_normal((2, 6000))).astype(np.float32)
    outs = []
    for lengths in ([6000], [1], [7, 500, 64]):
        stereo = Stereo(RATE_HZ, 4096)
        for name, value in (("width_low_pct", 0), ("width_high_pct", 170), ("mono", 1), ("split_high_hz", 2000)):
            stereo.set(name, value)
        y, at, turn = x.copy(), 0, 0
        while at < x.shape[1]:
            part = x[:, at : at + lengths[turn % len(lengths)]].copy()
            stereo.process(part)
            y[:, at : at + part.shape[1]] = part
            at, turn = at + part.shape[1], turn + 1
        outs.append(y)
    assert np.array_equal(outs[0], outs[1])
    assert np.array_equal(outs[0], outs[2])


def test_refuses_unknown_settings_and_values_that_are_not_numbers():
    stereo = Stereo(RATE_HZ, 512)
    with pytest.raises(KeyError, match="no setting 'width'; the settings are enabled, width_low_pct"):
        stereo.set("width", 100)
    for name in STEREO:
        with pytest.raises(ValueError, match=f"{name} must be .*, not inf"):
            stereo.set(name, float("inf"))


def test_engine_applies_every_stereo_setting(rng):
    from dsp_ext import Engine

    x = (0.05 * rng.standard_normal((2, 30000))).astype(np.float32)
    settings = {"width_low_pct": 50, "width_mid_pct": 130, "width_high_pct": 0, "split_low_hz": 300, "split_high_hz": 3000,
                "mono": 1, "mono_hz": 60, "balance_pct": 20, "invert_left": 1}  # fmt: skip
    engine = Engine(RATE_HZ, 4096)
    for name, value in settings.items():
        engine.set(f"stereo.{name}", value)
    engine.settle()
    y = np.concatenate([x, np.zeros((2, engine.latency), np.float32)], axis=1)
    engine.process(y)
    assert np.array_equal(y[:, engine.latency :], through(make(**settings), x))
