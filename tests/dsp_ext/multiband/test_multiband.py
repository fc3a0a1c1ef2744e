"""The multiband compressor: exact when idle, correct bands, no clicks, detection of anti-phase bass."""

import numpy as np
import pytest

from dsp_ext import Engine
from dsp_ext.multiband.design_crossover import design
from dsp_ext.multiband.multiband import Multiband
from dsp_ext.settings import MULTIBAND
from tests.support.residue import click_db

RATE_HZ = 48000
BANDS = 4
#: The crossovers of a new `Multiband`.
DEFAULT_HZ = tuple(MULTIBAND[f"x{k}_hz"].default for k in range(1, BANDS))
#: A frequency well inside each band of the default split, in Hz.
INSIDE_HZ = (40.0, 310.0, 2000.0, 12000.0)


def make(rate_hz: int = RATE_HZ, freqs_hz=None, **settings) -> Multiband:
    """A multiband whose settings (`b2_ratio=4`) and crossover have been applied."""
    multiband = Multiband(rate_hz, 4096)
    if freqs_hz is not None:
        load(multiband, freqs_hz, jump=True)
    for name, value in settings.items():
        multiband.set(name.replace("_", ".", 1) if name[0] == "b" and name[1] != "a" else name, value)
    multiband.process(np.zeros((2, rate_hz // 3), np.float32))
    multiband.reset()
    return multiband


def load(multiband: Multiband, freqs_hz, jump: bool = False) -> None:
    packed = multiband.convolver.pack(design(freqs_hz, multiband.rate_hz, multiband.taps))
    multiband.convolver.load(packed, jump=jump)


def through(multiband: Multiband, x: np.ndarray) -> np.ndarray:
    """`x` processed by `multiband`, without its latency."""
    lag = multiband.latency
    y = np.concatenate([x, np.zeros((2, lag), np.float32)], axis=1)
    multiband.process(y)
    return y[:, lag:]


def words24(rng, frames: int) -> np.ndarray:
    return (rng.integers(-(2**23), 2**23, (2, frames)) / 2**23).astype(np.float32)


def tone(freq_hz: float, frames: int, level: float = 0.5) -> np.ndarray:
    wave = level * np.sin(2 * np.pi * freq_hz * np.arange(frames) / RATE_HZ)
    return np.stack([wave, wave]).astype(np.float32)


@pytest.mark.parametrize("rate_hz", [44100, 48000, 88200, 96000, 176400, 192000])
def test_unity_bands_pass_24_bit_words_unchanged(rate_hz, rng):
    for freqs_hz in (None, (40.0, 16000.0, 333.0)):
        multiband = make(rate_hz, freqs_hz, b1_threshold_db=-40, b2_knee_db=24)
        x = words24(rng, 3 * multiband.latency)
        assert np.array_equal(through(multiband, x), x)


def test_out_of_circuit_passes_24_bit_words_unchanged_whatever_the_bands_do(rng):
    multiband = make(b1_threshold_db=-60, b1_ratio=20, b3_makeup_db=12)
    multiband.set("enabled", 0)
    multiband.process(np.zeros((2, 960), np.float32))
    x = words24(rng, 20000)
    assert np.array_equal(through(multiband, x), x)


def test_each_band_has_the_designed_response(rng):
    """A band with make-up, and nothing else, adds exactly its own kernel."""
    freqs_hz = tuple(np.exp(rng.uniform(np.log(60), np.log(15000), 3)))
    kernels = design(freqs_hz, RATE_HZ, 4096)
    centre = np.zeros(4096)
    centre[2048] = 1
    bands = np.diff(kernels, axis=0, prepend=np.zeros((1, 4096)), append=centre[None])
    for band in range(BANDS):
        multiband = make(freqs_hz=freqs_hz, **{f"b{band + 1}_makeup_db": 6.0})
        x = np.zeros((2, 8192), np.float32)
        x[0, 4000] = 1
        y = through(multiband, x).astype(float)
        wanted = np.zeros(8192)
        wanted[4000 - 2048 : 4000 + 2048] = centre + (10 ** (6 / 20) - 1) * bands[band]
        assert np.abs(y[0] - wanted).max() < 3e-7
        # Both channels share a transform, so rounding errors of one channel appear in the other.
        assert np.abs(y[1]).max() < 1e-7


def test_bands_add_up_to_the_input(rng, record):
    """The same make-up in every band is a gain of the whole signal. The residue is the error of the split."""
    multiband = make(**{f"b{band}_makeup_db": 6.0 for band in range(1, 5)})
    x = (0.25 * rng.standard_normal((2, 48000))).astype(np.float32)
    y = through(multiband, x).astype(float)
    x = x.astype(float)
    gain = np.vdot(x, y) / np.vdot(x, x)
    residue_db = 10 * np.log10(np.mean((y - gain * x) ** 2) / np.mean((gain * x) ** 2))
    record("Multiband", "linear split, sum of the bands, all at +6 dB: residue relative to the input, white noise, 48 kHz", residue_db, "dB", target="≤ -140 dB",
           digits=0, tolerance=3)  # fmt: skip
    assert residue_db <= -140
    assert gain == pytest.approx(10 ** (6 / 20), rel=1e-6)


@pytest.mark.parametrize("rate_hz", [44100, 48000, 96000, 192000])
def test_reported_latency_is_the_measured_one(rate_hz):
    for settings in ({}, {"b2_threshold_db": -40, "b2_ratio": 4, "b4_makeup_db": 3}, {"split": 2, "b2_makeup_db": 3}):
        multiband = make(rate_hz, **settings)
        y = np.zeros((2, 2 * multiband.latency + rate_hz // 10), np.float32)
        y[:, 0] = 0.5
        multiband.process(y)
        assert np.argmax(np.abs(y[0])) == multiband.latency


def share(band: int, freq_hz: float) -> float:
    """The share of a tone that the default split assigns to a band, by LR4 slopes."""
    low = [0.0, *(1 / (1 + (freq_hz / crossover_hz) ** 4) for crossover_hz in DEFAULT_HZ), 1.0]
    return low[band + 1] - low[band]


@pytest.mark.parametrize("band", range(BANDS))
def test_a_band_compresses_only_the_part_of_a_tone_inside_it(band):
    threshold_db, ratio = -30.0, 4.0
    for freq_hz in INSIDE_HZ:
        multiband = make()
        for name, value in (("threshold_db", threshold_db), ("ratio", ratio), ("knee_db", 0), ("release_ms", 300)):
            multiband.set(f"b{band + 1}.{name}", value)
        x = tone(freq_hz, 96000)
        multiband.process(x[:, :81600].copy())  # the start of the tone has energy in all bands
        for compressor in range(BANDS):
            multiband.take(compressor)
        y = np.ascontiguousarray(x[:, 81600:])
        multiband.process(y)
        change = np.sqrt(np.mean(y.astype(float) ** 2) / np.mean(x[:, 81600:] ** 2))
        part = share(band, freq_hz)
        over_db = max(0.0, 20 * np.log10(0.5 * part) - threshold_db)
        gain_db = over_db * (1 / ratio - 1)
        assert 20 * np.log10(change / (1 + (10 ** (gain_db / 20) - 1) * part)) == pytest.approx(0, abs=0.15)
        assert multiband.take(band) == pytest.approx(gain_db, abs=0.15)
        assert all(multiband.take(other) == 0 for other in range(BANDS) if other != band)


def test_anti_phase_bass_is_detected():
    x = tone(50, 24000)
    against = x * np.float32([[1], [-1]])
    settings = {"b1_threshold_db": -40, "b1_ratio": 10}
    straight, turned = through(make(**settings), x), through(make(**settings), against)
    assert np.allclose(straight[0], turned[0], atol=1e-6)
    assert np.allclose(straight[1], -turned[1], atol=1e-6)
    assert np.abs(straight[:, 9600:19200]).max() < 0.1  # of 0.5


@pytest.mark.parametrize("split", [0, 1, 2])
def test_cutting_the_stream_changes_no_bit_while_all_bands_work(split, rng):
    settings = {
        f"b{band}_{name}": value for band in range(1, 5) for name, value in (("threshold_db", -40), ("ratio", 4))
    }
    x = (0.3 * rng.standard_normal((2, 20000))).astype(np.float32)
    whole = x.copy()
    make(split=split, **settings).process(whole)
    multiband = make(split=split, **settings)
    at = 0
    while at < x.shape[1]:
        length = int(rng.choice([1, 3, 64, 127, 128, 129, 480, 1000]))
        part = np.ascontiguousarray(x[:, at : at + length])
        multiband.process(part)
        assert np.array_equal(part, whole[:, at : at + length])
        at += length


def impulse_through(multiband: Multiband, left: float = 1.0, right: float = 0.0) -> np.ndarray:
    x = np.zeros((2, 8192), np.float32)
    x[:, 4000] = left, right
    return through(multiband, x).astype(float)


def test_solo_keeps_only_its_bands_and_mute_removes_its_bands():
    bands = []
    for band in range(1, 5):
        alone = impulse_through(make(**{f"b{band}_solo": 1}))
        without = impulse_through(make(**{f"b{band}_mute": 1}))
        assert np.abs(alone + without - impulse_through(make())).max() < 2e-7
        bands.append(alone)
    two = impulse_through(make(b1_solo=1, b3_solo=1))
    assert np.abs(two - bands[0] - bands[2]).max() < 3e-7
    assert np.abs(impulse_through(make(b1_solo=1, b1_mute=1))).max() < 2e-7
    multiband = make(b2_solo=1)
    multiband.set("b2.solo", 0)
    multiband.process(np.zeros((2, 2000), np.float32))
    multiband.reset()
    assert np.array_equal(impulse_through(multiband), impulse_through(make()))


@pytest.mark.parametrize("count", [2, 3, 5])
def test_the_last_band_in_use_reaches_to_the_highest_frequency_and_unused_bands_are_empty(count):
    freqs_hz = (*DEFAULT_HZ, 12000.0)[: count - 1]
    multiband = make()
    kernels = design(freqs_hz, RATE_HZ, multiband.taps)
    multiband.convolver.load(multiband.convolver.pack(kernels), jump=True)
    for band in range(count, 5):
        multiband.set(f"b{band + 1}.mute", 1)
    multiband.process(np.zeros((2, 4800), np.float32))
    multiband.reset()
    assert np.abs(impulse_through(multiband) - impulse_through(make())).max() < 2e-7
    multiband.set(f"b{count}.mute", 1)
    multiband.process(np.zeros((2, 4800), np.float32))
    multiband.reset()
    wanted = np.zeros(8192)
    wanted[4000 - 2048 : 4000 + 2048] = kernels[count - 2]
    assert np.abs(impulse_through(multiband)[0] - wanted).max() < 3e-7


@pytest.mark.parametrize("split", [0, 1, 2])
def test_the_fifth_band_works_like_the_others(split):
    freqs_hz = (120.0, 800.0, 2500.0, 8000.0)
    multiband = make(freqs_hz=freqs_hz, split=split, bands=3, x3_hz=2500, x4_hz=8000, b5_threshold_db=-40, b5_ratio=10,
                     b5_release_ms=300)  # fmt: skip
    multiband.process(tone(1000, 72000))
    multiband.take(4)
    multiband.process(tone(1000, 4800))
    assert multiband.take(4) > -0.5
    x = tone(15500, 48000)
    y = through(multiband, x)
    assert multiband.take(4) < -25
    assert 20 * np.log10(np.std(y[0, 24000:]) / np.std(x[0, 24000:])) < -15


def test_a_band_without_a_kernel_is_empty_and_has_no_effect(rng):
    """With four bands in use, the settings of the fifth one change no bit."""
    x = words24(rng, 12000)
    settings = {"b5_makeup_db": 12.0, "b5_threshold_db": -60, "b5_ratio": 20}
    assert np.array_equal(through(make(**settings), x), x)
    assert np.array_equal(through(make(b2_makeup_db=3.0, **settings), x), through(make(b2_makeup_db=3.0), x))


@pytest.mark.parametrize(
    ("count", "edges_hz"),
    [(5, (20, 120, 800, 5000, 12000, 20000)), (4, (20, 120, 800, 5000, 20000)), (2, (20, 120, 20000))],
)
def test_tilt_moves_the_level_of_each_band_by_its_middle(count, edges_hz):
    for band in range(count):
        freq_hz = np.sqrt(edges_hz[band] * edges_hz[band + 1])
        gains_db = []
        for tilt_db in (0, 3):
            multiband = make(bands=count - 2, split=1, tilt_db=tilt_db, **{
                f"b{band + 1}_{name}": value for name, value in (("threshold_db", -40), ("ratio", 2), ("release_ms", 300))
            })  # fmt: skip
            multiband.process(tone(freq_hz, 96000, 0.25))
            multiband.take(band)
            multiband.process(tone(freq_hz, 24000, 0.25))
            gains_db.append(multiband.take(band))
        assert gains_db[1] - gains_db[0] == pytest.approx(-0.5 * 3 * np.log2(freq_hz / 1000), abs=0.2)


def test_mid_and_side_have_their_own_gain():
    settings = {f"b{band}_{name}": value for band in range(1, 5) for name, value in
                (("threshold_db", -30), ("ratio", 10), ("link_pct", 0), ("attack_ms", 1))}  # fmt: skip
    mid, side = tone(310, 48000, 0.001), tone(310, 48000, 0.5) * np.float32([[1], [-1]])
    for mid_side in (0, 1):
        multiband = make(**settings)
        multiband.set("mid_side", mid_side)
        multiband.process(np.zeros((2, 4800), np.float32))
        multiband.reset()
        y = through(multiband, mid + side)[:, 24000:43000].astype(float)
        heard_mid = np.std(y[0] + y[1]) / np.std(2 * mid[0])
        heard_side = np.std(y[0] - y[1]) / np.std(2 * side[0])
        assert heard_side < 0.2
        assert (heard_mid > 0.99) == bool(mid_side)


def test_lr4_bands_have_the_same_magnitudes_and_add_up_flat(record):
    """A negligible make-up gain keeps LR4 in circuit. The test measures one band at +6 dB, and the sum of all bands."""
    at_hz = np.fft.rfftfreq(8192, 1 / RATE_HZ)
    warped, splits = (np.tan(np.pi * np.minimum(f, 0.4999 * RATE_HZ) / RATE_HZ) for f in (at_hz, np.array(DEFAULT_HZ)))
    low = [1 / (1 + (warped / split) ** 4) for split in splits]
    magnitudes = [low[0] * low[1], (1 - low[0]) * low[1], low[2] * (1 - low[1]), (1 - low[2]) * (1 - low[1])]
    for band, magnitude in enumerate(magnitudes):
        alone = np.abs(np.fft.rfft(impulse_through(make(split=1, **{f"b{band + 1}_solo": 1}))[0]))
        assert np.abs(alone - magnitude)[4:].max() < 2e-3  # 170 ms of the response are left out
    whole = np.abs(np.fft.rfft(impulse_through(make(split=1, b1_makeup_db=1e-6))[0]))
    worst = np.abs(20 * np.log10(whole[4:])).max()
    record("Multiband", "LR4 in circuit without compression, 48 kHz: deviation from a flat magnitude, from 23 Hz up", worst, "dB", target="≤ 0.001 dB", digits=5,
           tolerance=5e-4)  # fmt: skip
    assert worst <= 1e-3


@pytest.mark.parametrize("rate_hz", [44100, 48000, 96000, 192000])
def test_neutral_lr4_is_taken_out_of_circuit_and_passes_24_bit_words_unchanged(rate_hz, rng):
    multiband = make(rate_hz, split=1, b1_threshold_db=-40)
    assert multiband.latency == round(0.005 * rate_hz)
    x = words24(rng, rate_hz // 10)
    assert np.array_equal(through(multiband, x), x)


def test_lr4_compresses_like_the_linear_split_with_its_own_latency(rng):
    x = (0.3 * rng.standard_normal((2, 24000))).astype(np.float32)
    settings = {
        f"b{band}_{name}": value for band in range(1, 5) for name, value in (("threshold_db", -40), ("ratio", 4))
    }
    linear, lr4 = through(make(**settings), x), through(make(split=1, **settings), x)
    for y in (linear, lr4):
        assert np.std(y[:, 9600:]) < 0.25 * np.std(x[:, 9600:])
    lags = np.correlate(lr4[0, 4800:9600], x[0, 4700:9700], "valid")
    assert np.argmax(np.abs(lags)) in (100, 101)


def test_after_a_change_to_lr4_and_back_the_linear_split_gives_the_same_output(rng):
    x = (0.3 * rng.standard_normal((2, 30000))).astype(np.float32)
    settings = {"b2_makeup_db": 6.0}
    always, changed = make(**settings), make(split=1, **settings)
    changed.set("split", 0)
    assert np.array_equal(through(changed, x), through(always, x))


@pytest.mark.parametrize("split", [1, 2])
def test_a_kernel_that_is_set_during_another_split_is_used_by_the_linear_split(split, rng):
    x = (0.3 * rng.standard_normal((2, 12000))).astype(np.float32)
    changed = make(split=split, b2_makeup_db=6.0)
    load(changed, (300.0, 3000.0, 9000.0))
    changed.process(np.zeros((2, 480), np.float32))
    assert not changed.convolver.fading
    changed.set("split", 0)
    changed.process(np.zeros((2, 12000), np.float32))
    changed.reset()  # the same position within a partition
    assert np.array_equal(through(changed, x), through(make(freqs_hz=(300.0, 3000.0, 9000.0), b2_makeup_db=6.0), x))


def test_mid_side_without_gain_passes_24_bit_words_unchanged(rng):
    multiband = make()
    multiband.set("mid_side", 1)
    x = words24(rng, 20000)
    assert np.array_equal(through(multiband, x), x)


def test_reset_clears_the_sound_and_keeps_the_settings(rng):
    multiband = make(b2_threshold_db=-40, b2_ratio=4, b2_makeup_db=3)
    x = (0.3 * rng.standard_normal((2, 12000))).astype(np.float32)
    first = through(multiband, x)
    multiband.reset()
    assert np.array_equal(through(multiband, x), first)


STEPS = ["make-up of band 2 changed from 0 to 6 dB", "switched into circuit, band 2 at -6 dB", "crossovers moved, band 1 at -6 dB",
         "changed from left and right to mid and side, band 2 at -6 dB", "split shelves, make-up of band 2 changed from 0 to 6 dB", "split shelves, number of bands changed from 4 to 2, 12 dB between the bands", "split lr4, number of bands changed from 4 to 2, 12 dB between the bands", "band 3 soloed", "split shelves, band 3 soloed"]  # fmt: skip


def step(name: str, multiband: Multiband) -> None:
    if name.endswith("make-up of band 2 changed from 0 to 6 dB"):
        multiband.set("b2.makeup_db", 6.0)
    elif name == "changed from left and right to mid and side, band 2 at -6 dB":
        multiband.set("mid_side", 1)
    elif name.endswith("number of bands changed from 4 to 2, 12 dB between the bands"):
        multiband.set("bands", 0)
    elif name.endswith("soloed"):
        multiband.set("b3.solo", 1)
    elif name == "switched into circuit, band 2 at -6 dB":
        multiband.set("enabled", 1)
    else:
        load(multiband, (300.0, 500.0, 9000.0))


@pytest.mark.parametrize("name", STEPS)
def test_a_change_makes_no_click(name, record):
    """The residue above 3 kHz of a full-scale 200 Hz tone while something changes."""
    settings = {
        "switched into circuit, band 2 at -6 dB": {"b2_makeup_db": -6.0},
        "changed from left and right to mid and side, band 2 at -6 dB": {"b2_makeup_db": -6.0},
        "split shelves, make-up of band 2 changed from 0 to 6 dB": {"split": 2},
        "split shelves, band 3 soloed": {"split": 2, "b2_makeup_db": -6.0},
        "split lr4, number of bands changed from 4 to 2, 12 dB between the bands": {
            "split": 1,
            "b2_makeup_db": -6.0,
            "b3_makeup_db": 6.0,
        },
        "split shelves, number of bands changed from 4 to 2, 12 dB between the bands": {
            "split": 2,
            "b2_makeup_db": -6.0,
            "b3_makeup_db": 6.0,
        },
        "crossovers moved, band 1 at -6 dB": {"b1_makeup_db": -6.0},
    }
    multiband = make(**settings.get(name, {}))
    if name == "switched into circuit, band 2 at -6 dB":
        multiband.set("enabled", 0)
    x = tone(200, 48000, 0.999)
    before, after = (np.ascontiguousarray(part) for part in np.split(x, [24060], axis=1))  # at a peak of the tone
    multiband.process(before)
    step(name, multiband)
    multiband.process(after)
    y = np.concatenate([before[:, -4800:], after], axis=1)
    worst = click_db(y, RATE_HZ)
    record("Multiband", f"multiband, {name}: residue above 3 kHz, 200 Hz tone at 0 dBFS, 48 kHz", worst, "dBFS", target="≤ -100 dBFS", digits=0,
           tolerance=3)  # fmt: skip
    assert worst <= -100


def test_engine_sets_every_band_setting_and_meters_it():
    from dsp_ext import Ring

    engine = Engine(RATE_HZ, 512)
    columns = len(Engine.METERS)
    ring = Ring(bytearray(Ring.bytes_for(256, columns)), 256, columns)
    engine.attach(meters=ring)
    engine.set("limiter.enabled", 0)
    engine.set("multiband.b3.threshold_db", -40)
    engine.set("multiband.b3.ratio", 10)
    engine.set("multiband.b3.release_ms", 3000)
    engine.set("multiband.b3.knee_db", 0)
    engine.set("multiband.b3.attack_ms", 1)
    engine.settle()
    engine.process(tone(2000, 48000))
    rows, _ = ring.since(0)
    names = [name for name, _ in Engine.METERS]
    assert rows[-1][names.index("gr_b3_db")] == pytest.approx(
        -0.9 * (40 + 20 * np.log10(0.5 * share(2, 2000))), abs=0.05
    )
    assert all(rows[:, names.index(f"gr_b{band}_db")].min() == 0 for band in (1, 4))


def test_a_fresh_multiband_splits_at_the_stated_frequencies():
    fresh, loaded = Multiband(RATE_HZ, 4096), make(freqs_hz=DEFAULT_HZ)
    for multiband in (fresh, loaded):
        multiband.set("b1.makeup_db", 6.0)
        multiband.process(np.zeros((2, 4800), np.float32))
        multiband.reset()
    x = tone(100, 9600)
    assert np.array_equal(through(fresh, x), through(loaded, x))


def test_levels_are_what_the_detector_of_each_band_hears(record):
    """A tone in each band in turn: the level of its band is that of the tone, those of the others are lower by the crossover."""
    worst = 0.0
    for band, hz in enumerate((50, 350, 2000, 12000)):
        multiband = Multiband(RATE_HZ, 4096)
        x = tone(hz, RATE_HZ)
        multiband.process(x.copy())
        levels = multiband.levels(480)
        expected = 20 * np.log10(np.abs(x).max() * share(band, hz))
        worst = max(worst, abs(levels[band] - expected))
        assert levels.argmax() == band and levels[4] == -150.0
    record(
        "Multiband",
        "level that a band's detector hears, for a tone: largest error",
        worst,
        "dB",
        target="≤ 0.3 dB",
        tolerance=0.1,
    )
    assert worst <= 0.1
    silent = Multiband(RATE_HZ, 4096)
    silent.process(np.zeros((2, 4800), np.float32))
    assert (silent.levels(480) == -150.0).all()
