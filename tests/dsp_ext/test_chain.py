"""The whole chain at every rate: neutral in every mode, and with everything switched on at once."""

import numpy as np
import pytest

from dsp_ext import Engine
from firmware.contract import params
from firmware.engine import designer
from tests.support.residue import above_3_khz
from tests.support.stream import through

RATES = pytest.mark.parametrize("rate_hz", [44100, 48000, 96000, 192000])

#: Every module is in circuit, but none changes the sound.
NEUTRAL = params.DEFAULTS | {
    "eq.b2.enabled": 1.0, "eq.auto_gain": 1.0, "multiband.b1.threshold_db": -40.0, "multiband.b2.knee_db": 24.0,
    "multiband.mid_side": 1.0, "multiband.tilt_db": 3.0, "stereo.split_low_hz": 500.0, "saturator.enabled": 1.0,
    "saturator.mix_pct": 0.0, "saturator.drive_db": 12.0,
}  # fmt: skip

#: Every module changes the sound.
BUSY = params.DEFAULTS | {
    "input.trim_db": 2.0, "eq.auto_gain": 1.0, "multiband.tilt_db": 3.0, "multiband.mid_side": 1.0,
    "stereo.width_low_pct": 50.0, "stereo.width_mid_pct": 130.0, "stereo.width_high_pct": 150.0, "stereo.mono": 1.0,
    "stereo.balance_pct": 10.0, "stereo.invert_right": 1.0, "saturator.enabled": 1.0, "saturator.drive_db": 6.0,
    "saturator.curve": 3.0, "output.dc_filter": 1.0, "limiter.gain_db": 6.0, "limiter.link_fast_pct": 50.0,
    "dither.bits": 3.0, "dither.shape": 1.0,
    "eq.b1.enabled": 1.0, "eq.b1.type": 3.0, "eq.b1.freq_hz": 30.0,
    "eq.b2.enabled": 1.0, "eq.b2.gain_db": 6.0, "eq.b3.enabled": 1.0, "eq.b3.gain_db": -4.0, "eq.b3.placement": 4.0,
    "eq.b8.enabled": 1.0, "eq.b8.gain_db": 3.0, "eq.b8.placement": 3.0,
} | {
    f"multiband.b{n}.{name}": value for n in range(1, params.MULTIBAND_BANDS + 1) for name, value in {
        "threshold_db": -30.0, "ratio": 3.0, "hold_ms": 20.0, "adaptive": 1.0, "rms_pct": 50.0, "lookahead_ms": 3.0,
        "up_ratio": 2.0, "expand_ratio": 2.0, "link_pct": 60.0, "makeup_db": 2.0, "wet_pct": 90.0,
    }.items()
}  # fmt: skip

#: The settings that decide how the chain computes.
MODES = [
    {"eq.mode": 0.0, "eq.resolution": 1.0}, {"eq.mode": 0.0, "eq.resolution": 3.0, "multiband.split": 1.0},
    {"eq.mode": 1.0}, {"eq.mode": 1.0, "multiband.split": 1.0, "limiter.style": 2.0},
    {"eq.mode": 2.0, "eq.mix_pct": 35.0, "eq.resolution": 0.0},
    {"eq.mode": 2.0, "eq.mix_pct": 100.0, "eq.resolution": 2.0, "limiter.style": 1.0},
    {"eq.mode": 1.0, "multiband.split": 2.0}, {"eq.mode": 0.0, "eq.resolution": 0.0, "multiband.split": 2.0},
]  # fmt: skip


def begun(rate_hz: int, values: dict, max_block: int = 4096) -> Engine:
    engine = Engine(rate_hz, max_block)
    designer.begin(engine, values)
    return engine


@RATES
@pytest.mark.parametrize("mode", MODES, ids=str)
def test_neutral_in_every_mode_passes_24_bit_words_unchanged_at_the_reported_latency(rate_hz, mode, rng):
    engine = begun(rate_hz, NEUTRAL | mode)
    lag = engine.latency
    assert engine.cells[Engine.CELLS.index("latency_frames")] == lag
    x = (rng.integers(-(2**21), 2**21, (2, lag + 6000)) / 2**23).astype(np.float32)
    y = through(engine, x)
    assert not y[:, :lag].any()
    np.testing.assert_array_equal(y[:, lag:], x[:, :6000])


@RATES
@pytest.mark.parametrize("mode", MODES[::2], ids=str)
def test_cutting_changes_no_bit_with_everything_on(rate_hz, mode, rng):
    x = (0.3 * rng.standard_normal((2, 12000))).astype(np.float32)
    whole = through(begun(rate_hz, BUSY | mode), x)
    assert whole[:, -100:].any()
    cuts = np.cumsum(rng.choice([1, 7, 64, 127, 128, 129, 480, 1000], 400))
    np.testing.assert_array_equal(through(begun(rate_hz, BUSY | mode, 333), x, cuts[cuts < x.shape[1]]), whole)


def hard_signal(name: str, rate_hz: int) -> np.ndarray:
    """One second of a difficult signal, shape (2, frames)."""
    at = np.arange(rate_hz)
    if name == "full-scale square":
        x = np.where(at * 440 // rate_hz % 2, 1.0, -1.0)
    elif name == "DC":
        x = np.ones(rate_hz)
    elif name == "denormal tail":
        x = np.where(at < rate_hz // 10, np.sin(at), 1e-39)
    else:
        x = np.cos(2 * np.pi * 997 / rate_hz * at)
    return np.stack([x, 0.9 * x]).astype(np.float32)


@RATES
@pytest.mark.parametrize("mode", MODES[::2], ids=str)
@pytest.mark.parametrize("name", ["full-scale square", "DC", "denormal tail", "full-scale tone"])
def test_difficult_signals_after_silence_with_everything_on(name, mode, rate_hz):
    """The output is finite, below the ceiling, without clicks that the signal does not contain itself, and ends with only
    dither."""
    x, silence = hard_signal(name, rate_hz), np.zeros((2, rate_hz), np.float32)
    engine = begun(rate_hz, BUSY | mode)
    y = through(engine, np.concatenate([silence, x, silence, silence], axis=1))
    assert np.all(np.isfinite(y))
    assert np.abs(y).max() <= 10 ** (BUSY["limiter.ceiling_dbtp"] / 20)
    assert engine.cells[Engine.CELLS.index("clamps")] == 0 and engine.cells[Engine.CELLS.index("bad_blocks")] == 0
    assert np.abs(y[:, -rate_hz // 4 :]).max() <= 16 / 2**23
    own, heard = (
        np.abs(above_3_khz(part, rate_hz, "same")).max() for part in (np.concatenate([silence, x, silence], axis=1), y)
    )
    amplified_db = BUSY["input.trim_db"] + BUSY["multiband.b1.makeup_db"] + BUSY["limiter.gain_db"]
    assert 20 * np.log10(heard / own) <= amplified_db


@RATES
def test_full_scale_after_silence_makes_no_click_with_everything_on(rate_hz, record):
    """A 200 Hz tone that reaches full scale within 20 ms is not a click itself, and no mode may add one."""
    at = np.arange(rate_hz // 2)
    swell = 0.5 - 0.5 * np.cos(np.pi * np.minimum(at / (rate_hz // 50), 1))
    tone = swell * np.sin(2 * np.pi * 200 / rate_hz * at)
    x = np.concatenate([np.zeros((2, rate_hz)), np.stack([tone, 0.9 * tone])], axis=1).astype(np.float32)
    for shelves in (False, True):
        worst_db = -np.inf
        for mode in MODES:
            if (mode.get("multiband.split") == 2) == shelves:
                residue = above_3_khz(through(begun(rate_hz, BUSY | mode), x), rate_hz, "same")[:, : -rate_hz // 50]
                worst_db = max(worst_db, 20 * np.log10(np.abs(residue).max()))
        # The gain of the shelves changes inside of their filters and without look-ahead, so slightly more of the compression
        # itself reaches the range above 3 kHz.
        split, limit_db, target = ("shelves", -91, "") if shelves else ("linear and LR4", -100, "≤ -100 dBFS")
        figure = f"every module in use, split {split}: residue above 3 kHz, 200 Hz tone that swells to full scale after silence, {rate_hz / 1000:g} kHz"
        record("Chain", figure, worst_db, "dBFS", target=target, digits=0, tolerance=3.0)
        assert worst_db <= limit_db


@RATES
def test_a_change_of_all_settings_at_once_makes_no_click(rate_hz, record):
    """As when a preset is loaded: settings, EQ and crossovers change together, while a full-scale tone of 200 Hz plays that is
    limited by 3 dB or more before and after the change."""
    before = params.DEFAULTS | {"eq.b2.enabled": 1.0, "eq.b2.gain_db": -6.0, "limiter.gain_db": 9.0}
    after = before | {
        "input.trim_db": -3.0, "eq.b2.gain_db": -1.0, "eq.b8.enabled": 1.0, "eq.b8.gain_db": 4.0,
        "multiband.x1_hz": 300.0, "multiband.x2_hz": 500.0, "multiband.b1.makeup_db": -4.0, "multiband.b3.makeup_db": 2.0,
        "stereo.width_low_pct": 40.0, "stereo.width_mid_pct": 150.0, "stereo.balance_pct": -20.0, "stereo.mono": 1.0,
        "limiter.gain_db": 15.0,
    }  # fmt: skip
    tone = np.sin(2 * np.pi * 200 / rate_hz * np.arange(rate_hz))
    x, half = np.stack([tone, -0.5 * tone]).astype(np.float32), rate_hz // 2 + 31
    engine = begun(rate_hz, before)
    first = through(engine, np.ascontiguousarray(x[:, :half]))
    for kind in designer.DESIGN_IDS:
        designer.apply(engine, kind, after)
    designer.apply(engine, "settings", after)
    y = np.concatenate([first, through(engine, np.ascontiguousarray(x[:, half:]))], axis=1)
    y = y[:, engine.latency + rate_hz // 8 :]
    assert engine.limiter.read_reduction_db() < -3
    edge = 2048 * max(1, rate_hz // 48000)
    residue_db = 20 * np.log10(np.abs(above_3_khz(y, rate_hz, "same"))[:, edge:-edge].max())
    record("Chain", f"all settings changed at once, as a preset does, limiter at work: residue above 3 kHz, 200 Hz tone at full scale, {rate_hz / 1000:g} kHz",
           residue_db, "dBFS", target="≤ -100 dBFS", digits=0, tolerance=3.0)  # fmt: skip
    assert residue_db <= -100
