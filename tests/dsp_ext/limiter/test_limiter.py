"""The true-peak limiter: it passes quiet sound exactly, and the output stays below the ceiling."""

import numpy as np
import pytest
from scipy.signal import firwin, oaconvolve

from dsp_ext.core import ramp_shape
from dsp_ext.core.processor import RATES_HZ
from dsp_ext.limiter.limiter import Limiter
from dsp_ext.settings import LIMITER_STYLES
from tests.support import hostile, limiter_corpus
from tests.support.plots import write_svg
from tests.support.true_peak_oracle import BS1770, LONG, peak_db, sinc_phases

#: How far below the ceiling the peak stage limits.
MARGIN_DB = 0.03


def limited(x, rate=48000, tail=64, **settings):
    """Returns the output for `x`, aligned with `x` and followed by `tail` frames, and the limiter."""
    limiter = Limiter(rate)
    limiter.set(settle=True, **settings)
    flush = np.zeros((2, limiter.latency + tail), np.float32)
    y = np.concatenate([np.asarray(x, np.float32), flush], axis=1)
    limiter.process(y)
    return np.ascontiguousarray(y[:, limiter.latency :]), limiter


def words(rng, frames, peak):
    """24-bit words up to `peak`, as float32."""
    return (rng.integers(-(2**23) * peak, 2**23 * peak, (2, frames)) / 2**23).astype(np.float32)


# -- without limiting ------------------------------------------------------------------------------------------------------


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


# -- cutting and resetting ----------------------------------------------------------------------------------------


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


# -- the ceiling --------------------------------------------------------------------------------------------------


def check_corpus(worst, clamps, record, title):
    print(*(f"{name:16} {values}" for name, values in worst.items()), sep="\n")
    record("Limiter", f"{title}: samples changed by the safety clamp", clamps, target="0", digits=0)
    for name, (_, bs1770, long) in worst.items():
        limit = "≤ 0.00 / ≤ +0.02 dB" if name in hostile.BAND_LIMITED else "≤ 0.00 dB / no bound"
        record("Limiter", f"{title}, class {name}: excess over the ceiling, BS.1770 meter / meter of 32 × 128 taps",
               f"{bs1770 + 0.0:+.2f} / {long + 0.0:+.2f} dB", target=limit)  # fmt: skip
    assert clamps == 0
    for name, (sample, bs1770, long) in worst.items():
        assert sample <= 0 and bs1770 <= 0, name
        if name in hostile.BAND_LIMITED:
            assert long <= 0.02, name


def test_ceiling_holds_on_the_hostile_corpus(record):
    """Every class, with random settings and block sizes. No finite meter detects all peaks above 20.5 kHz, so classes with such
    content have no target."""
    check_corpus(*limiter_corpus.run(range(limiter_corpus.QUICK)), record, f"{limiter_corpus.QUICK} segments")


@pytest.mark.bench
def test_ceiling_holds_on_the_whole_corpus(record):
    check_corpus(
        *limiter_corpus.run(range(limiter_corpus.FULL), processes=2), record, f"{limiter_corpus.FULL} segments"
    )


@pytest.mark.parametrize("rate", [44100, 96000, 192000])
def test_ceiling_holds_at_other_rates(rate):
    for number in range(40):
        name, x = hostile.segment(number, rate)
        y, limiter = limited(x, rate, gain_db=9.0, ceiling_dbtp=-1.0)
        assert limiter.clamps == 0 and peak_db(y, BS1770) <= -1.0, f"{name}, segment {number}"
        if name in hostile.BAND_LIMITED:
            assert peak_db(y, LONG) <= -1.0 + 0.02, f"{name}, segment {number}"


@pytest.mark.parametrize("style", LIMITER_STYLES)
def test_a_longer_meter_agrees_on_noise_up_to_half_the_rate(style, rng, record):
    """White noise, driven by 12 dB: over the ceiling on a meter of 32 points per sample and 128 taps each."""
    x = 0.35 * np.tanh(3 * rng.standard_normal((2, 48000)))
    y, _ = limited(x, gain_db=12.0, style=style)
    longer = peak_db(y[:, :12000], sinc_phases(32, 192, 10.0)) + 1.0
    record(
        "Limiter",
        f"{style}: noise up to half the rate, +12 dB: over the ceiling, 32 × 192-tap meter",
        longer,
        "dB",
        tolerance=0.05,
    )
    value = peak_db(y, LONG) + 1.0
    record("Limiter", f"{style}: noise up to half the rate, +12 dB: over the ceiling, 32 × 128-tap meter", value, "dB",
           target="≤ +0.02 dB", tolerance=0.01)  # fmt: skip
    assert value <= 0.02


def test_ceiling_holds_while_settings_move(rng):
    """Every setting changes at random frames. No frame exceeds the highest ceiling that could apply to it."""
    for number in range(60):
        _, a = hostile.segment(int(rng.integers(1000)))
        _, b = hostile.segment(int(rng.integers(1000)))
        x = np.ascontiguousarray(np.concatenate([a, b, a], axis=1))
        limiter, at = Limiter(48000), 0
        limiter.set(gain_db=6.0, settle=True)
        # A ramp ends before the next one begins, so an old ceiling no longer applies after two ramps and the latency.
        past = limiter.latency + 2 * 960
        moves = [(-past - 1, -1.0)]
        while at < x.shape[1]:
            step = min(int(rng.integers(1, 1500)), x.shape[1] - at)
            part = np.ascontiguousarray(x[:, at : at + step])
            limiter.process(part)
            newest_past = max(k for k, (frame, _) in enumerate(moves) if frame <= max(at - past, moves[0][0]))
            ceiling = max(value for _, value in moves[newest_past:])
            assert 20 * np.log10(np.abs(part).max() + 1e-9) <= ceiling, f"segment {number} at {at}"
            if step > 12:
                assert inside(part, BS1770) <= ceiling + 0.001, f"segment {number} at {at}"
            at += step
            move = rng.integers(6)
            if move < 3:
                moves.append((at, rng.uniform(-12, 0)))
                limiter.set(ceiling_dbtp=moves[-1][1])
            elif move == 3:
                limiter.set(
                    gain_db=rng.uniform(0, 24), link_fast_pct=rng.uniform(0, 100), link_slow_pct=rng.uniform(0, 100)
                )
            elif move == 4:
                limiter.set(style=rng.choice(list(LIMITER_STYLES)), release_ms=rng.uniform(1, 500))
            else:
                limiter.set(lookahead_ms=rng.uniform(0, 10), hold_ms=rng.uniform(0, 50))
        assert limiter.clamps == 0


def inside(block, phases):
    """The true peak at those positions at which the meter uses only frames of `block`, in dBTP."""
    taps = len(phases)
    windows = np.lib.stride_tricks.sliding_window_view(block.astype(np.float64), taps, axis=1)
    return 20 * np.log10(np.abs(windows @ phases).max() + 1e-9)


def in_force_db(frames, moves, latency):
    """The ceiling for each frame of the output in dBTP: ramps of 20 ms, delayed like the sound."""
    ceiling = np.full(frames, moves[0][1])
    for (_, start), (frame, goal) in zip(moves[:-1], moves[1:], strict=True):
        ceiling[frame:] = goal
        ceiling[frame : frame + 960] = start + (goal - start) * ramp_shape(960)
    return np.concatenate([np.full(latency, moves[0][1]), ceiling])[:frames]


@pytest.mark.parametrize("style", LIMITER_STYLES)
def test_each_frame_is_below_the_ceiling_at_its_time(style, rng):
    x = (rng.uniform(-1, 1, (2, 30000)) * 10 ** rng.uniform(-1, 0.5, 30000)).astype(np.float32)
    moves = [(0, -1.0), (8000, -7.0), (16000, 0.0), (24000, -3.0)]
    limiter = Limiter(48000)
    limiter.set(gain_db=9.0, ceiling_dbtp=-1.0, style=style, settle=True)
    parts = []
    for (frame, ceiling), until in zip(moves, (8000, 16000, 24000, 30000), strict=True):
        limiter.set(ceiling_dbtp=ceiling)
        parts.append(np.ascontiguousarray(x[:, frame:until]))
        limiter.process(parts[-1])
    level = 20 * np.log10(np.abs(np.concatenate(parts, axis=1)).max(0) + 1e-9)
    assert np.all(level <= in_force_db(30000, moves, limiter.latency) + 1e-4) and limiter.clamps == 0


TONES = {"997 Hz": {997.0: 1.0}, "60 Hz + 5 kHz": {60.0: 0.8, 5000.0: 0.2}}
CHANGES = {
    "ceiling -1 to -1.1 dB": ({}, {"ceiling_dbtp": -1.1}),
    "ceiling -1 to -3 dB": ({}, {"ceiling_dbtp": -3.0}),
    "ceiling -3 to -1 dB": ({"ceiling_dbtp": -3.0}, {"ceiling_dbtp": -1.0}),
    "ceiling -1 to -12 dB": ({}, {"ceiling_dbtp": -12.0}),
    "gain 6 to 12 dB": ({}, {"gain_db": 12.0}),
    "gain 12 to 6 dB": ({"gain_db": 12.0}, {"gain_db": 6.0}),
    "off to on": ({"enabled": False}, {"enabled": True}),
    "on to off": ({}, {"enabled": False}),
    "true peak off to on": ({"true_peak": False}, {"true_peak": True}),
    "transparent to aggressive": ({}, {"style": "aggressive"}),
    "links 100 to 0 %": ({}, {"link_fast_pct": 0, "link_slow_pct": 0}),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("tones", TONES)
def test_no_change_clicks_while_the_limiter_works(tones, change, record):
    """The residue of a change above 8 kHz in dBFS, while the tones are limited by about 6 dB."""
    t = np.arange(3 * 48000) / 48000
    x = sum(level * np.sin(2 * np.pi * hz * t) for hz, level in TONES[tones].items()) * 10 ** (-1 / 20)
    x = np.tile(x, (2, 1)).astype(np.float32)
    before, after = CHANGES[change]
    limiter = Limiter(48000)
    limiter.set(**{"gain_db": 6.0, **before}, settle=True)
    y = x[:, :72000].copy()
    limiter.process(y)
    limiter.set(**after)
    rest = x[:, 72000:].copy()
    limiter.process(rest)
    y = np.concatenate([y[0], rest[0]]).astype(np.float64)[48000:]
    kernel = firwin(1023, 7500, fs=48000, pass_zero=False, window=("kaiser", 14))
    value = 20 * np.log10(np.abs(oaconvolve(y, kernel, "valid")).max() + 1e-12)
    record("Limiter", f"changed while limiting: {change}; tone {tones}: residue above 8 kHz", value, "dBFS", target="≤ -100 dBFS", digits=0, tolerance=2.0)  # fmt: skip
    # The ramp of a gain step of 6 dB alone causes -100 dBFS at a distance of 3 kHz from a tone; the limiter adds nothing to this.
    assert value <= (-99 if change == "gain 6 to 12 dB" else -100)


# -- styles and listening -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", LIMITER_STYLES)
def test_styles_keep_the_ceiling(style, record):
    worst = -np.inf
    for number in range(60):
        _, x = hostile.segment(number + 5000)
        y, limiter = limited(x, style=style, gain_db=10.0, ceiling_dbtp=-2.0)
        assert limiter.clamps == 0
        worst = max(worst, peak_db(y, BS1770) + 2.0)
    record(
        "Limiter", f"{style}: excess over the ceiling, BS.1770-5 meter", worst, "dB", target="≤ 0.00 dB", tolerance=0.01
    )
    assert worst <= 0


@pytest.mark.parametrize("style", ["punchy", "aggressive"])
def test_fast_styles_keep_a_50_hz_tone_pure(style, record):
    tone = np.tile(np.sin(2 * np.pi * 50 / 48000 * np.arange(192000)), (2, 1)) * 10 ** (-1 / 20)
    y, _ = limited(tone, style=style, gain_db=6.0)
    value = residue_db(y[0, 120000:168000].astype(np.float64), 50, 48000)
    record(
        "Limiter",
        f"{style}, 6 dB of reduction: THD+N at 50 Hz",
        value,
        "dB",
        target="≤ -80 dB",
        digits=1,
        tolerance=2.0,
    )
    assert value <= -80


def test_faster_styles_are_louder_for_the_same_gain(rng):
    """Noise with peaks and a high gain: compares the power of the output for each style."""
    x = rng.standard_normal((2, 96000)) * 0.3
    power = [np.mean(limited(x, style=style, gain_db=12.0)[0][:, 48000:96000] ** 2) for style in LIMITER_STYLES]
    assert power[0] < power[1] < power[2]


def test_plot_of_the_styles(pytestconfig):
    """The gain around a burst of 5 ms, 9 dB over the ceiling, in the left channel. It is measured by a small constant value in
    the right channel."""
    x = np.full((2, 30000), 0.014)
    x[0, 3000:3240] += 0.7 * np.sin(2 * np.pi * 5000 / 48000 * np.arange(240))
    gains = {}
    for style in LIMITER_STYLES:
        y, _ = limited(x, style=style, ceiling_dbtp=-12.0)
        gains[style] = 20 * np.log10(y[1, :30000] / 0.014)

    def draw(axes):
        t = (np.arange(30000) - 3000) / 48
        for style, gain in gains.items():
            axes.plot(t[1500:26000:24], gain[1500:26000:24], label=style, linewidth=1)
        axes.set(xlabel="ms after the burst began", ylabel="gain, dB", title="A 5 ms burst, 9 dB over the ceiling")
        axes.legend()

    write_svg(pytestconfig, "limiter_styles", draw)
    assert all(gain[2950:3300].min() < -8 and gain[29000] > -2 for gain in gains.values())


def test_times_that_are_set_override_those_of_the_style(rng):
    x = rng.standard_normal((2, 24000)) * np.repeat(rng.uniform(0.1, 0.5, 24), 1000)
    lookahead, hold, release, slow = LIMITER_STYLES["transparent"][:4]
    by_hand, _ = limited(x, gain_db=9.0, lookahead_ms=lookahead, hold_ms=hold, release_ms=release, slow_release_ms=slow)
    by_style, _ = limited(x, gain_db=9.0)
    assert np.array_equal(by_hand, by_style)
    for other in ({"lookahead_ms": 5.0}, {"hold_ms": 10.0}, {"release_ms": 60.0}):
        assert not np.array_equal(by_style, limited(x, gain_db=9.0, **other)[0]), other


def test_times_change_without_a_click_and_without_going_over(rng):
    """Style and look-ahead move while a low tone is limited."""
    tone = np.tile(np.sin(2 * np.pi * 200 / 48000 * np.arange(96000)), (2, 1)).astype(np.float32)
    limiter = Limiter(48000)
    limiter.set(gain_db=6.0, settle=True)
    limiter.process(tone[:, :24000].copy())
    parts = []
    for number, style in enumerate(("aggressive", "punchy", "transparent", "aggressive", "punchy", "transparent")):
        limiter.set(style=style)
        parts.append(np.ascontiguousarray(tone[:, number * 2400 : number * 2400 + 2400]))  # 12000 frames in all
        limiter.process(parts[-1])
    y = np.concatenate(parts, axis=1)
    assert np.abs(y).max() <= 10 ** (-1 / 20) and limiter.clamps == 0
    spectrum = np.fft.rfft(y[0, :12000].astype(np.float64) * np.blackman(12000))
    spectrum[: 3000 // 4] = 0
    assert 20 * np.log10(np.abs(np.fft.irfft(spectrum)).max()) <= -100


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
    assert inside(part[:, 16000:], BS1770) <= -1.0 and limiter.clamps == 0


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


# -- sound --------------------------------------------------------------------------------------------------------


def residue_db(y, f, rate):
    """Everything but the tone `f`, relative to it: THD+N. `y` holds whole periods."""
    n = np.arange(len(y))
    basis = np.stack([np.cos(2 * np.pi * f / rate * n), np.sin(2 * np.pi * f / rate * n), np.ones(len(y))])
    fit = np.linalg.lstsq(basis.T, y, rcond=None)[0]
    rest = y - basis.T @ fit
    return 10 * np.log10(np.mean(rest**2) / (np.hypot(*fit[:2]) ** 2 / 2))


@pytest.mark.parametrize("style", LIMITER_STYLES)
def test_tones_stay_pure(style, record):
    """At any pitch: most of these have no whole number of periods in a window or a block."""
    worst = -np.inf
    for f in (30.3, 41.2, 49.7, 100.3, 220.0, 440.3, 997.0, 1234.5, 3000.1, 7001.3):
        t = np.arange(3 * 48000) / 48000
        y, _ = limited(np.tile(np.sin(2 * np.pi * f * t), (2, 1)) * 10 ** (-1 / 20), gain_db=6.0, style=style)
        steady = y[0, 72000:120000].astype(np.float64)
        assert abs(20 * np.log10(np.abs(steady).max()) + 1.03) < 0.25, f
        value = residue_db(steady, f, 48000)
        worst = max(worst, value)
        assert value <= -100, f
    record("Limiter", f"{style}, 6 dB of reduction: highest THD+N of ten pitches from 30.3 Hz", worst, "dB",
           target="≤ -100 dB", digits=0, tolerance=3.0)  # fmt: skip


@pytest.mark.parametrize("style", LIMITER_STYLES)
def test_a_sound_that_becomes_steady_is_not_reduced_twice(style, record):
    """A tone with tremolo, and noise, that become a steady tone of the same pitch: the deepest dip of the level after that,
    from 40 ms on, in windows of 10 ms."""
    t, worst = np.arange(4 * 48000) / 48000, 0.0
    noise = 0.3 * np.random.default_rng(1).standard_normal(len(t))
    for hz in (400.0, 1200.0, 3000.0):
        tone = np.sin(2 * np.pi * hz * t) * 10 ** (-1 / 20)
        tremolo = tone * np.where(t < 1, 0.5 + 0.5 * np.abs(np.sin(12 * np.pi * t)), 1.0)
        for x in (tremolo, np.where(t < 1, noise, tone)):
            y, _ = limited(np.tile(x, (2, 1)), gain_db=6.0, style=style)
            level = 10 * np.log10((y[0, :192000].astype(np.float64).reshape(-1, 480) ** 2).mean(axis=1))
            worst = min(worst, level[104:].min() - level[-50:].mean())
    record("Limiter", f"{style}: deepest dip while a moving sound becomes steady, 6 dB reduction", worst, "dB",
           target="≥ -1 dB", tolerance=0.1)  # fmt: skip
    assert worst >= -1


def test_a_tone_that_swells_stays_pure(record):
    """200 Hz that rises from silence within 1.5 s, 6 dB over the ceiling at the end: what is above 3 kHz."""
    t = np.arange(4 * 48000) / 48000
    x = np.sin(2 * np.pi * 200 * t) * np.clip((t - 0.3) / 1.5, 0, 1) * 10 ** (-1 / 20)
    y, _ = limited(np.tile(x, (2, 1)), gain_db=6.0)
    kernel = firwin(1023, 3000, fs=48000, pass_zero=False, window=("kaiser", 14))
    value = 20 * np.log10(np.abs(oaconvolve(y[0, :190000].astype(np.float64), kernel, "valid")).max())
    record("Limiter", "200 Hz that swells to 6 dB over the ceiling: residue above 3 kHz", value, "dBFS",
           target="≤ -100 dBFS", digits=0, tolerance=2.0)  # fmt: skip
    assert value <= -100


def test_gain_moves_without_a_click(record):
    """A 6 dB step of gain below the ceiling: what it leaves above 3 kHz of a 200 Hz tone."""
    tone = np.tile(0.4 * np.sin(2 * np.pi * 200 / 48000 * np.arange(48000)), (2, 1)).astype(np.float32)
    limiter = Limiter(48000)
    limiter.process(tone[:, :24000].copy())
    limiter.set(gain_db=6.0)
    y = tone[:, :24000].copy()
    limiter.process(y)
    spectrum = np.fft.rfft(y[0].astype(np.float64) * np.blackman(24000))
    spectrum[: 3000 // 2] = 0
    value = 20 * np.log10(np.abs(np.fft.irfft(spectrum)).max() / 0.4)
    record(
        "Limiter",
        "gain raised by 6 dB: residue above 3 kHz, 200 Hz tone",
        value,
        "dB",
        target="≤ -100 dB",
        digits=1,
        tolerance=2.0,
    )
    assert value <= -100


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
