"""The engine while the EQ changes its mode or resolution, which changes the latency of the chain."""

import numpy as np
import pytest

from dsp_ext import Engine
from dsp_ext.eq.bands import EqBand
from tests.support.stream import through

BANDS = [EqBand("bell", 1000, 6), EqBand("low_cut", 30)]
CHANGES = [{"mode": "minimum"}, {"resolution": 4096}, {"resolution": 32768}]


def engine_with(bands, max_block=4096, **more):
    engine = Engine(48000, max_block)
    engine.load_eq(engine.eq.pack(bands, **more), jump=True)
    return engine


def noise(rng, frames):
    return (np.rint(rng.uniform(-0.1, 0.1, (2, frames)) * 2**23) / 2**23).astype(np.float32)


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_change_of_mode_goes_through_silence_to_the_new_latency(change, rng):
    engine, x = engine_with([]), noise(rng, 120000)
    before, fade = engine.latency, round(0.02 * 48000)
    first = through(engine, x[:, :30011].copy())
    engine.load_eq(engine.eq.pack([], **change))
    assert engine.eq_busy
    with pytest.raises(RuntimeError, match="still changing"):
        engine.load_eq(engine.eq.pack([]))
    rest = through(engine, np.ascontiguousarray(x[:, 30011:]))
    y = np.concatenate([first, rest], axis=1)
    after = engine.latency
    assert not engine.eq_busy and after != before
    assert engine.cells[Engine.CELLS.index("latency_frames")] == after
    np.testing.assert_array_equal(y[:, before:30011], x[:, : 30011 - before])
    back = 30011 + fade + after
    assert not y[:, 30011 + fade : back].any() and y[:, back + 1 : back + 100].any()
    np.testing.assert_array_equal(y[:, back + fade :], x[:, back + fade - after : 120000 - after])


def test_bypass_is_delayed_by_the_present_latency(rng):
    engine, x = engine_with(BANDS), noise(rng, 100000)
    engine.set("chain.bypass", 1)
    engine.settle()
    through(engine, x)
    engine.load_eq(engine.eq.pack(BANDS, mode="minimum"))
    y = through(engine, x)
    np.testing.assert_array_equal(y[:, 50000:], x[:, 50000 - engine.latency : 100000 - engine.latency])


def test_cutting_changes_no_bit_while_modes_change(rng):
    x = noise(rng, 60000)

    def render(cuts):
        engine, y = engine_with(BANDS), []
        for at, change in ((0, {"mode": "minimum"}), (20000, {"mode": "linear", "resolution": 4096}), (40000, {})):
            if at:
                engine.load_eq(engine.eq.pack(BANDS, **change))
            part = np.ascontiguousarray(x[:, at : at + 20000])
            y.append(through(engine, part, [cut for cut in cuts if cut < 20000]))
        return np.concatenate(y, axis=1)

    whole = render([])
    for _ in range(2):
        cuts = np.cumsum(rng.choice([1, 64, 127, 128, 480, 1000, 4096], 400)).tolist()
        np.testing.assert_array_equal(render(cuts), whole)


def test_reset_during_a_change_completes_it(rng):
    engine, x = engine_with(BANDS), noise(rng, 20000)
    engine.load_eq(engine.eq.pack(BANDS, mode="minimum"))
    through(engine, x[:, :500].copy())
    engine.reset()
    assert not engine.eq_busy and engine.eq.mode == "minimum"
    np.testing.assert_array_equal(through(engine, x), through(engine_with(BANDS, mode="minimum"), x))
