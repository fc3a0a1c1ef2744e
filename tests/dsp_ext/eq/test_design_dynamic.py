"""Filters of dynamic bands: comparison with the analog prototypes, at every gain that occurs."""

import numpy as np
import pytest

from dsp_ext.eq.bands import DYNAMIC_TYPES, HIGHEST, LOWEST_HZ, Dynamics, EqBand, Q, analog_response
from dsp_ext.eq.design_dynamic import STEPS, response, table

RATES = pytest.mark.parametrize("rate_hz", [44100, 48000, 96000, 192000])


def random_band(rng, rate_hz, highest_q_of_shelves):
    """A dynamic band. Half of the bands are above 3 kHz."""
    type = str(rng.choice(DYNAMIC_TYPES))
    lowest_hz = 3000 if rng.integers(2) else LOWEST_HZ
    freq_hz = float(np.exp(rng.uniform(np.log(lowest_hz), np.log(HIGHEST * rate_hz))))
    q = float(np.exp(rng.uniform(np.log(Q[0]), np.log(Q[1] if type == "bell" else highest_q_of_shelves))))
    return EqBand(type, freq_hz, 0, q, dynamics=Dynamics(range_db=float(rng.choice([-18, -6, 3, 18]))))


def at(rows, place):
    """The row at `place`, 0 to STEPS, interpolated like the audio thread does."""
    step = min(int(place), STEPS - 1)
    return rows[step] + (place - step) * (rows[step + 1] - rows[step])


def moving_bands(rate_hz):
    """Bells, and shelves with little resonance, in all combinations of type, frequency and width.

    A cut is the inverse of a boost (see below), so the gain range is always positive."""
    freqs_hz = (LOWEST_HZ, 100, 1000, 3000, *np.geomspace(5000, HIGHEST * rate_hz, 8 if rate_hz < 50000 else 4))
    for type in DYNAMIC_TYPES:
        for freq_hz in freqs_hz:
            for q in (0.1, 0.3, 0.7, 1, 1.5, 3, 10, 40) if type == "bell" else (0.1, 0.4, 0.7, 1, 1.5):
                yield EqBand(type, float(freq_hz), 0, q, dynamics=Dynamics(range_db=18))


@RATES
def test_the_moving_filter_follows_the_prototype_at_every_gain(rate_hz, record):
    """The gains are rows of the table and values between rows."""
    freqs_hz = np.geomspace(20, min(20000, HIGHEST * rate_hz), 200)
    worst_db = np.zeros(2)
    for band in moving_bands(rate_hz):
        rows, range_db = table(band, rate_hz), band.dynamics.range_db
        for place in (STEPS, STEPS / 2, STEPS / 2 + 0.5, 0.5):
            wanted = analog_response([EqBand(band.type, band.freq_hz, range_db * place / STEPS, band.q)], freqs_hz)
            error_db = np.abs(20 * np.log10(np.abs(response(at(rows, place), rate_hz, freqs_hz) / wanted)))
            worst_db = np.maximum(worst_db, (np.max(error_db[freqs_hz <= 10000]), np.max(error_db)))
    for worst, limit, most in zip(worst_db, (10, 20), (0.1, 0.5), strict=True):
        assert worst <= most
        figure = f"dynamic bells and shelves with q up to 1.5, at every gain, {rate_hz / 1000:g} kHz: largest difference from the analog response up to {limit} kHz"
        record("EQ", figure, worst, "dB", target=f"≤ {most} dB", digits=3, tolerance=0.02)


@RATES
def test_every_band_has_a_stable_table_that_adds_nothing_at_rest(rate_hz, rng):
    for number in range(100):
        band = random_band(rng, rate_hz, Q[1])
        if number < 12:  # the ends of the ranges
            ends = (LOWEST_HZ, HIGHEST * rate_hz)
            band = EqBand(DYNAMIC_TYPES[number % 3], ends[number % 2], 0, Q[number // 6], dynamics=band.dynamics)
        rows = table(band, rate_hz)
        assert rows.shape == (STEPS + 1, 5) and np.isfinite(rows).all() and np.all(rows > 0)
        assert rows[0, 2] == rows[0, 4] == 1 and rows[0, 3] == rows[0, 1]


@pytest.mark.parametrize("type", DYNAMIC_TYPES)
def test_a_cut_is_the_inverse_of_a_boost(type):
    freqs_hz = np.geomspace(20, 20000, 50)
    boost, cut = (
        response(table(EqBand(type, 7000, 0, 1, dynamics=Dynamics(range_db=range_db)), 48000)[-1], 48000, freqs_hz)
        for range_db in (12, -12)
    )
    np.testing.assert_allclose(boost * cut, 1, atol=1e-9)
