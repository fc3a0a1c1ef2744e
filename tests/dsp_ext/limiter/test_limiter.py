"""The limiter passes quiet sound exactly, and its settings do what they state."""

import numpy as np
import pytest

from dsp_ext.core.processor import RATES_HZ
from dsp_ext.limiter.limiter import Limiter
from dsp_ext.settings import LIMITER_STYLES
from tests.support.limited import limited
from tests.support.true_peak_oracle import BS1770, peaks

#: How far below the ceiling the peak stage limits.
MARGIN_DB = 0.03


def words(rng, frames, peak):
    """24-bit words up to `peak`, as float32."""
    return (rng.integers(-(2**23) * peak, 2**23 * peak, (2, frames)) / 2**23).astype(np.float32)


@pytest.mark.parametrize("rate", RATES_HZ)
def test_below_the_ceiling_nothing_changes(rng, rate):
    x = words(rng, 4000, 0.25)
    x[:, :8] = np.array([-1, 0, 1, 2**21, -(2**21), 3, -2, 5]) / 2**23
    y, limiter = limited(x, rate)
    assert np.array_equal(y[:, :4000], x)
    assert limiter.read_reduction_db() == 0.0 and limiter.clamps == 0


@pytest.mark.parametrize("rate", RATES_HZ)
def test_latency_is_the_reported_one(rate):
    for settings in ({}, {"gain_db": 20.0}, {"enabled": False}, {"ceiling_dbtp": -12.0, "release_ms": 5.0}):
        x = np.zeros((2, 100), np.float32)
        x[:, 40] = 0.5
        y, _ = limited(x, rate, **settings)
        assert np.argmax(np.abs(y[0])) == 40 == np.argmax(np.abs(y[1]))


def test_passes_words_unchanged_again_after_limiting(rng):
    """After the release, words pass unchanged again."""
    loud = rng.uniform(-2, 2, (2, 4800))
    quiet = words(rng, 150000, 0.2)
    y, _ = limited(np.concatenate([loud, quiet], axis=1), release_ms=100.0, slow_release_ms=200.0)
    assert np.array_equal(y[:, 130000 : 4800 + 150000], quiet[:, 130000 - 4800 :])


def test_switched_off_it_only_delays(rng):
    x = rng.uniform(-1, 1, (2, 9000)).astype(np.float32)
    y, _ = limited(x, enabled=False, gain_db=12.0)
    assert np.array_equal(y[:, :9000], x)


def test_off_and_on_while_limiting(rng):
    """When it is switched off, the output becomes the delayed input. When it is switched on again, the ceiling comes down over
    20 ms."""
    x = rng.uniform(-1, 1, (2, 48000 * 3)).astype(np.float32)
    y = x.copy()
    limiter = Limiter(48000)
    limiter.set(gain_db=12.0, ceiling_dbtp=-3.0, release_ms=50.0, settle=True)
    limiter.process(y[:, :20000].copy())
    part = np.ascontiguousarray(x[:, 20000:90000])
    limiter.set(enabled=False)
    limiter.process(part)
    assert np.array_equal(part[:, 60000:], x[:, 80000 - limiter.latency : 90000 - limiter.latency])
    part = np.ascontiguousarray(x[:, 90000:])
    limiter.set(enabled=True)
    limiter.process(part)
    assert np.abs(part[:, limiter.latency + 960 :]).max() <= 10 ** (-3 / 20)
    assert limiter.clamps == 0


def test_blocks_do_not_matter(rng):
    """The output has the same bits for all sizes of blocks, while settings change at the same frames."""
    x = (rng.uniform(-1, 1, (2, 20000)) * 10 ** rng.uniform(-1, 0.5, 20000)).astype(np.float32)
    moves = {3000: {"ceiling_dbtp": -6.0}, 7001: {"gain_db": 9.0}, 9000: {"ceiling_dbtp": 0.0},
             9500: {"ceiling_dbtp": -2.0}, 13333: {"enabled": False}, 15000: {"enabled": True}}  # fmt: skip
    results = []
    for biggest in (20000, 1, 63, 700):
        limiter, y, at = Limiter(48000), x.copy(), 0
        while at < 20000:
            if at in moves:
                limiter.set(**moves[at])
            step = min(int(rng.integers(1, biggest + 1)), *(m - at for m in (*moves, 20000) if m > at))
            part = np.ascontiguousarray(y[:, at : at + step])
            limiter.process(part)
            y[:, at : at + step] = part
            at += step
        results.append((y, limiter.read_reduction_db()))
    for y, reduction in results[1:]:
        assert np.array_equal(y, results[0][0]) and reduction == results[0][1]


def test_reset_clears_past_values_and_keeps_settings(rng):
    x = rng.uniform(-1, 1, (2, 3000)).astype(np.float32)
    limiter = Limiter(48000)
    limiter.set(gain_db=8.0, ceiling_dbtp=-4.0, settle=True)
    first, second = x.copy(), x.copy()
    limiter.process(first)
    limiter.reset()
    limiter.process(second)
    assert np.array_equal(first, second)


def test_faster_styles_are_louder_for_the_same_gain(rng):
    """Noise with peaks and a high gain: compares the power of the output for each style."""
    x = rng.standard_normal((2, 96000)) * 0.3
    power = [np.mean(limited(x, style=style, gain_db=12.0)[0][:, 48000:96000] ** 2) for style in LIMITER_STYLES]
    assert power[0] < power[1] < power[2]


@pytest.mark.parametrize("style", LIMITER_STYLES)
def test_the_gain_returns_after_a_burst(style):
    """A burst of 5 ms, 9 dB over the ceiling, in the left channel. The gain is measured by a small constant value in the right one."""
    x = np.full((2, 30000), 0.014)
    x[0, 3000:3240] += 0.7 * np.sin(2 * np.pi * 5000 / 48000 * np.arange(240))
    gain_db = 20 * np.log10(limited(x, style=style, ceiling_dbtp=-12.0)[0][1, :30000] / 0.014)
    assert gain_db[2950:3300].min() < -8 and gain_db[29000] > -2


def test_times_that_are_set_override_those_of_the_style(rng):
    x = rng.standard_normal((2, 24000)) * np.repeat(rng.uniform(0.1, 0.5, 24), 1000)
    lookahead, hold, release, slow = LIMITER_STYLES["transparent"][:4]
    by_hand, _ = limited(x, gain_db=9.0, lookahead_ms=lookahead, hold_ms=hold, release_ms=release, slow_release_ms=slow)
    by_style, _ = limited(x, gain_db=9.0)
    assert np.array_equal(by_hand, by_style)
    for other in ({"lookahead_ms": 5.0}, {"hold_ms": 10.0}, {"release_ms": 60.0}):
        assert not np.array_equal(by_style, limited(x, gain_db=9.0, **other)[0]), other


def test_links_are_separate():
    """Returns by how many dB the right channel is reduced by a peak, and then by a lasting sound, in the left channel. Quiet
    bursts before the peak keep the sound from being steady, because steady sound is reduced equally in both channels."""
    x = np.full((2, 140000), 0.1)
    n = np.arange(19000)
    x[0, :19000] += 0.2 * (n // 1000 % 2) * np.sin(2 * np.pi * 0.1 * n)
    x[0, 20000:20300] = 1.0
    x[0, 44000:140000] = np.sin(2 * np.pi * 0.01 * np.arange(96000))
    felt = {}
    for fast, slow in ((100, 100), (0, 0), (50, 50), (0, 100)):
        y, _ = limited(x, link_fast_pct=fast, link_slow_pct=slow, ceiling_dbtp=-6.0)
        gain_db = 20 * np.log10(y[1] / 0.1)
        felt[fast, slow] = gain_db[1000:34000].min(), gain_db[134000]  # after the stages have crossfaded
    assert felt[100, 100][0] < -6.0 and felt[100, 100][1] == pytest.approx(-6.1, abs=0.1)
    # The guard stage reduces both channels, here by a thousandth of a decibel: the steps of the peak reach half the rate.
    assert felt[0, 0][0] > -0.01 and felt[0, 0][1] == 0.0
    assert felt[50, 50][0] == pytest.approx(felt[100, 100][0] / 2, abs=0.2)
    assert felt[100, 100][1] < felt[50, 50][1] < felt[0, 0][1]
    assert felt[0, 100][0] > -0.01, "only what lasts is shared"
    assert felt[0, 100][1] == pytest.approx(-6.1, abs=0.1)


def test_sample_peak_mode(rng):
    """Peaks between the samples do not count. After the mode is switched on again, they count as soon as a second set of
    detectors has settled."""
    tone = np.tile(np.cos(np.pi / 2 * np.arange(48000) + np.pi / 4), (2, 1)).astype(np.float32)
    y, limiter = limited(tone, true_peak=False, gain_db=3.0, ceiling_dbtp=-1.0)
    assert 20 * np.log10(np.abs(y[:, 10000:40000]).max()) == pytest.approx(-1.03, abs=0.01)
    limiter.process(tone[:, :24000].copy())
    limiter.set(true_peak=True)
    part = tone[:, 24000:].copy()
    limiter.process(part)
    highest = max(peaks(channel[16000:], BS1770)[16:-16].max() for channel in part)
    assert 20 * np.log10(highest) <= -1.0 and limiter.clamps == 0


def test_unity_listening_compensates_the_gain(rng):
    x = words(rng, 9000, 0.1)
    y, _ = limited(x, gain_db=6.0, unity_listen=True)
    assert np.allclose(y[:, :9000], x, rtol=1e-6, atol=0)
    y, _ = limited(x, gain_db=-6.0, unity_listen=True)
    assert np.allclose(y[:, :9000], x * 10 ** (-6 / 20), rtol=1e-6), "never louder than the ceiling allows"


def test_delta_is_the_removed_signal(rng):
    x = rng.uniform(-1, 1, (2, 9000)).astype(np.float32)
    settings = {"gain_db": 3.0, "ceiling_dbtp": -3.0}
    y, _ = limited(x, **settings)
    removed, _ = limited(x, delta=True, **settings)
    gained = x * np.float32(10 ** (3 / 20))
    expected = np.clip(gained - y[:, :9000], -(10 ** (-3 / 20)), 10 ** (-3 / 20))
    assert np.abs(removed[:, :9000] - expected).max() < 1e-6


def test_wrong_settings_are_refused():
    limiter = Limiter(48000)
    with pytest.raises(ValueError, match="ceiling_dbtp must be -12 to 0 dBTP, not 1"):
        limiter.set(ceiling_dbtp=1)
    with pytest.raises(ValueError, match="lookahead_ms must be 0 to 10 ms, not 20"):
        limiter.set(lookahead_ms=20)
    with pytest.raises(ValueError, match="style must be one of transparent, punchy, aggressive, not 'loud'"):
        limiter.set(style="loud")
    with pytest.raises(KeyError, match="no setting 'celing'"):
        limiter.set(celing=-1)


def test_the_stereo_image_does_not_move(rng):
    """Both channels get the same gain."""
    left = rng.uniform(-1, 1, 6000).astype(np.float32)
    y, _ = limited(np.stack([left, left * np.float32(0.25)]), gain_db=12.0)
    assert np.array_equal(y[0] * np.float32(0.25), y[1])


def test_invalid_samples_have_no_lasting_effect(rng):
    """NaN and Inf pass through, as everywhere in the chain (the engine silences them); afterwards the output is as before."""
    limiter = Limiter(48000)
    bad = rng.uniform(-1, 1, (2, 2000)).astype(np.float32)
    bad[0, 500], bad[1, 600] = np.nan, np.inf
    limiter.process(bad)
    good = rng.uniform(-1, 1, (2, 96000)).astype(np.float32)
    limiter.process(good)
    assert np.all(np.isfinite(good[:, 2000:])) and np.abs(good[:, 2000:]).max() <= 10 ** (-1 / 20)
    assert np.abs(good[:, 90000:]).max() > 0.1


def test_the_first_sound_is_limited_like_any_other():
    """A full-scale tone in the first frame, without silence before it."""
    y, _ = limited(np.tile(np.sin(2 * np.pi * 1000 / 48000 * np.arange(48000)), (2, 1)), gain_db=6.0)
    windows = y[0, 2400:45600].astype(np.float64).reshape(-1, 960)
    assert np.abs(10 * np.log10(2 * (windows**2).mean(axis=1)) + 1).max() < 0.3
