"""Dynamic bands of the EQ: the curve, the times, and sound that must not change."""

import numpy as np
import pytest

from dsp_ext import Engine, Ring
from dsp_ext.eq.bands import PLACEMENTS, Dynamics, EqBand, analog_response
from dsp_ext.eq.dynamic_band import KNEE_DB
from dsp_ext.eq.eq import Eq

RATES = pytest.mark.parametrize("rate_hz", [44100, 48000, 96000, 192000])


def equaliser(bands, rate_hz=48000, max_block=4096):
    eq = Eq(rate_hz, max_block)
    eq.load(eq.pack(bands, mode="minimum"), jump=True)
    return eq


def sine(freq_hz, level_db, rate_hz, seconds):
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    return np.tile(np.float32(10 ** (level_db / 20) * np.sin(2 * np.pi * freq_hz * t)), (2, 1))


def through(eq, block, cuts=()):
    out = block.copy()
    for part in np.split(np.arange(block.shape[1]), cuts):
        piece = np.ascontiguousarray(out[:, part])
        eq.process(piece)
        out[:, part] = piece
    return out


def curve_db(level_db, d: Dynamics):
    """The formula, implemented independently."""
    over, half = level_db - d.threshold_db, KNEE_DB / 2
    bent = 0.0 if over <= -half else over if over >= half else (over + half) ** 2 / (2 * KNEE_DB)
    slope = 1.0 if d.ratio >= 100 else 1 - 1 / d.ratio
    return float(np.sign(d.range_db)) * min(slope * bent, abs(d.range_db))


def gain_db(eq, freq_hz, level_db, rate_hz):
    """The gain for a steady tone, measured over the last half second."""
    x = sine(freq_hz, level_db, rate_hz, 1.0)
    y, tail = through(eq, x), slice(-rate_hz // 2, None)
    turn = np.exp(-2j * np.pi * freq_hz * np.arange(x.shape[1]) / rate_hz)[tail]
    return 20 * np.log10(abs(y[0, tail] @ turn) / abs(x[0, tail].astype(float) @ turn))


@RATES
def test_static_curve_at_the_centre_of_a_bell(rate_hz, record):
    """The bands lower or raise their gain, at low and high frequencies, for levels around the threshold and above it."""
    worst_db = 0.0
    for freq_hz, q in ((50.0, 0.5), (1000.0, 1.0), (12000.0, 4.0)):
        for d in (Dynamics(-30, 2, -12, 5, 100), Dynamics(-24, 100, 9, 5, 100)):
            for level_db in (-50.0, -29.0, -25.0, -12.0, -1.0):
                eq = equaliser([EqBand("bell", freq_hz, 0, q, dynamics=d)], rate_hz)
                worst_db = max(worst_db, abs(gain_db(eq, freq_hz, level_db, rate_hz) - curve_db(level_db, d)))
    assert worst_db <= 0.05
    figure = f"dynamic bell, {rate_hz / 1000:g} kHz: largest difference of the static curve from the formula"
    record("EQ", figure, worst_db, "dB", target="≤ 0.05 dB", digits=3, tolerance=0.005)


def test_static_curve_of_shelves(record):
    """Tones far inside the frequency range of the shelf, where the detector and the shelf have their full gain."""
    worst_db = 0.0
    for type, freq_hz, tone_hz in (("low_shelf", 400.0, 31.0), ("high_shelf", 500.0, 10007.0)):
        for d in (Dynamics(-30, 2, -12, 5, 100), Dynamics(-24, 100, 9, 5, 100)):
            for level_db in (-50.0, -29.0, -25.0, -12.0, -1.0):
                eq = equaliser([EqBand(type, freq_hz, dynamics=d)])
                worst_db = max(worst_db, abs(gain_db(eq, tone_hz, level_db, 48000) - curve_db(level_db, d)))
    assert worst_db <= 0.05
    record("EQ", "dynamic shelves, 48 kHz: largest difference of the static curve from the formula", worst_db, "dB", target="≤ 0.05 dB",
           digits=3, tolerance=0.005)  # fmt: skip


@pytest.mark.parametrize("type", ["bell", "low_shelf", "high_shelf"])
@pytest.mark.parametrize("range_db", [-9.0, 9.0])
def test_shape_at_full_gain_change_is_that_of_a_static_band(type, range_db):
    """A loud tone keeps the gain at its largest change. A quiet second tone measures the shape, at middle and at high
    frequencies."""
    rate_hz, count = 48000, 96000
    d = Dynamics(-60, 100, range_db, 5, 500)
    for centre_hz, loud, probes_hz, most_db in (
        (800.0, {"bell": 800.0, "low_shelf": 60.0, "high_shelf": 3000.0}, (110.0, 400.0, 900.0, 1800.0), 0.01),
        (
            9000.0,
            {"bell": 9000.0, "low_shelf": 1000.0, "high_shelf": 20000.0},
            (3000.0, 7000.0, 12000.0, 18000.0),
            0.25,
        ),
    ):
        for probe_hz in probes_hz:
            x = sine(loud[type], -12, rate_hz, count / rate_hz) + sine(probe_hz, -70, rate_hz, count / rate_hz)
            y = through(equaliser([EqBand(type, centre_hz, 0, 1.0, dynamics=d)], rate_hz), x)
            tail = slice(-rate_hz, None)
            turn = np.exp(-2j * np.pi * probe_hz * np.arange(count) / rate_hz)[tail]
            measured = 20 * np.log10(abs(y[0, tail] @ turn) / abs(x[0, tail].astype(float) @ turn))
            wanted = 20 * np.log10(abs(analog_response([EqBand(type, centre_hz, range_db, 1.0)], probe_hz)))
            assert measured == pytest.approx(wanted, abs=most_db), (centre_hz, probe_hz)


@RATES
def test_attack_and_release(rate_hz, record):
    """The time to 63 % of the change in dB, for a tone that steps from 30 dB below the threshold to 20 dB above, and
    back."""
    worst = {}
    for attack_ms, release_ms in ((20.0, 200.0), (60.0, 400.0)):
        d = Dynamics(-30, 2, -18, attack_ms, release_ms)
        freq_hz = rate_hz / 12
        x = sine(freq_hz, -60, rate_hz, 0.5 + 0.6 + 2.0)
        on, off = round(0.5 * rate_hz), round(1.1 * rate_hz)
        x[:, on:off] *= np.float32(10**2.5)
        y = through(equaliser([EqBand("bell", freq_hz, 0, 0.5, dynamics=d)], rate_hz), x)
        window = 12  # one period: its energy is constant
        power = [np.convolve(z[0].astype(float) ** 2, np.ones(window), "valid") for z in (x, y)]
        db = 10 * np.log10(power[1] / power[0])
        full, skip = -10.0, rate_hz // 500  # the transients of the filters themselves
        attack = np.argmax(db[on + skip :] < full * (1 - np.exp(-1))) + skip + window / 2
        release = np.argmax(db[off + skip :] > full * np.exp(-1)) + skip + window / 2
        for name, frames, wanted_ms in (("attack", attack, attack_ms), ("release", release, release_ms)):
            error = 100 * (frames / rate_hz * 1000 / wanted_ms - 1)
            worst[name] = max(worst.get(name, 0.0), abs(error))
            assert abs(error) <= 5, (name, error)
    for name, error in worst.items():
        figure = f"dynamic bell, {rate_hz / 1000:g} kHz: largest error of the {name} time"
        record("EQ", figure, error, "%", target="≤ 5 %", digits=1, tolerance=0.5)


@pytest.mark.parametrize("placement", PLACEMENTS)
@pytest.mark.parametrize("type", ["bell", "low_shelf", "high_shelf"])
def test_idle_is_bit_exact(type, placement, rng):
    """Noise below the threshold passes bit for bit from the first frame on, and again after a loud tone has ended."""
    d = Dynamics(-20, 4, -12, 1, 5)
    x = np.float32(1e-3 * rng.standard_normal((2, 30000)))
    x[0] *= np.float32(1e-6)  # rounding errors of the other channel must not appear
    assert np.array_equal(through(equaliser([EqBand(type, 1000, placement=placement, dynamics=d)]), x), x)
    x[:, 2000:3000] += sine(1000, -6, 48000, 1000 / 48000) * np.array([[1], [0.5]], np.float32)
    y = through(equaliser([EqBand(type, 1000, placement=placement, dynamics=d)]), x)
    assert not np.array_equal(y[:, 2000:3000], x[:, 2000:3000]) and np.array_equal(y[:, -4000:], x[:, -4000:])


@pytest.mark.parametrize("placement", ["stereo", "left", "side"])
def test_the_meter_of_a_band_is_the_furthest_change_since_it_was_read(placement):
    """The meter has a sign, agrees with the curve for a tone, and is 0 without a change of gain, in other modes, and after a
    reset."""
    down, up = Dynamics(-30, 2, -12, 5, 20), Dynamics(-24, 100, 9, 5, 20)
    bands = [
        EqBand("bell", 1000, 3, dynamics=down, placement=placement),
        EqBand("bell", 1000, dynamics=up, placement=placement),
    ]
    eq, tone = equaliser(bands), sine(1000, -16, 48000, 0.25)
    tone[1] *= -1
    assert [eq.take(band) for band in range(8)] == [0] * 8
    through(eq, tone)
    # The gain returns to its static value; the meter keeps the largest change.
    through(eq, np.zeros((2, 24000), np.float32))
    assert [eq.take(0), eq.take(1)] == pytest.approx([curve_db(-16, down), curve_db(-16, up)], abs=0.1)
    assert [eq.take(band) for band in range(8)] == [0] * 8
    through(eq, tone)
    eq.reset()
    assert eq.take(0) == eq.take(1) == 0
    through(eq, tone)
    eq.take(0), eq.take(1)
    eq.load(eq.pack([]), jump=True)
    through(eq, tone)
    assert eq.take(0) == eq.take(1) == 0


def test_meters_of_the_engine_have_the_bands():
    engine, columns = Engine(48000, 512), len(Engine.METERS)
    ring = Ring(bytearray(Ring.bytes_for(256, columns)), 256, columns)
    engine.attach(meters=ring)
    d = Dynamics(-30, 2, -12, 5, 20)
    engine.load_eq(engine.eq.pack([EqBand("bell", 100), EqBand("bell", 1000, dynamics=d)], mode="minimum"), jump=True)
    engine.process(sine(1000, -16, 48000, 1.0))
    rows, _ = ring.since(0)
    names = [name for name, _ in Engine.METERS]
    assert rows[-1][names.index("eq_b2_db")] == pytest.approx(curve_db(-16, d), abs=0.01)
    assert not any(rows[:, names.index(f"eq_b{n}_db")].any() for n in (1, 3, 4, 5, 6, 7, 8))


def test_a_band_whose_gain_cannot_change_is_not_packed():
    eq = Eq(48000)
    nothing = eq.pack([], mode="minimum")
    for d, enabled in ((Dynamics(ratio=1), True), (Dynamics(range_db=0), True), (Dynamics(), False)):
        assert np.array_equal(eq.pack([EqBand("bell", 1000, enabled=enabled, dynamics=d)], mode="minimum"), nothing)


@pytest.mark.parametrize("type", ["bell", "low_shelf", "high_shelf"])
def test_solo_of_a_dynamic_band_is_that_of_a_static_one(type):
    eq = Eq(48000)
    packed = [eq.pack([EqBand(type, 700, 3, dynamics=d)], mode="minimum", solo=1) for d in (Dynamics(-60), None)]
    assert np.array_equal(*packed)


def test_the_detector_uses_the_channels_of_the_band_and_not_their_sum():
    """A stereo band detects anti-phase bass. A band on one channel or on mid does not follow the other channels."""
    d = Dynamics(-40, 100, -12)
    tone = sine(60, -10, 48000, 0.5)
    apart = tone * np.array([[1], [-1]], np.float32)
    left = tone * np.array([[1], [0]], np.float32)
    for placement, x, moves in (
        ("stereo", apart, True), ("stereo", left, True), ("mid", apart, False), ("side", apart, True),
        ("side", tone, False), ("left", left, True), ("right", left, False),
    ):  # fmt: skip
        y = through(equaliser([EqBand("low_shelf", 300, placement=placement, dynamics=d)]), x)
        assert np.array_equal(x, y) != moves, placement


def test_other_gains_of_the_eq_do_not_shift_the_threshold():
    d = Dynamics(-30, 2, -12)
    before = EqBand("bell", 1000, 12)
    changes = [
        gain_db(equaliser(bands), 1000, -20, 48000)
        for bands in ([EqBand("bell", 1000, dynamics=d)], [before, EqBand("bell", 1000, -6, dynamics=d)])
    ]
    assert changes[1] - changes[0] == pytest.approx(12 - 6, abs=0.01)


def test_block_cutting_changes_no_bit(rng):
    bands = [
        EqBand("low_shelf", 120, 2, dynamics=Dynamics(-30, 3, -9)),
        EqBand("bell", 2000, -3, 2, placement="side", dynamics=Dynamics(-40, 4, 6, 1, 30)),
        EqBand("high_shelf", 8000, dynamics=Dynamics(-50, 2, -6)),
    ]
    x = np.float32(0.2 * rng.standard_normal((2, 9000)))
    whole = through(equaliser(bands), x)
    cuts = np.sort(rng.choice(np.arange(1, 9000), 60, replace=False))
    assert np.array_equal(through(equaliser(bands), x, cuts), whole)
    assert np.array_equal(through(equaliser(bands, max_block=37), x, cuts), whole)


def test_a_new_setting_continues_from_the_present_gain(rng):
    """During the crossfade to another threshold, the gain neither releases nor jumps."""
    x = sine(1000, -10, 48000, 1.0)
    eq = equaliser([EqBand("bell", 1000, dynamics=Dynamics(-40, 100, -12, 50, 1000))])
    first = through(eq, x[:, :24000])
    eq.load(eq.pack([EqBand("bell", 1000, dynamics=Dynamics(-41, 100, -12, 50, 1000))], mode="minimum"))
    second = through(eq, x[:, 24000:])
    peaks = np.max(np.abs(second[0].reshape(-1, 48)), axis=1)
    assert np.ptp(20 * np.log10(peaks)) < 0.01 and np.max(np.abs(first[0, -48:])) == pytest.approx(peaks[0], rel=1e-3)


def test_a_smaller_gain_range_applies_at_once():
    """The new gain range applies from the end of the crossfade on, even if the release is slow."""
    x = sine(1000, -10, 48000, 1.0)
    eq = equaliser([EqBand("bell", 1000, dynamics=Dynamics(-40, 100, -12, 50, 3000))])
    through(eq, x[:, :24000])
    eq.load(eq.pack([EqBand("bell", 1000, dynamics=Dynamics(-40, 100, -3, 50, 3000))], mode="minimum"))
    y = through(eq, x[:, 24000:])[0, 1200:]
    assert np.max(np.abs(y)) == pytest.approx(10 ** (-13 / 20), rel=2e-3)
    assert np.max(np.abs(y[:480])) == pytest.approx(np.max(np.abs(y)), rel=2e-3)


def test_hostile_input_settles(rng):
    """Square waves at full scale, silence, DC and tiny tails: the output stays finite, and is idle again at the end."""
    bands = [EqBand(t, f, dynamics=Dynamics(-60, 100, 18, 0.1, 5)) for t, f in
             (("bell", 40.0), ("low_shelf", 100.0), ("high_shelf", 10000.0))]  # fmt: skip
    x = np.zeros((2, 48000), np.float32)
    x[:, :8000] = np.sign(np.sin(np.arange(8000) / 50))
    x[:, 12000:16000] = 1.0
    x[:, 20000:] = 1e-30
    y = through(equaliser(bands), x)
    assert np.isfinite(y).all() and np.max(np.abs(y)) < 10**3 and np.max(np.abs(y[:, -10000:])) < 1e-6


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match="ratio cannot be 0: allowed is 1 to 100"):
        Dynamics(ratio=0)
    with pytest.raises(ValueError, match="range_db cannot be nan: allowed is -18 to 18 dB"):
        Dynamics(range_db=float("nan"))
    with pytest.raises(
        ValueError, match="type of a dynamic band cannot be 'notch': allowed is bell, low_shelf, high_shelf"
    ):
        EqBand("notch", 1000, dynamics=Dynamics())
    with pytest.raises(ValueError, match="slope_db_oct of a dynamic shelf cannot be 24: allowed is 12"):
        EqBand("low_shelf", 1000, slope_db_oct=24, dynamics=Dynamics())
    with pytest.raises(ValueError, match="freq_hz of band 1 cannot be 23000"):
        Eq(48000).pack([EqBand("bell", 23000, dynamics=Dynamics())], mode="minimum")
    for mode in ("linear", "mixed"):
        with pytest.raises(ValueError, match=f"mode cannot be '{mode}' while band 1 is dynamic: allowed is minimum"):
            Eq(48000).pack([EqBand("bell", 1000, dynamics=Dynamics())], mode=mode)
