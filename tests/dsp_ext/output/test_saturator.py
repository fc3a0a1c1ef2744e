"""The saturator: neutral settings are exact, curves follow their formulas, and there is little aliasing."""

from pathlib import Path

import numpy as np
import pytest

import dsp_ext
from dsp_ext.core.processor import RATES_HZ
from dsp_ext.output import design_saturator
from dsp_ext.output.saturator import Saturator
from dsp_ext.settings import SATURATOR

CURVES = SATURATOR["curve"].choices

LATENCY = 87
FORMULAS = {
    "cubic": lambda v: np.where(np.abs(v) < 1.5, v - 4 / 27 * v**3, np.sign(v)),
    "tanh": np.tanh,
    "hard": lambda v: np.clip(v, -1, 1),
    "tube": lambda v: (np.tanh(v + 0.4) - np.tanh(0.4)) / (1 - np.tanh(0.4) ** 2),
}


def saturated(x, rate=48000, **settings):
    """One channel processed by the saturator, without the latency."""
    saturator = Saturator(rate)
    saturator.set(settle=True, **settings)
    y = np.zeros((2, len(x) + LATENCY), np.float32)
    y[:, : len(x)] = x
    saturator.process(y)
    return y[:, LATENCY:]


def test_tables_are_those_of_the_script():
    assert (Path(dsp_ext.__file__).parent / "output" / "saturator_taps.pxd").read_text() == design_saturator.text()


@pytest.mark.parametrize("rate", RATES_HZ)
@pytest.mark.parametrize(
    "settings", [{}, {"enabled": 1, "mix_pct": 0}, {"enabled": 1, "curve": "hard", "drive_db": -24.0}]
)
def test_neutral_is_exact(rng, rate, settings):
    """This holds when the saturator is off, with mix 0, and with the hard curve below its threshold."""
    x = (rng.integers(-(2**23), 2**23, 6000) / 2**23).astype(np.float32)
    assert np.array_equal(saturated(x, rate, **settings), np.stack([x, x]))


@pytest.mark.parametrize("curve", CURVES)
def test_slow_signals_follow_the_curve(curve):
    """A ramp over the whole range follows the formula, and small signals keep their level."""
    x = np.linspace(-0.99, 0.99, 48000)
    drive = 10 ** (9 / 20)
    y = saturated(x, enabled=1, curve=curve, drive_db=9.0)[0]
    expected = FORMULAS[curve](drive * x) / drive
    assert np.abs(y - expected)[500:-500].max() < 2e-5
    small = saturated(0.001 * np.sin(0.1 * np.arange(9000)), enabled=1, curve="cubic", drive_db=9.0)[0]
    assert np.abs(small - 0.001 * np.sin(0.1 * np.arange(9000)))[500:-500].max() < 1e-7


@pytest.mark.parametrize("curve", CURVES)
def test_no_curve_falls(curve):
    """Output against input for slow signals, with 6 dB of drive."""
    y = saturated(np.linspace(-0.99, 0.99, 24000), enabled=1, curve=curve, drive_db=6.0)[0]
    assert np.all(np.diff(y[300:-300]) > -1e-5)


@pytest.mark.parametrize("curve", CURVES)
def test_mix_is_a_blend(rng, curve):
    x = np.convolve(rng.uniform(-1, 1, 6000), np.ones(4) / 2, "same")
    wet = saturated(x, enabled=1, curve=curve, drive_db=6.0)[0]
    half = saturated(x, enabled=1, curve=curve, drive_db=6.0, mix_pct=50.0)[0]
    assert np.abs(half - (wet + x) / 2).max() < 1e-6


@pytest.mark.parametrize("curve", CURVES)
def test_level_of_aliases(curve, record):
    """A tone of 4999 Hz at full scale with 6 dB of drive: measures everything up to 20 kHz that is not a harmonic."""
    f, n = 4999, 48000
    y = saturated(np.sin(2 * np.pi * f / 48000 * np.arange(3 * n)), enabled=1, curve=curve, drive_db=6.0)[0, n : 2 * n]
    power = np.abs(np.fft.rfft(y.astype(np.float64) * np.blackman(n)))[:20001] ** 2
    harmonic = np.zeros(len(power), bool)
    for k in range(5):
        harmonic[max(0, k * f - 3) : k * f + 4] = True
    value = 10 * np.log10(power[~harmonic].sum() / power[harmonic].sum())
    target = -80 if curve == "hard" else -100
    record("Saturator", f"curve {curve}, 6 dB of drive, 5 kHz tone at full scale, 48 kHz: level of the aliases up to 20 kHz", value, "dB",
           target=f"≤ {target} dB", digits=1, tolerance=2.0)  # fmt: skip
    assert value <= target


@pytest.mark.parametrize("curve", CURVES)
def test_blocks_do_not_matter(rng, curve):
    """The output has the same bits for all sizes of blocks, while settings change at the same frames."""
    x = rng.uniform(-1, 1, (2, 9000)).astype(np.float32)
    moves = {1000: {"enabled": 1}, 2500: {"drive_db": 12.0}, 4000: {"curve": curve}, 5000: {"curve": "tanh"},
             5500: {"curve": curve}, 6000: {"enabled": 0}, 6100: {"enabled": 1}, 8000: {"mix_pct": 30}}  # fmt: skip
    results = []
    for biggest in (9000, 1, 50, 700):
        saturator, y, at = Saturator(48000), x.copy(), 0
        while at < 9000:
            if at in moves:
                saturator.set(**moves[at])
            step = min(int(rng.integers(1, biggest + 1)), *(m - at for m in (*moves, 9000) if m > at))
            part = np.ascontiguousarray(y[:, at : at + step])
            saturator.process(part)
            y[:, at : at + step] = part
            at += step
        results.append(y)
    for y in results[1:]:
        assert np.array_equal(y, results[0])


def test_everything_moves_without_a_click(record):
    """The saturator is switched on, drive, curve and mix change, and it is switched off. Measures the residue above 3 kHz on a
    200 Hz tone, apart from the harmonics of the curve."""
    tone = (0.5 * np.sin(2 * np.pi * 200 / 48000 * np.arange(12000))).astype(np.float32)
    worst = -np.inf
    for before, after in (
        ({"enabled": 0}, {"enabled": 1}),
        ({"enabled": 1}, {"enabled": 0}),
        ({"enabled": 1}, {"curve": "tube"}),
        ({"enabled": 1}, {"drive_db": 6.0}),
        ({"enabled": 1, "drive_db": 6.0}, {"mix_pct": 0}),
    ):
        saturator = Saturator(48000)
        saturator.set(settle=True, **before)
        y = np.tile(tone, (2, 1))
        saturator.process(y)
        y = np.tile(tone, (2, 1))
        saturator.set(**after)
        saturator.process(y)
        spectrum = np.fft.rfft(y[0].astype(np.float64) * np.blackman(12000))
        spectrum[: 3000 // 4] = 0
        worst = max(worst, 20 * np.log10(np.abs(np.fft.irfft(spectrum)).max()))
    record("Saturator", "saturator switched on and off; drive, curve and mix changed: residue above 3 kHz besides the harmonics of the curve, 200 Hz tone, 48 kHz", worst, "dBFS", target="≤ -100 dBFS", digits=1,
           tolerance=2.0)  # fmt: skip
    assert worst <= -100


def test_after_it_is_switched_off_words_pass_unchanged_again(rng):
    x = (rng.integers(-(2**23), 2**23, (2, 9000)) / 2**23).astype(np.float32)
    saturator = Saturator(48000)
    saturator.set(enabled=1, drive_db=12.0, settle=True)
    saturator.process(x.copy())
    saturator.set(enabled=0)
    y = x.copy()
    saturator.process(y)
    assert np.array_equal(y[:, 3000:], x[:, 3000 - LATENCY : -LATENCY])


def test_wrong_settings_are_refused():
    saturator = Saturator(48000)
    with pytest.raises(ValueError, match="drive_db must be -24 to 36 dB, not 99"):
        saturator.set(drive_db=99)
    with pytest.raises(ValueError, match="curve must be one of cubic, tanh, hard, tube, not 'fuzz'"):
        saturator.set(curve="fuzz")
    with pytest.raises(KeyError, match="no setting 'driv'"):
        saturator.set(driv=1)
