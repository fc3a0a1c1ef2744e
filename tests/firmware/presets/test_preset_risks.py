"""Loads that need a confirmation."""

import numpy as np
import pytest

from firmware.contract.params import DEFAULTS
from firmware.engine import replay
from firmware.presets.risks import bound_db, startling


def after(**changes):
    return {**DEFAULTS, **{id.replace("__", "."): value for id, value in changes.items()}}


@pytest.mark.parametrize(
    ("changes", "bound"),
    [
        ({}, 0.0),
        ({"input__trim_db": 4.0, "limiter__gain_db": 3.0}, 7.0),
        ({"limiter__gain_db": 9.0, "limiter__enabled": 0.0}, 0.0),
        ({"eq__b1__enabled": 1.0, "eq__b1__gain_db": 5.0, "eq__b2__enabled": 1.0, "eq__b2__gain_db": -9.0}, 5.0),
        ({"eq__b1__gain_db": 5.0}, 0.0),
        ({"eq__b1__enabled": 1.0, "eq__b1__gain_db": 5.0, "eq__enabled": 0.0}, 0.0),
        ({"eq__b1__enabled": 1.0, "eq__b1__gain_db": 12.0, "eq__b1__type": 3.0}, 0.0),
        ({"eq__b1__enabled": 1.0, "eq__b1__gain_db": -4.0, "eq__b1__type": 6.0}, 4.0),
        ({"eq__b1__enabled": 1.0, "eq__b1__q": 2.0, "eq__b1__type": 4.0}, 6.30),
        ({"eq__b1__enabled": 1.0, "eq__b1__gain_db": -4.0, "eq__auto_gain": 1.0}, 4.0),
        ({"eq__b1__enabled": 1.0, "eq__b1__gain_db": 3.0, "eq__b1__q": 1.42}, 9.02),
        ({"eq__b1__enabled": 1.0, "eq__b1__gain_db": -3.0, "eq__b1__q": 1.42}, 6.02),
        ({"eq__b1__enabled": 1.0, "eq__b1__gain_db": 0.0, "eq__b1__q": 1.42}, 0.0),
        ({"eq__b1__enabled": 1.0, "eq__b1__gain_db": 2.0, "eq__b1__dynamic": 1.0, "eq__b1__dyn_range_db": 7.0}, 9.0),
        ({"eq__b1__enabled": 1.0, "eq__b1__gain_db": -9.0, "eq__b1__dynamic": 1.0, "eq__b1__dyn_range_db": -7.0}, 0.0),
        ({"multiband__b2__makeup_db": 6.0, "multiband__b3__makeup_db": 2.0}, 6.0),
        ({"multiband__b2__makeup_db": 6.0, "multiband__b2__bypass": 1.0}, 0.0),
        ({"multiband__b4__up_ratio": 2.0}, 12.0),
        ({"multiband__b1__threshold_db": -20.0, "multiband__b1__ratio": 2.0, "multiband__b1__auto_makeup": 1.0}, 10.0),
        ({"stereo__width_high_pct": 200.0}, 6.02),
        ({"stereo__width_high_pct": 50.0}, 0.0),
    ],
)
def test_bound_includes_every_active_gain(changes, bound):
    assert bound_db(after(**changes)) == pytest.approx(bound, abs=0.01)


def test_the_reason_names_effect_and_amount():
    calm = after()
    assert startling(calm, after(limiter__gain_db=6.0)) == ""
    assert startling(calm, after(limiter__gain_db=9.0)) == "can raise the level by up to 9.0 dB"
    assert startling(after(limiter__gain_db=9.0), after(limiter__gain_db=12.0)) == ""
    assert startling(calm, after(limiter__ceiling_dbtp=-0.1)) == "raises the ceiling from -1.0 dBTP to -0.1 dBTP"
    assert startling(calm, after(limiter__ceiling_dbtp=-3.0)) == ""
    assert startling(calm, after(limiter__enabled=0.0, input__trim_db=8.0)) == (
        "can raise the level by up to 8.0 dB and takes the limiter out"
    )


def test_bound_is_above_the_gain_of_the_chain(rng):
    """With random EQs, no frequency of a quiet signal is amplified more than the bound."""
    rate_hz, frames = 48000, 1 << 15
    words = np.zeros((frames + 16384, 2), np.int32)
    words[0] = 1 << 20  # an impulse at -66 dBFS, which is below every threshold of a compressor
    for _ in range(6):
        changes = {"limiter.gain_db": float(rng.uniform(-6, 6)), "input.trim_db": float(rng.uniform(-6, 6))}
        for n in range(1, 9):
            changes |= {
                f"eq.b{n}.enabled": float(rng.random() < 0.5),
                f"eq.b{n}.type": float(rng.integers(0, 7)),
                f"eq.b{n}.gain_db": float(rng.uniform(-9, 9)),
                f"eq.b{n}.freq_hz": float(10 ** rng.uniform(1.7, 4)),
                f"eq.b{n}.q": float(10 ** rng.uniform(-0.5, 0.5)),
            }
        values = {**DEFAULTS, **changes}
        out = words.copy()
        replay.perform(out, rate_hz, values, ())
        response_db = 20 * np.log10(np.abs(np.fft.rfft(out[:, 0] / (1 << 20))).max())
        assert response_db <= bound_db(values) + 0.1


def test_no_curve_of_a_band_rises_above_the_bound(rng):
    from dsp_ext.eq.bands import analog_response
    from firmware.engine.designer import eq_bands

    freqs_hz = np.geomspace(5, 40000, 4000)
    for _ in range(300):
        values = after(eq__b1__enabled=1.0, eq__b1__type=float(rng.integers(7)), eq__b1__slope=float(rng.integers(8)),
                       eq__b1__gain_db=float(rng.uniform(-18, 18)), eq__b1__freq_hz=float(rng.uniform(50, 5000)),
                       eq__b1__q=float(np.exp(rng.uniform(np.log(0.1), np.log(40)))))  # fmt: skip
        peak_db = 20 * np.log10(np.max(np.abs(analog_response(eq_bands(values, 48000)[:1], freqs_hz))))
        assert peak_db <= bound_db(values) + 0.2, values
