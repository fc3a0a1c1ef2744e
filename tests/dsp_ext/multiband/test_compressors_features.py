"""The features of a band beyond threshold and ratio: comparison of each setting with its formula."""

import numpy as np
import pytest

from dsp_ext.settings import LIMITING_RATIO

from .test_compressors import RATE_HZ, curve_db, deviation, gain_db, make, sine, square, through

#: These settings reach the final gain within a few milliseconds.
QUICK = {"attack_ms": 1, "release_ms": 20, "knee_db": 0}


def settled_db(level_db: float, **settings) -> float:
    return gain_db(make(**QUICK | settings), square(level_db, 9600))[-1]


def test_the_highest_ratio_is_infinite():
    for level_db in (-20.0, -7.0, 0.0):
        assert level_db + settled_db(level_db, threshold_db=-30, ratio=LIMITING_RATIO) == pytest.approx(-30, abs=1e-3)


def test_the_gain_range_limits_the_reduction():
    for level_db, wanted_db in ((-30, 0), (-15, -3.75), (-10, -6), (0, -6)):
        assert settled_db(level_db, threshold_db=-20, ratio=4, range_db=6) == pytest.approx(wanted_db, abs=1e-3)


def test_below_the_upper_threshold_the_level_is_raised_by_the_formula_up_to_the_gain_range(record):
    worst = 0.0
    for level_db in np.arange(-90, 0.1, 5):
        for knee_db in (0, 12):
            wanted_db = min(-curve_db(-level_db, 30, 3, knee_db), 15)
            got_db = settled_db(level_db, up_threshold_db=-30, up_ratio=3, up_range_db=15, knee_db=knee_db)
            worst = max(worst, abs(got_db - wanted_db))
    record(
        "Multiband",
        "upward compression: largest difference from the formula, 48 kHz",
        worst,
        "dB",
        target="≤ 0.05 dB",
        digits=4,
        tolerance=0.001,
    )
    assert worst <= 0.001


def test_below_the_lowest_threshold_the_level_is_lowered_by_the_formula_up_to_the_gain_range(record):
    worst = 0.0
    for level_db in np.arange(-90, 0.1, 5):
        under_db = max(0.0, -45 - level_db)
        got_db = settled_db(level_db, expand_threshold_db=-45, expand_ratio=2.5, expand_range_db=30)
        worst = max(worst, abs(got_db + min(1.5 * under_db, 30)))
    record(
        "Multiband",
        "downward expansion: largest difference from the formula, 48 kHz",
        worst,
        "dB",
        target="≤ 0.05 dB",
        digits=4,
        tolerance=0.001,
    )
    assert worst <= 0.001


def test_the_expander_opens_with_the_attack_and_closes_with_the_release():
    settings = {"expand_threshold_db": -40, "expand_ratio": 2, "expand_range_db": 20, "knee_db": 0}
    compressor = make(**settings, attack_ms=5, release_ms=200)
    x = np.concatenate([square(-70, 96000), square(-10, 4800), square(-70, 24000)], axis=1)
    _, opening, closing = np.split(gain_db(compressor, x), [96000, 100800])
    assert deviation(1 + opening / 20, 5, RATE_HZ) <= 0.05
    assert deviation(-closing / 20, 200, RATE_HZ) <= 0.05


def test_the_expander_does_not_open_and_close_within_a_wave():
    """The expander stays open during a low tone above the threshold, although the waveform crosses zero."""
    compressor = make(expand_threshold_db=-40, expand_ratio=4, expand_range_db=40)
    compressor.process(sine(-10, 50, 9600))
    compressor.take()
    compressor.process(sine(-10, 50, 48000))
    assert compressor.take() > -0.01


@pytest.mark.parametrize("hold_ms", [0, 20, 300])
def test_hold_keeps_the_reduction_before_the_release(hold_ms):
    compressor = make(threshold_db=-30, ratio=4, knee_db=0, attack_ms=1, release_ms=50, hold_ms=hold_ms)
    steps = np.concatenate([square(0, 4800), square(-60, 24000)], axis=1)
    fall = gain_db(compressor, steps)[4800:]
    began = int(np.argmax(fall > fall[0] + 1e-3))
    assert began == pytest.approx(hold_ms * 1e-3 * RATE_HZ, abs=40)
    assert deviation(1 - fall / fall[0], hold_ms + 50, RATE_HZ) <= 0.05


@pytest.mark.parametrize("rms_pct", [0, 50, 100])
def test_level_is_the_peak_or_the_mean_square_or_a_blend_of_their_powers(rms_pct):
    """A pulse train with peak power 1 and mean square 1/8."""
    compressor = make(**QUICK, threshold_db=-40, ratio=2, rms_pct=rms_pct)
    x = np.zeros((2, 48000), np.float32)
    x[:, ::8] = 1
    y = through(compressor, x)[0, 40000::8].astype(float)
    part = rms_pct / 100
    wanted_db = -0.5 * (40 + 10 * np.log10(1 - part + part / 8))
    assert 20 * np.log10(y.mean()) == pytest.approx(wanted_db, abs=0.1)


@pytest.mark.parametrize("lookahead_ms", [0, 1.5, 5])
def test_look_ahead_begins_earlier_at_the_same_latency(lookahead_ms):
    compressor = make(**QUICK, threshold_db=-30, ratio=4, lookahead_ms=lookahead_ms)
    assert compressor.latency == 240
    gain = gain_db(compressor, np.concatenate([square(-60, 4800), square(0, 4800)], axis=1))
    began = int(np.argmax(gain < -1e-3))
    assert began == 4800 - round(lookahead_ms * 1e-3 * RATE_HZ)


@pytest.mark.parametrize("link_pct", [0, 40, 100])
def test_link_moves_each_channel_towards_the_louder_level(link_pct):
    x = square(0, 9600) * np.float32([[1], [0.1]])
    y = through(make(**QUICK, threshold_db=-40, ratio=4, link_pct=link_pct), x)
    left_db, right_db = 20 * np.log10(np.abs(y[:, -1].astype(float) / x[:, -1]))
    assert left_db == pytest.approx(-0.75 * 40, abs=1e-3)
    assert right_db == pytest.approx(-0.75 * (20 + 20 * link_pct / 100), abs=1e-3)


def test_wet_blends_with_the_dry_sound():
    whole, half = (settled_db(0, threshold_db=-20, ratio=4, makeup_db=3, wet_pct=wet) for wet in (100, 50))
    assert 10 ** (half / 20) == pytest.approx(0.5 + 0.5 * 10 ** (whole / 20), rel=1e-6)


def test_bypass_is_exact_and_shows_no_reduction(rng):
    compressor = make(threshold_db=-40, ratio=4, makeup_db=6, bypass=1)
    x = (0.5 * rng.standard_normal((2, 9600))).astype(np.float32)
    assert np.array_equal(through(compressor, x), x)
    assert compressor.take() == 0


def test_automatic_make_up_compensates_half_of_the_reduction_at_full_scale():
    settings = {"threshold_db": -20, "ratio": 4}
    assert settled_db(0, auto_makeup=1, **settings) == pytest.approx(-7.5, abs=1e-3)
    assert settled_db(-40, auto_makeup=1, makeup_db=1, **settings) == pytest.approx(8.5, abs=1e-3)
    assert settled_db(-40, auto_makeup=1, range_db=6, **settings) == pytest.approx(3, abs=1e-3)


def test_adaptive_release_is_the_stated_one_for_a_tone_and_up_to_five_times_shorter_for_bursts():
    settings = {"threshold_db": -40, "ratio": 4, "knee_db": 0, "attack_ms": 1, "release_ms": 400, "adaptive": 1}
    quiet = sine(-60, 997, 24000)
    bursts = sine(0, 997, 48000)
    bursts[:, np.arange(48000) % 4800 > 480] *= 0.001
    for loud, shortest, longest in ((sine(0, 997, 48000), 0.9, 1.15), (bursts[:, :43681], 0.18, 0.35)):
        x = np.concatenate([loud, quiet], axis=1)
        envelope = reduction_db(make(**settings), x)[loud.shape[1] :]
        reached = int(np.argmax(envelope > envelope[0] * np.exp(-1))) / RATE_HZ * 1e3 / 400
        assert shortest < reached < longest


def reduction_db(compressor, x: np.ndarray) -> np.ndarray:
    """The gain in dB for each frame. Where the sound is too quiet for a measurement, the last known gain is repeated."""
    y = through(compressor, x)[0].astype(float)
    heard = np.abs(x[0]) > np.abs(x[0]).max() * 1e-5
    at = np.maximum.accumulate(np.where(heard, np.arange(len(y)), 0))
    return 20 * np.log10(np.maximum(np.abs(y[at]), 1e-12) / np.maximum(np.abs(x[0, at]), 1e-12))
