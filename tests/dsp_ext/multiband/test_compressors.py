"""One band of the compressor: static curve, time constants, linking, smoothness."""

import numpy as np
import pytest

from dsp_ext.multiband.compressors import Compressors
from dsp_ext.settings import BAND
from tests.support.plots import write_svg
from tests.support.residue import click_db

RATE_HZ = 48000


def make(rate_hz: int = RATE_HZ, **settings) -> Compressors:
    """A compressor whose ramps have ended."""
    compressor = Compressors(rate_hz, 4096)
    for name, value in settings.items():
        compressor.set(name, value)
    compressor.process(np.zeros((2, rate_hz // 5), np.float32))
    compressor.reset()
    compressor.take()
    return compressor


def curve_db(level_db, threshold_db, ratio, knee_db):
    """Gain of the static curve: Giannoulis, Massberg, Reiss 2012, eq. 4, minus its input."""
    over = level_db - threshold_db
    slope = 1 / ratio - 1
    knee = slope * (over + knee_db / 2) ** 2 / (2 * knee_db) if knee_db else 0
    return np.where(2 * over < -knee_db, 0, np.where(2 * over > knee_db, slope * over, knee))


def square(level_db, frames: int) -> np.ndarray:
    """Both channels at ±level: a signal with the same level in every frame."""
    signs = np.where(np.arange(frames) // 24 % 2, 1, -1)
    return (np.float32(10 ** (level_db / 20)) * np.stack([signs, signs])).astype(np.float32)


def sine(level_db: float, freq_hz: float, frames: int, rate_hz: int = RATE_HZ) -> np.ndarray:
    tone = 10 ** (level_db / 20) * np.sin(2 * np.pi * freq_hz * np.arange(frames) / rate_hz)
    return np.stack([tone, tone]).astype(np.float32)


def through(compressor: Compressors, x: np.ndarray) -> np.ndarray:
    """`x` processed by `compressor`, with the latency removed; after its end `x` repeats its last frame."""
    lag = compressor.latency
    y = np.concatenate([x, np.repeat(x[:, -1:], lag, axis=1)], axis=1)
    compressor.process(y)
    return y[:, lag:]


def gain_db(compressor: Compressors, block: np.ndarray) -> np.ndarray:
    """Gain in dB of the first channel, which is never zero, for each frame of `block`."""
    return 20 * np.log10(np.abs(through(compressor, block)[0].astype(float) / block[0]))


CURVES = [(-20, 2, 6), (-20, 20, 0), (-40, 4, 12), (-10, 1.5, 24), (-30, 50, 3)]


@pytest.mark.parametrize(("threshold_db", "ratio", "knee_db"), CURVES)
def test_static_curve_is_the_formula(threshold_db, ratio, knee_db, record):
    worst = 0.0
    for level_db in np.arange(-60, 0.1, 2.5):
        compressor = make(threshold_db=threshold_db, ratio=ratio, knee_db=knee_db, attack_ms=1, release_ms=20)
        settled = gain_db(compressor, square(level_db, 4800))[-1]
        worst = max(worst, abs(settled - curve_db(level_db, threshold_db, ratio, knee_db)))
    name = f"compressor, threshold {threshold_db} dB, ratio {ratio:g}, knee {knee_db} dB: largest difference of the static curve from the formula, 48 kHz"
    record("Multiband", name, worst, "dB", target="≤ 0.05 dB", digits=4, tolerance=0.001)
    assert worst <= 0.001


def test_static_curve_of_a_sine_is_that_of_its_peak(record):
    worst = 0.0
    for level_db in np.arange(-30, 0.1, 5):
        compressor = make(threshold_db=-20, ratio=4, knee_db=6)
        x = sine(level_db, 997, 48000)
        y = through(compressor, x)
        measured = 20 * np.log10(np.sqrt(np.mean(y[0, -9600:].astype(float) ** 2) / np.mean(x[0, -9600:] ** 2)))
        worst = max(worst, abs(measured - curve_db(level_db, -20, 4, 6)))
    record(
        "Multiband",
        "compressor, 997 Hz sine, default times: largest difference of the static curve from the formula, 48 kHz",
        worst,
        "dB",
        target="≤ 0.05 dB",
        digits=3,
    )
    assert worst <= 0.05


@pytest.mark.parametrize("rate_hz", [44100, 48000, 96000, 192000])
def test_times_are_63_percent_time_constants(rate_hz, rng, record):
    """Steps of the level up and down, with times from their whole ranges; the attack is shorter or longer than the
    release."""
    worst = {"attack": 0.0, "release": 0.0}
    corners = [(0.1, 5), (0.1, 3000), (10, 150), (200, 300), (200, 50), (30, 100)]
    drawn = [
        (np.exp(rng.uniform(np.log(0.3), np.log(200))), np.exp(rng.uniform(np.log(5), np.log(900)))) for _ in range(4)
    ]
    for attack_ms, release_ms in corners + drawn:
        compressor = make(rate_hz, threshold_db=-30, ratio=4, knee_db=0, attack_ms=attack_ms, release_ms=release_ms)
        loud, quiet = int(8e-3 * attack_ms * rate_hz) + 100, int(1.5e-3 * release_ms * rate_hz) + 100
        steps = np.concatenate([square(-60, 1000), square(0, loud), square(-60, quiet)], axis=1)
        _, rise, fall = np.split(gain_db(compressor, steps), [1000, 1000 + loud])
        worst["attack"] = max(worst["attack"], deviation(rise / rise[-1], attack_ms, rate_hz))
        worst["release"] = max(worst["release"], deviation(1 - fall / rise[-1], release_ms, rate_hz))
    for name, value in worst.items():
        record("Multiband", f"compressor, {rate_hz} Hz: largest error of the {name} time (63 % of a step in dB)", 100 * value, "%", target="≤ 5 %", digits=1,
               tolerance=0.5)  # fmt: skip
        assert value <= 0.05


def deviation(way: np.ndarray, stated_ms: float, rate_hz: int) -> float:
    """The relative error of the time at which `way` (0 to 1) passes 63 %."""
    goal = 1 - np.exp(-1)
    after = int(np.argmax(way > goal))
    before = way[after - 1] if after else 0.0
    frames = after + (goal - before) / (way[after] - before)  # the first frame of the step is one frame after its start
    return abs(frames / rate_hz * 1e3 / stated_ms - 1)


def test_both_channels_get_the_gain_of_the_louder_one_and_anti_phase_is_detected(rng):
    settings = dict(threshold_db=-30, ratio=4)
    noise = (0.3 * rng.standard_normal(9600)).astype(np.float32)
    both, against, one = (np.stack([noise, other]).astype(np.float32) for other in (noise, -noise, 0.01 * noise))
    gains = []
    for block in (both, against, one):
        out = through(make(**settings), block)
        gains.append(out[0])
        assert np.allclose(out[1] * block[0], out[0] * block[1], rtol=1e-5, atol=1e-9)
    assert np.array_equal(gains[0], gains[1])
    assert np.array_equal(gains[0], gains[2])


def test_make_up_is_exact_and_idle_is_bit_exact(rng):
    x = (0.5 * rng.standard_normal((2, 5000))).astype(np.float32)
    for settings, factor in (({}, 1.0), ({"threshold_db": -30}, 1.0), ({"makeup_db": 6.0}, 10 ** (6 / 20))):
        y = through(make(**settings), x)
        if factor == 1.0:
            assert np.array_equal(y, x)
        assert np.allclose(y, factor * x.astype(float), rtol=5e-7)


def test_reduction_is_the_deepest_since_it_was_last_taken():
    compressor = make(threshold_db=-20, ratio=50, knee_db=0, attack_ms=0.1, makeup_db=6)
    compressor.process(square(0, 4800))
    compressor.process(square(-60, 48000))
    assert compressor.take() == pytest.approx(-19.6, abs=0.01)
    assert -20 < compressor.take() <= 0
    assert compressor.take() == 0


@pytest.mark.parametrize(
    ("name", "start", "end", "others"),
    [
        ("threshold_db", -12.0, -24.0, {}),
        ("ratio", 2.0, 4.0, {}),
        ("knee_db", 0.0, 24.0, {}),
        ("makeup_db", 0.0, 6.0, {}),
        ("lookahead_ms", 0.0, 5.0, {}),
        ("hold_ms", 0.0, 100.0, {}),
        ("hold_ms", 100.0, 0.0, {}),
        ("release_ms", 3000.0, 300.0, {}),
        ("rms_pct", 0.0, 100.0, {}),
        ("rms_pct", 100.0, 0.0, {"link_pct": 0}),
        ("adaptive", 0.0, 1.0, {}),
        ("adaptive", 1.0, 0.0, {}),
        ("up_ratio", 1.0, 4.0, {"up_threshold_db": 0, "up_range_db": 12}),
        ("expand_ratio", 1.0, 4.0, {"expand_threshold_db": -1, "expand_range_db": 24}),
        ("expand_ratio", 4.0, 1.0, {"expand_threshold_db": -1, "expand_range_db": 24}),
        ("bypass", 0.0, 1.0, {}),
        ("bypass", 1.0, 0.0, {}),
    ],
)
def test_a_change_of_a_setting_makes_no_click(name, start, end, others, record):
    """The residue above 3 kHz of a 200 Hz tone, at full scale left and 20 dB lower right, while a setting changes. It
    includes the ripple of the detector."""
    settings = {"threshold_db": -12.0, "ratio": 2.0, "release_ms": 3000, "attack_ms": 50} | others | {name: start}
    compressor = make(**settings)
    tone = 0.999 * np.cos(2 * np.pi * 200 * np.arange(2 * RATE_HZ) / RATE_HZ)
    whole = np.stack([tone, 0.1 * tone]).astype(np.float32)
    before, after = (np.ascontiguousarray(part) for part in np.split(whole, 2, axis=1))
    compressor.process(before)
    compressor.set(name, end)
    compressor.process(after)
    y = np.concatenate([before[:, -4800:], after], axis=1)
    worst = click_db(y, RATE_HZ)
    record("Multiband", f"compressor, {name} changed from {start:g} to {end:g}: residue above 3 kHz, 200 Hz tone at 0 dBFS, 48 kHz", worst, "dBFS",
           target="≤ -100 dBFS", digits=0, tolerance=3)  # fmt: skip
    assert worst <= -100


@pytest.mark.parametrize(("start", "end"), [(100.0, 0.0), (0.0, 100.0)])
def test_linking_and_unlinking_makes_no_click(start, end, record):
    """A 200 Hz tone has full scale in one channel and is 20 dB lower in the other, while two detectors are replaced by one, and
    back."""
    compressor = make(threshold_db=-30.0, ratio=4.0, release_ms=1000, attack_ms=50, link_pct=start)
    tone = 0.999 * np.cos(2 * np.pi * 200 * np.arange(6 * RATE_HZ) / RATE_HZ)
    before = np.stack([tone, 0.1 * tone]).astype(np.float32)
    y = before.copy()
    compressor.process(before)
    compressor.set("link_pct", end)
    compressor.process(y)
    y = np.concatenate([before[:, -4800:], y], axis=1)
    apart = 20 * np.log10(np.abs(y[0, -480:]).max() / np.abs(y[1, -480:]).max())
    assert apart == pytest.approx(20 if end else 5, abs=0.5)
    worst = click_db(y, RATE_HZ)
    record("Multiband", f"compressor, link changed from {start:g} to {end:g} %: residue above 3 kHz, 200 Hz tone at 0 and -20 dBFS in the two channels, 48 kHz", worst,
           "dBFS", target="≤ -100 dBFS", digits=0, tolerance=3)  # fmt: skip
    assert worst <= -100


def test_parts_that_are_left_out_make_no_difference(rng):
    """A lane without any feature has the same output next to a lane with every feature as it has alone."""
    level = np.repeat(rng.choice([0.003, 0.05, 0.3], 200), 480)
    x = (level * rng.standard_normal((2, level.size))).astype(np.float32)
    alone, beside = make(threshold_db=-30, ratio=4), make(threshold_db=-30, ratio=4)
    for name, value in {
        "link_pct": 50,
        "up_ratio": 2,
        "expand_ratio": 2,
        "rms_pct": 50,
        "adaptive": 1,
        "hold_ms": 10,
    }.items():
        beside.set(name, value, lane=3)
    ys = [through(compressor, x) for compressor in (alone, beside)]
    assert not np.array_equal(ys[0], x)
    np.testing.assert_allclose(ys[0], ys[1], rtol=2e-6)


def test_parts_that_are_no_longer_needed_are_left_out(rng):
    """All parts run when needed. They are left out once their state has decayed, also if they become unneeded one by one."""
    asked = {"link_pct": 50, "up_ratio": 2, "expand_ratio": 2, "rms_pct": 50, "adaptive": 1, "hold_ms": 10}
    compressor = make(threshold_db=-30, ratio=4, release_ms=5)
    assert compressor.parts == 0
    for names in (list(asked), list(asked)[::-1]):
        for name in names:
            compressor.set(name, asked[name])
        compressor.process((0.3 * rng.standard_normal((2, RATE_HZ))).astype(np.float32))
        assert bin(compressor.parts).count("1") == len(asked)
        for name in names:
            compressor.set(name, BAND[name].default)
            compressor.process((1e-4 * rng.standard_normal((2, RATE_HZ))).astype(np.float32))
        assert compressor.parts == 0


def test_cutting_the_stream_changes_no_bit_while_it_works(rng):
    x = (0.5 * rng.standard_normal((2, 20000))).astype(np.float32)
    whole = x.copy()
    make(threshold_db=-30, ratio=4).process(whole)
    compressor = make(threshold_db=-30, ratio=4)
    at = 0
    while at < x.shape[1]:
        length = int(rng.choice([1, 5, 64, 127, 128, 129, 1000]))
        part = np.ascontiguousarray(x[:, at : at + length])
        compressor.process(part)
        assert np.array_equal(part, whole[:, at : at + length])
        at += length


def test_refuses_unknown_settings_and_values_that_are_not_numbers():
    compressor = Compressors(48000, 512)
    with pytest.raises(KeyError, match="no setting 'treshold_db'; the settings are threshold_db, ratio"):
        compressor.set("treshold_db", -20)
    for name in BAND:
        with pytest.raises(ValueError, match=f"{name} must be .*, not nan"):
            compressor.set(name, float("nan"))


def test_plot_of_static_curves(pytestconfig):
    levels_db = np.arange(-50, 0.1, 1.0)
    lines = []
    for ratio, knee_db in ((2, 0), (2, 12), (4, 6), (20, 6), (20, 24)):
        points = []
        for level_db in levels_db:
            compressor = make(threshold_db=-20, ratio=ratio, knee_db=knee_db, attack_ms=1, release_ms=20)
            points.append(level_db + gain_db(compressor, square(level_db, 2400))[-1])
        lines.append((f"{ratio}:1, knee {knee_db} dB", points))

    def draw(axes):
        for label, points in lines:
            axes.plot(levels_db, points, label=label)
        axes.set(xlabel="in, dBFS", ylabel="out, dBFS", title="Compressor, threshold -20 dB: measured static curves")
        axes.legend()

    write_svg(pytestconfig, "compressor-static", draw, size=(5.4, 4.2))


def test_plot_of_attack_and_release(pytestconfig):
    """A step of 30 dB up and down again: the gain over time, with the stated time constants."""
    times_ms = (np.arange(28800) - 4800) / RATE_HZ * 1e3
    x = np.concatenate([square(-30, 4800), square(0, 9600), square(-30, 14400)], axis=1)
    lines = []
    for attack_ms, hold_ms, release_ms in ((1, 0, 50), (10, 0, 150), (30, 50, 50)):
        compressor = make(
            threshold_db=-20, ratio=4, knee_db=0, attack_ms=attack_ms, hold_ms=hold_ms, release_ms=release_ms
        )
        lines.append((f"attack {attack_ms}, hold {hold_ms}, release {release_ms} ms", gain_db(compressor, x)))

    def draw(axes):
        for label, gain in lines:
            axes.plot(times_ms[::48], gain[::48], label=label)
        axes.axhline(-15 * (1 - np.exp(-1)), linewidth=0.5, color="k")
        axes.set(
            xlabel="ms", ylabel="gain, dB", title="Compressor: step of 30 dB and back; the line is 63 % of the way"
        )
        axes.legend()

    write_svg(pytestconfig, "compressor-times", draw)
