"""Minimum-phase sections of the EQ: comparison with the analog prototypes."""

import numpy as np
import pytest

from dsp_ext.eq.bands import GAIN_DB, HIGHEST, LOWEST_HZ, SLOPES_DB_OCT, TYPES, EqBand, Q, analog_response
from dsp_ext.eq.design_svf import PER_BAND, design, response
from dsp_ext.eq.eq import RESOLUTIONS, Eq
from tests.support.plots import write_svg

RATES = pytest.mark.parametrize("rate_hz", [44100, 48000, 96000, 192000])


def db(response):
    return 20 * np.log10(np.maximum(np.abs(response), 1e-3))  # below -60 dB, differences of a few dB do not matter


def random_band(rng, rate_hz):
    """Any band that is allowed at that rate. Some values are at the very end of a range."""

    def between(low, high, scale=np.log, back=np.exp):
        inside = float(np.clip(back(rng.uniform(scale(low), scale(high))), low, high))
        return (low, high, inside)[min(rng.integers(12), 2)]

    return EqBand(
        str(rng.choice(TYPES)),
        between(LOWEST_HZ, HIGHEST * rate_hz),
        between(*GAIN_DB, float, float),
        between(*Q),
        slope_db_oct=int(rng.choice(SLOPES_DB_OCT)),
    )


@pytest.mark.parametrize("rate_hz, count", [(44100, 5000), (48000, 5000), (96000, 500), (192000, 500)])
def test_random_bands_follow_the_prototype(rate_hz, count, rng, record):
    freqs_hz = np.geomspace(10, min(20000, 0.45 * rate_hz), 200)
    below = freqs_hz <= 10000
    worst_db = np.zeros(2)
    for _ in range(count):
        band = random_band(rng, rate_hz)
        (rows,), _ = design([band], rate_hz)
        assert len(rows) <= PER_BAND
        error_db = np.abs(db(response(rows, rate_hz, freqs_hz)) - db(analog_response([band], freqs_hz)))
        worst_db = np.maximum(worst_db, (np.max(error_db[below]), np.max(error_db)))
    assert worst_db[0] <= 0.1 and worst_db[1] <= 0.5
    for worst, limit, target in zip(worst_db, (10, 20), ("≤ 0.1 dB", "≤ 0.5 dB"), strict=True):
        figure = f"minimum phase, {rate_hz / 1000:g} kHz, {count} random bands: largest difference from the analog curve up to {limit} kHz"
        record("EQ", figure, worst, "dB", target=target, digits=3, tolerance=0.005)


@RATES
def test_bands_near_the_limit_follow_the_prototype(rate_hz, rng):
    """Shelves and cuts, sharp and broad, with poles or zeros above half the rate. All have sections, follow the curve in the
    audible range, and have no additional resonance above it."""
    freqs_hz = np.geomspace(10, HIGHEST * rate_hz, 300)
    audible = freqs_hz <= 20000
    for type in TYPES:
        for q in (Q[0], 0.7, 5.0, Q[1]):
            for freq_hz in (HIGHEST * rate_hz, float(rng.uniform(0.3, HIGHEST)) * rate_hz):
                band = EqBand(
                    type, freq_hz, float(rng.choice([-18, 18])), q, slope_db_oct=int(rng.choice(SLOPES_DB_OCT))
                )
                (rows,), _ = design([band], rate_hz)
                error_db = db(response(rows, rate_hz, freqs_hz)) - db(analog_response([band], freqs_hz))
                assert np.max(np.abs(error_db[audible])) <= 0.1 and np.max(error_db) < 4, band


@pytest.mark.parametrize("freq_hz", [5000.0, 10000.0, 19845.0])
def test_a_notch_at_a_point_of_the_fit_is_as_accurate_as_between_points(freq_hz):
    freqs_hz = np.geomspace(10, 19000, 200)
    for rate_hz in (44100, 48000):
        band = EqBand("notch", freq_hz, q=2)
        (rows,), _ = design([band], rate_hz)
        assert np.max(np.abs(db(response(rows, rate_hz, freqs_hz)) - db(analog_response([band], freqs_hz)))) < 0.02


@RATES
def test_sections_are_minimum_phase_and_a_cut_is_the_inverse_of_a_boost(rate_hz, rng):
    """All poles and zeros are inside the unit circle, so the boost is stable, and so is its inverse."""
    freqs_hz = np.geomspace(10, 0.45 * rate_hz, 50)
    for _ in range(50):
        band = random_band(rng, rate_hz)
        if band.type in ("notch", "low_cut", "high_cut"):
            continue
        inverse = EqBand(band.type, band.freq_hz, -band.gain_db, band.q, slope_db_oct=band.slope_db_oct)
        (boost, cut), _ = design([band, inverse], rate_hz)
        product = response(boost, rate_hz, freqs_hz) * response(cut, rate_hz, freqs_hz)
        np.testing.assert_allclose(product, 1, atol=1e-6)
        for a1, a2, a3, *_ in boost + cut:
            # g > 0 and k > 0: the trapezoidal filter is stable.
            assert a1 > 0 and a2 > 0 and 1 - a1 * (1 + a3 / a1) > 0


def test_noise_of_a_narrow_low_band(record):
    """A band at 20 Hz with Q 10 at 96 kHz is compared with the same filter in extended precision."""
    from scipy.signal import lfilter

    rate_hz, band = 96000, EqBand("bell", 20, 12, 10)
    rng = np.random.default_rng(1)
    x = (0.1 * rng.standard_normal((2, 400000))).astype(np.float32)
    eq, y = Eq(rate_hz), x.copy()
    eq.load(eq.pack([band], mode="minimum"), jump=True)
    eq.process(y)
    expected = x[0].astype(np.longdouble)
    (rows,), _ = design([band], rate_hz)
    for a1, a2, a3, m0, m1, m2 in rows:
        g, gg = a2 / a1, a3 / a1
        k = (1 - a1 * (1 + gg)) / (a1 * g)
        low, mid, high = (np.array(c) for c in ([gg, 2 * gg, gg], [g, 0, -g], [1, -2, 1]))
        numerator = (m2 + 0 * m0) * low + m1 * mid + m0 * (high + k * mid + low)
        denominator = [1 + g * k + gg, 2 * gg - 2, 1 - g * k + gg]
        expected = lfilter(numerator, denominator, expected)
    noise_db = 10 * np.log10(float(np.mean((y[0] - expected) ** 2)))
    assert noise_db < -150
    record(
        "EQ",
        "minimum phase, bell at 20 Hz with Q 10, 96 kHz: noise of the computation",
        noise_db,
        "dBFS",
        target="≤ -150 dBFS",
        digits=0,
        tolerance=2.0,
    )


def test_bands_out_of_range_are_refused():
    with pytest.raises(ValueError, match="freq_hz of band 1 cannot be 21000: allowed is 10 to 19845 Hz"):
        design([EqBand("bell", 21000, 3)], 44100)
    with pytest.raises(ValueError, match="solo cannot be 2: allowed is 0 to 1"):
        design([EqBand("bell", 2000, 3)], 44100, solo=2)


def test_plot_of_errors(request):
    """Draw docs/plots/eq-error.svg: the error of both modes against the analog curves at 48 kHz, for a demanding setting."""
    rate_hz, freqs_hz = 48000, np.geomspace(10, 21600, 600)
    bands = [
        EqBand("low_cut", 30, slope_db_oct=24),
        EqBand("bell", 80, 6, 2),
        EqBand("bell", 3000, -9, 4),
        EqBand("high_shelf", 14000, 6),
        EqBand("high_cut", 19000, slope_db_oct=12),
    ]
    wanted_db = db(analog_response(bands, freqs_hz))
    errors_db = {}
    for label, more in (
        ("minimum phase", {"mode": "minimum"}),
        *((f"linear, {taps // 1024}k taps", {"resolution": taps}) for taps in RESOLUTIONS[:3]),
    ):
        eq = Eq(rate_hz)
        eq.load(eq.pack(bands, **more), jump=True)
        errors_db[label] = db(eq.response(freqs_hz)) - wanted_db
    assert np.max(np.abs(errors_db["minimum phase"][freqs_hz < 20000])) < 0.05

    def draw(axes):
        for label, error_db in errors_db.items():
            axes.semilogx(freqs_hz, error_db, label=label, linewidth=1)
        axes.set(xlabel="Hz", ylabel="error, dB", xlim=(10, 21600), ylim=(-0.3, 0.3))
        axes.legend(loc="lower right")

    write_svg(request.config, "eq-error", draw)
