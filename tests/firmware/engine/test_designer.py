"""The designer makes kernels from the newest values, and passes on one at a time."""

import time

import numpy as np
import pytest

from dsp_ext import Engine
from firmware.contract import params
from firmware.engine import designer
from firmware.engine.designer import CROSSOVER, EQ, Designer, packed_eq
from firmware.system.shared_memory import SharedMemory
from tests.support.patience import PATIENCE_S
from tests.support.rig import PERIOD, RATE_HZ

BELL = {"eq.b2.enabled": 1.0, "eq.b2.gain_db": 6.0}


def values(**changes):
    return params.DEFAULTS | {name.replace("__", "."): value for name, value in changes.items()}


class Bench:
    """A designer and its engine."""

    def __init__(self, start=params.DEFAULTS):
        self.shared = SharedMemory.create(RATE_HZ)
        self.requests = []
        self.designer = Designer(
            self.shared, lambda kind, version, values: self.requests.append((kind, version, values))
        )
        self.designer.start(start)
        self.engine = Engine(RATE_HZ, PERIOD)
        self.engine.attach(cells=self.shared.engine.cells)
        self.engine.eq.attach(self.shared.eq_banks)
        self.engine.multiband.convolver.attach(self.shared.crossover_banks)

    def edit(self, **changes):
        named = {name.replace("__", "."): value for name, value in changes.items()}
        self.designer.edit(named, params.DEFAULTS | named)

    def run(self, blocks=60):
        for _ in range(blocks):
            self.engine.process_words(np.zeros((PERIOD, 2), np.int32))

    def settle(self):
        """Run until designer and engine have finished."""
        deadline = time.monotonic() + PATIENCE_S
        while self.designer.busy or any(map(self.designer._pending, designer.DESIGN_IDS)):
            assert time.monotonic() < deadline
            self.run(1)
            time.sleep(0.001)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.designer.stop()


def test_start_passes_on_the_kernels_before_the_audio_starts():
    with Bench(params.DEFAULTS | BELL) as bench:
        assert {(kind, version) for kind, version, _ in bench.requests} == {(EQ, 1), (CROSSOVER, 1)}
        wanted = designer.packed_kernels(bench.engine, EQ, params.DEFAULTS | BELL)
        assert np.array_equal(bench.shared.eq_banks[bench.shared.engine["eq_request"] & 1], wanted)


def test_after_many_edits_the_newest_kernel_is_made_and_the_previous_one_is_complete():
    with Bench() as bench:
        bench.settle()
        for i in range(60):
            bench.edit(eq__b2__enabled=1.0, eq__b2__gain_db=0.1 * (i + 1))
        bench.settle()
        made = [values["eq.b2.gain_db"] for kind, _, values in bench.requests if kind == EQ]
        assert made[-1] == pytest.approx(6.0) and len(made) < 20
        newest = designer.packed_kernels(bench.engine, EQ, values(eq__b2__enabled=1.0, eq__b2__gain_db=0.1 * 60))
        assert np.array_equal(bench.shared.eq_banks[bench.engine.eq.bank], newest)


def test_a_knob_that_is_turned_continuously_is_followed(monkeypatch):
    """Values change while each kernel is made. Every second kernel is used nevertheless, and the last is the newest."""
    make, turns = designer.packed_kernels, 12
    with Bench() as bench:
        bench.settle()
        bench.requests.clear()
        gains = iter(range(2, turns + 1))

        def turned(engine, kind, values):
            gain = next(gains, None)
            if gain is not None:
                bench.edit(eq__b2__enabled=1.0, eq__b2__gain_db=float(gain))
            return make(engine, kind, values)

        monkeypatch.setattr(designer, "packed_kernels", turned)
        bench.edit(eq__b2__enabled=1.0, eq__b2__gain_db=1.0)
        bench.settle()
        made = [values["eq.b2.gain_db"] for _, _, values in bench.requests]
    assert made == [2.0, 4.0, 6.0, 8.0, 10.0, 12.0]


def test_no_bank_is_written_while_the_engine_uses_it():
    with Bench() as bench:
        bench.settle()
        bench.edit(eq__b2__enabled=1.0, eq__b2__gain_db=3.0)
        while not bench.designer._pending(EQ):
            time.sleep(0.001)
        kept = bench.shared.eq_banks.copy()
        bench.edit(eq__b2__enabled=1.0, eq__b2__gain_db=9.0)  # the engine is stopped, so this must wait
        time.sleep(0.1)
        assert np.array_equal(bench.shared.eq_banks, kept)
        bench.settle()
        assert not np.array_equal(bench.shared.eq_banks, kept)


def test_a_change_without_effect_on_a_kernel_causes_no_crossfade():
    with Bench() as bench:
        bench.settle()
        before = len(bench.requests)
        bench.edit(eq__b3__freq_hz=500.0)  # a disabled band
        bench.edit(input__trim_db=3.0)
        bench.settle()
        assert len(bench.requests) == before


@pytest.mark.parametrize("rate_hz", [44100, 48000, 192000])
def test_a_band_at_the_highest_frequency_can_be_designed_at_each_rate(rate_hz):
    ends = values(eq__b8__enabled=1.0, eq__b8__freq_hz=params.BY_ID["eq.b8.freq_hz"].high, eq__b8__gain_db=3.0)
    assert np.isfinite(packed_eq(Engine(rate_hz, 16), ends)).all()


def test_every_setting_of_the_eq_reaches_the_engine():
    """A change of each single parameter, with an active band, changes the kernels."""
    engine = Engine(RATE_HZ, 16)
    start = values(eq__b2__enabled=1.0, eq__b2__gain_db=6.0, eq__b2__type=1.0, eq__mix_pct=50.0)
    before = designer.packed_kernels(engine, EQ, start)
    changes = {
        "eq.enabled": 0.0, "eq.auto_gain": 1.0, "eq.solo": 2.0, "eq.resolution": 2.0, "eq.mode": 1.0,
        "eq.b2.enabled": 0.0, "eq.b2.type": 6.0, "eq.b2.freq_hz": 500.0, "eq.b2.gain_db": -1.0, "eq.b2.q": 3.0,
        "eq.b2.placement": 4.0,
    }  # fmt: skip
    for id, value in changes.items():
        assert not np.array_equal(designer.packed_kernels(engine, EQ, start | {id: value}), before), id
    mixed, cut = start | {"eq.mode": 2.0}, start | {"eq.b2.type": 3.0}
    for base, id in ((mixed, "eq.mix_pct"), (cut, "eq.b2.slope")):
        made = [designer.packed_kernels(engine, EQ, base | {id: value}) for value in (2.0, 5.0)]
        assert not np.array_equal(*made), id
    stereo = {
        "stereo.enabled": 0.0, "stereo.width_low_pct": 50.0, "stereo.width_mid_pct": 150.0, "stereo.width_high_pct": 50.0,
        "stereo.split_low_hz": 300.0, "stereo.split_high_hz": 3000.0, "stereo.mono": 0.0, "stereo.mono_hz": 200.0,
    }  # fmt: skip
    wide = start | {"stereo.width_mid_pct": 120.0, "stereo.mono": 1.0}
    before = designer.packed_kernels(engine, EQ, wide)
    for id, value in stereo.items():
        assert not np.array_equal(designer.packed_kernels(engine, EQ, wide | {id: value}), before), id
    dynamic = start | {"eq.mode": 1.0, "eq.b2.dynamic": 1.0}
    moves = {
        "eq.b2.dynamic": 0.0, "eq.b2.dyn_threshold_db": -30.0, "eq.b2.dyn_ratio": 3.0, "eq.b2.dyn_range_db": 6.0,
        "eq.b2.dyn_attack_ms": 3.0, "eq.b2.dyn_release_ms": 60.0,
    }  # fmt: skip
    before = designer.packed_kernels(engine, EQ, dynamic)
    for id, value in moves.items():
        assert not np.array_equal(designer.packed_kernels(engine, EQ, dynamic | {id: value}), before), id
    assert {id for id in designer.DESIGN_IDS[EQ] if not id.startswith("eq.b") or ".b2." in id} == {
        *changes, *stereo, *moves, "eq.mix_pct", "eq.b2.slope"
    }  # fmt: skip


def test_validity_follows_the_resolution_and_is_0_without_kernels():
    bell = values(eq__b2__enabled=1.0, eq__b2__gain_db=9.0, eq__b2__freq_hz=60.0, eq__b2__q=4.0)
    by_resolution = [designer.eq_valid_from_hz(bell | {"eq.resolution": r}, RATE_HZ) for r in (0.0, 1.0, 2.0)]
    assert by_resolution[0] > by_resolution[1] > by_resolution[2]
    for change in ({"eq.mode": 1.0}, {"eq.enabled": 0.0}, {"eq.b2.enabled": 0.0}):
        assert designer.eq_valid_from_hz(bell | change, RATE_HZ) == 0


def test_validity_includes_the_width_in_the_kernel():
    """Widths are part of the kernel of the linear EQ only, even if all bands are off."""
    narrow = values(stereo__width_low_pct=0.0, eq__resolution=0.0)
    assert 20 < designer.eq_valid_from_hz(narrow, RATE_HZ) < 100
    assert designer.eq_valid_from_hz(narrow | {"eq.enabled": 0.0}, RATE_HZ) > 20
    for change in ({"eq.mode": 1.0}, {"eq.mode": 2.0}, {"stereo.enabled": 0.0}):
        assert designer.eq_valid_from_hz(narrow | change, RATE_HZ) == 0


def test_the_designer_knows_the_validity_of_the_newest_values():
    bell = {"eq.b2.enabled": 1.0, "eq.b2.gain_db": 9.0, "eq.b2.freq_hz": 60.0, "eq.b2.q": 4.0}
    with Bench(params.DEFAULTS | bell) as bench:
        bench.settle()
        first = bench.designer.valid_from_hz
        assert first == designer.eq_valid_from_hz(params.DEFAULTS | bell, RATE_HZ) > 60
        bench.edit(**{name.replace(".", "__"): value for name, value in (bell | {"eq.resolution": 0.0}).items()})
        bench.settle()
        assert bench.designer.valid_from_hz > first


def test_a_new_designer_continues_after_one_that_died():
    with Bench() as bench:
        bench.settle()
        bench.edit(eq__b2__enabled=1.0, eq__b2__gain_db=3.0)
        while not bench.designer._pending(EQ):  # requested, but not yet adopted by the engine
            time.sleep(0.001)
        second = Designer(bench.shared)
        second.start(values(eq__b2__enabled=1.0, eq__b2__gain_db=-3.0))
        bench.designer.stop()
        bench.designer = second
        bench.settle()
        newest = designer.packed_kernels(bench.engine, EQ, values(eq__b2__enabled=1.0, eq__b2__gain_db=-3.0))
        assert np.array_equal(bench.shared.eq_banks[bench.engine.eq.bank], newest)
