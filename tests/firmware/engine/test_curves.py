"""The curves for displays, compared with the sound that the engine renders."""

import msgspec
import numpy as np
import pytest

from dsp_ext import Engine
from dsp_ext.core import kernel_response
from firmware.contract import params
from firmware.engine import curve, curve_within, designer

RATE_HZ = 48000
#: Everything that could change a level is off. A test switches its section on.
PLAIN = {
    **params.DEFAULTS,
    "limiter.enabled": 0.0,
    "multiband.enabled": 0.0,
    "eq.enabled": 0.0,
    "saturator.enabled": 0.0,
}
EQ = {"eq.enabled": 1.0, "eq.resolution": 2.0} | {
    f"eq.b{n}.{name}": value
    for n, settings in {
        1: {"enabled": 1.0, "freq_hz": 60.0, "gain_db": 4.0},
        3: {"enabled": 1.0, "freq_hz": 400.0, "gain_db": -6.0, "q": 3.0},
        6: {"enabled": 1.0, "freq_hz": 5000.0, "gain_db": 5.0, "q": 1.4},
        8: {"enabled": 1.0, "freq_hz": 11000.0, "gain_db": -3.0},
    }.items()
    for name, value in settings.items()
}  # fmt: skip
APART = EQ | {"eq.b3.placement": 3.0, "eq.b6.placement": 4.0, "eq.b8.placement": 1.0}
MODES = {mode: {"eq.mode": float(number)} for number, mode in enumerate(params.EQ_MODES)}


def values_of(**settings):
    """All parameters: `PLAIN` with `settings`, whose values may be words."""
    return PLAIN | {id: params.find(id).check(value) for id, value in settings.items()}


def engine_of(values) -> Engine:
    engine = Engine(RATE_HZ, 4096)
    designer.begin(engine, values)
    return engine


def rendered_db(values, freqs_hz, left: float, right: float, level: float = 1e-3) -> np.ndarray:
    """The magnitude in dB at `freqs_hz` that the engine applies to an impulse in a quiet direction (left, right): shape (2, n)."""
    engine = engine_of(values)
    sound = np.zeros((2, 1 << 16), np.float32)
    sound[:, 0] = level * left, level * right
    engine.process(sound)
    found = np.array([kernel_response(channel, RATE_HZ, freqs_hz) for channel in sound.astype(float)])
    return 20 * np.log10(np.maximum(np.abs(found), 1e-12) / level)


def steady_out_db(values, in_db, hz: float = 1000.0, seconds: float = 1.0) -> list[float]:
    """The peak of the last 50 ms of the output in dB, for sines with peaks of `in_db`. `hz` makes samples meet the peaks."""
    found = []
    for level_db in in_db:
        engine = engine_of(values)
        time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
        sine = 10 ** (level_db / 20) * np.sin(2 * np.pi * hz * time_s)
        sound = np.stack([sine, sine]).astype(np.float32)
        engine.process(sound)
        found.append(20 * np.log10(np.max(np.abs(sound[0, -2400:]))))
    return found


def mid_of(values, hz):
    return rendered_db(values, np.array(hz), 1.0, 1.0)[0]


@pytest.mark.parametrize("mode", params.EQ_MODES)
@pytest.mark.parametrize("auto_gain", [0.0, 1.0])
def test_the_eq_curve_is_that_of_the_sound(mode, auto_gain, record):
    values = PLAIN | EQ | MODES[mode] | {"eq.auto_gain": auto_gain}
    found = curve("eq", values, RATE_HZ, 120)
    hz = np.array(found.hz)
    error_db = np.abs(np.array(found.db) - mid_of(values, hz))[hz >= designer.eq_valid_from_hz(values, RATE_HZ)]
    assert hz[0] == 20 and hz[-1] > 23900 and len(hz) == 120 and not found.placements
    assert np.max(error_db) <= 0.05
    if auto_gain:
        record(
            "Curves for displays",
            f"EQ, {mode}: largest difference to the rendered sound, 20 Hz to half the rate",
            np.max(error_db),
            "dB",
            target="≤ 0.05 dB",
            digits=3,
            tolerance=0.01,
        )


@pytest.mark.parametrize("mode", params.EQ_MODES)
def test_the_curves_of_placements_are_those_of_the_channels(mode):
    values = PLAIN | APART | MODES[mode]
    found = curve("eq", values, RATE_HZ, 100)
    hz = np.array(found.hz)
    heard = hz >= designer.eq_valid_from_hz(values, RATE_HZ)
    responses = np.array([
        [kernel_response(channel, RATE_HZ, hz) for channel in _impulse_response(values, *way)] for way in ((1, 0), (0, 1))
    ])  # fmt: skip
    (a, c), (b, d) = responses
    sound = {"left": a, "right": d, "mid": (a + b + c + d) / 2, "side": (a - b - c + d) / 2}
    assert set(found.placements) == set(sound) and found.db == found.placements["mid"]
    for name, response in sound.items():
        error_db = np.array(found.placements[name]) - 20 * np.log10(np.abs(response))
        assert np.max(np.abs(error_db[heard])) <= 0.05, name


def _impulse_response(values, left, right):
    engine = engine_of(values)
    sound = np.zeros((2, 1 << 16), np.float32)
    sound[:, 0] = left / 1024, right / 1024
    engine.process(sound)
    return 1024 * sound.astype(float)


@pytest.mark.parametrize("mode", ["linear", "minimum"])
def test_each_band_has_the_curve_that_it_has_alone(mode):
    values = PLAIN | EQ | MODES[mode]
    found = curve("eq", values, RATE_HZ, 60)
    assert [band.index for band in found.bands] == [1, 3, 6, 8]
    for band in found.bands:
        alone = values | {f"eq.b{n}.enabled": float(n == band.index) for n in range(1, 9)}
        assert curve("eq", alone, RATE_HZ, 60).db == band.db


def test_a_dynamic_band_shows_where_its_gain_can_move():
    dynamic = {"eq.mode": 1.0, "eq.b3.enabled": 1.0, "eq.b3.freq_hz": 1000.0, "eq.b3.gain_db": 2.0, "eq.b3.dynamic": 1.0,
               "eq.b3.dyn_threshold_db": -80.0, "eq.b3.dyn_ratio": 100.0, "eq.b3.dyn_range_db": -9.0}  # fmt: skip
    values = PLAIN | {"eq.enabled": 1.0} | dynamic
    (band,) = curve("eq", values, RATE_HZ, 400).bands
    at = int(np.argmin(np.abs(np.array(curve("eq", values, RATE_HZ, 400).hz) - 1000)))
    moved = steady_out_db(values, [-20.0])[0] + 20
    assert abs(band.db[at] - 2) < 0.05 and abs(band.moved_db[at] - moved) < 0.05 and moved < -6


def test_off_and_solo_do_not_change_the_curve():
    values = PLAIN | EQ
    assert curve("eq", values | {"eq.enabled": 0.0, "eq.solo": 3.0}, RATE_HZ, 50) == curve("eq", values, RATE_HZ, 50)


MULTIBAND = {
    "multiband.enabled": 1.0,
    "multiband.bands": 3.0,
    "multiband.b1.makeup_db": 3.0,
    "multiband.b2.makeup_db": -4.0,
    "multiband.b3.makeup_db": 6.0,
    "multiband.b3.wet_pct": 50.0,
    "multiband.b5.makeup_db": -2.0,
}


@pytest.mark.parametrize("split", ["linear", "lr4", "shelves"])
def test_the_multiband_curve_is_that_of_the_sound(split, record):
    values = PLAIN | MULTIBAND | {"multiband.split": params.find("multiband.split").check(split)}
    found = curve("multiband", values, RATE_HZ, 120)
    error_db = np.max(np.abs(np.array(found.db) - mid_of(values, found.hz)))
    assert error_db <= 0.05 and len(found.bands) == 5
    record(
        "Curves for displays",
        f"multiband compressor, {split}: largest difference to the rendered sound, 20 Hz to half the rate",
        error_db,
        "dB",
        target="≤ 0.05 dB",
        digits=3,
        tolerance=0.01,
    )


@pytest.mark.parametrize("split", ["linear", "lr4"])
def test_each_band_of_the_compressor_has_the_magnitude_that_solo_plays(split):
    values = values_of(**{"multiband.enabled": 1.0, "multiband.split": split})
    found = curve("multiband", values, RATE_HZ, 60)
    for band in found.bands:
        played = mid_of(values | {f"multiband.b{band.index}.solo": 1.0}, found.hz)
        heard = np.array(band.db) > -40
        assert np.max(np.abs(np.array(band.db) - played)[heard]) <= 0.05, band.index


def test_transfer_curves_of_bands_are_those_of_the_sound(record):
    settings = {"ratio": 4.0, "threshold_db": -30.0, "knee_db": 12.0, "makeup_db": 3.0, "expand_ratio": 2.0,
                "expand_threshold_db": -55.0, "attack_ms": 1.0, "release_ms": 40.0}  # fmt: skip
    values = PLAIN | {
        "multiband.enabled": 1.0,
        "multiband.tilt_db": 3.0,
        "multiband.bands": 0.0,
        "multiband.x1_hz": 200.0,
    }
    values |= {f"multiband.b2.{name}": value for name, value in settings.items()}
    found = curve("multiband", values, RATE_HZ, 9)
    at = [2, 4, 6, 8]
    played = steady_out_db(values, [found.in_db[k] for k in at], hz=4000.0)
    error_db = np.max(np.abs(np.array([found.bands[1].out_db[k] for k in at]) - played))
    assert error_db <= 0.05
    record(
        "Curves for displays",
        "transfer curve of a band of the compressor: largest difference to the rendered sound",
        error_db,
        "dB",
        target="≤ 0.05 dB",
        digits=3,
        tolerance=0.01,
    )


@pytest.mark.parametrize("unity", [0.0, 1.0])
def test_the_curve_of_the_limiter_is_that_of_the_sound(unity, record):
    values = PLAIN | {
        "limiter.enabled": 1.0,
        "limiter.gain_db": 9.0,
        "limiter.ceiling_dbtp": -2.0,
        "limiter.unity_listen": unity,
    }
    found = curve("limiter", values, RATE_HZ, 9)
    at = [4, 6, 7, 8]
    played = steady_out_db(values, [found.in_db[k] for k in at])
    error_db = np.max(np.abs(np.array([found.out_db[k] for k in at]) - played))
    assert error_db <= 0.05 and (max(found.out_db) == -2.0) == (unity == 0)
    if unity == 0:
        record(
            "Curves for displays",
            "limiter: largest difference to the rendered sound, steady 1 kHz",
            error_db,
            "dB",
            target="≤ 0.05 dB",
            digits=3,
            tolerance=0.01,
        )


@pytest.mark.parametrize("shape", params.find("saturator.curve").choices)
def test_the_curve_of_the_saturator_is_that_of_the_sound(shape, record):
    values = values_of(
        **{"saturator.enabled": 1, "saturator.drive_db": 8.0, "saturator.curve": shape, "saturator.mix_pct": 80.0}
    )
    found = curve("saturator", values, RATE_HZ, 9)
    errors = []
    for k in (5, 7, 8):
        level = np.full((2, 30000), 10 ** (found.in_db[k] / 20), np.float32)
        for sign, column in ((1, found.out_db), (-1, found.out_negative_db or found.out_db)):
            sound = sign * level
            engine_of(values).process(sound)
            errors.append(abs(20 * np.log10(abs(sound[0, -1])) - column[k]))
    assert max(errors) <= 0.05 and bool(found.out_negative_db) == (shape == "tube")
    record(
        "Curves for displays",
        f"transfer curve of the saturator, {shape}: largest difference to the rendered sound",
        max(errors),
        "dB",
        target="≤ 0.05 dB",
        digits=3,
        tolerance=0.01,
    )


@pytest.mark.parametrize("rate_hz", [44100, 192000])
def test_curves_at_other_rates_end_at_half_the_rate(rate_hz):
    for section in ("eq", "multiband"):
        found = curve(section, PLAIN | EQ, rate_hz, 40)
        assert 0.49 * rate_hz < found.hz[-1] < 0.5 * rate_hz and np.all(np.isfinite(found.db))


def test_the_largest_answer_fits_into_a_line_of_a_uart():
    values = PLAIN | {"eq.mode": 1.0}
    for n in range(1, 9):
        values |= {f"eq.b{n}.enabled": 1.0, f"eq.b{n}.type": 0.0, f"eq.b{n}.gain_db": 18.0, f"eq.b{n}.dynamic": 1.0,
                   f"eq.b{n}.placement": float(1 + n % 4)}  # fmt: skip
    for section in ("eq", "multiband", "limiter", "saturator"):
        found = curve_within(3584, section, values, RATE_HZ, 1000)
        assert len(msgspec.json.encode(found)) <= 3584 and len(found.hz or found.in_db) >= 20, section


def test_equal_requests_are_answered_from_memory():
    values = PLAIN | EQ
    first = curve("eq", values, RATE_HZ, 50)
    assert curve("eq", values | {"limiter.gain_db": 6.0}, RATE_HZ, 50) is first
    assert curve("eq", values | {"eq.b1.gain_db": 1.0}, RATE_HZ, 50) is not first
