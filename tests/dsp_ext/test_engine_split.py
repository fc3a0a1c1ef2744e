"""The engine while the multiband changes its split, which changes the latency of the chain."""

import numpy as np
import pytest

from dsp_ext import Engine
from dsp_ext.core.processor import partition_frames
from tests.support.residue import click_db
from tests.support.stream import through

from .test_engine_eq import noise

RATES = pytest.mark.parametrize("rate_hz", [44100, 48000, 96000, 192000])
SPLITS = {"linear": 0, "lr4": 1, "shelves": 2}
WORKING = {"multiband.b2.threshold_db": -40, "multiband.b2.ratio": 3, "multiband.b4.makeup_db": 2}


def engine_with(rate_hz=48000, **settings) -> Engine:
    engine = Engine(rate_hz, 4096)
    engine.set("limiter.enabled", 0)
    for name, value in settings.items():
        engine.set(name.replace("__", "."), value)
    engine.settle()
    return engine


def split(name: str) -> dict:
    return {"multiband.split": SPLITS[name]}


@RATES
def test_each_split_has_its_own_latency(rate_hz):
    """Shelves have none, LR4 has 5 ms of look-ahead, and the linear split has a partition and half a kernel more."""
    latency = {name: engine_with(rate_hz, **split(name)).multiband.latency for name in SPLITS}
    factor = partition_frames(rate_hz) // 256
    ahead = round(0.005 * rate_hz)
    assert latency == {"linear": (2048 + 256) * factor + ahead, "lr4": ahead, "shelves": 0}


@RATES
@pytest.mark.parametrize(
    ("name", "settings"),
    [*((name, {}) for name in SPLITS), ("linear", WORKING), ("shelves", WORKING)],  # LR4 in circuit shifts the phase
    ids=["linear", "lr4", "shelves", "linear at work", "shelves at work"],
)
def test_reported_latency_is_the_measured_one(rate_hz, name, settings):
    engine = engine_with(rate_hz, **split(name), **settings)
    assert engine.cells[Engine.CELLS.index("latency_frames")] == engine.latency
    x = np.zeros((2, engine.latency + rate_hz // 10), np.float32)
    x[:, 0] = 0.5
    assert np.argmax(np.abs(through(engine, x)[0])) == engine.latency


@pytest.mark.parametrize("before", SPLITS)
@pytest.mark.parametrize("after", SPLITS)
def test_a_change_of_split_goes_through_silence_to_the_new_latency(before, after, rng):
    engine, x, fade = engine_with(**split(before)), noise(rng, 60000), round(0.02 * 48000)
    lag, at = engine.latency, 30011
    first = through(engine, x[:, :at].copy())
    engine.set("multiband.split", SPLITS[after])
    y = np.concatenate([first, through(engine, np.ascontiguousarray(x[:, at:]))], axis=1)
    np.testing.assert_array_equal(y[:, lag:at], x[:, : at - lag])
    if before == after:
        np.testing.assert_array_equal(y[:, lag:], x[:, : 60000 - lag])
        return
    assert engine.latency == engine_with(**split(after)).latency != lag
    back = at + fade + engine.latency
    assert not y[:, at + fade : back].any() and y[:, back + 1 : back + 100].any()
    np.testing.assert_array_equal(y[:, back + fade :], x[:, back + fade - engine.latency : 60000 - engine.latency])


@RATES
@pytest.mark.parametrize("name", ["lr4", "shelves"])
def test_a_change_of_split_makes_no_click(rate_hz, name, record):
    """The residue above 3 kHz of a full-scale 200 Hz tone, for a change and back, with one band 6 dB lower."""
    engine = engine_with(rate_hz, **{"multiband.b2.makeup_db": -6.0})
    tone = 0.999 * np.sin(2 * np.pi * 200 * np.arange(rate_hz) / rate_hz)
    x, worst = np.stack([tone, tone]).astype(np.float32), -np.inf
    before = through(engine, x)
    for to in (name, "linear"):
        engine.set("multiband.split", SPLITS[to])
        after = through(engine, x)
        worst = max(worst, click_db(np.concatenate([before[:, -rate_hz // 10 :], after], axis=1), rate_hz))
        before = after
    record("Multiband", f"split changed from linear to {name} and back: residue above 3 kHz, 200 Hz tone at 0 dBFS, {rate_hz / 1000:g} kHz",
           worst, "dBFS", target="≤ -100 dBFS", digits=0, tolerance=3)  # fmt: skip
    assert worst <= -100


def test_bypass_is_delayed_by_the_present_latency(rng):
    engine, x = engine_with(chain__bypass=1), noise(rng, 60000)
    through(engine, x)
    engine.set("multiband.split", SPLITS["shelves"])
    y = through(engine, x)
    np.testing.assert_array_equal(y[:, 20000:], x[:, 20000 - engine.latency : 60000 - engine.latency])


def test_a_split_that_is_changed_back_during_the_fade_causes_only_a_fade(rng):
    engine, x = engine_with(), noise(rng, 40000)
    lag = engine.latency
    through(engine, x[:, :300].copy())
    engine.set("multiband.split", SPLITS["shelves"])
    through(engine, x[:, 300:700].copy())
    engine.set("multiband.split", SPLITS["linear"])
    y = through(engine, np.ascontiguousarray(x[:, 700:]))
    assert engine.latency == lag
    np.testing.assert_array_equal(y[:, 19300:], x[:, 20000 - lag : 40000 - lag])


def test_cutting_changes_no_bit_while_splits_and_modes_change(rng):
    x = noise(rng, 60000)

    def render(cuts):
        engine, y = engine_with(**WORKING), []
        for at, name, mode in ((0, "lr4", "linear"), (20000, "shelves", "minimum"), (40000, "linear", "minimum")):
            engine.set("multiband.split", SPLITS[name])
            if engine.eq.mode != mode:
                engine.load_eq(engine.eq.pack([], mode=mode))
            part = np.ascontiguousarray(x[:, at : at + 20000])
            y.append(through(engine, part, [cut for cut in cuts if cut < 20000]))
        return np.concatenate(y, axis=1)

    whole = render([])
    for _ in range(2):
        cuts = np.cumsum(rng.choice([1, 64, 127, 128, 480, 1000, 4096], 400)).tolist()
        np.testing.assert_array_equal(render(cuts), whole)


def test_reset_during_a_change_completes_it(rng):
    engine, x = engine_with(**WORKING), noise(rng, 20000)
    engine.set("multiband.split", SPLITS["shelves"])
    through(engine, x[:, :500].copy())
    engine.reset()
    assert engine.latency == engine_with(**split("shelves")).latency
    np.testing.assert_array_equal(through(engine, x), through(engine_with(**WORKING, **split("shelves")), x))


def test_cutting_changes_no_bit_while_a_muted_fifth_band_goes_and_shelves_come_back(rng):
    """While the band is muted, LR4 is in use. After the band is removed, the shelves are in use and hold no sound of it."""
    x = noise(rng, 20000)

    def render(cuts):
        engine = engine_with(**split("shelves"), multiband__bands=3, multiband__b5__mute=1, multiband__b5__makeup_db=6)
        first = through(engine, np.ascontiguousarray(x[:, :10000]), [cut for cut in cuts if cut < 10000])
        engine.set("multiband.bands", 2)
        return np.concatenate([first, through(engine, np.ascontiguousarray(x[:, 10000:]), cuts)], axis=1)

    cuts = list(range(128, 10000, 128))
    np.testing.assert_array_equal(render(cuts), render([]))
