"""Kernels of the linear-phase EQ: comparison with the analog prototypes."""

from dataclasses import replace

import numpy as np
import pytest

from dsp_ext.core import kernel_response, rate_factor
from dsp_ext.eq.bands import HIGHEST, PLACEMENTS, SLOPES_DB_OCT, TYPES
from dsp_ext.eq.design_fir import EqBand, analog_response, design, placed, validity_hz
from dsp_ext.output.design_stereo import side_magnitude
from dsp_ext.settings import EQ_TAPS, STEREO
from firmware.contract import constraints, params

RATES = pytest.mark.parametrize("rate_hz", [44100, 48000, 96000, 192000])
AUDIBLE_HZ = np.geomspace(20, 20000, 400)


def db(response):
    return 20 * np.log10(np.maximum(np.abs(response), 1e-12))


def random_band(rng, types=TYPES):
    """A band with f0 / Q of at least 20 Hz. For cuts, Q is that of the sharpest pair of poles."""
    kind = str(rng.choice(types))
    freq_hz = float(np.exp(rng.uniform(np.log(21), np.log(19000))))
    slope_db_oct = int(rng.choice(SLOPES_DB_OCT))
    highest_q = min(freq_hz / 20 / (3.7 if kind.endswith(("cut", "shelf")) else 1), 40)
    q = float(np.exp(rng.uniform(np.log(0.1), np.log(max(highest_q, 0.1001)))))
    return EqBand(kind, freq_hz, float(rng.uniform(-18, 18)), q, slope_db_oct=slope_db_oct)


@pytest.mark.parametrize("kind", TYPES)
def test_analog_prototypes_agree_with_their_settings(kind):
    def at(freqs_hz, **more):
        return db(analog_response([EqBand(kind, 1000, **more)], freqs_hz))

    if kind == "bell":
        np.testing.assert_allclose(at([1e-3, 1000, 1e9], gain_db=7, q=2), [0, 7, 0], atol=1e-6)
    elif kind == "notch":
        assert at(1000.0) < -200 and np.allclose(at([1, 1e6], q=5), 0, atol=1e-3)
    elif kind == "tilt":
        np.testing.assert_allclose(at([1e-3, 1000, 1e9], gain_db=4), [-4, 0, 4], atol=1e-6)
    elif kind.endswith("shelf"):
        for slope in SLOPES_DB_OCT:
            curve = at([1e-6, 1000, 1e12], gain_db=-9, slope_db_oct=slope, q=2**-0.5)
            np.testing.assert_allclose(curve, [-9, -4.5, 0] if kind == "low_shelf" else [0, -4.5, -9], atol=1e-3)
    else:
        for slope in SLOPES_DB_OCT:
            octaves = [125, 250] if kind == "low_cut" else [8000, 4000]
            low, high = at(octaves, slope_db_oct=slope, q=2**-0.5)
            assert high - low == pytest.approx(slope, abs=0.3)
            assert at(1000.0, slope_db_oct=slope, q=2**-0.5) == pytest.approx(-3.01, abs=0.01)


@pytest.mark.parametrize("kind", ["bell", "low_shelf", "high_shelf", "tilt"])
def test_a_cut_is_the_inverse_of_a_boost(kind):
    both = [EqBand(kind, 900, 11.0, 3, slope_db_oct=24), EqBand(kind, 900, -11.0, 3, slope_db_oct=24)]
    np.testing.assert_allclose(analog_response(both, AUDIBLE_HZ), 1, atol=1e-12)


def error_db(kernel, bands, rate_hz, floor_db=-60.0):
    """The largest difference between `kernel` and the prototype of `bands`, 20 Hz to 20 kHz (0.45 fs), in dB.

    Where both are below `floor_db`, they count as equal, because differences of a few dB do not matter there.
    """
    size = 8 * kernel.size
    bins = np.unique(np.rint(np.geomspace(20, min(20000, 0.45 * rate_hz), 3000) * size / rate_hz).astype(int))
    got = db(np.fft.rfft(kernel, size)[bins])
    wanted = db(analog_response(bands, bins * rate_hz / size))
    return np.max(np.abs(np.maximum(got, floor_db) - np.maximum(wanted, floor_db)))


@pytest.mark.parametrize(("resolution", "most_db"), [("4k", 0.7), ("8k", 0.1), ("16k", 0.05), ("32k", 0.05)])
def test_error_of_a_low_bell_at_each_resolution(resolution, most_db, record):
    worst_db = 0.0
    for rate_hz in (44100, 48000):
        bell = [EqBand("bell", 40.0, 6.0, 2.0)]
        worst_db = max(worst_db, error_db(design(bell, rate_hz, EQ_TAPS[resolution])[0], bell, rate_hz))
    record(
        "EQ",
        f"linear phase, {resolution}, bell of 6 dB at 40 Hz with Q 2, error, 44.1 and 48 kHz",
        worst_db,
        "dB",
        digits=3,
    )
    assert worst_db <= most_db


@RATES
def test_kernel_follows_the_prototype(rate_hz, rng, record):
    taps = 16384 * rate_factor(rate_hz)
    types = [kind for kind in TYPES if kind != "notch"]
    bands = [random_band(rng, types) for _ in range(100 if rate_hz < 50000 else 25)]
    worst_db = max(error_db(design([band], rate_hz, taps)[0], [band], rate_hz) for band in bands)
    assert worst_db <= 0.05
    record("EQ", f"linear phase, resolution 16k, {rate_hz / 1000:g} kHz, random bands with f0/Q ≥ 20 Hz: largest difference from the analog curve up to 20 kHz", worst_db,
           "dB", target="≤ 0.05 dB", digits=3, tolerance=0.01)  # fmt: skip


@RATES
def test_bands_placed_apart_follow_their_prototypes_on_every_channel(rate_hz, rng, record):
    """Three random bands on random channels, some with the mono-maker: the responses from left to left, right to right, mid to
    mid and side to side."""
    taps, worst_db = 16384 * rate_factor(rate_hz), 0.0
    freqs_hz = np.arange(4 * taps + 1) * (rate_hz / 8 / taps)
    heard = (freqs_hz >= 20) & (freqs_hz <= min(20000, 0.45 * rate_hz))
    types = [kind for kind in TYPES if kind != "notch"]
    for number in range(12 if rate_hz < 50000 else 4):
        bands = [replace(random_band(rng, types), placement=str(rng.choice(PLACEMENTS[1:]))) for _ in range(3)]
        side = side_magnitude(STEREO.defaults | {"mono": 1.0, "width_high_pct": 140.0}) if number % 2 else None
        wanted = placed("stereo", np.ones(freqs_hz.size), 1)
        for band in bands:
            own = placed(band.placement, np.abs(analog_response([band], freqs_hz)), 1)
            wanted = np.einsum("ijn,jkn->ikn", own, wanted)
        if side:
            wanted = np.einsum("ijn,jkn->ikn", placed("side", side(freqs_hz), 1), wanted)
        k1, k2 = design(bands, rate_hz, taps, side=side)
        kernels = [[k1.real + k2.real, -k1.imag - k2.imag], [k1.imag - k2.imag, k1.real - k2.real]]
        for left, right in ((1, 0), (0, 1), (0.5**0.5, 0.5**0.5), (0.5**0.5, -(0.5**0.5))):
            to = np.array([left, right])
            got, curve = (
                np.einsum("i,ijn,j->n", to, matrix, to) for matrix in (np.fft.rfft(kernels, 8 * taps), wanted)
            )
            errors_db = np.maximum(db(got[heard]), -60) - np.maximum(db(curve[heard]), -60)
            worst_db = max(worst_db, np.max(np.abs(errors_db)))
    assert worst_db <= 0.05
    record("EQ", f"linear phase, resolution 16k, {rate_hz / 1000:g} kHz, random bands on different channels: largest difference from the analog curve up to 20 kHz", worst_db,
           "dB", target="≤ 0.05 dB", digits=3, tolerance=0.01)  # fmt: skip


def test_notch_is_exact_but_for_its_bottom(rng, record):
    """The tip of the notch is rounded, because half a kernel cannot resolve frequencies closer than its inverse length."""
    bands = [EqBand("notch", 100 * q * octaves, q=q) for q, octaves in rng.uniform(1, 10, (30, 2))]
    kernels = [design([band], 48000, 16384)[0] for band in bands]
    worst_db = max(error_db(kernel, [band], 48000, floor_db=-18) for kernel, band in zip(kernels, bands, strict=True))
    depth_db = max(notch_db(kernel, 48000, band.freq_hz) for kernel, band in zip(kernels, bands, strict=True))
    assert worst_db <= 0.05 and depth_db < -45
    record("EQ", "linear phase, resolution 16k, 48 kHz, notches with f0/Q ≥ 100 Hz: largest error where the attenuation is below 18 dB", worst_db, "dB",
           target="≤ 0.05 dB", digits=3, tolerance=0.01)  # fmt: skip
    record(
        "EQ",
        "linear phase, resolution 16k, 48 kHz, notches with f0/Q ≥ 100 Hz: gain at the centre of the shallowest notch",
        depth_db,
        "dB",
        digits=1,
        tolerance=1,
    )


def notch_db(kernel, rate_hz, freq_hz):
    """The largest gain within a hundredth of rate / taps of the tip."""
    near_hz = freq_hz + np.linspace(-0.01, 0.01, 3) * rate_hz / kernel.size
    return np.max(db(kernel_response(kernel, rate_hz, near_hz)))


@RATES
def test_notches_are_accurate_from_a_few_hertz_beside_their_tip(rate_hz, rng, record):
    """The distance from the tip at which the error becomes small is a multiple of rate / taps, for any number of notches."""
    taps, worst_db, depth_db = 16384 * rate_factor(rate_hz), 0.0, -np.inf
    clear_hz = 2.25 * rate_hz / taps
    for number in range(12 if rate_hz < 50000 else 4):
        q = float(np.exp(rng.uniform(np.log(1), np.log(13))))
        bands = [EqBand("notch", q * float(rng.uniform(20, 60)), q=q)]
        if number % 2:
            bands.append(EqBand("notch", 3 * bands[0].freq_hz, q=3 * q))
            bands.append(EqBand("high_shelf", 3000, -6))
        kernel = design(bands, rate_hz, taps)[0]
        freqs_hz = np.arange(4 * taps + 1) * (rate_hz / 8 / taps)
        away_hz = np.min([np.abs(freqs_hz - band.freq_hz) for band in bands if band.type == "notch"], axis=0)
        heard = (freqs_hz >= 20) & (freqs_hz <= min(20000, 0.45 * rate_hz)) & (away_hz > clear_hz)
        errors_db = db(np.fft.rfft(kernel, 8 * taps)) - db(analog_response(bands, freqs_hz))
        worst_db = max(worst_db, np.max(np.abs(errors_db[heard])))
        depth_db = max(depth_db, notch_db(kernel, rate_hz, bands[0].freq_hz))
    assert worst_db <= 0.05 and depth_db < -30
    where = f"resolution 16k, {rate_hz / 1000:g} kHz, notches with f0/Q ≥ 20 Hz"
    record("EQ", f"linear phase, {where}: largest error at a distance of {clear_hz:.1f} Hz (2.25 rate/taps) or more from the centre", worst_db, "dB",
           target="≤ 0.05 dB", digits=3, tolerance=0.01)  # fmt: skip
    record(
        "EQ",
        f"linear phase, {where}: gain at the centre of the shallowest notch",
        depth_db,
        "dB",
        digits=1,
        tolerance=2,
    )


@pytest.mark.parametrize("mix", [0.1, 0.5, 0.8, 1.0])
def test_notches_are_deep_with_mixed_phase(mix):
    rate_hz, taps = 48000, 16384
    freqs_hz = np.arange(4 * taps + 1) * (rate_hz / 8 / taps)
    for band in (EqBand("notch", 1000, q=10), EqBand("notch", 400, q=20)):
        kernel = design([band], rate_hz, taps, mix=mix)[0]
        errors_db = db(np.fft.rfft(kernel, 8 * taps)) - db(analog_response([band], freqs_hz))
        away_hz = np.abs(freqs_hz - band.freq_hz)
        heard = (freqs_hz >= 20) & (freqs_hz <= 20000) & (away_hz > 3 * rate_hz / taps)
        assert np.max(np.abs(errors_db[heard])) <= 0.05 and notch_db(kernel, rate_hz, band.freq_hz) < -30


def test_notches_at_hum_frequencies_and_a_narrow_notch_are_deep():
    hum = [EqBand("notch", 50.0 * n, q=5 * n) for n in range(1, 9)]
    kernel = design(hum, 48000, 16384)[0]
    assert max(notch_db(kernel, 48000, band.freq_hz) for band in hum) < -15
    assert notch_db(design([EqBand("notch", 100, q=20)], 48000, 16384)[0], 48000, 100) < -20
    side = design([EqBand("notch", 60, q=2, placement="side")], 48000, 16384)
    assert (
        notch_db(side[0].real + side[1].imag, 48000, 60) < -30
        and notch_db(side[0].real - side[1].imag, 48000, 60) > -0.01
    )


@pytest.mark.parametrize("rate_hz", [44100, 96000])
def test_validity_is_the_lowest_frequency_within_tolerance(rate_hz):
    taps = 4096 * rate_factor(rate_hz)
    for bands in (
        [EqBand("bell", 40, 9, 4)],
        [EqBand("low_cut", 25, slope_db_oct=48), EqBand("bell", 3000, 3)],
        [EqBand("bell", 60, 9, 4, placement="side")],
    ):
        limit_hz = validity_hz(bands, rate_hz, taps)
        kernels = design(bands, rate_hz, taps)
        # The response from the side signal to the side signal.
        kernel = kernels[0].real + (kernels[1].imag if len(kernels) == 2 else 0)
        freqs_hz = np.geomspace(limit_hz, 18000, 1000)
        errors_db = db(kernel_response(kernel, rate_hz, freqs_hz)) - db(analog_response(bands, freqs_hz))
        assert np.max(np.abs(errors_db)) < 0.051  # the limit is searched on a grid
        below_hz = np.linspace(0.5 * limit_hz, limit_hz, 100)
        errors_db = db(kernel_response(kernel, rate_hz, below_hz)) - db(analog_response(bands, below_hz))
        assert np.max(np.abs(errors_db)) > 0.05
        assert validity_hz(bands, rate_hz, 8 * taps) < limit_hz / 2
    assert validity_hz([], rate_hz, taps) == 0
    assert validity_hz([EqBand("bell", 40, 9, 4)], rate_hz, taps, mix=0.9) > 100


@RATES
def test_kernel_is_symmetric_to_the_bit(rate_hz, rng):
    for taps in (4096, 8192 * rate_factor(rate_hz)):
        kernel = design([random_band(rng) for _ in range(8)], rate_hz, taps)[0]
        assert kernel.shape == (taps,) and kernel.dtype == np.float32
        np.testing.assert_array_equal(kernel[1 : taps // 2], kernel[: taps // 2 : -1])
        assert kernel[0] == 0


def test_words_are_those_of_the_parameter_table():
    assert TYPES == params.BAND_TYPES
    assert PLACEMENTS == params.BAND_PLACEMENTS
    assert [str(slope) for slope in SLOPES_DB_OCT] == list(params.BAND_SLOPES)
    assert constraints.HIGHEST == HIGHEST


def test_flat_and_disabled_bands_need_no_kernel():
    assert design([], 48000, 8192) is None
    idle = [EqBand("bell", 1000), EqBand("tilt", 50), EqBand("low_cut", 30, enabled=False), EqBand("high_shelf", 20000)]
    assert design(idle, 44100, 8192) is None


def test_bands_out_of_range_are_refused_by_name():
    for wrong, text in (
        ({"type": "peak", "freq_hz": 100}, "type cannot be 'peak'"),
        ({"type": "bell", "freq_hz": 9.9}, "freq_hz cannot be 9.9: allowed is 10 Hz to"),
        ({"type": "bell", "freq_hz": float("nan")}, "freq_hz cannot be nan"),
        ({"type": "bell", "freq_hz": 100, "gain_db": 18.5}, "gain_db cannot be 18.5: allowed is -18 to 18 dB"),
        ({"type": "bell", "freq_hz": 100, "q": 0}, "q cannot be 0: allowed is 0.1 to 40"),
        ({"type": "low_cut", "freq_hz": 100, "slope_db_oct": 9}, "slope_db_oct cannot be 9"),
    ):
        with pytest.raises(ValueError, match=text):
            EqBand(**wrong)
    with pytest.raises(ValueError, match="taps must be"):
        design([EqBand("notch", 50)], 48000, 8191)


@RATES
def test_frequency_limit_follows_the_rate(rate_hz):
    limit = 0.45 * rate_hz
    assert design([EqBand("bell", limit, 3)], rate_hz, 4096) is not None
    with pytest.raises(
        ValueError, match=f"freq_hz of band 2 cannot be .* allowed is 10 to {limit:g} Hz at {rate_hz} Hz"
    ):
        design([EqBand("bell", 100), EqBand("bell", limit + 1, 3)], rate_hz, 4096)
