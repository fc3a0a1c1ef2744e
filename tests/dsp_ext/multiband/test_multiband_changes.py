"""The multiband on difficult signals, while bands are added and removed and crossovers are moved far: exact, no clicks."""

from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from dsp_ext.multiband.multiband import Multiband
from tests.support.clicks import above_8_khz
from tests.support.residue import click_db

from .test_multiband import RATE_HZ, impulse_through, load, make, through, tone, words24

FREQS_HZ = (120.0, 800.0, 5000.0, 12000.0)
WORKING = {
    f"b{band}_{name}": value
    for band in range(1, 6)
    for name, value in (("threshold_db", -40), ("ratio", 4), ("release_ms", 100))
}
#: Make-up alternates from band to band, up and down.
APART = {f"b{band}_makeup_db": 3.0 * (-1) ** band for band in range(1, 6)}


def residue_db(begin, *changes, right: float = 1.0) -> float:
    """`click_db` of a full-scale 200 Hz tone, with the right channel at the level `right`, during `changes`: (frames after
    the first change, function) for the multiband that `begin` makes. The worst of four phases of the tone."""
    worst = []
    for first in (1200, 1260, 1290, 1320):
        multiband = begin()
        y = tone(200, 2 * RATE_HZ, 0.999) * np.float32([[1], [right]])
        cuts = [0, *(RATE_HZ + first + after for after, _ in changes), y.shape[1]]
        for (start, end), change in zip(pairwise(cuts), [lambda _: None, *(c for _, c in changes)], strict=True):
            change(multiband)
            part = np.ascontiguousarray(y[:, start:end])
            multiband.process(part)
            y[:, start:end] = part
        worst.append(click_db(y[:, RATE_HZ:], RATE_HZ))
    return max(worst)


@pytest.mark.parametrize("split", [1, 2])
# A ramp of 960 frames, and about 240 frames until the delay is empty.
@pytest.mark.parametrize("back", [1250, 1290, 1330])
def test_a_fifth_band_that_comes_back_at_once_does_not_depend_on_the_blocks(split, back, rng):
    x = (0.3 * rng.standard_normal((2, 9600))).astype(np.float32)
    outs = []
    for length in (4096, 1, 50):
        multiband, y = make(split=split, bands=3, **WORKING | {"b5_release_ms": 3000}), x.copy()
        for start, end, bands in ((0, 2000, 2), (2000, 2000 + back, 3), (2000 + back, x.shape[1], 3)):
            for at in range(start, end, length):
                part = np.ascontiguousarray(y[:, at : min(at + length, end)])
                multiband.process(part)
                y[:, at : at + part.shape[1]] = part
            multiband.set("bands", bands)
        outs.append(y)
    assert np.array_equal(outs[0], outs[1])
    assert np.array_equal(outs[0], outs[2])


@pytest.mark.parametrize(("before", "after"), [(3, 0), (0, 3)])
def test_shelves_that_come_back_with_other_bands_do_not_depend_on_the_blocks(before, after, rng):
    """A mute changes the split to LR4; at the same time the fifth band is removed or added."""
    x = (0.3 * rng.standard_normal((2, 9600))).astype(np.float32)
    outs = []
    for length in (4096, 1, 50):
        multiband, y = make(split=2, bands=before, **WORKING, b1_mute=1), x.copy()
        for start, end in ((0, 2000), (2000, x.shape[1])):
            for at in range(start, end, length):
                part = np.ascontiguousarray(y[:, at : min(at + length, end)])
                multiband.process(part)
                y[:, at : at + part.shape[1]] = part
            multiband.set("b1.mute", 0)
            multiband.set("bands", after)
        outs.append(y)
    assert np.array_equal(outs[0], outs[1])
    assert np.array_equal(outs[0], outs[2])


@pytest.mark.parametrize("split", ["lr4", "shelves"])
@pytest.mark.parametrize(("start_hz", "end_hz"), [(16000, 40), (40, 16000), (5000, 200)])
def test_a_crossover_dragged_far_makes_no_click(split, start_hz, end_hz, record):
    worst = residue_db(
        lambda: make(split=1 + ["lr4", "shelves"].index(split), bands=0, x1_hz=start_hz, **APART),
        (0, lambda multiband: multiband.set("x1_hz", end_hz)),
    )
    record("Multiband", f"split {split}, crossover moved from {start_hz} to {end_hz} Hz, 6 dB between the bands: residue above 3 kHz, 200 Hz tone at 0 dBFS, 48 kHz",
           worst, "dBFS", target="≤ -100 dBFS", digits=0, tolerance=3)  # fmt: skip
    assert worst <= -100


@pytest.mark.parametrize("split", ["lr4", "shelves"])
@pytest.mark.parametrize(("start", "end"), [(2, 3), (2, 5), (4, 5), (5, 4), (5, 2)])
def test_bands_are_added_and_removed_without_a_click(split, start, end, record):
    settings = APART | {"b2_threshold_db": -30, "b2_ratio": 3, "b2_release_ms": 1000, "b2_attack_ms": 50}
    worst = residue_db(
        lambda: make(split=1 + ["lr4", "shelves"].index(split), bands=start - 2, **settings),
        (0, lambda multiband: multiband.set("bands", end - 2)),
        right=0.1,
    )
    record("Multiband", f"split {split}, number of bands changed from {start} to {end}, 6 dB between the bands: residue above 3 kHz, 200 Hz tone at 0 and -20 dBFS in the two channels, 48 kHz",
           worst, "dBFS", target="≤ -100 dBFS", digits=0, tolerance=3)  # fmt: skip
    assert worst <= -100


@pytest.mark.parametrize("split", [0, 1, 2])
# During the fade, while the delay empties, and after the band has stopped.
@pytest.mark.parametrize("gap", [240, 980, 1150, 1250])
def test_a_fifth_band_that_comes_back_makes_no_click(split, gap):
    def use(bands: int, multiband: Multiband) -> None:
        multiband.set("bands", bands - 2)
        if split == 0 and not multiband.convolver.fading:
            load(multiband, FREQS_HZ[: bands - 1])

    settings = APART | {"b5_threshold_db": -50, "b5_ratio": 4}
    worst = residue_db(
        lambda: make(split=split, bands=3, freqs_hz=FREQS_HZ, **settings), (0, partial(use, 4)), (gap, partial(use, 5))
    )
    assert worst <= -100


@pytest.mark.parametrize("split", ["linear", "lr4", "shelves"])
def test_a_knob_that_keeps_turning_or_turns_round_makes_no_click(split, record):
    """Steps are set during the ramp of the previous step. The last step returns to neutral, which takes LR4 out of
    circuit."""

    def turn(makeup_db: float):
        return lambda multiband: multiband.set("b1.makeup_db", makeup_db)

    turns = [[(0, turn(6.0)), (after, turn(end))] for after in (120, 480) for end in (0.0, 9.0)]
    turns.append([(240 * k, turn(0.5 * (k + 1))) for k in range(12)])
    worst = max(residue_db(lambda: make(split=["linear", "lr4", "shelves"].index(split)), *steps) for steps in turns)
    record("Multiband", f"split {split}, make-up changed again, onward or back, during its ramp: residue above 3 kHz, 200 Hz tone at 0 dBFS, 48 kHz", worst, "dBFS",
           target="≤ -100 dBFS", digits=0, tolerance=3)  # fmt: skip
    assert worst <= -100


def test_bands_that_are_not_in_use_have_no_effect(rng):
    x = words24(rng, 12000)
    assert np.array_equal(through(make(split=1, b5_makeup_db=12, b5_threshold_db=-60, b5_ratio=20), x), x)
    alone = impulse_through(make(b2_makeup_db=6.0))
    assert np.array_equal(impulse_through(make(b2_makeup_db=6.0, b5_solo=1)), alone)
    shelves = impulse_through(make(split=2, b2_makeup_db=6.0))
    assert np.array_equal(impulse_through(make(split=2, b2_makeup_db=6.0, b5_mute=1)), shelves)
    # Bands that go out of use because the number of bands is reduced have no effect either.
    soloed = make(split=1, bands=3, b2_makeup_db=6.0, b5_solo=1)
    soloed.set("bands", 2)
    soloed.process(np.zeros((2, 4800), np.float32))
    soloed.reset()
    assert np.array_equal(impulse_through(soloed), impulse_through(make(split=1, b2_makeup_db=6.0)))


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_the_bands_of_every_count_add_up(count, rng, record):
    """The same make-up in all bands: the linear split is a gain of the input, LR4 has a flat magnitude."""
    makeups = {f"b{band}_makeup_db": 6.0 for band in range(1, count + 1)}
    freqs_hz = np.exp(rng.uniform(np.log(40), np.log(16000), count - 1))
    x = (0.25 * rng.standard_normal((2, 24000))).astype(np.float32)
    y = through(make(freqs_hz=freqs_hz, bands=count - 2, **makeups), x).astype(float) / 10 ** (6 / 20)
    residue_db = 10 * np.log10(np.mean((y - x) ** 2) / np.mean(x.astype(float) ** 2))
    record("Multiband", f"linear split, sum of {count} bands, random crossovers, all at +6 dB: residue relative to the input, white noise, 48 kHz", residue_db, "dB",
           target="≤ -140 dB", digits=0, tolerance=3)  # fmt: skip
    assert residue_db <= -140

    dragged = {f"x{k + 1}_hz": freq for k, freq in enumerate(rng.permutation([60, 500, 500, 15000]))}
    lr4 = make(split=1, bands=count - 2, **dragged, **makeups)
    lag, size = lr4.latency, 1 << 16
    lr4.process(np.zeros((2, RATE_HZ), np.float32))  # until the crossovers have moved
    impulse = np.zeros((2, size + lag), np.float32)
    impulse[0, 0] = 0.5
    lr4.process(impulse)
    magnitude = np.abs(np.fft.rfft(impulse[0, lag:].astype(float))) * 2
    use = slice(size * 20 // RATE_HZ, size * 20000 // RATE_HZ)
    worst = np.abs(20 * np.log10(magnitude[use]) - 6).max()
    record("Multiband", f"LR4, sum of {count} bands, two of the crossovers equal, 48 kHz: deviation from a flat magnitude, 20 Hz to 20 kHz", worst, "dB", target="≤ 0.001 dB",
           digits=5, tolerance=5e-4)  # fmt: skip
    assert worst <= 1e-3


@pytest.mark.parametrize("split", [0, 1, 2])
@pytest.mark.parametrize("signal", ["square", "DC", "denormals", "silence then full scale", "not a number"])
def test_hard_signals_while_all_bands_work(split, signal, rng):
    """The output is finite, no louder than the input allows, silent after silence, and after a reset as from the start."""
    every = {f"b{band}_{name}": value for band in range(1, 6) for name, value in
             (("adaptive", 1), ("rms_pct", 50), ("hold_ms", 5), ("link_pct", 50), ("expand_ratio", 2), ("up_ratio", 2))}  # fmt: skip
    settings = dict(split=split, bands=3, x3_hz=5000, x4_hz=12000, freqs_hz=FREQS_HZ) | WORKING | every
    multiband, frames = make(**settings), 36000
    x = np.zeros((2, frames), np.float32)
    if signal == "square":
        x[:] = np.where(np.arange(frames) // 50 % 2, 1, -1)
    elif signal == "DC":
        x[:] = 1
    elif signal == "denormals":
        x[:, :100], x[:, 100:] = 1, 1e-40
    elif signal == "silence then full scale":
        x[:, frames // 2 :] = np.sign(rng.standard_normal((2, frames // 2)))
    else:
        x[:, ::1000], x[1, 1::1000] = np.nan, np.inf
    y = x.copy()
    multiband.process(y)
    if signal != "not a number":
        assert np.all(np.isfinite(y)) and np.abs(y).max() < 20
        quiet = np.zeros((2, RATE_HZ), np.float32)
        multiband.process(quiet)
        assert np.abs(quiet[:, -4800:]).max() < 1e-6
    multiband.reset()
    noise = (0.3 * rng.standard_normal((2, 12000))).astype(np.float32)
    assert np.array_equal(through(multiband, noise), through(make(**settings), noise))


def test_meters_are_0_out_of_circuit_and_for_bands_that_do_nothing():
    multiband = make(**WORKING, b3_bypass=1)
    x = tone(2000, 24000) + tone(100, 24000)
    multiband.process(x.copy())
    assert multiband.take(0) < -10 and multiband.take(2) == multiband.take(4) == 0
    multiband.set("enabled", 0)
    multiband.process(x[:, :2400].copy())
    assert all(multiband.take(band) == 0 for band in range(5))
    multiband.set("enabled", 1)
    multiband.process(x.copy())
    assert multiband.take(0) < -10


#: Settings that change at once, starting from settings with which the bands do not process.
FAR = {
    "threshold from 0 to -40 dB": ({f"b{band}_ratio": 4.0 for band in range(1, 6)}, {f"b{band}.threshold_db": -40.0 for band in range(1, 6)}),
    "ratio from 1 to 100": ({f"b{band}_threshold_db": -20.0 for band in range(1, 6)}, {f"b{band}.ratio": 100.0 for band in range(1, 6)}),
    "band 2 muted": ({}, {"b2.mute": 1}),
    "band 2 muted, 12 dB between bands": ({"b2_makeup_db": 6.0, "b3_makeup_db": -6.0}, {"b2.mute": 1}),
}  # fmt: skip


@pytest.mark.parametrize("split", ["linear", "lr4", "shelves"])
@pytest.mark.parametrize("name", FAR)
def test_a_far_change_has_no_residue_above_8_khz(name, split, record):
    """The residue is measured on 997 Hz, and on 60 Hz with 5 kHz, at -1 dBFS; the higher one counts."""
    before, after = FAR[name]
    worst = -200.0
    for tones in ((997,), (60, 5000)):
        multiband = make(split=["linear", "lr4", "shelves"].index(split), **before)
        x = sum(tone(hz, 2 * RATE_HZ, 0.89 / len(tones)) for hz in tones)
        parts = [np.ascontiguousarray(x[:, :RATE_HZ]), np.ascontiguousarray(x[:, RATE_HZ:])]
        multiband.process(parts[0])
        for setting, value in after.items():
            multiband.set(setting, value)
        multiband.process(parts[1])
        high = above_8_khz(np.concatenate(parts, axis=1)[:, RATE_HZ // 2 :], RATE_HZ)[:, RATE_HZ // 10 : -RATE_HZ // 10]
        worst = max(worst, 20 * np.log10(np.abs(high).max()))
    record("Multiband", f"residue above 8 kHz, {split}, {name}, 997 Hz, and 60 Hz + 5 kHz, at -1 dBFS", worst, "dBFS",
           target="≤ -100 dBFS", digits=0, tolerance=3)  # fmt: skip
    assert worst <= -100
